/*
 * calibrate - `cotenant calibrate`: measures this machine's GPU into a device file.
 *
 * The program itself never calls the driver: each benchmark is a process (child.h).
 */
#include "config.h"

#include <getopt.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "capture/calibrate/board.h"
#include "capture/calibrate/child.h"
#include "capture/calibrate/suite.h"
#include "sim/base/error.h"

#define MOST_SECONDS 3600
#define MOST_GPUS    1024

static const char help[] =
	"Usage: cotenant calibrate [OPTION...]\n"
	"\n"
	"Measures this machine's GPU and writes a device file for cotenant run --device.\n"
	"\n"
	"  -o, --output=FILE         The device file to write (NAME.json)\n"
	"      --gpu=N               Which GPU, as the driver counts them (0)\n"
	"      --base=BOARD          The shipped board whose numbers stay where nothing "
	"is\n"
	"                            measured (that with the same SMs and the nearest "
	"memory)\n"
	"      --only=NAME[,NAME]    Only these benchmarks\n"
	"      --quick               Fewer samples\n"
	"      --limit=SECONDS       Kill a benchmark after so long, whatever it is\n"
	"      --raw=FILE            Write every sample, a line of JSON for each result\n"
	"      --list                The benchmarks, and what each of them decides\n"
	"  -q, --quiet               Say nothing but errors on stderr\n"
	"  -h, --help                Show this help\n"
	"\n"
	"No setting of the GPU is changed.  cotenant-calibrate(1) tells more.\n";

enum {
	OPTION_GPU = 256,
	OPTION_BASE,
	OPTION_ONLY,
	OPTION_QUICK,
	OPTION_LIMIT,
	OPTION_RAW,
	OPTION_LIST,
	OPTION_CHILD
};

static const struct option table[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "gpu", required_argument, NULL, OPTION_GPU },
	{ "base", required_argument, NULL, OPTION_BASE },
	{ "only", required_argument, NULL, OPTION_ONLY },
	{ "quick", no_argument, NULL, OPTION_QUICK },
	{ "limit", required_argument, NULL, OPTION_LIMIT },
	{ "raw", required_argument, NULL, OPTION_RAW },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "benchmark", required_argument, NULL, OPTION_CHILD },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct options {
	const char *output, *base, *raw, *child;
	char **only;
	int gpu;
	unsigned limit_s; /* 0: each benchmark's own */
	gboolean quick, quiet, list, help;
};

struct calibration {
	const struct options *options;
	FILE *raw;
	struct ct_cal_device device;
	struct ct_device *base;
	json_t *changes, *from;
	guint n_failed;
};

