/*
 * explain-case.h - asks a run of the lab why things ran when they ran.
 */
#ifndef CT_TESTS_EXPLAIN_CASE_H
#define CT_TESTS_EXPLAIN_CASE_H

#include "sim/explain.h"
#include "tests/unit/run-case.h"

/* Asks for WHAT, words apart by blanks, with %0 and %1 for the tenants' names. */
struct ct_explain *explain_ask(struct lab *, const char *what);

/* The story of the I-th word, which must be of exactly one operation. */
const struct ct_explain_story *explain_only(const struct ct_explain *, size_t i);

/* What of a cause is a tenant's; the number behind the last tenant is nobody. */
int64_t explain_blamed(const struct ct_explain *, const struct ct_explain_story *,
		       enum ct_cause, size_t tenant);

#endif
