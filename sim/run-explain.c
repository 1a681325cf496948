/*
 * run-explain - watches the operations that are to be explained, from call to end.
 *
 * Whom an operation waits for must be seen while it waits.  On the gpu nothing changes
 * within a span (gpu-look.h), so each watched operation there looks round once a span and
 * gives its length, in 2^-20 ns, to those in its way.  At the gate there may be thousands
 * at once: there one sum per tenant runs on whenever some tenant gets its first or loses
 * its last work on the device, and an operation keeps what it read when it was held.
 *
 * Weights are per tenant and exact to rounding; of single operations in the way only the
 * few with the largest weight are kept (one that comes when all slots are taken replaces
 * the least).  Nothing here changes the run, and without an explanation nothing is here.
 */
#include "sim/run-internal.h"

#include <string.h>

#include "sim/explain.h"
#include "sim/gpu-look.h"

enum { SLOTS = 8, WEIGHT_BITS = 20 };

struct slot { /* an operation in the way */
	struct ct_explain_culprit is;
	uint64_t weight;
};

struct watch {
	struct op *op;
	const struct ct_gpu *gpu; /* of its context */
	uint32_t at;              /* in explainer->on_gpu, if it is there */
	uint64_t *gate;           /* [row]: at first the sums when it was held */
	uint64_t *who;            /* [cause][row]; NULL until it is on the gpu */
	struct ct_explain_id predecessor;
	const char *predecessor_name;
	uint32_t n_slots;
	struct slot slot[SLOTS];
};

struct last { /* operation of a stream to end */
	struct ct_explain_id id;
	const char *name;
};

struct explainer {
	struct ct_explain *explain;
	uint32_t n_tenants, row; /* row: tenants and nobody */
	gboolean *is_victim;     /* per tenant: something of it is explained */
	uint64_t *held;          /* [victim][row] */
	uint32_t *n_working;     /* per tenant: operations released and not ended */
	int64_t held_until_ns;
	uint32_t has_sms;     /* the tenant whose context has them, or nobody */
	uint64_t *had_sms_ns; /* [row]: until has_sms_since_ns */
	int64_t has_sms_since_ns;
	struct last *last;           /* per stream */
	GPtrArray *on_gpu;           /* struct watch *, submitted and not ended */
	GPtrArray *all;              /* struct watch *, every one there is */
	GPtrArray *watches, *tables; /* to be used again */
	struct ct_explain_story story;
};

static uint32_t nobody(const struct explainer *x)
{
	return x->n_tenants;
}

static const char *kind_name(const struct op *op)
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

static const char *name_of(const struct op *op)
{
	const struct tenant *t = op->stream->copy->tenant;

	if (op->kind == CT_OP_KERNEL)
		return ct_trace_string(t->program->trace, op->name);
	return kind_name(op);
}

/* Tenants are numbered as in the scenario, also when one runs alone. */
static struct ct_explain_id id_of(const struct op *op)
{
	const struct copy *copy = op->stream->copy;

	return (struct ct_explain_id){ copy->tenant->index, copy->number, op->number };
}

static gboolean is_work(const struct op *op)
{
	return op->kind == CT_OP_KERNEL || op->kind == CT_OP_MEMCPY ||
	       op->kind == CT_OP_MEMSET;
}

/* Who has work on the device, for as long as that lasts, is why others are held. */
static void hold_on(struct explainer *x, uint32_t victim, uint64_t weight)
{
	uint64_t *held = &x->held[(size_t)victim * x->row];
	uint32_t others = 0;

	for (uint32_t t = 0; t < x->n_tenants; t++)
		others += t != victim && x->n_working[t];
	if (!others) {
		held[x->n_working[victim] ? victim : nobody(x)] += weight;
		return;
	}
	for (uint32_t t = 0; t < x->n_tenants; t++)
		if (t != victim && x->n_working[t])
			held[t] += weight / others;
}

static void catch_up(struct run *run)
{
	struct explainer *x = run->explainer;
	uint64_t weight = (uint64_t)(run->now_ns - x->held_until_ns) << WEIGHT_BITS;

	if (!weight)
		return;
	for (uint32_t t = 0; t < x->n_tenants; t++)
		if (x->is_victim[t])
			hold_on(x, t, weight);
	x->held_until_ns = run->now_ns;
}

