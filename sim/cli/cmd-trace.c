/* cmd-trace - `cotenant trace`: a table of what can be done with a trace. */
#include "sim/cli/cmd-trace.h"

#include "sim/cli/cli.h"

static const struct ct_command commands[] = {
	{ "info", "what is in a trace: counts, times, shapes, top kernels",
	  ct_trace_cmd_info },
	{ "dump", "one line per operation", ct_trace_cmd_dump },
	{ "check", "whether a trace may stand for isolated work", ct_trace_cmd_check },
	{ "cut", "a part of a trace as a trace of its own", ct_trace_cmd_cut },
	{ "merge", "several traces as one", ct_trace_cmd_merge },
	{ "counters", "put measured hardware counters into a trace",
	  ct_trace_cmd_counters },
	{ "import", "turn other tools' recordings into a trace", ct_trace_cmd_import },
	{ "export", "write a trace for other tools", ct_trace_cmd_export },
	{ "generate", "a trace computed from a model's arithmetic", ct_trace_cmd_generate },
	{ NULL, NULL, NULL },
};

int ct_cmd_trace(int argc, char **argv)
{
	return ct_cli_dispatch(
		"cotenant trace",
		"Shows, checks, cuts, merges, converts and generates traces.", commands,
		argc, argv);
}
