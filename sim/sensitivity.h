/*
 * sensitivity.h - what of a study's results hangs on numbers that are not known well.
 *
 * The idea.  Device files give ranges for numbers that sources disagree on, and the
 * estimator gives ranges for demands that nobody counted.  Each is a factor.  The study's
 * policies are run again with one factor at a time at either end of its range, and with
 * all at once in the rows of a two-level design of resolution III (a Hadamard matrix: each
 * factor is high in half of the runs, each pair in a quarter; Plackett and Burman,
 * Biometrika 33(4), 1946).  Then a figure has a spread, and an order of two policies
 * either holds throughout or does not.
 *
 * Only what the model of contention reads is varied (and slices, where contexts take
 * turns): a factor that plays no part costs runs and shows as no spread.
 */
#ifndef CT_SIM_SENSITIVITY_H
#define CT_SIM_SENSITIVITY_H

#include "models/estimate.h"
#include "sim/figures.h"
#include "sim/study.h"

/* Two policies count as apart, in a figure, from 1 % on. */
#define CT_SENSITIVITY_APART 0.01

struct ct_factor {
	const char *name; /* "demand", or a key of the device file; borrowed */
	const char *from; /* of a device file's number; borrowed; NULL: the estimator */
	json_t *low, *value, *high;
};

struct ct_variant {
	char *text; /* "dram.saturation_sms 59", "joint 3 of 8" */
	gboolean joint;
	json_t *changes; /* factor -> value */
	struct ct_study_point *point;
	struct ct_device *device;
	struct ct_program **program; /* per tenant, for point->program */
};

struct ct_spread { /* of one figure of a policy, and a tenant */
	const struct ct_figure *figure;
	size_t policy, tenant;
	double value, least, most;
	const struct ct_variant *at_least, *at_most; /* NULL: as it is */
};

struct ct_flip { /* BETTER is before WORSE as it is, but not in some variants */
	const struct ct_figure *figure;
	size_t tenant, better, worse;
	double better_value, worse_value;
	GPtrArray
		*variants; /* const struct ct_variant *, in which they are the other way */
};

struct ct_sensitivity {
	GPtrArray *factors;  /* struct ct_factor * */
	GPtrArray *variants; /* struct ct_variant * */
	GArray *spreads;     /* struct ct_spread: policy, tenant, figure */
	GArray *flips;       /* struct ct_flip */
	guint n_orders;      /* pairs that are apart as it is, over all figures */
};

/* The variants of a loaded point, to be run. */
struct ct_sensitivity *ct_sensitivity_plan(const struct ct_study_point *, GError **error);

/* From the cells as it is and those of the variants. */
void ct_sensitivity_judge(struct ct_sensitivity *, const struct ct_study_point *,
			  const GPtrArray *cells, const GPtrArray *variant_cells);
void ct_sensitivity_free(struct ct_sensitivity *);

#endif