static void complain(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void complain(const char *format, ...)
{
	va_list arguments;

	fputs("cotenant calibrate: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static gboolean whole_number(const char *text, long most, long *value)
{
	char *end;

	*value = strtol(text, &end, 10);
	return g_ascii_isdigit(*text) && !*end && *value >= 0 && *value <= most;
}

static gboolean parse(int argc, char **argv, struct options *o, GError **error)
{
	int c;
	long n;

	while ((c = getopt_long(argc, argv, "o:qh", table, NULL)) != -1) {
		switch (c) {
		case 'o':
			o->output = optarg;
			break;
		case OPTION_GPU:
			if (!whole_number(optarg, MOST_GPUS, &n)) {
				ct_usage_error(error, "--gpu: '%s' is no number of a GPU",
					       optarg);
				return FALSE;
			}
			o->gpu = (int)n;
			break;
		case OPTION_LIMIT:
			if (!whole_number(optarg, MOST_SECONDS, &n) || n == 0) {
				ct_usage_error(error,
					       "--limit: '%s' is not 1 to %d seconds",
					       optarg, MOST_SECONDS);
				return FALSE;
			}
			o->limit_s = (unsigned)n;
			break;
		case OPTION_BASE:
			o->base = optarg;
			break;
		case OPTION_ONLY:
			g_strfreev(o->only);
			o->only = g_strsplit(optarg, ",", -1);
			break;
		case OPTION_QUICK:
			o->quick = TRUE;
			break;
		case OPTION_RAW:
			o->raw = optarg;
			break;
		case OPTION_LIST:
			o->list = TRUE;
			break;
		case OPTION_CHILD:
			o->child = optarg;
			break;
		case 'q':
			o->quiet = TRUE;
			break;
		case 'h':
			o->help = TRUE;
			break;
		default:
			ct_usage_error(error, "see 'cotenant calibrate --help'");
			return FALSE;
		}
	}
	return TRUE;
}

/* What no getopt says. */
static gboolean sensible(int argc, char **argv, const struct options *o, GError **error)
{
	if (optind < argc) {
		ct_usage_error(error, "'%s' is one word too many", argv[optind]);
		return FALSE;
	}
	for (char **name = o->only; name && *name; name++) {
		if (!ct_benchmark_named(*name) ||
		    ct_benchmark_named(*name) == ct_benchmarks) {
			ct_usage_error(error, "--only: no benchmark '%s'; see --list",
				       *name);
			return FALSE;
		}
	}
	if (o->child || o->list)
		return TRUE;
	if (!o->output || !g_str_has_suffix(o->output, ".json")) {
		ct_usage_error(error, "--output=NAME.json is needed");
		return FALSE;
	}
	return TRUE;
}

static void list(void)
{
	for (const struct ct_benchmark *b = ct_benchmarks + 1; b->name; b++) {
		g_auto(GStrv) keys = g_strsplit(b->keys, " ", -1);

		printf("%-12s %s\n", b->name, b->decides);
		for (char **key = keys; *key; key++)
			printf("             %s\n", *key);
	}
}

static gboolean wanted(const struct options *o, const char *name)
{
	return !o->only || g_strv_contains((const char *const *)o->only, name);
}

static void listen(struct calibration *c, const struct ct_benchmark *b,
		   struct ct_cal_said *said)
{
	const struct options *o = c->options;

	ct_cal_listen(b->name, o->gpu, o->quick, o->limit_s ? o->limit_s : b->limit_s,
		      c->raw, said);
}

/* Which device it is; FALSE: said why not. */
static gboolean ask_device(struct calibration *c, int *code)
{
	struct ct_cal_device *d = &c->device;
	struct ct_cal_said said;
	json_int_t bytes;
	const char *name;

	listen(c, ct_benchmarks, &said);
	*code = said.code;
	if (said.failure) {
		complain("%s", said.failure);
	} else if (json_unpack(json_array_get(said.lines, 0),
			       "{s:s, s:i, s:i, s:i, s:i, s:I}", "device", &name, "version",
			       &d->version, "cc_major", &d->cc_major, "cc_minor",
			       &d->cc_minor, "sms", &d->sms, "memory_bytes", &bytes)) {
		complain("the driver does not say what the GPU is");
		*code = CT_EXIT_FAILED;
	} else {
		d->name = g_strdup(*name ? name : "GPU");
		d->memory_bytes = bytes;
	}
	ct_cal_forget(&said);
	return d->name != NULL;
}

static char *source_of(const struct calibration *c, double q1, double q3, json_int_t n,
		       const char *how)
{
	const struct ct_cal_device *d = &c->device;
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *day = g_date_time_format(now, "%Y-%m-%d");
	g_autofree char *spread = n == 1 ? g_strdup("")
					 : g_strdup_printf("median of %" JSON_INTEGER_FORMAT
							   ", quartiles %.0f to %.0f; ",
							   n, q1, q3);

	return g_strdup_printf("measured on this machine's %s, driver %d.%d, %s: %s%s",
			       d->name, d->version / 1000, d->version % 1000 / 10, day,
			       spread, how);
}

/* One result: into the file, or only shown. */
static void take(struct calibration *c, const char *benchmark, json_t *line)
{
	double median, q1, q3;
	json_int_t n;
	const char *key, *unit, *how;
	g_autoptr(GError) error = NULL;
	g_autofree char *source = NULL;
	const char *place = "reported only";
	int64_t value;

	if (json_unpack(line, "{s:s, s:s, s:F, s:F, s:F, s:I, s:s}", "key", &key, "unit",
			&unit, "median", &median, "q1", &q1, "q3", &q3, "n", &n, "how",
			&how))
		return; /* an error, which was taken already */
	if (ct_cal_has(c->base, key)) {
		/* A difference of two times may be a little less than the nothing it is. */
		value = median < 0 && q3 >= 0 ? 0 : llround(CLAMP(median, -1e18, 1e18));
		place = "into the file";
		if (!ct_cal_accept(c->base, c->changes, key, value, &error)) {
			complain("%s: %s = %.0f is not taken: %s", benchmark, key, median,
				 error->message);
			c->n_failed++;
			return;
		}
		source = source_of(c, q1, q3, n, how);
		json_object_set_new(c->from, key, json_string(source));
	}
	if (!c->options->quiet)
		printf("%-34s %16.0f  %.0f to %.0f %s, n %" JSON_INTEGER_FORMAT ", %s\n",
		       key, median, q1, q3, unit, n, place);
}

static void run(struct calibration *c, const struct ct_benchmark *b)
{
	struct ct_cal_said said;
	json_t *line;
	size_t i;

	listen(c, b, &said);
	json_array_foreach(said.lines, i, line) {
		take(c, b->name, line);
	}
	if (said.failure) {
		complain("%s: %s; what it did not measure stays as shipped", b->name,
			 said.failure);
		c->n_failed++;
	}
	ct_cal_forget(&said);
}

static int calibrate(struct calibration *c, GError **error)
{
	const struct options *o = c->options;
	int code;

	if (!ask_device(c, &code))
		return code;
	c->base = ct_cal_base(&c->device, o->base, error);
	if (!c->base)
		return (*error)->code;
	if (!o->quiet)
		printf("%s: from %s\n", c->device.name, c->base->name);
	for (const struct ct_benchmark *b = ct_benchmarks + 1; b->name; b++) {
		if (wanted(o, b->name))
			run(c, b);
		fflush(stdout);
	}
	if (json_object_size(c->changes) == 0) {
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED,
			    "nothing could be measured; %s is not written", o->output);
		return CT_EXIT_FAILED;
	}
	if (!ct_cal_write(c->base, &c->device, c->changes, c->from, o->output, error))
		return (*error)->code;
	if (!o->quiet)
		printf("%s: %zu numbers measured, the others as shipped\n", o->output,
		       json_object_size(c->changes));
	return c->n_failed ? CT_EXIT_FAILED : CT_EXIT_OK;
}

static int begin(const struct options *o, GError **error)
{
	struct calibration c = { .options = o,
				 .changes = json_object(),
				 .from = json_object() };
	int code = CT_EXIT_INPUT;

	c.raw = o->raw ? fopen(o->raw, "we") : NULL;
	if (o->raw && !c.raw)
		ct_input_error(error, "%s: cannot be written", o->raw);
	else
		code = calibrate(&c, error);
	if (c.raw && fclose(c.raw)) {
		complain("%s: was not written in full", o->raw);
		code = code ? code : CT_EXIT_FAILED;
	}
	json_decref(c.changes);
	json_decref(c.from);
	g_free(c.device.name);
	ct_device_free(c.base);
	return code;
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	g_autoptr(GError) error = NULL;
	int code = CT_EXIT_USAGE;

	setlocale(LC_CTYPE, "");
	if (parse(argc, argv, &o, &error) && o.help) {
		fputs(help, stdout);
		code = CT_EXIT_OK;
	} else if (!error && sensible(argc, argv, &o, &error)) {
		if (o.child && ct_benchmark_named(o.child))
			code = ct_cal_run_one(ct_benchmark_named(o.child), o.gpu, o.quick);
		else if (o.list) {
			list();
			code = CT_EXIT_OK;
		} else if (!o.child) {
			code = begin(&o, &error);
		}
	}
	if (error)
		complain("%s", error->message);
	g_strfreev(o.only);
	if (fflush(stdout) || ferror(stdout))
		code = code ? code : CT_EXIT_FAILED;
	return code;
}
