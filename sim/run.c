/*
 * run - the loop: the gpu and the queue of events take turns, instant by instant.
 *
 * Within one instant: blocks end on the SMs and grids end; then everything outside in
 * the order of event.h; then the block scheduler places what it can.  What a request
 * needs to end may thus happen at the same nanosecond without a run depending on chance.
 */
#include "sim/run-internal.h"

#include <errno.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/timeline.h"

/* A run without a duration gives up after this many times the recorded time of all the
 * requests asked for: some tenant gets nowhere. */
enum { GIVE_UP = 200 };

static void take_event(struct run *run)
{
	struct ct_event e = ct_events_take(&run->events);

	switch (ct_event_class(&e)) {
	case CT_EVENT_COPY_END:
		ct_run_copy_ended(e.what);
		break;
	case CT_EVENT_FACT:
		ct_run_late_fact(run, e.what);
		break;
	case CT_EVENT_ALARM:
		ct_run_alarm(run);
		break;
	case CT_EVENT_EFFECT:
		ct_run_effect(run, e.what);
		break;
	case CT_EVENT_RECALL:
		ct_run_recall_due(run, e.what);
		break;
	case CT_EVENT_ARRIVAL:
		ct_run_arrival(e.what);
		break;
	case CT_EVENT_HOST:
		ct_run_call(e.what);
		break;
	case CT_EVENT_READY:
		ct_run_ready(e.what);
		break;
	}
}

static void loop(struct run *run)
{
	while (!run->stop && run->now_ns < run->end_ns) {
		int64_t until_ns = MIN(ct_events_next_ns(&run->events), run->end_ns);

		run->now_ns = ct_compute_run(run->compute, until_ns);
		ct_run_grids_started(run, ct_compute_take_started(run->compute));
		ct_run_grids_ended(run, ct_compute_take_ended(run->compute));
		while (ct_events_next_ns(&run->events) == run->now_ns && !run->stop)
			take_event(run);
		ct_compute_settle(run->compute);
		ct_run_grids_started(run, ct_compute_take_started(run->compute));
		if (run->in->cancel && g_atomic_int_get(run->in->cancel))
			break;
	}
	run->result->timed_out = !run->stop && run->in->scenario->duration_ns == 0;
}

static int64_t give_up_ns(const struct run *run)
{
	double total_ns =
		2 * (double)run->in->scenario->patience_ns; /* ejection comes first */

	for (uint32_t i = 0; i < run->n_tenants; i++) {
		const struct tenant *t = &run->tenant[i];
		double requests = run->in->scenario->min_requests;

		total_ns +=
			requests * (double)t->program->recorded_ns * t->n_copies * GIVE_UP;
		if (t->arrive.kind == CT_ARRIVE_PERIODIC)
			total_ns += requests * (double)t->arrive.period_ns;
		else if (t->arrive.kind == CT_ARRIVE_POISSON)
			total_ns += requests * 1e9 / t->arrive.rate_per_s * GIVE_UP;
		else if (t->arrive.kind == CT_ARRIVE_FILE && t->arrive.n_times)
			total_ns += (double)t->arrive.time_ns[t->arrive.n_times - 1];
	}
	return (int64_t)MIN(total_ns, 0x1p62);
}

/* Priorities of CUDA streams: 0 is the lowest, smaller numbers run first. */
static uint32_t level_of_stream(const struct run *run, const struct ct_stream_record *s)
{
	int32_t lowest =
		(int32_t)MIN(run->in->device->stream_priorities, CT_GPU_PRIORITIES) - 1;

	return (uint32_t)CLAMP(lowest + MIN(s->priority, 0), 0, lowest);
}

/* Beside each stream one for the nodes of graphs that were recorded in it. */
static void init_branches(struct run *run, struct copy *copy)
{
	copy->branch = &run->branch[run->n_branches];
	for (uint32_t i = 0; i < copy->tenant->program->trace->n_streams; i++) {
		struct stream *s = &copy->branch[i];

		*s = copy->stream[i];
		s->index = run->n_all_streams + run->n_branches++;
		s->tail = &s->head;
		s->beside_ns = -1;
		s->is_branch = TRUE;
		s->gap_ns = copy->tenant->device->graph_gap_ns;
	}
}

