/*
 * study-plan.h - what a study will run: sweep points, and the policies of each.
 */
#ifndef CT_SIM_STUDY_PLAN_H
#define CT_SIM_STUDY_PLAN_H

#include "sim/study.h"

/* Every combination of the sweep's values, the last sweep fastest; one if there is none. */
gboolean ct_study_plan_points(const struct ct_scenario *, GPtrArray *points,
			      GError **error);

/* Chooses the policies of the point's scenario; "all" stands for every one there is. */
gboolean ct_study_plan_policies(struct ct_study_point *, GError **error);

void ct_study_point_free(struct ct_study_point *);

#endif
