/*
 * run-actuator - the simulated device as the broker sees it.
 *
 * It offers what the scenario's actuator file says, and charges what that says: an
 * order takes effect gate_ns after the broker has decided, a fact is known sense_ns
 * after it happened, and deciding keeps the broker busy for decide_ns per fact, one
 * after the other, so that a slow policy falls behind as it would in reality.  A launch
 * through an open gate asks nobody and costs nothing.
 */
#include "sim/run-internal.h"

#include <errno.h>
#include <string.h>

#include "policies/caps.h"
#include "sim/base/error.h"
#include "sim/timeline.h"

static struct run *run_of(struct ct_actuator *actuator)
{
	return (struct run *)((char *)actuator - offsetof(struct run, actuator));
}

/* On the device a larger rank is a lower level.  A policy's ranks are those of the
 * tenants, told apart as far as the device has levels. */
static uint32_t level_of_rank(const struct run *run, int32_t rank)
{
	uint32_t lowest = MIN(run->in->device->stream_priorities, CT_GPU_PRIORITIES) - 1;
	uint32_t below = 0;

	for (uint32_t i = 0; i < run->n_tenants; i++) {
		int32_t other = run->tenant[i].spec->rank;
		gboolean seen = other >= rank;

		for (uint32_t j = 0; j < i && !seen; j++)
			seen = run->tenant[j].spec->rank == other;
		below += !seen;
	}
	return lowest - MIN(below, lowest);
}

/* An order shows where it lets go of held work of a stream that has none on the device. */
static void show_order(struct run *run, const struct op *op)
{
	const struct stream *s = op->stream;
	const struct tenant *t = s->copy->tenant;
	g_autofree char *text = NULL;

	if (op->issued_ns == run->now_ns || s->head)
		return;
	text = g_strdup_printf("%s, stream %u: %s", t->spec->name,
			       t->program->trace->stream[s->source].id,
			       op->job.why ? op->job.why : "let go");
	ct_timeline_mark(run->in->timeline, run->now_ns, text);
}

static void slow_down(struct ct_kernel_work *work, uint32_t permille)
{
	uint64_t more = work->block_work / 1000 * permille;

	work->block_work = MIN(work->block_work + more, INT64_MAX);
}

static void effect(struct run *run, struct op *op)
{
	if (op->frozen) {
		ct_run_thaw(run, op);
		return;
	}
	ct_run_release(run, op, run->now_ns);
	if (run->actuator.caps.gate == CT_GATE_BLOCKS)
		ct_run_gate_opened(op);
}

/* Not before what of its lane was let go earlier and is still on its way. */
static void effect_at(struct run *run, struct op *op, int64_t at_ns)
{
	struct stream *s = op->stream;

	s->late_ns = s->n_late++ ? MAX(s->late_ns, at_ns) : at_ns;
	ct_events_push(&run->events, s->late_ns, CT_EVENT_EFFECT, run->n_late++, op);
}

void ct_run_effect(struct run *run, struct op *op)
{
	op->stream->n_late--;
	effect(run, op);
}

/* A kernel goes as far as the terms let it; graphs go whole. */
static void cut(const struct run *run, struct op *op, const struct ct_terms *terms)
{
	uint64_t most = terms && terms->max_blocks ? terms->max_blocks : UINT64_MAX;

	op->grid.need.blocks = MIN(op->left, most);
	op->rest = op->left - op->grid.need.blocks;
	if (op->rest && !op->sliced)
		slow_down(&op->grid.work, run->in->actuator->slice_tax_permille);
	op->sliced |= op->rest > 0;
}