static struct watch *watch_new(struct explainer *x)
{
	struct watch *w;
	uint64_t *gate;

	if (!x->watches->len) {
		w = g_new0(struct watch, 1);
		w->gate = g_new0(uint64_t, x->row);
		g_ptr_array_add(x->all, w);
		return w;
	}
	w = g_ptr_array_steal_index_fast(x->watches, x->watches->len - 1);
	gate = w->gate;
	*w = (struct watch){ .gate = gate };
	return w;
}

static void *table_new(struct explainer *x)
{
	size_t bytes = sizeof(uint64_t) * CT_CAUSE_MAX * x->row;

	if (!x->tables->len)
		return g_malloc0(bytes);
	return memset(g_ptr_array_steal_index_fast(x->tables, x->tables->len - 1), 0,
		      bytes);
}

void ct_run_explain_issued(struct run *run, struct op *op)
{
	struct explainer *x = run->explainer;
	struct copy *copy = op->stream->copy;
	struct ct_explain_id id = id_of(op);

	if (copy->n_in_flight == 1) /* it is the only one */
		copy->idle_ns += run->now_ns - copy->idle_since_ns;
	if (!is_work(op) || !ct_explain_wants(x->explain, &id, name_of(op)))
		return;
	catch_up(run);
	op->watch = watch_new(x);
	op->watch->op = op;
	memcpy(op->watch->gate, &x->held[(size_t)id.tenant * x->row],
	       x->row * sizeof(uint64_t));
}

void ct_run_explain_released(struct run *run, struct op *op)
{
	struct explainer *x = run->explainer;
	uint32_t tenant = op->stream->copy->tenant->index;

	if (!is_work(op))
		return;
	catch_up(run);
	if (op->watch)
		for (uint32_t t = 0; t < x->row; t++)
			op->watch->gate[t] =
				x->held[(size_t)tenant * x->row + t] - op->watch->gate[t];
	x->n_working[tenant]++;
}

/* Several contexts: whoever had the SMs, or the switch, kept the others off.  What was
 * before the kernel was submitted is taken off first. */
static void note_sms(struct run *run, struct watch *w)
{
	struct explainer *x = run->explainer;
	uint32_t own = w->op->stream->copy->tenant->index;
	uint64_t *who = &w->who[CT_CAUSE_CONTEXT_SWITCH * x->row];

	if (!run->sliced)
		return;
	x->had_sms_ns[x->has_sms] += (uint64_t)(run->now_ns - x->has_sms_since_ns);
	x->has_sms_since_ns = run->now_ns;
	for (uint32_t t = 0; t < x->row; t++) {
		if (t != own)
			who[t] = x->had_sms_ns[t] - who[t];
	}
}

void ct_run_explain_switched(struct run *run, uint32_t context, int on, int64_t at_ns)
{
	struct explainer *x = run->explainer;

	x->had_sms_ns[x->has_sms] += (uint64_t)(at_ns - x->has_sms_since_ns);
	x->has_sms_since_ns = at_ns;
	x->has_sms = nobody(x);
	for (uint32_t i = 0; on && i < run->n_tenants; i++)
		if (run->tenant[i].context == context)
			x->has_sms = run->tenant[i].index;
}

void ct_run_explain_ready(struct run *run, struct op *op)
{
	struct explainer *x = run->explainer;
	const struct last *last = &x->last[op->stream->index];
	struct watch *w = op->watch;

	if (!w || w->who)
		return;
	w->predecessor = last->id;
	w->predecessor_name = last->name;
	w->who = table_new(x);
	if (op->kind != CT_OP_KERNEL)
		return;
	w->gpu = ct_compute_gpu(run->compute, op->stream->context);
	note_sms(run, w);
	w->at = x->on_gpu->len;
	g_ptr_array_add(x->on_gpu, w);
}

