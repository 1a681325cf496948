/*
 * run-blame - whom a watched operation waits for.
 */
#include "sim/run-blame.h"

#include "sim/gpu-look.h"

const char *ct_blame_kind(const struct op *op)
{
	switch (op->kind) {
	case CT_OP_KERNEL:
		return "kernel";
	case CT_OP_MEMCPY:
		return "memcpy";
	case CT_OP_MEMSET:
		return "memset";
	case CT_OP_EVENT_RECORD:
		return "event record";
	case CT_OP_EVENT_WAIT:
		return "event wait";
	default:
		return "graph launch";
	}
}

const char *ct_blame_name(const struct op *op)
{
	const struct tenant *t = op->stream->copy->tenant;

	if (op->kind == CT_OP_KERNEL)
		return ct_trace_string(t->program->trace, op->name);
	return ct_blame_kind(op);
}

/* Tenants are numbered as in the scenario, also when one runs alone. */
struct ct_explain_id ct_blame_id(const struct op *op)
{
	const struct copy *copy = op->stream->copy;

	return (struct ct_explain_id){ copy->tenant->index, copy->number, op->number };
}

/* ---- at the gate ---------------------------------------------------------------- */

/* Who has work on the device, for as long as that lasts, is why others are held. */
static void hold_on(struct explainer *x, uint32_t victim, uint64_t weight)
{
	uint64_t *held = &x->held[(size_t)victim * x->row];
	uint32_t others = 0;

	for (uint32_t t = 0; t < x->n_tenants; t++)
		others += t != victim && x->n_working[t];
	if (!others) {
		held[x->n_working[victim] ? victim : x->n_tenants] += weight;
		return;
	}
	for (uint32_t t = 0; t < x->n_tenants; t++)
		if (t != victim && x->n_working[t])
			held[t] += weight / others;
}

void ct_blame_held(struct run *run)
{
	struct explainer *x = run->explainer;
	uint64_t weight = (uint64_t)(run->now_ns - x->held_until_ns) << BLAME_BITS;

	if (!weight)
		return;
	for (uint32_t t = 0; t < x->n_tenants; t++)
		if (x->is_victim[t])
			hold_on(x, t, weight);
	x->held_until_ns = run->now_ns;
}

/* Sums wrap; differences do not. */
static void add_row(const struct explainer *x, const uint64_t *from, int add, uint64_t *to)
{
	for (uint32_t t = 0; t < x->row; t++)
		to[t] += add ? from[t] : -from[t];
}

void ct_blame_add_held(struct run *run, const struct op *op, int add, uint64_t *to)
{
	struct explainer *x = run->explainer;

	ct_blame_held(run);
	add_row(x, &x->held[(size_t)op->stream->copy->tenant->index * x->row], add, to);
}

/* ---- contexts that take turns --------------------------------------------------- */

static void hand_over(struct sms_holder *h, uint32_t tenant, int64_t at_ns)
{
	h->had_ns[h->tenant] += (uint64_t)(at_ns - h->since_ns);
	h->since_ns = at_ns;
	h->tenant = tenant;
}

void ct_blame_add_sms(struct run *run, const struct op *op, int add, uint64_t *to)
{
	struct explainer *x = run->explainer;
	const struct tenant *t = op->stream->copy->tenant;
	struct sms_holder *h = &x->holder[t->instance];

	if (!run->sliced)
		return;
	hand_over(h, h->tenant, run->now_ns);
	add_row(x, h->had_ns, add, to);
	to[t->index] = 0; /* it had them itself: nothing lost */
}

void ct_run_explain_switched(struct run *run, uint32_t context, int on, int64_t at_ns)
{
	struct explainer *x = run->explainer;

	for (uint32_t i = 0; i < run->n_tenants; i++)
		if (run->tenant[i].context == context)
			hand_over(&x->holder[run->tenant[i].instance],
				  on ? run->tenant[i].index : x->n_tenants, at_ns);
}

/* ---- those in the way ----------------------------------------------------------- */

static struct blame_slot *slot_for(struct watch *w, enum ct_cause cause,
				   const struct ct_explain_id *id)
{
	struct blame_slot *least = &w->slot[0];

	for (uint32_t i = 0; i < w->n_slots; i++) {
		struct blame_slot *s = &w->slot[i];

		if (s->is.cause == cause && s->is.id.number == id->number &&
		    s->is.id.tenant == id->tenant && s->is.id.copy == id->copy)
			return s;
		if (s->weight < least->weight)
			least = s;
	}
	if (w->n_slots < BLAME_SLOTS)
		least = &w->slot[w->n_slots++];
	*least = (struct blame_slot){ .is = { .id = *id, .cause = cause } };
	return least;
}

static struct ct_explain_culprit *blame(struct explainer *x, struct watch *w,
					enum ct_cause cause, const struct op *culprit,
					uint64_t weight)
{
	struct ct_explain_id id = ct_blame_id(culprit);
	struct blame_slot *s = slot_for(w, cause, &id);

	s->is.name = ct_blame_name(culprit);
	s->weight += weight;
	w->who[cause * x->row + id.tenant] += weight;
	return &s->is;
}