static void init_copy(struct run *run, struct tenant *t, struct copy *copy)
{
	const struct ct_trace *trace = t->program->trace;

	copy->tenant = t;
	copy->thread = &run->thread[run->n_threads];
	copy->n_threads = trace->n_lanes;
	copy->stream = &run->stream[run->n_streams];
	copy->slot = g_new0(struct event_slot, g_hash_table_size(t->program->event_index) +
						       1 + trace->n_streams);
	/* the device's own lanes first: what was queued before the program's first call */
	for (int device_lane = 1; device_lane >= 0; device_lane--) {
		for (uint32_t i = 0; i < trace->n_lanes; i++) {
			struct thread *thread;

			if ((trace->lane[i].thread == CT_NONE) != device_lane)
				continue;
			thread = &run->thread[run->n_threads];
			thread->copy = copy;
			thread->index = run->n_threads++;
			thread->lane = i;
			thread->device_lane = device_lane;
			thread->cursor = ct_cursor_new(trace, i);
		}
	}
	for (uint32_t i = 0; i < trace->n_streams; i++) {
		struct stream *s = &run->stream[run->n_streams];

		s->copy = copy;
		s->index = run->n_streams++;
		s->source = i;
		s->context = t->context;
		s->level = ct_run_level(run, t, level_of_stream(run, &trace->stream[i]));
		s->tail = &s->head;
		s->beside_ns = -1;
		s->gap_ns = t->device->stream_gap_ns;
		s->work_end_ns = CT_TIME_NONE;
		s->lane = (uint32_t)ct_broker_opened(run->broker, 0, t->broker_id);
	}
	if (t->program->has_graphs)
		init_branches(run, copy);
	ct_run_legacy_init(copy);
}

static void init_tenant(struct run *run, struct tenant *t, uint32_t index)
{
	t->run = run;
	t->index = index;
	t->spec = &run->in->scenario->tenant[index];
	t->program = run->in->program[index];
	t->device = run->in->device;
	t->arrive = t->spec->arrive;
	if (run->in->replay_once)
		t->arrive = (struct ct_arrival){ .kind = CT_ARRIVE_CLOSED, .copies = 1 };
	t->n_copies = t->arrive.kind == CT_ARRIVE_CLOSED ? MAX(t->arrive.copies, 1) : 1;
	t->copy = g_new0(struct copy, t->n_copies);
	t->pending = g_queue_new();
	t->latency_ns = g_array_new(FALSE, FALSE, sizeof(int64_t));
	t->start_error_ns = g_array_new(FALSE, FALSE, sizeof(int64_t));
	t->error_stride = 1;
	t->first_start_ns = t->recorded_first_ns = INT64_MAX;
	t->recorded_last_ns = INT64_MIN;
}

static void init_tenants(struct run *run)
{
	const struct ct_scenario *scenario = run->in->scenario;
	gboolean alone = run->in->only_tenant >= 0;
	size_t n_threads = 0, n_streams = 0, n_branches = 0;

	run->n_tenants = alone ? 1 : (uint32_t)scenario->n_tenants;
	run->tenant = g_new0(struct tenant, run->n_tenants);
	run->result->n_tenants = run->n_tenants;
	run->result->tenant = g_new0(struct ct_tenant_result, run->n_tenants);
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];

		init_tenant(run, t, alone ? (uint32_t)run->in->only_tenant : i);
		t->result = &run->result->tenant[i];
		n_threads += (size_t)t->n_copies * t->program->trace->n_lanes;
		n_streams += (size_t)t->n_copies * t->program->trace->n_streams;
		if (t->program->has_graphs)
			n_branches += (size_t)t->n_copies * t->program->trace->n_streams;
	}
	run->n_all_streams = (uint32_t)n_streams;
	run->thread = g_new0(struct thread, n_threads);
	run->stream = g_new0(struct stream, n_streams);
	run->branch = g_new0(struct stream, n_branches);
	ct_events_init(&run->events, (uint32_t)(n_threads + n_streams) * 2 + 64);
}

/* Tenants join in the order of the scenario; then their lanes open. */
static gboolean join_tenants(struct run *run, GError **error)
{
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];
		int id = ct_broker_joined(run->broker, 0, t->spec->name, t->spec->rank,
					  t->spec->weight, t->spec->slo_ns);

		if (id < 0) {
			g_set_error(error, CT_ERROR, CT_EXIT_UNSUPPORTED,
				    "policy '%s' refuses tenant '%s': %s",
				    run->in->policy->policy->name, t->spec->name,
				    id == -ENOSPC ? "no SMs are left for it"
						  : strerror(-id));
			return FALSE;
		}
		t->broker_id = (uint32_t)id;
		if (run->in->timeline)
			ct_timeline_tenant(run->in->timeline, t->index, t->spec->name);
	}
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];

		for (uint32_t c = 0; c < t->n_copies; c++) {
			t->copy[c].number = c;
			init_copy(run, t, &t->copy[c]);
		}
	}
	return TRUE;
}