static struct slot *slot_for(struct watch *w, enum ct_cause cause,
			     const struct ct_explain_id *id)
{
	struct slot *least = &w->slot[0];

	for (uint32_t i = 0; i < w->n_slots; i++) {
		struct slot *s = &w->slot[i];

		if (s->is.cause == cause && s->is.id.number == id->number &&
		    s->is.id.tenant == id->tenant && s->is.id.copy == id->copy)
			return s;
		if (s->weight < least->weight)
			least = s;
	}
	if (w->n_slots < SLOTS)
		least = &w->slot[w->n_slots++];
	*least = (struct slot){ .is = { .id = *id, .cause = cause } };
	return least;
}

static void blame(struct explainer *x, struct watch *w, enum ct_cause cause,
		  const struct ct_grid *culprit, gboolean ahead, uint32_t sms,
		  uint64_t weight)
{
	const struct op *op = culprit->owner;
	struct ct_explain_id id = id_of(op);
	struct slot *s = slot_for(w, cause, &id);

	s->is.name = name_of(op);
	s->is.ahead |= ahead;
	s->is.sms = MAX(s->is.sms, sms);
	s->weight += weight;
	w->who[cause * x->row + id.tenant] += weight;
}

/* SMs that the blocks would fill by themselves, times 2^16. */
static uint64_t filled(const struct ct_gpu_running *r)
{
	return ((uint64_t)r->blocks << 16) / r->grid->need.blocks_per_sm;
}

/* No room: because of all who have blocks on SMs that it may use. */
static void blame_residents(struct explainer *x, struct watch *w, const struct ct_gpu *gpu,
			    uint64_t weight)
{
	struct ct_gpu_running r;
	uint64_t sum = 0;

	for (uint32_t i = 0; ct_gpu_running(gpu, i, &r); i++)
		if (ct_gpu_grids_meet(gpu, &w->op->grid, r.grid))
			sum += filled(&r);
	if (!sum) {
		w->who[CT_CAUSE_SM_ROOM * x->row + nobody(x)] += weight;
		return;
	}
	for (uint32_t i = 0; ct_gpu_running(gpu, i, &r); i++)
		if (r.blocks && ct_gpu_grids_meet(gpu, &w->op->grid, r.grid))
			blame(x, w, CT_CAUSE_SM_ROOM, r.grid, FALSE,
			      (uint32_t)((filled(&r) + 0xffff) >> 16),
			      (uint64_t)((unsigned __int128)weight * filled(&r) / sum));
}

static void waited(struct explainer *x, struct watch *w, const struct ct_gpu *gpu,
		   uint64_t weight)
{
	const struct ct_grid *whom;
	enum ct_gpu_wait wait = ct_gpu_waits(gpu, &w->op->grid, &whom);

	if (whom)
		blame(x, w,
		      wait == CT_GPU_WAITS_PRIORITY ? CT_CAUSE_PRIORITY : CT_CAUSE_SM_ROOM,
		      whom, TRUE, 0, weight);
	else
		blame_residents(x, w, gpu, weight);
}

/* Slower than alone: because of all others that demand of the same bandwidth. */
static void ran(struct explainer *x, struct watch *w, const struct ct_gpu *gpu,
		uint64_t weight)
{
	const struct ct_grid *own = &w->op->grid;
	struct ct_gpu_running r;
	uint64_t sum = 0;
	gboolean slowed = FALSE;

	for (uint32_t i = 0; ct_gpu_running(gpu, i, &r); i++) {
		if (r.grid == own)
			slowed = r.rate < CT_WORK_ONE;
		else
			sum += (uint64_t)r.blocks * r.grid->work.demand_mbps;
	}
	if (!slowed || !sum)
		return;
	for (uint32_t i = 0; ct_gpu_running(gpu, i, &r); i++) {
		uint64_t demand = (uint64_t)r.blocks * r.grid->work.demand_mbps;

		if (r.grid != own && demand)
			blame(x, w, CT_CAUSE_DRAM, r.grid, FALSE,
			      (uint32_t)((filled(&r) + 0xffff) >> 16),
			      (uint64_t)((unsigned __int128)weight * demand / sum));
	}
}

void ct_run_explain_span(void *data, const struct ct_gpu *gpu, int64_t ns)
{
	struct run *run = data;
	struct explainer *x = run->explainer;

	for (guint i = 0; i < x->on_gpu->len; i++) {
		struct watch *w = x->on_gpu->pdata[i];
		uint64_t weight = (uint64_t)ns << WEIGHT_BITS;

		if (w->gpu != gpu)
			continue;
		if (w->op->grid.start_ns < 0)
			waited(x, w, gpu, weight);
		else
			ran(x, w, gpu, weight);
	}
}

