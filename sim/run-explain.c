/*
 * run-explain - watches the operations that are to be explained, from call to end.
 *
 * Its own times and their causes are told when it has ended (run-result.c); whom it waited
 * for has been seen meanwhile (run-blame.h).  Nothing here changes the run, and without an
 * explanation nothing is here.
 */
#include "sim/run-blame.h"

#include <string.h>

static gboolean is_work(const struct op *op)
{
	return op->kind == CT_OP_KERNEL || op->kind == CT_OP_MEMCPY ||
	       op->kind == CT_OP_MEMSET;
}

static struct watch *watch_new(struct explainer *x, struct op *op)
{
	struct watch *w;
	uint64_t *rows;

	if (x->watches->len) {
		w = g_ptr_array_steal_index_fast(x->watches, x->watches->len - 1);
		rows = w->gate;
		memset(rows, 0, 3 * x->row * sizeof(*rows));
	} else {
		w = g_new(struct watch, 1);
		rows = g_new0(uint64_t, 3 * x->row);
		g_ptr_array_add(x->all, w);
	}
	*w = (struct watch){
		.op = op,
		.gate = rows,
		.back = rows + x->row,
		.off = rows + 2 * x->row,
	};
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
	struct ct_explain_id id = ct_blame_id(op);

	if (copy->n_in_flight == 1) /* it is the only one */
		copy->idle_ns += run->now_ns - copy->idle_since_ns;
	if (!is_work(op) || !ct_explain_wants(x->explain, &id, ct_blame_name(op)))
		return;
	op->watch = watch_new(x, op);
	ct_blame_add_held(run, op, FALSE, op->watch->gate);
}

void ct_run_explain_released(struct run *run, struct op *op)
{
	struct watch *w = op->watch;

	if (!is_work(op))
		return;
	ct_blame_held(run);
	if (w)
		ct_blame_add_held(run, op, TRUE, op->past ? w->back : w->gate);
	run->explainer->n_working[op->stream->copy->tenant->index]++;
}

static void enter_gpu(struct run *run, struct watch *w)
{
	struct explainer *x = run->explainer;

	w->gpu = ct_compute_gpu(run->compute, w->op->stream->context);
	ct_blame_add_sms(run, w->op, FALSE, w->off);
	w->on_gpu = TRUE;
	w->at = x->on_gpu->len;
	g_ptr_array_add(x->on_gpu, w);
}

static void leave_gpu(struct run *run, struct watch *w)
{
	struct explainer *x = run->explainer;
	struct watch *moved;

	if (!w->on_gpu)
		return;
	ct_blame_add_sms(run, w->op, TRUE, w->off);
	w->on_gpu = FALSE;
	g_ptr_array_remove_index_fast(x->on_gpu, w->at);
	if (w->at < x->on_gpu->len) {
		moved = x->on_gpu->pdata[w->at];
		moved->at = w->at;
	}
}

void ct_run_explain_ready(struct run *run, struct op *op)
{
	struct explainer *x = run->explainer;
	const struct last *last = &x->last[op->stream->index];
	struct watch *w = op->watch;

	if (w && !w->who) {
		w->predecessor = last->id;
		w->predecessor_name = last->name;
		w->who = table_new(x);
	}
	if (w && op->kind == CT_OP_KERNEL)
		enter_gpu(run, w);
}

void ct_run_explain_back(struct run *run, struct op *op)
{
	if (!is_work(op))
		return;
	ct_blame_held(run);
	run->explainer->n_working[op->stream->copy->tenant->index]--;
	if (!op->watch)
		return;
	leave_gpu(run, op->watch);
	ct_blame_add_held(run, op, FALSE, op->watch->back);
}

static const uint64_t *weights(const struct explainer *x, const struct watch *w,
			       enum ct_cause cause)
{
	switch (cause) {
	case CT_CAUSE_GATE:
		return w->gate;
	case CT_CAUSE_PREEMPTION:
		return w->back;
	case CT_CAUSE_CONTEXT_SWITCH:
		return w->off;
	default:
		return &w->who[cause * x->row];
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
			ct_explain_split(s->time_ns[c], weights(x, w, c), x->row, part);
		}
	}
}

static int by_weight(const void *a, const void *b)
{
	const struct blame_slot *x = a, *y = b;

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

static void describe_kernel(const struct op *op, struct ct_explain_story *s)
{
	const struct ct_block_need *need = &op->grid.need;
	const struct ct_device *device = op->stream->copy->tenant->device;
	uint32_t may = device->sms;

	if (op->grid.sms) {
		may = 0;
		for (size_t i = 0; i < G_N_ELEMENTS(op->grid.sms->word); i++)
			may += (uint32_t)__builtin_popcountll(op->grid.sms->word[i]);
	}
	s->blocks = need->blocks;
	s->blocks_per_sm = need->blocks_per_sm;
	s->waves = ct_waves(device, need, may);
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
		.id = ct_blame_id(op),
		.name = ct_blame_name(op),
		.kind = ct_blame_kind(op),
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
		describe_kernel(op, s);
	blame_story(x, op->watch, s);
	name_culprits(x, op->watch, s);
	ct_explain_op(x->explain, s);
}

void ct_run_explain_ended(struct run *run, struct op *op, int64_t start_ns, int64_t end_ns,
			  const int64_t *time_ns)
{
	struct explainer *x = run->explainer;
	struct watch *w = op->watch;

	ct_blame_held(run);
	x->n_working[op->stream->copy->tenant->index]--;
	if (!w)
		return;
	leave_gpu(run, w);
	tell(run, op, start_ns, end_ns, time_ns);
	g_ptr_array_add(x->tables, w->who);
	w->who = NULL;
	g_ptr_array_add(x->watches, w);
	op->watch = NULL;
}

void ct_run_explain_left(struct run *run, const struct op *op)
{
	struct last *last = &run->explainer->last[op->stream->index];

	last->id = ct_blame_id(op);
	last->name = ct_blame_name(op);
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
			     run->tenant[i].program->trace->n_streams * 2; /* branches */
	x->explain = run->in->explain;
	x->n_tenants = ct_explain_tenants(x->explain);
	x->row = x->n_tenants + 1;
	x->is_victim = g_new0(gboolean, x->n_tenants);
	for (uint32_t t = 0; t < x->n_tenants; t++)
		x->is_victim[t] = ct_explain_wants_tenant(x->explain, t);
	x->held = g_new0(uint64_t, (size_t)x->n_tenants * x->row);
	x->n_working = g_new0(uint32_t, x->n_tenants);
	for (uint32_t i = 0; i < CT_MIG_MAX_SLICES; i++) {
		x->holder[i].tenant = x->n_tenants;
		x->holder[i].had_ns = g_new0(uint64_t, x->row);
	}
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
	for (uint32_t i = 0; i < CT_MIG_MAX_SLICES; i++)
		g_free(x->holder[i].had_ns);
	g_free(x->last);
	g_free(x->story.blamed_ns);
	g_free(x);
}
