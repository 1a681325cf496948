/*
 * run-load - requests: when they are asked for, and which copy of a program serves them.
 *
 * Closed loop: each copy asks anew as soon as it was answered.  Open loop: requests
 * arrive whatever the state of the program, wait in order of arrival, and one copy
 * serves them one by one; latency counts from the arrival.  A program with several
 * recorded requests serves them in recorded order, over and over.
 */
#include "sim/run-internal.h"

#include <math.h>
#include <string.h>

#include "sim/timeline.h"

/* splitmix64: one stream of numbers per tenant, whatever the others draw. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* The arrival after one at NOW_NS; INT64_MAX: none. */
static int64_t next_arrival(struct tenant *t, int64_t now_ns)
{
	const struct ct_arrival *a = &t->arrive;
	double gap_s;

	switch (a->kind) {
	case CT_ARRIVE_PERIODIC:
		return t->n_asked ? now_ns + a->period_ns : 0;
	case CT_ARRIVE_POISSON:
		gap_s = -log1p(-(double)(draw(&t->rng) >> 11) * 0x1p-53) / a->rate_per_s;
		return now_ns + (int64_t)fmin(gap_s * 1e9, 0x1p62);
	case CT_ARRIVE_FILE:
		return t->n_asked < a->n_times ? a->time_ns[t->n_asked] : INT64_MAX;
	case CT_ARRIVE_CLOSED:
		break;
	}
	return INT64_MAX;
}

static void schedule_arrival(struct tenant *t)
{
	struct run *run = t->run;
	int64_t at_ns = next_arrival(t, run->now_ns);

	if (at_ns < INT64_MAX)
		ct_events_push(&run->events, at_ns, CT_EVENT_ARRIVAL, t->index, t);
}

static void start_request(struct copy *copy, const struct ct_request *asked)
{
	struct tenant *t = copy->tenant;
	struct run *run = t->run;
	const struct ct_program_request *request;

	copy->running = TRUE;
	copy->request = t->next_request;
	t->next_request = (t->next_request + 1) % t->program->n_requests;
	request = &t->program->request[copy->request];
	copy->request_ns = run->now_ns;
	copy->request_start_ns = request->start_ns;
	copy->asked = *asked;
	for (uint32_t i = 0; i < t->program->trace->n_streams; i++)
		copy->stream[i].recorded_end_ns = CT_TIME_NONE;
	if (run->explainer)
		ct_run_explain_begins(copy);
	ct_run_start_threads(copy);
}

/* A request exists, and the policy knows, from the moment it is asked for, whether or
 * not a copy of the program is free to serve it. */
static struct ct_request ask(struct tenant *t)
{
	struct run *run = t->run;
	struct ct_request request = {
		.id = ++run->next_request_id,
		.arrived_ns = run->now_ns,
		.deadline_ns = t->spec->slo_ns ? run->now_ns + t->spec->slo_ns : 0,
	};

	t->n_asked++;
	ct_run_tell_asked(run, t, &request, FALSE);
	return request;
}

static void ask_and_start(struct copy *copy)
{
	struct ct_request request = ask(copy->tenant);

	start_request(copy, &request);
}

void ct_run_load_init(struct run *run)
{
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];

		t->rng = run->in->seed * UINT64_C(0x100000001b3) + t->index + 1;
		draw(&t->rng);
		if (t->arrive.kind != CT_ARRIVE_CLOSED) {
			schedule_arrival(t);
			continue;
		}
		for (uint32_t c = 0; c < t->n_copies; c++)
			ask_and_start(&t->copy[c]);
	}
}

void ct_run_arrival(struct tenant *t)
{
	struct ct_request request = ask(t);

	schedule_arrival(t);
	if (!t->copy[0].running)
		start_request(&t->copy[0], &request);
	else
		g_queue_push_tail(t->pending, g_memdup2(&request, sizeof(request)));
}

static void answer(struct copy *copy)
{
	struct tenant *t = copy->tenant;
	struct run *run = t->run;
	int64_t latency_ns = run->now_ns - copy->asked.arrived_ns;

	copy->running = FALSE;
	t->n_finished++;
	if (!t->spec->slo_ns || latency_ns <= t->spec->slo_ns)
		t->n_in_time++;
	if (t->n_finished == 1)
		t->first_end_ns = run->now_ns;
	t->last_end_ns = run->now_ns;
	g_array_append_val(t->latency_ns, latency_ns);
	ct_run_tell_asked(run, t, &copy->asked, TRUE);
	if (run->in->timeline)
		ct_timeline_request(run->in->timeline, t->index, copy->number,
				    t->n_finished, copy->asked.arrived_ns, copy->request_ns,
				    run->now_ns);
	if (run->explainer)
		ct_run_explain_answered(copy);
}

/* Without a duration a run lasts until everybody has finished enough. */
static gboolean enough(const struct run *run)
{
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		const struct tenant *t = &run->tenant[i];
		uint64_t wanted =
			run->in->replay_once ? 1 : run->in->scenario->min_requests;

		if (t->arrive.kind == CT_ARRIVE_FILE)
			wanted = MIN(wanted, t->arrive.n_times);
		if (t->n_finished < wanted)
			return FALSE;
	}
	return TRUE;
}

void ct_run_request_maybe_done(struct copy *copy)
{
	struct tenant *t = copy->tenant;
	struct run *run = t->run;

	if (!copy->running || copy->n_busy || copy->n_in_flight || run->stop)
		return;
	answer(copy);
	if (run->in->scenario->duration_ns == 0 || run->in->replay_once)
		run->stop = enough(run);
	if (run->stop || run->in->replay_once)
		return;
	if (t->arrive.kind == CT_ARRIVE_CLOSED) {
		ask_and_start(copy);
	} else if (!g_queue_is_empty(t->pending)) {
		struct ct_request *request = g_queue_pop_head(t->pending);

		start_request(copy, request);
		g_free(request);
	}
}
