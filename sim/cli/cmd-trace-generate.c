/*
 * cmd-trace-generate - `cotenant trace generate`: a trace computed from a model.
 *
 * Device files hold no arithmetic rate, because the simulator needs none; the one here
 * was measured on an H200, and another board must be given its own.
 */
#include <string.h>

#include "models/device.h"
#include "sim/cli/cli.h"
#include "sim/cli/cmd-trace.h"
#include "traces/generate.h"

#define NAME            "trace generate"
#define DEFAULT_DEVICE  "h200-sxm"
#define DEFAULT_TFLOPS  780.0 /* bf16 matrices of random data, 769 to 798 on an H200 */
#define DEFAULT_HOST_NS 7000

static const struct ct_generator *find_generator(const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *near;

	for (const struct ct_generator *const *one = ct_generators; *one; one++) {
		if (!strcmp((*one)->name, name))
			return *one;
		g_ptr_array_add(names, (char *)(*one)->name);
	}
	g_ptr_array_add(names, NULL);
	near = ct_nearest(name, (const char *const *)names->pdata);
	ct_cli_usage(NAME, "no model '%s'%s%s%s; see 'cotenant trace generate --help'",
		     name, near ? "; did you mean '" : "", near ? near : "",
		     near ? "'" : "");
	return NULL;
}

static struct ct_generate_device fill_device(const struct ct_device *device, double tflops)
{
	return (struct ct_generate_device){
		.title = device->title,
		.record = {
			.memory_bytes = (uint64_t)device->memory_bytes,
			.cc_major = device->cc_major,
			.cc_minor = device->cc_minor,
			.sms = device->sms,
			.warp_size = device->sm.warp_size,
			.threads_per_sm = device->sm.threads,
			.regs_per_sm = device->sm.registers,
			.smem_per_sm_bytes = device->sm.smem_bytes,
			.smem_per_block_optin_bytes = device->sm.smem_optin_per_block_bytes,
			.l2_bytes = (uint32_t)device->l2_bytes,
			.vendor = strcmp(device->vendor, "nvidia") ? CT_VENDOR_UNKNOWN :
								     CT_VENDOR_NVIDIA,
		},
		.flop_per_s = tflops * 1e12,
		.dram_bytes_per_s = (double)device->dram_bytes_per_s *
				    device->dram_efficiency_permille / 1000,
		.dram_saturation_sms = device->dram_saturation_sms,
		.launch_latency_ns = device->launch_latency_ns,
		.stream_gap_ns = device->stream_gap_ns,
		.full_gap_ns = device->full_gap_ns,
		.graph_gap_ns = device->graph_gap_ns,
		.sync_wakeup_ns = device->sync_wakeup_ns,
		.graph_launch_ns = device->graph_launch_ns,
		.graph_node_ns = device->graph_node_ns,
	};
}

static char *describe(void)
{
	GString *text = g_string_new("Models:\n");

	for (const struct ct_generator *const *one = ct_generators; *one; one++)
		g_string_append_printf(text, "  %-12s %s\n", (*one)->name, (*one)->summary);
	g_string_append(text,
			"\nThe trace names itself as generated: its times follow from "
			"formulas, see cotenant-trace(1).");
	return g_string_free(text, FALSE);
}

/* What --option gave, or the generator's own default where it was not given. */
struct request {
	int batch, prompt, context, tokens, requests, host_us;
	double gap_ms, tflops;
	gboolean graph, compress;
	char *out, *device;
};

static gboolean fill_options(const struct ct_generator *generator,
			     const struct request *ask, struct ct_generate_options *options,
			     int *code)
{
	const struct {
		const char *option;
		int given;
		uint32_t *target;
		int64_t max;
	} numbers[] = {
		{ "--batch", ask->batch, &options->batch, 4096 },
		{ "--prompt", ask->prompt, &options->prompt, 1 << 20 },
		{ "--context", ask->context, &options->context, 1 << 20 },
		{ "--tokens", ask->tokens, &options->tokens, 1 << 20 },
		{ "--requests", ask->requests, &options->requests, 1 << 20 },
	};

	*options = generator->defaults;
	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
		if (numbers[i].given == -1)
			continue;
		if (numbers[i].given < 1 || numbers[i].given > numbers[i].max) {
			*code = ct_cli_usage(
				NAME, "%s: %d is not in 1 to %" G_GINT64_FORMAT,
				numbers[i].option, numbers[i].given, numbers[i].max);
			return FALSE;
		}
		if (!*numbers[i].target) {
			*code = ct_cli_usage(NAME, "%s: %s has no such number",
					     numbers[i].option, generator->name);
			return FALSE;
		}
		*numbers[i].target = (uint32_t)numbers[i].given;
	}
	if ((uint64_t)options->batch * options->prompt > 1 << 24) {
		*code = ct_cli_usage(NAME, "--batch times --prompt is more than %d tokens",
				     1 << 24);
		return FALSE;
	}
	if (!(ask->gap_ms >= 0 && ask->gap_ms <= 1e6) || ask->host_us < 0 ||
	    ask->host_us > 1000000) {
		*code = ct_cli_usage(NAME, "--gap and --host-cost are 0 to 1000000");
		return FALSE;
	}
	options->gap_ns = (int64_t)(ask->gap_ms * 1e6);
	options->host_ns = ask->host_us * INT64_C(1000);
	options->graph = ask->graph;
	options->zstd_level = ask->compress ? 19 : 0;
	return TRUE;
}