static gboolean begin(struct run *run, GError **error)
{
	const struct ct_run_input *in = run->in;
	const struct ct_policy *policy = in->policy->policy;
	struct ct_broker_options options = {
		.patience_ns = in->scenario->patience_ns,
		.seed = in->seed,
		.ledger = in->ledger,
		.state_defaults = in->policy->state,
	};
	const char *why = NULL;
	int err;

	init_tenants(run);
	if (!ct_run_actuator_init(run, error))
		return FALSE;
	run->ranked = ((policy->needs | policy->wants) & CT_CAN_RANK) != 0;
	run->jittered = in->scenario->jitter_ppm > 0 && !in->replay_once;
	if (!ct_run_engine_init(run, error))
		return FALSE;
	if (in->explain)
		ct_run_explain_init(run);
	if (!ct_run_contexts_init(run, error))
		return FALSE;
	ct_run_green_init(run);
	err = ct_broker_new(policy, &run->actuator, &options, &run->broker, &why);
	if (err) {
		g_set_error(error, CT_ERROR, CT_EXIT_UNSUPPORTED, "%s",
			    why ? why : g_strerror(-err));
		return FALSE;
	}
	if (!join_tenants(run, error) || !ct_run_engine_check_levels(run, error))
		return FALSE;
	run->end_ns = in->scenario->duration_ns && !in->replay_once
			      ? in->scenario->duration_ns
			      : give_up_ns(run);
	ct_run_load_init(run);
	return TRUE;
}

static void clear_copy(struct copy *copy)
{
	g_free(copy->slot);
	ct_run_legacy_clear(copy);
	if (copy->graph_part)
		g_hash_table_destroy(copy->graph_part);
}

static void end(struct run *run)
{
	const char *sentence;
	int64_t at_ns = 0;

	if (run->broker) {
		sentence = ct_broker_ejected(run->broker, &at_ns);
		if (sentence)
			run->result->ejected = g_strdup_printf(
				"after %.3f ms: %s", (double)at_ns * 1e-6, sentence);
		ct_broker_free(run->broker);
	}
	for (uint32_t i = 0; i < run->n_threads; i++)
		ct_cursor_free(run->thread[i].cursor);
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];

		for (uint32_t c = 0; t->copy && c < t->n_copies; c++)
			clear_copy(&t->copy[c]);
		g_free(t->copy);
		g_free(t->green);
		g_queue_free_full(t->pending, g_free);
		g_array_free(t->latency_ns, TRUE);
		g_array_free(t->start_error_ns, TRUE);
	}
	g_free(run->tenant);
	g_free(run->thread);
	g_free(run->stream);
	g_free(run->branch);
	ct_run_channels_clear(run);
	g_ptr_array_free(run->slabs, TRUE);
	ct_events_clear(&run->events);
	ct_run_contexts_clear(run);
	ct_run_explain_end(run);
	ct_copies_free(run->copies);
	XXH3_freeState(run->digest);
	g_free(run);
}

struct ct_run_result *ct_run(const struct ct_run_input *in)
{
	struct ct_run_result *result = g_new0(struct ct_run_result, 1);
	struct run *run = g_new0(struct run, 1);
	int64_t began_us = g_get_monotonic_time();

	run->in = in;
	run->result = result;
	run->alarm_ns = INT64_MAX;
	run->slabs = g_ptr_array_new_with_free_func(g_free);
	run->digest = XXH3_createState();
	XXH3_64bits_reset(run->digest);
	if (begin(run, &result->error)) {
		loop(run);
		ct_run_finish_result(run);
	}
	result->wall_s = (double)(g_get_monotonic_time() - began_us) * 1e-6;
	end(run);
	return result;
}

void ct_run_result_free(struct ct_run_result *result)
{
	if (!result)
		return;
	g_clear_error(&result->error);
	g_free(result->ejected);
	g_free(result->tenant);
	g_free(result);
}
