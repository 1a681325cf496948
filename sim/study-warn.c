/*
 * study-warn - what limits the meaning of a study's results, one sentence each.
 */
#include "sim/study-warn.h"

#include <stdarg.h>
#include <string.h>

#include "sim/figures.h"
#include "sim/gpu.h"

#include "models/mig.h"
#include "models/sourced.h"

#define WORTH_SAYING_PCT 1.0 /* of kernel time */
#define HOST_BOUND_PCT   5.0 /* of a request's time, is what its kernels determine */

/* Once, however many points and runs of a study have cause to. */
static void G_GNUC_PRINTF(2, 3) warn(struct ct_study *study, const char *format, ...)
{
	char *text;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (g_ptr_array_find_with_equal_func(study->warnings, text, g_str_equal, NULL))
		g_free(text);
	else
		g_ptr_array_add(study->warnings, text);
}

static void warn_of_tenant(struct ct_study *study, const struct ct_tenant_spec *t,
			   const struct ct_program *p)
{
	if (!p->trace->complete)
		warn(study, "%s: the trace was cut off: %s", t->name,
		     p->trace->missing ? p->trace->missing : "its end is missing");
	if (p->trace->n_dropped)
		warn(study, "%s: the recorder lost %" G_GUINT64_FORMAT " records", t->name,
		     p->trace->n_dropped);
	if (p->estimated_pct >= WORTH_SAYING_PCT)
		warn(study,
		     "%s: %.0f %% of its kernel time was only recorded beside other "
		     "kernels: "
		     "its length alone is an estimate",
		     t->name, p->estimated_pct);
	if (p->guessed_pct >= WORTH_SAYING_PCT)
		warn(study,
		     "%s: %.0f %% of its kernel time is of kernels without a launch shape: "
		     "taken as one full wave",
		     t->name, p->guessed_pct);
}

static uint32_t processes_of(const struct ct_trace *trace)
{
	g_autofree gboolean *seen = g_new0(gboolean, trace->n_processes);
	uint32_t n = 0;

	for (uint32_t i = 0; i < trace->n_lanes; i++) {
		uint32_t process = trace->lane[i].process;

		if (process == CT_NONE || !trace->lane_ops[i] || seen[process])
			continue;
		seen[process] = TRUE;
		n++;
	}
	return n;
}

/* DANGER: a tenant is one program, so its processes never take turns. */
static void warn_of_processes(struct ct_study *study, const struct ct_tenant_spec *t,
			      const struct ct_program *p)
{
	uint32_t n = processes_of(p->trace);

	if (n > 1)
		warn(study,
		     "%s: recorded from %u processes, which are replayed as streams of one "
		     "context, without time slices between them: for those, record each "
		     "by itself and run them as tenants with --sharing process",
		     t->name, n);
}

/* Durations are replayed, not rescaled: they are those of the board they come from. */
static void warn_of_board(struct ct_study *study, const struct ct_tenant_spec *t,
			  const struct ct_program *p)
{
	const struct ct_trace *trace = p->trace;

	for (uint32_t i = 0; i < trace->n_devices; i++) {
		const struct ct_device_record *d = &trace->device[i];

		if (d->sms &&
		    (d->sms != p->device->sms || d->cc_major != p->device->cc_major))
			warn(study,
			     "%s: recorded on %s with %u SMs: its kernels keep the times "
			     "they "
			     "had there, and %s has %u",
			     t->name,
			     d->name == CT_NONE ? "a device"
						: ct_trace_string(trace, d->name),
			     d->sms, p->device->name, p->device->sms);
	}
}

/* Replayed there, too, where that can be: sim/run-green.c. */
static void warn_of_green(struct ct_study *study, const struct ct_study_point *point,
			  size_t tenant)
{
	const struct ct_program *p = point->program[tenant];
	const char *name = point->scenario->tenant[tenant].name;
	uint32_t fewest, most;
	double percent = ct_program_green_pct(p, &fewest, &most);
	gboolean measured = FALSE;

	if (percent <= 0)
		return;
	for (uint32_t i = 0; i < p->n_green; i++)
		measured |= p->green[i].is_measured;
	if (measured)
		warn(study,
		     "%s: was put on %u of %u SMs to measure it: its kernels are scaled to "
		     "where they run, which a recording on all SMs need not be",
		     name, most, p->green[0].device_sms);
	else if (point->scenario->sharing.mode != CT_SHARING_STREAMS &&
		 point->scenario->sharing.mode != CT_SHARING_PROCESS)
		warn(study,
		     "%s: %.0f %% of its kernel time was recorded in contexts with %u to "
		     "%u "
		     "of %u SMs: where others divide the SMs, it is not kept to so many",
		     name, percent, fewest, most, p->green[0].device_sms);
	else if (point->scenario->engine == CT_ENGINE_FLUID)
		warn(study,
		     "%s: %.0f %% of its kernel time was recorded in contexts with %u to "
		     "%u "
		     "of %u SMs, and engine fluid does not keep it to so many",
		     name, percent, fewest, most, p->green[0].device_sms);
	else
		warn(study,
		     "%s: %.0f %% of its kernel time was recorded in contexts with %u to "
		     "%u "
		     "of %u SMs: which ones is not known, and taken as one behind the "
		     "other",
		     name, percent, fewest, most, p->green[0].device_sms);
}

