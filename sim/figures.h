/*
 * figures.h - what a study reports of a run, one row per figure, and of its repeats.
 *
 * One run is one draw: its figures carry no interval.  Repeats of one policy, with other
 * seeds, are a group, of which a figure has a mean and the 95 % confidence interval of
 * that mean.  This holds for quantiles too: theirs is the interval of the mean of the
 * repeats' quantiles.
 */
#ifndef CT_SIM_FIGURES_H
#define CT_SIM_FIGURES_H

#include "sim/metrics.h"
#include "sim/study.h"

/* From so many closed loops on, a single run is one course of events among many: the
 * smallest change of kernel times makes another. */
#define CT_CHAOTIC_LOOPS 4

struct ct_figure {
	const char *name;
	gboolean system; /* of the run, not of a tenant */
	int better;      /* 1: more is, -1: less is, 0: neither */
	double (*value)(const struct ct_study_cell *, size_t tenant); /* NaN: undefined */
};

/* The first ones are what policies are compared by; it ends with a NULL name. */
enum { CT_FIGURES_COMPARED = 8 };
extern const struct ct_figure ct_figures[];
const struct ct_figure *ct_figure_find(const char *name); /* of the table */

/* The repeats of one policy at one point: cells [first, first + n) of the study. */
struct ct_group {
	guint first, n;
};

/* The groups of the point that cell FIRST belongs to: struct ct_group; owned. */
GArray *ct_groups_from(const struct ct_study *, guint first);

struct ct_mean ct_group_mean(const struct ct_study *, const struct ct_group *,
			     const struct ct_figure *, size_t tenant);

/* How many of the repeats differ from all before them. */
guint ct_group_distinct(const struct ct_study *, const struct ct_group *);

/* Closed loops that run at the same time. */
uint64_t ct_closed_loops(const struct ct_scenario *);

/*
 * Whether the group, ROW of GROUPS, is better in the figure than every other that is not
 * its equal, as far as the runs can tell: their intervals do not overlap.  Nobody is best
 * where all are alike, nor where single runs are one draw of many.
 */
gboolean ct_group_is_best(const struct ct_study *, const GArray *groups, guint row,
			  const struct ct_figure *, size_t tenant);

#endif
