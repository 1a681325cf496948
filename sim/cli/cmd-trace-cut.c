/*
 * cmd-trace-cut - `cotenant trace cut`: a part of a trace as a trace of its own.
 */
#include <math.h>
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/cmd-trace.h"
#include "sim/cli/open-trace.h"
#include "traces/cut.h"

#define NAME "trace cut"

static const char description[] =
	"Times count from the trace's beginning and need a unit: 1500us, 20ms, 1.5s, "
	"300ns.\n"
	"NAME#2 is the second range of marker NAME to begin; NAME alone is the first.\n"
	"An operation belongs to the part if its call began in it.";

/* "1.5ms"; NULL leaves *NS as it is. */
static gboolean parse_time(const char *option, const char *text, int64_t *ns, int *code)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	char *unit;
	double value;

	if (!text)
		return TRUE;
	value = g_ascii_strtod(text, &unit);
	for (gsize i = 0; unit != text && i < G_N_ELEMENTS(units); i++) {
		if (strcmp(unit, units[i].name) || !(fabs(value * units[i].ns) < 9e18))
			continue;
		*ns = (int64_t)llround(value * units[i].ns);
		return TRUE;
	}
	*code = ct_cli_usage(NAME, "%s: '%s' is no time; write it as 1500us, 20ms or 1.5s",
			     option, text);
	return FALSE;
}

/* Splits "NAME#2"; a number that is not there is 1. */
static char *parse_marker(const char *text, guint64 *number)
{
	const char *hash = strrchr(text, '#');
	char *end;

	*number = 1;
	if (!hash || !g_ascii_isdigit(hash[1]))
		return g_strdup(text);
	*number = g_ascii_strtoull(hash + 1, &end, 10);
	return *end ? g_strdup(text) : g_strndup(text, (gsize)(hash - text));
}

static gboolean cut(const char *path, const char *out, const char *marker,
		    struct ct_cut *cut, const struct ct_cli_common *common, GError **error)
{
	struct ct_trace *trace = ct_cli_open_trace(path, common, error);
	g_autofree char *name = NULL;
	gboolean ok = TRUE;
	uint64_t n_ops = 0;
	guint64 number;

	if (!trace)
		return FALSE;
	if (marker) {
		name = parse_marker(marker, &number);
		ok = ct_cut_to_marker(trace, name, number, cut, error);
	}
	if (cut->lane != CT_NONE && cut->lane >= trace->n_lanes) {
		ct_usage_error(error, "--lane: %s has %u lanes, from 0; there is no %u",
			       path, trace->n_lanes, cut->lane);
		ok = FALSE;
	}
	ok = ok && ct_trace_cut(trace, cut, out, &n_ops, error);
	if (ok)
		ct_cli_say(common,
			   "%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " operations",
			   out, n_ops, trace->n_ops);
	ct_trace_free(trace);
	return ok;
}

int ct_trace_cmd_cut(int argc, char **argv)
{
	g_autofree char *from = NULL, *to = NULL, *marker = NULL, *out = NULL;
	int lane = -1, device = -1, code = CT_EXIT_USAGE;
	struct ct_cut part = {
		.from_ns = INT64_MIN, .to_ns = INT64_MAX, .lane = CT_NONE, .device = CT_NONE
	};
	struct ct_cli_common common;
	gboolean compress = FALSE;
	GError *error = NULL;
	const GOptionEntry entries[] = {
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &out, "The trace to write",
		  "FILE" },
		{ "from", 0, 0, G_OPTION_ARG_STRING, &from, "Where the part begins",
		  "TIME" },
		{ "to", 0, 0, G_OPTION_ARG_STRING, &to, "Where it ends", "TIME" },
		{ "marker", 'm', 0, G_OPTION_ARG_STRING, &marker, "The range of a marker",
		  "NAME[#N]" },
		{ "lane", 'l', 0, G_OPTION_ARG_INT, &lane, "Only this lane", "LANE" },
		{ "device", 'd', 0, G_OPTION_ARG_INT, &device,
		  "Only work on this device, by its number in the source", "ID" },
		{ "compress", 'z', 0, G_OPTION_ARG_NONE, &compress,
		  "Compress (a plain trace is read in place)", NULL },
		{ 0 },
	};

	if (!ct_cli_parse(NAME, "TRACE", description, entries, &common, &argc, &argv,
			  &code))
		return code;
	if (argc != 2 || !out)
		return ct_cli_usage(NAME, "one trace and --output are needed");
	if (lane < -1 || device < -1)
		return ct_cli_usage(NAME, "lanes and devices count from 0");
	if (!parse_time("--from", from, &part.from_ns, &code) ||
	    !parse_time("--to", to, &part.to_ns, &code))
		return code;
	if (lane >= 0)
		part.lane = (uint32_t)lane;
	if (device >= 0)
		part.device = (uint32_t)device;
	part.zstd_level = compress ? 6 : 0;
	if (!cut(argv[1], out, marker, &part, &common, &error))
		return ct_cli_fail(NAME, error);
	return CT_EXIT_OK;
}
