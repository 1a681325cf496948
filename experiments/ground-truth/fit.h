/*
 * fit.h - how well a simple form could do, judged on what it has not seen.
 *
 * The idea.  Where a model's error is small we want to know whether that is an
 * achievement; so simple forms are fitted to the measurements themselves and judged by
 * cross-validation.  A form is linear in its parameters, or its logarithm is; they
 * minimise what they are judged by, the mean of |error| relative to the measured, and
 * where the data leaves a parameter open it is 0.
 *
 * What is measured in one go (both halves of a pair) is never split between fitting and
 * judging.  Folds are drawn with a fixed seed, so that the same data gives the same
 * figures.
 */
#ifndef CT_GROUND_TRUTH_FIT_H
#define CT_GROUND_TRUTH_FIT_H

#include "experiments/ground-truth/truth.h"

#define FIT_PARAMETERS 64
#define FIT_FOLDS      5
#define FIT_NO_FAMILY  G_MAXUINT

/* A measurement, as the groups describe it. */
struct fit_case {
	double measured;
	guint pair;       /* what was measured in one go */
	guint family[2];  /* left out together, a case may belong to two; FIT_NO_FAMILY */
	gconstpointer of; /* what features() looks at */
};

struct fit_form {
	const char *name;
	unsigned parameters; /* at most FIT_PARAMETERS; 0: the constant that is least off */
	gboolean logarithm;  /* the form gives the logarithm of what is measured */
	/* Fills x (zeroed) and returns the fixed part; the prediction is that plus the sum
	 * of parameter * x.  NULL: a constant. */
	double (*features)(gconstpointer of, double *x);
};

/* The parameters from cases where KEEP is TRUE (NULL: all). */
void fit_parameters(const struct fit_form *, const GArray *cases, const gboolean *keep,
		    double *parameter);
double fit_predict(const struct fit_form *, const double *parameter,
		   const struct fit_case *);

/* Adds the form and its errors to GROUP, named with PREFIX before it.  HELD_OUT (may be
 * NULL) gets, case by case, what it predicts when it has not seen the case's pair.
 * CASES: struct fit_case. */
void fit_judge(struct truth_group *group, const char *prefix, const struct fit_form *,
	       const GArray *cases, double *held_out);

/* All forms; the one with the least k-fold error is returned, and its held-out
 * predictions are in HELD_OUT; those of the first form are in CONTROL. */
const struct fit_form *fit_judge_all(struct truth_group *, const char *prefix,
				     const struct fit_form *, size_t n, const GArray *cases,
				     double *held_out, double *control);

#endif
