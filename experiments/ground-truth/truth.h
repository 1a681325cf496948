/*
 * truth.h - predictions beside measurements, one group of rows per set of measurements.
 *
 * A group asks one question of one set of published measurements.  Each of its rows has
 * what was measured, what the simulator (or a model form) says, and what a predictor too
 * simple to be wrong about anything says: the control.  A prediction that does not beat
 * its control has told us nothing, however small its error.
 *
 * Errors are (predicted - measured) / measured, in percent; a group where that means
 * nothing says in its notes what its errors are relative to.
 */
#ifndef CT_GROUND_TRUTH_H
#define CT_GROUND_TRUTH_H

#include <glib.h>
#include <stdio.h>

struct truth_row {
	char *name;
	double measured, predicted; /* in the group's unit */
	double error_pct;           /* signed */
	double control;             /* what the control predicts; NaN: nothing */
	double control_error_pct;
	double goal;     /* NaN: none was set */
	gboolean fitted; /* the measurement, or part of it, went into the prediction */
};

/* A model form and how far off it is, mean of |error| in percent. */
struct truth_form {
	char *name;
	unsigned parameters;
	double in_sample_pct; /* on what it was fitted to */
	double k_fold_pct;    /* on pairs it had not seen */
	double leave_out_pct; /* on combinations of models it had not seen; NaN: no such */
};

struct truth_group {
	const char *name, *unit;  /* static, as is the next */
	const char *control;      /* what the control is, in words */
	gboolean goal_is_percent; /* goals bound |error_pct|; else `predicted` */
	char *skipped;            /* why there are no rows; NULL: there are */
	GArray *rows;             /* struct truth_row */
	GArray *forms;            /* struct truth_form, best last; may be empty */
	GPtrArray *notes;         /* char *: method, limits, findings; a sentence each */
};

/* How far off a column of errors is, |percent|, over rows that were not fitted. */
struct truth_errors {
	guint n;
	double p50, p90, max; /* NaN if n is 0 */
};
void truth_errors(const struct truth_group *, gboolean of_control,
		  struct truth_errors *out);

/* Adds a row; its errors are relative to MEASURED.  The row may be amended. */
struct truth_row *truth_row(struct truth_group *, double measured, double predicted,
			    double control, const char *name, ...) G_GNUC_PRINTF(5, 6);
void truth_note(struct truth_group *, const char *format, ...) G_GNUC_PRINTF(2, 3);
void truth_form(struct truth_group *, const struct truth_form *); /* copies the name */
void truth_skip(struct truth_group *, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Where a row stands against its goal; that the control meets it too says that the goal
 * is met by too little. */
enum truth_verdict { TRUTH_NO_GOAL, TRUTH_MISSED, TRUTH_MET, TRUTH_MET_BY_BOTH };
enum truth_verdict truth_verdict(const struct truth_group *, const struct truth_row *);

struct truth_group *truth_group_new(void);
void truth_group_free(struct truth_group *);

/* A path in the folder of data; NULL, and the group is skipped, if there is no such file. */
char *truth_data(struct truth_group *, const char *folder, const char *file);

/* Each fills a new group, or skips it with a reason. */
typedef gboolean truth_run(struct truth_group *, GError **);
truth_run truth_microbench;   /* microbench.c: two synthetic kernels on a V100 */
truth_run truth_abacus;       /* abacus.c: groups of inference programs under MPS */
truth_run truth_closed_form;  /* closed-form.c: answers worked out by hand */
truth_run truth_preemption;   /* preemption.c: how long it takes to stop a task */
truth_run truth_head_of_line; /* head-of-line.c: short kernels behind long ones */
truth_run truth_igniter;      /* igniter.c: pairs of servers on disjoint SMs of a V100 */
truth_run truth_inthewild;    /* inthewild.c: kernels beside collective communication */
truth_run truth_natural;      /* natural.c: kernels of one program that met by themselves */
truth_run truth_parvagpu;     /* parvagpu.c: MIG instances, processes under MPS */
truth_run truth_tally;        /* tally.c: pairs of training jobs */
truth_run truth_solo;         /* solo.c: recorded programs, against their own timelines */

/* print.c; GROUPS holds struct truth_group *. */
void truth_print_text(FILE *, const GPtrArray *groups);
void truth_print_json(FILE *, const GPtrArray *groups);

#endif