static int generate(const struct ct_generator *generator, const struct request *ask,
		    const struct ct_cli_common *common)
{
	g_autofree char *file = g_strdup_printf("%s.ctt", generator->name);
	const char *out = ask->out ? ask->out : file;
	struct ct_generate_options options;
	struct ct_generate_device board;
	struct ct_device *device;
	GError *error = NULL;
	gboolean ok;
	int code;

	if (!fill_options(generator, ask, &options, &code))
		return code;
	if (ask->device && strcmp(ask->device, DEFAULT_DEVICE) && !(ask->tflops > 0))
		return ct_cli_usage(NAME, "--tflops is needed for a device other than %s",
				    DEFAULT_DEVICE);
	device = ct_device_load(ask->device ? ask->device : DEFAULT_DEVICE, &error);
	if (!device)
		return ct_cli_fail(NAME, error);
	board = fill_device(device, ask->tflops > 0 ? ask->tflops : DEFAULT_TFLOPS);
	ok = ct_generate(generator, &board, &options, out, &error);
	ct_device_free(device);
	if (!ok)
		return ct_cli_fail(NAME, error);
	ct_cli_say(common, "%s: %s, %u requests", out, generator->process,
		   options.requests);
	return CT_EXIT_OK;
}

int ct_trace_cmd_generate(int argc, char **argv)
{
	g_autofree char *models = describe();
	const struct ct_generator *generator;
	struct ct_cli_common common;
	struct request ask = { .batch = -1,
			       .prompt = -1,
			       .context = -1,
			       .tokens = -1,
			       .requests = -1,
			       .host_us = DEFAULT_HOST_NS / 1000 };
	int code;
	const GOptionEntry entries[] = {
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &ask.out,
		  "The trace to write (MODEL.ctt)", "FILE" },
		{ "device", 'd', 0, G_OPTION_ARG_STRING, &ask.device,
		  "The board (" DEFAULT_DEVICE ")", "NAME" },
		{ "tflops", 0, 0, G_OPTION_ARG_DOUBLE, &ask.tflops,
		  "The arithmetic rate it reaches (780)", "TFLOP/s" },
		{ "batch", 'b', 0, G_OPTION_ARG_INT, &ask.batch,
		  "Sequences or images at once", "N" },
		{ "prompt", 0, 0, G_OPTION_ARG_INT, &ask.prompt,
		  "Tokens of a prompt (llm-prefill)", "N" },
		{ "context", 0, 0, G_OPTION_ARG_INT, &ask.context,
		  "Tokens before the first new one (llm-decode)", "N" },
		{ "tokens", 0, 0, G_OPTION_ARG_INT, &ask.tokens,
		  "New tokens of a request (llm-decode)", "N" },
		{ "requests", 'r', 0, G_OPTION_ARG_INT, &ask.requests,
		  "Requests, one after the other", "N" },
		{ "gap", 0, 0, G_OPTION_ARG_DOUBLE, &ask.gap_ms,
		  "Idle time between them (0)", "MS" },
		{ "host-cost", 0, 0, G_OPTION_ARG_INT, &ask.host_us,
		  "Host time per operation (7)", "US" },
		{ "graph", 'g', 0, G_OPTION_ARG_NONE, &ask.graph,
		  "Launch every step as one graph", NULL },
		{ "compress", 'z', 0, G_OPTION_ARG_NONE, &ask.compress,
		  "Compress (a plain trace is read in place)", NULL },
		{ 0 },
	};

	if (!ct_cli_parse(NAME, "MODEL", models, entries, &common, &argc, &argv, &code))
		return code;
	if (argc != 2)
		code = ct_cli_usage(NAME, "one model is needed");
	else if (!(generator = find_generator(argv[1])))
		code = CT_EXIT_USAGE;
	else
		code = generate(generator, &ask, &common);
	g_free(ask.out);
	g_free(ask.device);
	return code;
}
