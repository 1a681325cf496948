/*
 * replay.h - a ledger's facts, told to a policy again.
 *
 * The orders must come out the same, line by line: that is the proof that a policy
 * depends on nothing but its facts, and the debugger of a run that happened elsewhere.
 */
#ifndef CT_REPLAY_H
#define CT_REPLAY_H

#include <stdio.h>

#include "policies/policy.h"

struct ct_replay {
	uint64_t lines, facts, orders;
	uint64_t line; /* the first that differs or cannot be read; 0: none */
	char expected[256], got[256];
	char error[256]; /* the ledger itself is wrong; "": it is not */
};

/* Name of the policy that wrote LEDGER, as its head says; FALSE (0) if there is none.
 * Rewinds it. */
int ct_replay_policy(FILE *ledger, char *name, size_t size);

/* 0: every line is the same.  1: one differs.  -EINVAL: not a ledger, or a damaged one. */
int ct_replay_run(const struct ct_policy *, FILE *ledger, struct ct_replay *);

#endif