static uint64_t part_of(uint64_t weight, uint64_t part, uint64_t sum)
{
	return (uint64_t)((unsigned __int128)weight * part / sum);
}

/* ---- on a gpu ------------------------------------------------------------------- */

/* SMs that the blocks would fill by themselves, times 2^16. */
static uint64_t filled(const struct ct_gpu_running *r)
{
	return ((uint64_t)r->blocks << 16) / r->grid->need.blocks_per_sm;
}

/* What a grid does to another one, in its own unit. */
typedef uint64_t (*harm_fn)(const struct ct_gpu_running *);

static uint64_t dram_demand(const struct ct_gpu_running *r)
{
	return (uint64_t)r->blocks * r->grid->work.demand_mbps;
}

static uint64_t l2_demand(const struct ct_gpu_running *r)
{
	return (uint64_t)r->blocks * r->grid->work.l2_mbps;
}

/* Blames all others on the same SMs, or all others at all, by the harm they do; FALSE if
 * none does any. */
static gboolean blame_running(struct explainer *x, struct watch *w, enum ct_cause cause,
			      gboolean same_sms, harm_fn harm, uint64_t weight)
{
	const struct ct_grid *own = &w->op->grid;
	struct ct_gpu_running r;
	uint64_t sum = 0;

	for (uint32_t at = 0; ct_gpu_running(w->gpu, &at, &r);)
		if (r.grid != own && (!same_sms || ct_gpu_grids_meet(w->gpu, own, r.grid)))
			sum += harm(&r);
	for (uint32_t at = 0; sum && ct_gpu_running(w->gpu, &at, &r);) {
		struct ct_explain_culprit *c;

		if (r.grid == own || !harm(&r) ||
		    (same_sms && !ct_gpu_grids_meet(w->gpu, own, r.grid)))
			continue;
		c = blame(x, w, cause, r.grid->owner, part_of(weight, harm(&r), sum));
		c->sms = MAX(c->sms, (uint32_t)((filled(&r) + 0xffff) >> 16));
	}
	return sum != 0;
}

static void waited(struct explainer *x, struct watch *w, uint64_t weight)
{
	const struct ct_grid *whom;
	enum ct_gpu_wait wait = ct_gpu_waits(w->gpu, &w->op->grid, &whom);

	if (whom)
		blame(x, w,
		      wait == CT_GPU_WAITS_PRIORITY ? CT_CAUSE_PRIORITY : CT_CAUSE_SM_ROOM,
		      whom->owner, weight)
			->ahead = TRUE;
	else if (!blame_running(x, w, CT_CAUSE_SM_ROOM, TRUE, filled, weight))
		w->who[CT_CAUSE_SM_ROOM * x->row + x->n_tenants] += weight;
}

/* What it loses to others meanwhile is theirs by what they demand of the same. */
static void ran(struct explainer *x, struct watch *w, int64_t ns)
{
	const struct ct_grid *own = &w->op->grid;
	struct ct_gpu_running r = { 0 };
	uint64_t lost;

	for (uint32_t at = 0; ct_gpu_running(w->gpu, &at, &r) && r.grid != own;)
		;
	if (r.grid != own)
		return;
	lost = (uint64_t)ns * r.lost[CT_CONTENTION_DRAM];
	if (lost && !blame_running(x, w, CT_CAUSE_DRAM, FALSE, dram_demand, lost))
		blame_running(x, w, CT_CAUSE_DRAM, FALSE, l2_demand, lost);
	lost = (uint64_t)ns * r.lost[CT_CONTENTION_L2];
	if (lost && !blame_running(x, w, CT_CAUSE_L2, FALSE, l2_demand, lost))
		blame_running(x, w, CT_CAUSE_L2, FALSE, dram_demand, lost);
	lost = (uint64_t)ns * r.lost[CT_CONTENTION_SM];
	if (lost)
		blame_running(x, w, CT_CAUSE_SM, TRUE, filled, lost);
}

void ct_run_explain_span(void *data, const struct ct_gpu *gpu, int64_t ns)
{
	struct run *run = data;
	struct explainer *x = run->explainer;

	for (guint i = 0; i < x->on_gpu->len; i++) {
		struct watch *w = x->on_gpu->pdata[i];

		if (w->gpu != gpu)
			continue;
		if (w->op->grid.start_ns < 0)
			waited(x, w, (uint64_t)ns << BLAME_BITS);
		else
			ran(x, w, ns);
	}
}

/* ---- at the copy engines -------------------------------------------------------- */

void ct_run_explain_copy(struct run *run, struct op *op, const struct op *by, int64_t ns)
{
	if (op->watch && op->watch->who && ns > 0)
		blame(run->explainer, op->watch, CT_CAUSE_COPY_ENGINE, by,
		      (uint64_t)ns << BLAME_BITS);
}