static void warn_of_curves(struct ct_study *study, const struct ct_tenant_spec *t,
			   const struct ct_program *p)
{
	g_autofree char *board = p->curves ? ct_sourced_name(p->device->path) : NULL;

	if (p->n_unused_curves)
		warn(study,
		     "%s: %u curves in its trace end at %u SMs, and %s has %u: they are "
		     "not "
		     "used",
		     t->name, p->n_unused_curves, p->unused_curve_sms, p->device->name,
		     p->device->sms);
	if (!p->curves)
		return;
	if (p->curve_pct - p->trace_curve_pct <= 0)
		warn(study, "%s: none of its kernels has a curve in %s", t->name,
		     p->curves->path);
	if (strcmp(p->curves->device, board) != 0 &&
	    strcmp(p->curves->device, p->device->name) != 0)
		warn(study, "%s: the curves of %s were measured on %s, and %s is simulated",
		     t->name, p->curves->path, p->curves->device, p->device->name);
}

static gboolean is_board(const struct ct_device *device, const char *kind)
{
	g_autofree char *capability =
		g_strdup_printf("%u.%u", device->cc_major, device->cc_minor);

	return strcmp(kind, device->vendor) == 0 || strcmp(kind, capability) == 0;
}

/* A mechanism may be tried where nobody has built it; that is a question, not a fact. */
static void warn_of_actuator(struct ct_study *study, const struct ct_study_point *p)
{
	char *const *kinds = p->actuator->exists_on;
	g_autofree char *all = kinds ? g_strjoinv(", ", (char **)kinds) : NULL;

	for (char *const *kind = kinds; kind && *kind; kind++)
		if (is_board(p->device, *kind))
			return;
	if (kinds)
		warn(study,
		     "actuator %s exists on %s, and %s is none of these: results say what "
		     "it would bring there",
		     p->actuator->name, all, p->device->name);
}

static void add_share(GString *names, const char *name, double percent)
{
	if (percent >= WORTH_SAYING_PCT)
		g_string_append_printf(names, "%s%s (%.0f %% of its kernel time)",
				       names->len ? ", " : "", name, percent);
}

/* What is not known to use DRAM does not contend for it; a guess may be wrong. */
static void warn_of_demand(struct ct_study *study, const struct ct_study_point *point)
{
	g_autoptr(GString) unknown = g_string_new(NULL), guessed = g_string_new(NULL);
	const struct ct_scenario *s = point->scenario;

	for (size_t i = 0; i < s->n_tenants; i++) {
		const double *pct = point->program[i]->demand_pct;

		add_share(unknown, s->tenant[i].name, pct[CT_DEMAND_UNKNOWN]);
		add_share(guessed, s->tenant[i].name, pct[CT_DEMAND_GUESS]);
	}
	if (s->n_tenants > 1 && unknown->len)
		warn(study,
		     "%s: nothing is known of their use of DRAM, so nobody is slowed down "
		     "by it: the results are optimistic",
		     unknown->str);
	if (s->n_tenants > 1 && guessed->len)
		warn(study,
		     "%s: their use of DRAM is a guess by estimator '%s': --sensitivity "
		     "shows what depends on it",
		     guessed->str, s->estimator);
}

/* A program that hardly waits for its kernels hardly feels how they share the device;
 * only a policy that holds it back does it harm. */
static void warn_of_host(struct ct_study *study, const struct ct_study_point *p, size_t t)
{
	const struct ct_replay_error *replay = &p->replay[t]->tenant[0].replay;
	const struct ct_replay_error *control = &p->control[t]->tenant[0].replay;
	double kernels_pct = replay->makespan_pct - control->makespan_pct;

	if (replay->known && control->known && kernels_pct < HOST_BOUND_PCT)
		warn(study,
		     "%s: its host sets the pace: with kernels of 1 ns a request "
		     "would take only %.1f %% less",
		     p->scenario->tenant[t].name, MAX(kernels_pct, 0));
}

/* What tenants keep in memory, those of one instance (from 0; -1: all). */
static double memory_of_tenants(const struct ct_study_point *point, int instance,
				uint32_t n_instances)
{
	const struct ct_scenario *s = point->scenario;
	double bytes = 0;

	for (size_t i = 0; i < s->n_tenants; i++) {
		const struct ct_tenant_spec *t = &s->tenant[i];
		uint32_t copies = t->arrive.kind == CT_ARRIVE_CLOSED ? t->arrive.copies : 1;

		if (instance < 0 ||
		    ct_sharing_instance(&t->sharing, i, n_instances) == (uint32_t)instance)
			bytes += (double)point->program[i]->peak_memory_bytes * copies;
	}
	return bytes;
}