void ct_run_explain_copy(struct run *run, struct op *op, const struct op *by, int64_t ns)
{
	if (op->watch && op->watch->who && ns > 0)
		blame(run->explainer, op->watch, CT_CAUSE_COPY_ENGINE, &by->grid, FALSE, 0,
		      (uint64_t)ns << WEIGHT_BITS);
}

static void leave_gpu(struct explainer *x, struct watch *w)
{
	struct watch *moved;

	if (w->op->kind != CT_OP_KERNEL)
		return;
	g_ptr_array_remove_index_fast(x->on_gpu, w->at);
	if (w->at < x->on_gpu->len) {
		moved = x->on_gpu->pdata[w->at];
		moved->at = w->at;
	}
}

/* Each cause of the story, blamed by weight; own waits on the tenant itself. */
static void blame_story(struct explainer *x, const struct watch *w,
			struct ct_explain_story *s)
{
	for (enum ct_cause c = 0; c < CT_CAUSE_MAX; c++) {
		int64_t *part = &s->blamed_ns[c * x->row];

		if (!ct_explain_is_loss(c)) {
			memset(part, 0, x->row * sizeof(*part));
			part[s->id.tenant] = s->time_ns[c];
		} else {
			ct_explain_split(s->time_ns[c],
					 c == CT_CAUSE_GATE ? w->gate : &w->who[c * x->row],
					 x->row, part);
		}
	}
}

static int by_weight(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	if (x->is.id.tenant != y->is.id.tenant)
		return x->is.id.tenant < y->is.id.tenant ? -1 : 1;
	if (x->is.id.copy != y->is.id.copy)
		return x->is.id.copy < y->is.id.copy ? -1 : 1;
	return x->is.id.number < y->is.id.number ? -1 : 1;
}

static void name_culprits(struct explainer *x, struct watch *w, struct ct_explain_story *s)
{
	qsort(w->slot, w->n_slots, sizeof(w->slot[0]), by_weight);
	s->n_culprits = 0;
	for (uint32_t i = 0; i < w->n_slots && s->n_culprits < CT_EXPLAIN_CULPRITS; i++) {
		struct ct_explain_culprit *c = &s->culprit[s->n_culprits];
		const uint64_t *weight = &w->who[w->slot[i].is.cause * x->row];
		unsigned __int128 all = 0;

		for (uint32_t t = 0; t < x->row; t++)
			all += weight[t];
		*c = w->slot[i].is;
		c->ns = (int64_t)((unsigned __int128)s->time_ns[c->cause] *
				  w->slot[i].weight / (all ? all : 1));
		s->n_culprits += c->ns > 0;
	}
}

static void describe_kernel(const struct run *run, const struct op *op,
			    struct ct_explain_story *s)
{
	const struct ct_block_need *need = &op->grid.need;
	uint32_t may = run->in->device->sms;

	if (op->grid.sms) {
		may = 0;
		for (size_t i = 0; i < G_N_ELEMENTS(op->grid.sms->word); i++)
			may += (uint32_t)__builtin_popcountll(op->grid.sms->word[i]);
	}
	s->blocks = need->blocks;
	s->blocks_per_sm = need->blocks_per_sm;
	s->waves = ct_waves(run->in->device, need, may);
	s->sms = (uint32_t)MIN(need->blocks, may);
	s->priority = op->grid.priority;
	s->part = op->part;
	s->guessed = need->guessed;
}

