/*
 * open-trace.h - a trace given on the command line, whatever its format.
 */
#ifndef CT_CLI_OPEN_TRACE_H
#define CT_CLI_OPEN_TRACE_H

#include "sim/cli/cli.h"
#include "traces/reader.h"

/*
 * Opens PATH, which must outlive the trace.  A .ctt file is opened where it lies;
 * anything else is imported into a temporary file that is gone when the trace is freed
 * or the process ends, however it ends.  What a file that was cut off has lost is said
 * on stderr.
 */
struct ct_trace *ct_cli_open_trace(const char *path, const struct ct_cli_common *common,
				   GError **error);

#endif
