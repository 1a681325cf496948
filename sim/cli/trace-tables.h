/*
 * trace-tables.h - what a trace says beside its operations: how it was recorded, which
 * contexts have only some of the SMs, how graphs are connected, and measured curves.
 */
#ifndef CT_CLI_TRACE_TABLES_H
#define CT_CLI_TRACE_TABLES_H

#include "sim/cli/cli.h"
#include "traces/reader.h"

/* Adds the keys of `trace info --output-format=json`. */
void ct_tables_json(const struct ct_trace *, json_t *object);

/* Prints lines of a label and a text; nothing for what is not there. */
void ct_tables_text(const struct ct_trace *,
		    void (*line)(const char *label, const char *format, ...));

/* Prints every record of the table NAME, one a line.  FALSE if no table has that name. */
gboolean ct_tables_dump(const struct ct_trace *, const char *name, uint64_t limit,
			enum ct_output_format format);

/* "recordings, green, ..." */
extern const char ct_tables_names[];

#endif
