/*
 * record.h - what makes one record of a trace valid.
 *
 * The writer refuses to write what fails here, and the reader refuses to read it, so
 * code behind the reader uses every index of a record without looking.  No GLib.
 */
#ifndef CT_TRACES_RECORD_H
#define CT_TRACES_RECORD_H

#include <stddef.h>

#include "traces/format.h"

#define CT_N_TABLES (CT_CHUNK_CURVES + 1) /* that of CT_CHUNK_OPS stays empty */

/* How many records each table holds so far, by enum ct_chunk_type. */
struct ct_table_counts {
	uint32_t n[CT_N_TABLES];
};

/* Bytes of one record of TYPE; 0 for strings and types that are not known. */
size_t ct_record_bytes(uint32_t type);

/* "devices" for CT_CHUNK_DEVICES, and so on. */
const char *ct_chunk_name(uint32_t type);

/* NULL if RECORD may be appended to table TYPE; else the name of the field at fault. */
const char *ct_table_fault(uint32_t type, const void *record,
			   const struct ct_table_counts *);

/* NULL if OP is valid; else the name of the field at fault. */
const char *ct_op_fault(const struct ct_op *op, const struct ct_table_counts *);

#endif