static void set_terms(struct run *run, struct op *op, const struct ct_terms *terms)
{
	const struct tenant *t = op->stream->copy->tenant;

	op->grid.priority = op->stream->level;
	if (terms && run->ranked)
		op->grid.priority = ct_run_level(run, t, level_of_rank(run, terms->rank));
	op->grid.partition = t->partition;
	op->grid.sms = t->sms;
	op->grid.sm_cap = t->sm_cap;
	if (terms && terms->part)
		op->part = terms->part;
	if (op->kind == CT_OP_GRAPH_LAUNCH)
		ct_run_graph_freeze(op);
	if (op->part) {
		op->grid.partition = run->n_green + op->part;
		op->grid.sms = &run->part[op->part - 1];
	} else if (t->green) {
		ct_run_green_confine(op);
	}
	if (t->program->curve)
		ct_run_curve_confine(op);
	if (op->kind == CT_OP_KERNEL)
		cut(run, op, terms);
	for (struct op *node = op->nodes; node; node = node->next)
		node->grid.priority = op->grid.priority;
}

static int launch(struct ct_actuator *actuator, struct ct_job *job,
		  const struct ct_terms *terms)
{
	struct run *run = run_of(actuator);
	struct op *op = (struct op *)job;
	const struct ct_caps *caps = &actuator->caps;
	int64_t at_ns = run->now_ns;

	if (!op->frozen) /* else it is on the device as it was granted then */
		set_terms(run, op, terms);
	if (run->in->timeline)
		show_order(run, op);
	if ((caps->gate_ns || caps->decide_ns) && run->deciding)
		at_ns = MAX(run->broker_free_ns, run->now_ns) + caps->gate_ns;
	if (at_ns > run->now_ns || op->stream->n_late)
		effect_at(run, op, at_ns);
	else
		effect(run, op);
	return 0;
}

static int recall(struct ct_actuator *actuator, uint32_t lane, enum ct_revoke how,
		  uint32_t order)
{
	return ct_run_recall(run_of(actuator), lane, how, order);
}

static int confine(struct ct_actuator *actuator, uint32_t part, uint32_t sms)
{
	struct run *run = run_of(actuator);
	struct ct_sm_set *set;

	if (part != run->n_parts + 1 || run->part_first_sm + sms > actuator->sms)
		return -ENOSPC;
	if (run->n_parts + run->n_green == MAX_PARTS)
		return -ENOSPC;
	set = &run->part[run->n_parts++];
	memset(set, 0, sizeof(*set));
	for (uint32_t i = 0; i < sms; i++, run->part_first_sm++)
		set->word[run->part_first_sm / 64] |= UINT64_C(1)
						      << run->part_first_sm % 64;
	return 0;
}

static int arm(struct ct_actuator *actuator, int64_t at_ns)
{
	struct run *run = run_of(actuator);

	run->alarm_ns = at_ns;
	if (at_ns < INT64_MAX)
		ct_events_push(&run->events, MAX(at_ns, run->now_ns), CT_EVENT_ALARM,
			       run->alarm_order++, NULL);
	return 0;
}

/* Only the oracle's knowledge: how long the launch would take alone. */
static int estimate(struct ct_actuator *actuator, const struct ct_work *work, uint32_t sms,
		    struct ct_estimate *out)
{
	const struct op *op =
		(const struct op *)((const char *)work - offsetof(struct op, job.work));
	const struct tenant *tenant = op->stream->copy->tenant;
	struct ct_kernel_work there = op->grid.work;

	sms = sms ? MIN(sms, tenant->device->sms) : tenant->device->sms;
	out->n = 1;
	out->source = CT_SOURCE_EXACT;
	if (tenant->program->curve)
		ct_run_curve_on_sms(op, sms, &there);
	if (op->kind == CT_OP_KERNEL)
		out->ns = ct_time_on_sms(tenant->device, &op->grid.need, &there, sms);
	else
		out->ns = op->duration_ns;
	out->p90_ns = out->ns;
	return 0;
}

static const struct ct_actuator_ops ops = {
	.size = sizeof(ops),
	.name = "sim",
	.launch = launch,
	.recall = recall,
	.confine = confine,
	.arm = arm,
	.estimate = estimate,
};

static uint32_t cap_bit(const char *name)
{
	for (const struct ct_cap_word *w = ct_cap_words; w->bit; w++)
		if (strcmp(w->name, name) == 0)
			return w->bit;
	return 0;
}

