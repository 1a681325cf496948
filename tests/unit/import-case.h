/*
 * import-case.h - a small foreign file, imported and taken apart again, for tests.
 */
#ifndef CT_TESTS_IMPORT_CASE_H
#define CT_TESTS_IMPORT_CASE_H

#include "traces/import.h"
#include "traces/reader.h"

struct import_case {
	char *directory, *in, *out;
	struct ct_trace *trace;
	struct ct_import_summary summary;
	GArray *ops;   /* of struct ct_op, lane after lane */
	GArray *lanes; /* of uint32_t: the lane of each */
};

/* Writes TEXT to a file in a new directory. */
void import_case_begin(struct import_case *, const char *name, const char *text,
		       size_t length);

/* Imports it, which must work, and reads it back. */
void import_case_run(struct import_case *);

/* Imports it, which must fail with CODE, say WHY, name the file and leave nothing. */
void import_case_fails(struct import_case *, int code, const char *why);

void import_case_end(struct import_case *);

/* The NTH operation of KIND; fails the test if there is none. */
const struct ct_op *import_case_op(const struct import_case *, enum ct_op_kind kind,
				   guint nth);
guint import_case_count(const struct import_case *, enum ct_op_kind kind);

/* The source's stream number of OP. */
uint32_t import_case_stream(const struct import_case *, const struct ct_op *op);

#endif
