/*
 * scenario.h - what is to be simulated, resolved: who arrives how, on which device,
 * under which policies.
 *
 * A scenario comes from a JSON file (cotenant-scenario(5); strict keys) or from tenants
 * on the command line; either way defaults are filled in here, and ct_scenario_json()
 * gives them back, so that a report holds a complete scenario.
 */
#ifndef CT_SIM_SCENARIO_H
#define CT_SIM_SCENARIO_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

#include "sim/sharing.h"

#define CT_MAX_COPIES 4096 /* of one closed-loop tenant */
#define CT_MAX_WEIGHT 10000
#define CT_MAX_RANK   1000000
#define CT_MAX_REPEAT 10000
#define CT_MAX_JITTER 500000 /* ppm */

enum ct_arrival_kind {
	CT_ARRIVE_CLOSED,   /* `copies` of the program, each starts anew when it is done */
	CT_ARRIVE_PERIODIC, /* a request every period_ns */
	CT_ARRIVE_POISSON,  /* rate_per_s, exponential gaps from the run's seed */
	CT_ARRIVE_FILE,     /* time_ns[], read from a file */
};

struct ct_arrival {
	enum ct_arrival_kind kind;
	uint32_t copies;
	int64_t period_ns;
	double rate_per_s;
	char *path;
	int64_t *time_ns; /* ascending, from 0 */
	size_t n_times;
};

struct ct_tenant_spec {
	char *name, *trace;       /* trace: path as given */
	int32_t rank;             /* larger is more important; default 0 */
	uint32_t weight;          /* default 100 */
	int64_t slo_ns;           /* 0: none */
	uint32_t idempotent;      /* its kernels may run again from the start */
	uint32_t spread_permille; /* of the durations of a kernel's blocks; default 0 */
	char *requests; /* marker that delimits requests; NULL: the whole trace is one */
	char *curves;   /* file of measured curves (curve-file.h); NULL: none */
	struct ct_arrival arrive;
	struct ct_tenant_sharing sharing;
};

struct ct_policy_spec {
	char *spec;     /* "name" or "name:option=value,..." */
	json_t *params; /* further options, or NULL */
};

struct ct_expectation {      /* "TENANT.latency_ns.p99" or "system.stp": min and max */
	char *path, *policy; /* policy NULL: every policy */
	double min, max;     /* -inf, inf where not given */
};

struct ct_sweep { /* "policy.slice_ns": [values], "tenants.NAME.arrive.copies", "seed" ... */
	char *path;
	json_t *values;
};

struct ct_scenario {
	char *path; /* of the file; NULL: from the command line */
	char *why;
	char *device, *actuator; /* names or paths; actuator default "ideal" */
	char *estimator;       /* of demands that a trace does not have; default "shape" */
	uint64_t seed;         /* default 1 */
	int64_t duration_ns;   /* 0: until every tenant finished min_requests */
	uint32_t min_requests; /* default 10 */
	int64_t patience_ns;   /* default 10 s of waiting without cause */
	uint32_t repeat;       /* default 1 */
	uint32_t engine;       /* enum ct_gpu_engine_kind */
	uint32_t fluid_priorities; /* the fluid engine may be used with priorities */
	uint32_t jitter_ppm;       /* kernels vary by up to that, either way; 0: not */
	struct ct_sharing sharing;
	struct ct_policy_spec *policy; /* "all" stands for every one there is */
	size_t n_policies;
	json_t *policy_options; /* for every policy that has an option of that name */
	struct ct_tenant_spec *tenant;
	size_t n_tenants;
	struct ct_sweep *sweep;
	size_t n_sweeps;
	struct ct_expectation *expect;
	size_t n_expectations;
};

struct ct_scenario *ct_scenario_new(void); /* defaults, no tenants, no policies */
void ct_scenario_free(struct ct_scenario *);

/* Parses a scenario file; relative paths in it are relative to its folder. */
struct ct_scenario *ct_scenario_load(const char *path, GError **error);

/* Parses DOCUMENT.  PATH names it in messages; FOLDER (NULL: the current one) is what
 * its relative paths are relative to. */
struct ct_scenario *ct_scenario_parse(json_t *document, const char *path,
				      const char *folder, GError **error);

/* A copy in which PATH is VALUE (borrowed): "seed", "tenants.NAME.arrive.copies",
 * "policy.slice_ns" (an option of every policy that has it). */
struct ct_scenario *ct_scenario_with(const struct ct_scenario *, const char *path,
				     json_t *value, GError **error);

/* TRUE if the file at PATH is a scenario by content: JSON with a "cotenant" key that
 * begins with "scenario/". */
gboolean ct_scenario_probe(const char *path);

/* Appends a zeroed tenant with its defaults.  Names it after NAME, or after its trace if
 * NAME is NULL; a name that is taken gets a suffix. */
struct ct_tenant_spec *ct_scenario_tenant(struct ct_scenario *, const char *name,
					  const char *trace);
void ct_scenario_add_policy(struct ct_scenario *, const char *spec, json_t *params);

/* Adds "[NAME=]TRACE[,rank=N][,weight=N][,slo_ms=X][,arrive=...][,requests=MARKER]
 * [,curves=FILE]" and the keys of struct ct_tenant_sharing.
 * A backslash escapes '=' and ','; a repeated name gets a suffix. */
gboolean ct_scenario_add_tenant(struct ct_scenario *, const char *argument, GError **error);

/* "closed:N", "every:DUR", "poisson:RATE", "file:PATH"; ct_arrival_text() gives that
 * back.  Nothing is owned after a failure. */
gboolean ct_arrival_parse(const char *text, struct ct_arrival *, GError **error);
char *ct_arrival_text(const struct ct_arrival *);
void ct_arrival_clear(struct ct_arrival *);

/* "250us", "10 ms", "1.5s", "1000" (ns). */
gboolean ct_duration_parse(const char *text, int64_t *ns, GError **error);

/* The shortest way to write it exactly: "10ms". */
char *ct_duration_text(int64_t ns);

/* The complete scenario as a JSON object; owned by the caller. */
json_t *ct_scenario_json(const struct ct_scenario *);

#endif