static void tell(struct run *run, const struct op *op, int64_t start_ns, int64_t end_ns,
		 const int64_t *time_ns)
{
	struct explainer *x = run->explainer;
	const struct stream *stream = op->stream;
	const struct ct_trace *trace = stream->copy->tenant->program->trace;
	int64_t *blamed_ns = x->story.blamed_ns;
	struct ct_explain_story *s = &x->story;

	*s = (struct ct_explain_story){
		.id = id_of(op),
		.name = name_of(op),
		.kind = kind_name(op),
		.why = op->job.why,
		.stream = trace->stream[stream->source].id,
		.predecessor = op->watch->predecessor,
		.predecessor_name = op->watch->predecessor_name,
		.issued_ns = op->issued_ns,
		.released_ns = op->released_ns,
		.arrival_ns = op->arrival_ns,
		.predecessor_ns = op->predecessor_ns,
		.ready_ns = op->ready_ns,
		.start_ns = start_ns,
		.end_ns = end_ns,
		.blamed_ns = blamed_ns,
	};
	memcpy(s->time_ns, time_ns, sizeof(s->time_ns));
	if (op->kind == CT_OP_KERNEL)
		describe_kernel(run, op, s);
	blame_story(x, op->watch, s);
	name_culprits(x, op->watch, s);
	ct_explain_op(x->explain, s);
}

void ct_run_explain_ended(struct run *run, struct op *op, int64_t start_ns, int64_t end_ns,
			  const int64_t *time_ns)
{
	struct explainer *x = run->explainer;
	struct watch *w = op->watch;

	catch_up(run);
	x->n_working[op->stream->copy->tenant->index]--;
	if (!w)
		return;
	if (op->kind == CT_OP_KERNEL)
		note_sms(run, w);
	tell(run, op, start_ns, end_ns, time_ns);
	leave_gpu(x, w);
	g_ptr_array_add(x->tables, w->who);
	w->who = NULL;
	g_ptr_array_add(x->watches, w);
	op->watch = NULL;
}

void ct_run_explain_left(struct run *run, const struct op *op)
{
	struct last *last = &run->explainer->last[op->stream->index];

	last->id = id_of(op);
	last->name = name_of(op);
}

void ct_run_explain_begins(struct copy *copy)
{
	copy->idle_ns = 0;
	copy->idle_since_ns = copy->request_ns;
}

void ct_run_explain_answered(struct copy *copy)
{
	const struct tenant *t = copy->tenant;
	struct run *run = t->run;

	ct_explain_request(run->explainer->explain, t->index, copy->number,
			   copy->asked.arrived_ns, copy->request_ns, run->now_ns,
			   copy->idle_ns + run->now_ns - copy->idle_since_ns);
}

static void watch_free(void *data)
{
	struct watch *w = data;

	g_free(w->who);
	g_free(w->gate);
	g_free(w);
}

void ct_run_explain_init(struct run *run)
{
	struct explainer *x = run->explainer = g_new0(struct explainer, 1);
	size_t n_streams = 0;

	for (uint32_t i = 0; i < run->n_tenants; i++)
		n_streams += (size_t)run->tenant[i].n_copies *
			     run->tenant[i].program->trace->n_streams;
	x->explain = run->in->explain;
	x->n_tenants = ct_explain_tenants(x->explain);
	x->row = x->n_tenants + 1;
	x->is_victim = g_new0(gboolean, x->n_tenants);
	for (uint32_t t = 0; t < x->n_tenants; t++)
		x->is_victim[t] = ct_explain_wants_tenant(x->explain, t);
	x->held = g_new0(uint64_t, (size_t)x->n_tenants * x->row);
	x->n_working = g_new0(uint32_t, x->n_tenants);
	x->has_sms = nobody(x);
	x->had_sms_ns = g_new0(uint64_t, x->row);
	x->last = g_new0(struct last, n_streams);
	x->on_gpu = g_ptr_array_new();
	x->all = g_ptr_array_new_with_free_func(watch_free);
	x->watches = g_ptr_array_new();
	x->tables = g_ptr_array_new_with_free_func(g_free);
	x->story.blamed_ns = g_new0(int64_t, CT_CAUSE_MAX * x->row);
}

void ct_run_explain_end(struct run *run)
{
	struct explainer *x = run->explainer;

	if (!x)
		return;
	g_ptr_array_free(x->on_gpu, TRUE);
	g_ptr_array_free(x->all, TRUE);
	g_ptr_array_free(x->watches, TRUE);
	g_ptr_array_free(x->tables, TRUE);
	g_free(x->is_victim);
	g_free(x->held);
	g_free(x->n_working);
	g_free(x->had_sms_ns);
	g_free(x->last);
	g_free(x->story.blamed_ns);
	g_free(x);
}
