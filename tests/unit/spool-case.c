/*
 * spool-case - a spool made by hand, imported.
 */
#include "tests/unit/spool-case.h"

#include <check.h>

#include "sim/base/error.h"

struct spool_builder spool_case;

void spool_case_begin(void)
{
	spool_begin(&spool_case, 100);
	spool_preamble(&spool_case);
}

/* What was built, imported. */
struct import_case *spool_case_imported(void)
{
	static struct import_case c;

	spool_end(&spool_case);
	import_case_begin(&c, "100-1.spool", (const char *)spool_case.file->data,
			  spool_case.file->len);
	spool_free(&spool_case);
	import_case_run(&c);
	return &c;
}

void spool_case_fails(const char *why)
{
	struct import_case c;

	spool_block(&spool_case);
	import_case_begin(&c, "100-1.spool", (const char *)spool_case.file->data,
			  spool_case.file->len);
	spool_free(&spool_case);
	import_case_fails(&c, CT_EXIT_INPUT, why);
	import_case_end(&c);
}

const struct ct_recording_record *spool_case_recording(const struct import_case *c)
{
	ck_assert_uint_eq(c->trace->n_recordings, 1);
	return &c->trace->recording[0];
}

/* How often RULE fails of the trace. */
uint64_t spool_case_failures(const struct import_case *c, enum ct_rule rule)
{
	struct ct_check check;
	uint64_t n;

	ck_assert(ct_trace_check(c->trace, 100, &check, NULL));
	n = check.rule[rule].failures;
	ck_assert_int_eq(ct_check_passed(&check), n == 0);
	ct_check_clear(&check);
	return n;
}