/* What the simulator can do itself; an actuator file may ask for less, never for more. */
static const uint32_t able = CT_CAN_GATE | CT_CAN_RANK | CT_CAN_CONFINE | CT_CAN_SLICE |
			     CT_CAN_FLUSH | CT_CAN_RETREAT | CT_CAN_SWITCH | CT_CAN_RESET |
			     CT_SEES_QUEUE | CT_SEES_START | CT_SEES_SHAPE |
			     CT_SEES_REQUEST | CT_SEES_LENGTH;

static const uint32_t takes_back =
	CT_CAN_SLICE | CT_CAN_FLUSH | CT_CAN_RETREAT | CT_CAN_SWITCH | CT_CAN_RESET;

/* What the mechanisms in place cost those who can be stopped; alone, nobody pays. */
static void tax_tenants(struct run *run)
{
	const struct ct_actuator_model *m = run->in->actuator;
	const struct ct_scenario *scenario = run->in->scenario;
	int32_t top = INT32_MIN;

	if (run->in->only_tenant >= 0 || run->in->replay_once)
		return;
	for (size_t i = 0; i < scenario->n_tenants; i++)
		top = MAX(top, scenario->tenant[i].rank);
	for (uint32_t i = 0; i < run->n_tenants; i++) {
		struct tenant *t = &run->tenant[i];

		if (m->taxed == CT_TAXED_ALL || t->spec->rank < top)
			t->tax_permille = m->flush.tax_permille + m->retreat.tax_permille +
					  m->context_switch.tax_permille +
					  m->reset.tax_permille;
	}
}

/* Each tenant has one.  Alone it does not matter: nobody makes room for another. */
static gboolean have_contexts(const struct run *run)
{
	uint32_t mode = run->in->scenario->sharing.mode;

	return run->in->only_tenant >= 0 || run->in->replay_once ||
	       mode == CT_SHARING_PROCESS || mode == CT_SHARING_MIG;
}

gboolean ct_run_actuator_init(struct run *run, GError **error)
{
	const struct ct_actuator_model *model = run->in->actuator;
	const struct ct_device *device = run->in->device;
	struct ct_caps *caps = &run->actuator.caps;

	run->actuator.ops = &ops;
	run->actuator.sms = device->sms;
	for (char **name = model->caps; *name; name++) {
		uint32_t bit = cap_bit(*name);

		if (!bit) {
			ct_input_error(error, "%s: caps: no capability '%s'", model->path,
				       *name);
			return FALSE;
		}
		if (!(bit & able)) {
			g_set_error(error, CT_ERROR, CT_EXIT_UNSUPPORTED,
				    "%s: caps: the simulated device cannot do '%s'",
				    model->path, *name);
			return FALSE;
		}
		caps->can |= bit;
	}
	if (caps->can & CT_CAN_SWITCH && !have_contexts(run)) {
		g_set_error(
			error, CT_ERROR, CT_EXIT_UNSUPPORTED,
			"%s: can: a switch moves a whole context, and in sharing mode %s "
			"the tenants share one; it needs mode process",
			model->path, ct_sharing_name[run->in->scenario->sharing.mode]);
		return FALSE;
	}
	if (caps->can & takes_back && strcmp(model->gate, "defers") != 0) {
		ct_input_error(error,
			       "%s: gate: what takes work back must also hold back the "
			       "events behind it, so this must be \"defers\"",
			       model->path);
		return FALSE;
	}
	run->recalls = (caps->can & takes_back) != 0;
	tax_tenants(run);
	if (!device->partition_min_sms || ct_run_divided(run))
		caps->can &= ~(uint32_t)CT_CAN_CONFINE;
	caps->gate = strcmp(model->gate, "blocks") == 0 ? CT_GATE_BLOCKS : CT_GATE_DEFERS;
	caps->sm_granule = MAX(device->partition_granule_sms, 1);
	caps->sm_part_min = device->partition_min_sms;
	caps->ranks = MIN(device->stream_priorities, CT_GPU_PRIORITIES);
	caps->gate_ns = model->gate_ns;
	caps->sense_ns = model->sense_ns;
	caps->decide_ns = model->decide_ns;
	caps->confine_ns = model->confine_ns;
	return TRUE;
}

