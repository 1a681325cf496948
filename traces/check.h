/*
 * check.h - whether a trace may stand for isolated work.
 *
 * The simulator takes a kernel's recorded time as its time alone, and its launch as the
 * host's own doing.  Each rule here is one reason why a trace would not support that.
 */
#ifndef CT_TRACES_CHECK_H
#define CT_TRACES_CHECK_H

#include "traces/reader.h"

enum ct_rule {
	CT_RULE_COMPLETE,
	CT_RULE_DROPS,
	CT_RULE_LAUNCH_ORDER,
	CT_RULE_DURATION,
	CT_RULE_STREAM_ORDER,
	CT_RULE_LANE_ORDER,
	CT_RULE_EVENTS,
	CT_RULE_TIMES,
	CT_RULE_LAUNCHES,
	CT_RULE_WAITS,
	CT_RULE_GRAPHS,
	CT_RULE_ALONE,
	CT_RULES
};

struct ct_rule_result {
	uint64_t failures;
	uint64_t tolerated; /* failures that are too few to count as such */
	char *first;        /* where it failed first; NULL: it did not */
};

struct ct_check {
	struct ct_rule_result rule[CT_RULES];
	uint64_t n_ops;
	/* Of the kernels' summed time: shared with others; of that, kernels whose time alone
	 * can be taken from launches of the same shape, and those of which there is none. */
	double overlapped_pct, estimated_pct, unknown_pct;
};

/* Device times are converted from another clock, by interpolation: so many of a million
 * pieces of work may seem to start before their call. */
#define CT_CHECK_EARLY_PPM 100

extern const char *const ct_rule_name[CT_RULES];
extern const char *const ct_rule_text[CT_RULES]; /* what holds if it holds */

/* LIMIT_PCT: more overlapped kernel time than this fails CT_RULE_ALONE. */
gboolean ct_trace_check(const struct ct_trace *, double limit_pct, struct ct_check *,
			GError **error);
gboolean ct_check_passed(const struct ct_check *);
void ct_check_clear(struct ct_check *);

#endif
