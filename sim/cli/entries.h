/*
 * entries.h - the fields of a document in which every number has a source, as a table.
 */
#ifndef CT_CLI_ENTRIES_H
#define CT_CLI_ENTRIES_H

#include "models/sourced.h"
#include "sim/cli/cli.h"

/* A value as text; a long list is cut where it would set the width of the column. */
char *ct_entry_text(json_t *value, enum ct_output_format);

/* ENTRY_AT gives the I-th field of OF; FALSE: there is none. */
void ct_entries_print(gboolean (*entry_at)(const void *of, size_t i, struct ct_entry *),
		      const void *of, enum ct_output_format);

#endif