/* Around everything the broker is told: what it decides then, it decides later. */
static void broker_begins(struct run *run)
{
	int64_t decide_ns = run->actuator.caps.decide_ns;

	run->deciding = TRUE;
	if (!decide_ns)
		return;
	run->broker_free_ns = MAX(run->broker_free_ns, run->now_ns) + decide_ns;
	run->broker_busy_ns += decide_ns;
}

static void broker_ends(struct run *run)
{
	run->deciding = FALSE;
}

void ct_run_submit(struct run *run, struct op *op)
{
	const struct ct_lane *lane = ct_broker_lane(run->broker, op->job.lane);

	/* an open gate asks nobody */
	if (lane->credit != CT_OPEN)
		broker_begins(run);
	ct_broker_submitted(run->broker, run->now_ns, op->job.lane, &op->job);
	broker_ends(run);
}

void ct_run_tell_started(struct run *run, struct op *op)
{
	if (!(run->actuator.caps.can & CT_SEES_START))
		return;
	broker_begins(run);
	ct_broker_started(run->broker, run->now_ns, &op->job);
	broker_ends(run);
}

/* It is in custody again, as much of it as is left. */
void ct_run_tell_back(struct run *run, struct op *op)
{
	gboolean ran = op->start_ns < INT64_MAX;
	int64_t back_ns = op->frozen ? op->frozen_since_ns : op->past->back_ns;
	struct ct_done done = {
		.waited_ns = (ran ? op->start_ns : back_ns) - op->issued_ns,
		.ran_ns = ran ? back_ns - op->start_ns : 0,
		.blocks_left = MAX(op->left, 1), /* copies and markers have none */
	};

	broker_begins(run);
	ct_broker_finished(run->broker, run->now_ns, &op->job, &done);
	broker_ends(run);
}

void ct_run_tell_settled(struct run *run, const struct ct_outcome *outcome)
{
	broker_begins(run);
	ct_broker_settled(run->broker, run->now_ns, outcome);
	broker_ends(run);
}

static void tell_finished(struct run *run, struct op *op)
{
	struct ct_done done = {
		.waited_ns = op->start_ns - op->issued_ns,
		.ran_ns = op->end_ns - op->start_ns,
	};

	broker_begins(run);
	ct_broker_finished(run->broker, run->now_ns, &op->job, &done);
	broker_ends(run);
	ct_run_op_free(run, op);
}

void ct_run_tell_finished(struct run *run, struct op *op, int64_t start_ns, int64_t end_ns)
{
	op->start_ns = start_ns;
	op->end_ns = end_ns;
	if (run->actuator.caps.sense_ns)
		ct_events_push(&run->events, run->now_ns + run->actuator.caps.sense_ns,
			       CT_EVENT_FACT, run->n_late++, op);
	else
		tell_finished(run, op);
}

void ct_run_late_fact(struct run *run, struct op *op)
{
	if (op->left)
		ct_run_tell_back(run, op);
	else
		tell_finished(run, op);
}

void ct_run_alarm(struct run *run)
{
	if (run->now_ns < run->alarm_ns)
		return; /* the alarm was moved */
	run->alarm_ns = INT64_MAX;
	broker_begins(run);
	ct_broker_alarm(run->broker, run->now_ns);
	broker_ends(run);
}

void ct_run_tell_asked(struct run *run, const struct tenant *tenant,
		       const struct ct_request *request, gboolean answered)
{
	if (!(run->actuator.caps.can & CT_SEES_REQUEST))
		return;
	broker_begins(run);
	if (answered)
		ct_broker_answered(run->broker, run->now_ns, request, tenant->broker_id);
	else
		ct_broker_asked(run->broker, run->now_ns, request, tenant->broker_id);
	broker_ends(run);
}
