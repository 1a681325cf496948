/*
 * study.h - many runs that are read together: sweep points x policies x repeats.
 *
 * Devices, traces and programs are loaded once and shared; the runs are independent, so
 * they go in parallel, and everything is kept in the order of the scenario, whatever
 * the order in which runs finish.  Beside the runs asked for, each tenant runs without
 * regard to the policy: alone (what its slowdown is relative to, see study-alone.h),
 * once against its own recording (replay error), and once with kernels of 1 ns (control:
 * a replay error that does not grow then measured nothing).
 */
#ifndef CT_SIM_STUDY_H
#define CT_SIM_STUDY_H

#include "models/actuator.h"
#include "sim/run.h"

struct ct_sensitivity; /* sensitivity.h */

struct ct_study_options {
	guint n_threads; /* 0: one per processor */
	struct ct_trace *(*open_trace)(const char *path, void *data, GError **error);
	void *open_data;
	void (*progress)(double done,
			 void *data); /* may be NULL; from the calling thread */
	void *progress_data;
	const gboolean *cancel; /* NULL: never */
	FILE *ledger;           /* of the first run; NULL: none */
	struct ct_timeline *timeline;
	struct ct_explain *explain; /* the first run tells it; NULL: none */
	gboolean sensitivity; /* also vary what is not known well; needs a single point */
};

struct ct_study_input { /* a file that was read */
	char *path, *sha256;
};

struct ct_study_policy {
	struct ct_policy_choice choice;
	gboolean named; /* not by "all" */
};

struct ct_study_point { /* one combination of the sweep's values */
	json_t *set;    /* path -> value; empty without a sweep */
	struct ct_scenario *scenario;
	const struct ct_device *device;
	const struct ct_actuator_model *actuator;
	const struct ct_program **program; /* per tenant */
	struct ct_study_policy *policy;
	size_t n_policies;
	struct ct_run_result **replay, **control; /* [tenant] */
};

struct ct_study_cell { /* one run */
	const struct ct_study_point *point;
	const struct ct_study_policy *policy;
	uint32_t repeat;
	uint64_t seed;
	struct ct_run_result *run;
	const struct ct_study_alone **alone; /* per tenant; NULL: no request finished */
	double *slowdown;                    /* per tenant; NaN: not defined */
	double stp, antt, fairness, jain;
};

struct ct_study_refusal {
	const struct ct_study_policy *policy;
	char *reason;
};

struct ct_study {
	const struct ct_scenario *scenario; /* borrowed */
	GPtrArray *points;                  /* struct ct_study_point * */
	GPtrArray *cells; /* struct ct_study_cell *: point, then policy, then repeat */
	GPtrArray *alone; /* struct ct_study_alone *: the runs the cells compare with */
	struct ct_sensitivity *sensitivity; /* NULL: not asked for */
	GPtrArray *variant_cells;           /* as cells, of its variants */
	GPtrArray *refusals; /* struct ct_study_refusal *: policies that cannot run here */
	GPtrArray *inputs;   /* struct ct_study_input * */
	GPtrArray *warnings; /* char *: what limits the meaning of the results */
	struct ct_study_store *store; /* what was loaded */
};

/* A run that fails for another reason than an unsupported policy fails the study; so
 * does cancelling it (CT_EXIT_FAILED). */
struct ct_study *ct_study_run(const struct ct_scenario *, const struct ct_study_options *,
			      GError **error);
void ct_study_free(struct ct_study *);

/* Of the same requests of tenant T when it ran alone; count is 0 if there were none. */
const struct ct_latency *ct_study_alone_latency(const struct ct_study_cell *, size_t t);

#endif
