/*
 * study-alone.h - what each tenant would have got without the others.
 *
 * A slowdown compares like with like only if both runs saw the same requests: with
 * random arrivals, or requests of different lengths, the mean over the first ten is not
 * that over the first hundred.  So a tenant runs alone until as many of its requests
 * have finished as did beside the others; cells that need the same run share it.
 */
#ifndef CT_SIM_STUDY_ALONE_H
#define CT_SIM_STUDY_ALONE_H

#include "sim/study.h"

struct ct_study_alone { /* one run */
	const struct ct_study_point *point;
	uint64_t seed, requests;
	size_t tenant;
	struct ct_scenario scenario; /* a view of the point's, lasting for `requests` */
	struct ct_run_result *run;
};

void ct_study_alone_free(struct ct_study_alone *);

/* The runs that CELL needs, appended to ALONE unless they are there; cell->alone names
 * them, NULL where no request finished. */
void ct_study_alone_plan(struct ct_study_cell *cell, GPtrArray *alone);

#endif