static void warn_of_bytes(struct ct_study *study, double bytes, int64_t memory_bytes,
			  const char *of)
{
	if (memory_bytes > 0 && bytes > (double)memory_bytes)
		warn(study,
		     "the tenants' recorded memory, %.1f GiB, exceeds the %.1f GiB of %s: "
		     "together they would not fit",
		     bytes / 0x1p30, (double)memory_bytes / 0x1p30, of);
}

/* Memory is compared, not simulated: a pair that cannot be in memory together is told. */
static void warn_of_memory(struct ct_study *study, const struct ct_study_point *point)
{
	const struct ct_mig *mig = &point->device->mig;
	struct ct_mig_layout layout = { 0 };

	if (point->scenario->sharing.mode != CT_SHARING_MIG) {
		warn_of_bytes(study, memory_of_tenants(point, -1, 0),
			      point->device->memory_bytes, point->device->name);
		return;
	}
	ct_mig_place(point->device, point->scenario->sharing.mig, &layout, NULL);
	for (uint32_t i = 0; i < layout.n; i++) {
		const struct ct_mig_profile *p = &mig->profile[layout.instance[i].profile];

		warn_of_bytes(study, memory_of_tenants(point, (int)i, layout.n),
			      p->memory_bytes, p->name);
	}
}

static void warn_of_run(struct ct_study *study, const struct ct_study_cell *cell)
{
	const char *policy = cell->policy->choice.policy->name;

	if (cell->run->timed_out)
		warn(study, "%s: gave up: some tenant made no progress", policy);
	for (size_t i = 0; i < cell->run->n_tenants; i++) {
		const struct ct_tenant_result *t = &cell->run->tenant[i];
		const char *name = cell->point->scenario->tenant[i].name;

		if (t->unstable)
			warn(study,
			     "%s: %s: requests arrive faster than they are served "
			     "(%" G_GUINT64_FORMAT " wait at the end): its latency depends "
			     "on the length of the run",
			     policy, name, t->backlog);
		else if (t->latency.count == 0)
			warn(study, "%s: %s: no request finished", policy, name);
	}
}

static void warn_of_engine(struct ct_study *study, const struct ct_scenario *s)
{
	if (s->engine != CT_ENGINE_FLUID)
		return;
	warn(study, "engine fluid: blocks are counted and not placed, and do not contend "
		    "inside SMs: an estimate of what engine block says");
	if (s->fluid_priorities)
		warn(study,
		     "engine fluid: with priorities, who comes second is further off");
}

/* One run of a chaotic system is one draw, and repeats of the same run are none more. */
static void warn_of_chance(struct ct_study *study, const struct ct_group *g)
{
	const struct ct_study_cell *cell = study->cells->pdata[g->first];
	uint64_t loops = ct_closed_loops(cell->point->scenario);
	const char *policy = cell->policy->choice.policy->name;

	if (g->n > 1 && ct_group_distinct(study, g) == 1)
		warn(study,
		     "%s: all %u repeats were the same run, since nothing in it comes from "
		     "the seed: their intervals say nothing; see --jitter",
		     policy, g->n);
	else if (g->n == 1 && loops >= CT_CHAOTIC_LOOPS)
		warn(study,
		     "%" G_GUINT64_FORMAT " closed loops at a time are chaotic: one run is "
		     "one course of events among many, so nothing is marked as best; see "
		     "--repeat and --jitter",
		     loops);
}

/* Of all repeats of each policy. */
static void warn_of_groups(struct ct_study *study)
{
	guint next = 0;

	while (next < study->cells->len) {
		g_autoptr(GArray) groups = ct_groups_from(study, next);

		for (guint row = 0; row < groups->len; row++) {
			const struct ct_group *g =
				&g_array_index(groups, struct ct_group, row);

			warn_of_chance(study, g);
			next += g->n;
		}
	}
}

void ct_study_warn(struct ct_study *study)
{
	for (guint i = 0; i < study->points->len; i++) {
		const struct ct_study_point *p = study->points->pdata[i];

		for (size_t t = 0; t < p->scenario->n_tenants; t++) {
			warn_of_tenant(study, &p->scenario->tenant[t], p->program[t]);
			warn_of_processes(study, &p->scenario->tenant[t], p->program[t]);
			warn_of_board(study, &p->scenario->tenant[t], p->program[t]);
			warn_of_curves(study, &p->scenario->tenant[t], p->program[t]);
			warn_of_green(study, p, t);
			warn_of_host(study, p, t);
		}
		warn_of_memory(study, p);
		warn_of_engine(study, p->scenario);
		warn_of_actuator(study, p);
		warn_of_demand(study, p);
	}
	for (guint i = 0; i < study->cells->len; i++)
		warn_of_run(study, study->cells->pdata[i]);
	warn_of_groups(study);
}
