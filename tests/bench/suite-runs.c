/*
 * suite-runs - whole runs, hooks, metrics and policy included, beside their floors.
 *
 * The floor of a run is what this machine takes, at the same time, for the least that
 * each of its kernels needs whatever the simulator does: two events through a heap as
 * deep as there are tenants, its records read from the trace, its work worked out.
 */
#include <math.h>

#include "models/work.h"
#include "sim/event.h"
#include "tests/bench/measure.h"
#include "tests/bench/suite.h"
#include "tests/bench/whole-run.h"

#define LEAST_S 0.1

static volatile int64_t sink; /* keeps what the floors compute */

static double event_ns(uint32_t held)
{
	enum { ROUNDS = 200000 };
	struct ct_events q;
	double start_s;

	ct_events_init(&q, held);
	for (uint64_t i = 0; i < held; i++)
		ct_events_push(&q, (int64_t)i, CT_EVENT_HOST, i, NULL);
	start_s = measure_cpu_s();
	for (uint64_t i = 0; i < ROUNDS; i++) {
		struct ct_event e = ct_events_take(&q);

		ct_events_push(&q, e.at_ns + (int64_t)(i * 7 % 61), CT_EVENT_HOST, i, NULL);
	}
	start_s = measure_cpu_s() - start_s;
	ct_events_clear(&q);
	return start_s * 1e9 / ROUNDS;
}

/* All operations of a program, per kernel: a kernel brings others with it. */
static double records_ns(const struct whole_run_program *p)
{
	uint64_t kernels = 0;
	double start_s = measure_cpu_s();

	while (kernels < 100000) {
		for (uint32_t lane = 0; lane < p->trace->n_lanes; lane++) {
			struct ct_cursor *cursor = ct_cursor_new(p->trace, lane);
			const struct ct_op *op;

			while ((op = ct_cursor_next(cursor, NULL)))
				sink += op->end_ns;
			ct_cursor_free(cursor);
		}
		kernels += p->program->n_kernels;
	}
	return (measure_cpu_s() - start_s) * 1e9 / (double)kernels;
}

static double work_ns(const struct whole_runs *w, const struct whole_run_program *p)
{
	enum { ROUNDS = 200000 };
	const struct ct_kernel_demand unknown = { 0 };
	uint32_t n = p->trace->n_shapes;
	double start_s = measure_cpu_s();

	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct ct_kernel_work work;

		ct_kernel_work(w->device, &p->program->need[i % n], 1000 + i % 4096,
			       &unknown, &work);
		sink += (int64_t)work.block_work;
	}
	return (measure_cpu_s() - start_s) * 1e9 / ROUNDS;
}

static double floor_per_s(const struct whole_runs *w, const struct whole_run_load *load)
{
	double ns = 2 * event_ns(MAX(load->tenants, 2));

	for (size_t i = 0; i < load->kinds; i++) {
		const struct whole_run_program *p = &w->program[load->first + i];

		ns += (records_ns(p) + work_ns(w, p)) / (double)load->kinds;
	}
	return 1e9 / ns;
}

static void measure(struct suite *s, const struct whole_runs *w, const char *name,
		    const struct whole_run_load *load, double goal)
{
	struct suite_row row = { .name = name, .unit = "kernels/s", .goal = goal };
	double value[SUITE_TURNS], least[SUITE_TURNS];

	if (s->only && !g_str_has_prefix(name, s->only))
		return;
	for (int i = 0; i < SUITE_TURNS; i++) {
		struct whole_run_figure f;

		whole_run(w, load, &f);
		value[i] = f.kernels_per_s;
		least[i] = floor_per_s(w, load);
	}
	row.value = measure_median(value, SUITE_TURNS);
	row.peer_value = measure_median(least, SUITE_TURNS);
	row.peer = g_strdup(w->recorded ? "floor" : "floor (generated samples)");
	suite_add(s, row);
}

/* One tenant: the slowest of the programs stands for all, and each is shown. */
static void alone(struct suite *s, const struct whole_runs *w)
{
	static const char *const names[] = { "engine.alone.1", "engine.alone.2",
					     "engine.alone.3", "engine.alone.4" };
	guint first = s->rows->len, slowest = first;
	struct suite_row row;

	for (size_t i = 0; i < w->n_programs; i++) {
		struct whole_run_load load = { i, 1, 1, LEAST_S, FALSE, 0 };

		measure(s, w, names[i], &load, 5e6);
	}
	for (guint i = first; i < s->rows->len; i++) {
		struct suite_row *r = &g_array_index(s->rows, struct suite_row, i);
		char *peer = g_strdup_printf("%s, %s", r->peer,
					     w->program[r->name[13] - '1'].name);

		g_free(r->peer);
		r->peer = peer;
		if (r->value < g_array_index(s->rows, struct suite_row, slowest).value)
			slowest = i;
	}
	if (first == s->rows->len)
		return;
	row = g_array_index(s->rows, struct suite_row, slowest);
	row.name = "engine.alone";
	row.peer = g_strdup(row.peer);
	g_array_insert_val(s->rows, first, row);
}

static void several(struct suite *s, const struct whole_runs *w, gboolean contended)
{
	struct whole_run_load mix = { 0, w->n_programs, 4, LEAST_S, FALSE, 0 };
	struct whole_run_load worst = {
		MIN(2, w->n_programs - 1), 1, 4, LEAST_S, FALSE, 0
	};

	measure(s, w, contended ? "engine.mix4.contended" : "engine.mix4", &mix,
		contended ? 0.8e6 : 1e6);
	measure(s, w, contended ? "engine.worst4.contended" : "engine.worst4", &worst,
		0.4e6);
	mix.tenants = 64;
	measure(s, w, contended ? "engine.mix64.contended" : "engine.mix64", &mix,
		contended ? 0.5e6 : 0.7e6);
	if (contended)
		return;
	mix.tenants = 8;
	mix.fluid = TRUE;
	measure(s, w, "fluid.8", &mix, 7e6);
}

void suite_runs(struct suite *s)
{
	struct whole_runs w;

	if (!suite_wants(s, "engine.") && !suite_wants(s, "fluid."))
		return;
	whole_runs_init(&w, FALSE);
	alone(s, &w);
	several(s, &w, FALSE);
	whole_runs_clear(&w);
	whole_runs_init(&w, TRUE);
	several(s, &w, TRUE);
	whole_runs_clear(&w);
}
