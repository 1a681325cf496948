/*
 * run-graph - the nodes of a graph launch on the device.
 *
 * A graph launch is one operation of the stream it is launched in: it begins when that
 * comes to it, and is over when all its nodes are; what was launched there later waits for
 * all of them.  Nodes that were recorded in one stream run one after the other, with the
 * gap between nodes of a graph, which is shorter than that between launches: the driver
 * puts the nodes of a graph into streams when it is instantiated, and later launches do
 * not change that.  Such branches run side by side.  They stand in streams of their own,
 * so that what was launched into the recorded ones beside the graph does not wait for
 * them.
 *
 * Between branches a node waits for those that an edge leads from, where the trace holds
 * the edges (graph-form.h): each node counts how many it still waits for.
 *
 * DANGER: where it does not, a node waits for every node of another branch that had ended
 * when it started, as recorded: that keeps every edge there is, and some that are none, so
 * such a graph is never faster side by side than it was recorded.
 * DANGER: two graphs with nodes recorded in the same stream share its branch: there one
 * waits for the other, which hardware need not do.
 *
 * A graph keeps the part of the device it was first launched in: that is decided when it
 * is instantiated, and a later launch does not change it.
 */
#include "sim/run-internal.h"

#include <string.h>

/* A launch whose edges are followed.  Its three lists stand behind it. */
struct follow {
	const struct ct_graph_form *form;
	uint64_t first_node;
	struct op **node; /* by node; NULL: this launch does not have it */
	uint32_t *left;   /* by node or gate: so many it waits for are not over */
	uint32_t *over;   /* a stack, of those that are over and not looked at */
	struct follow *next;
	gsize room; /* bytes behind */
};

/* ---- launches -------------------------------------------------------------------- */

static gsize bytes_of(const struct ct_graph_form *form)
{
	return form->n_nodes * sizeof(struct op *) +
	       2 * (gsize)form->n_all * sizeof(uint32_t);
}

/* The memory of an earlier launch, or new; it belongs to the run. */
static struct follow *take(struct run *run, gsize bytes)
{
	struct follow **place = &run->follow_pool, *f;

	while (*place && (*place)->room < bytes)
		place = &(*place)->next;
	f = *place;
	if (f) {
		*place = f->next;
		return f;
	}
	f = g_malloc(sizeof(*f) + bytes);
	f->room = bytes;
	g_ptr_array_add(run->slabs, f);
	return f;
}

static void leave(struct run *run, struct op *graph)
{
	struct follow *f = graph->follow;

	graph->follow = NULL;
	f->next = run->follow_pool;
	run->follow_pool = f;
}

void ct_run_graph_follow(struct thread *t, struct op *graph, const struct ct_op *first)
{
	const struct ct_program *program = t->copy->tenant->program;
	uint32_t process = program->trace->lane[t->lane].process;
	const struct ct_graph_form *form;
	uint64_t first_node;
	struct follow *f;

	form = ct_graph_forms_find(program->forms, process,
				   graph->graph_id ? graph->graph_id : first->graph,
				   &first_node);
	if (!form)
		return;
	f = take(t->copy->tenant->run, bytes_of(form));
	f->form = form;
	f->first_node = first_node;
	f->node = (struct op **)(f + 1);
	f->left = (uint32_t *)(f->node + form->n_nodes);
	f->over = f->left + form->n_all;
	memset(f->node, 0, form->n_nodes * sizeof(struct op *));
	memcpy(f->left, form->n_before, form->n_all * sizeof(uint32_t));
	graph->follow = f;
}

void ct_run_graph_node(struct run *run, struct op *graph, struct op *node,
		       const struct ct_op *record)
{
	struct follow *f = graph->follow;
	uint32_t number =
		record->graph_node
			? ct_graph_form_node(f->form, record->graph_node - f->first_node)
			: CT_NONE;

	if (number == CT_NONE || f->node[number]) {
		leave(run, graph);
		return;
	}
	f->node[number] = node;
	node->node = number;
}

void ct_run_graph_read(struct run *run, struct op *graph)
{
	if (!ct_graph_form_enough(graph->follow->form, graph->n_nodes))
		leave(run, graph);
}

/* ---- who waits for whom ---------------------------------------------------------- */

/* NUMBER is over, and with it all that waits for nothing else and takes no time. */
static void pass_on(struct run *run, struct follow *f, uint32_t number)
{
	const struct ct_graph_form *form = f->form;
	uint32_t n = 0;

	f->over[n++] = number;
	while (n > 0) {
		number = f->over[--n];
		for (uint32_t i = form->first_after[number];
		     i < form->first_after[number + 1]; i++) {
			uint32_t next = form->after[i];
			struct op *op = next < form->n_nodes ? f->node[next] : NULL;

			if (--f->left[next] > 0)
				continue;
			if (!op)
				f->over[n++] = next;
			else if (op->stream->parked && op->stream->head == op)
				ct_run_unpark(run, op->stream);
		}
	}
}

static void begin_following(struct run *run, struct follow *f)
{
	const struct ct_graph_form *form = f->form;

	for (uint32_t i = 0; i < form->n_roots; i++)
		if (form->root[i] >= form->n_nodes || !f->node[form->root[i]])
			pass_on(run, f, form->root[i]);
}

static int64_t recorded_end_ns(const struct op *node)
{
	return node->recorded_start_ns + node->duration_ns;
}

void ct_run_graph_begin(struct run *run, struct op *graph)
{
	struct op *node, *next;

	if (graph->follow)
		begin_following(run, graph->follow);
	for (node = graph->nodes; node; node = next) {
		struct stream *branch = node->stream;

		next = node->next;
		if (!branch->head) {
			branch->free_ns = graph->predecessor_ns;
			branch->work_end_ns = graph->ready_ns - branch->gap_ns;
		}
		ct_run_enqueue(run, node);
	}
	graph->nodes = NULL;
}

/* Nodes are issued in the order of their records, so no two wait for each other. */
gboolean ct_run_node_waits(const struct op *node)
{
	const struct copy *copy = node->stream->copy;
	uint32_t n = copy->tenant->program->trace->n_streams;

	if (node->graph->follow)
		return node->graph->follow->left[node->node] > 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct op *other = copy->branch[i].head;

		if (other && other->graph == node->graph && other->number < node->number &&
		    recorded_end_ns(other) <= node->recorded_start_ns)
			return TRUE;
	}
	return FALSE;
}

/* Nodes of other branches may have waited for one that is over. */
static void look_again(struct run *run, const struct op *graph, struct copy *copy)
{
	uint32_t n = copy->tenant->program->trace->n_streams;

	for (uint32_t i = 0; i < n; i++) {
		struct stream *branch = &copy->branch[i];

		if (branch->parked && branch->head->graph == graph)
			ct_run_unpark(run, branch);
	}
}

/* The launch is over with its last node. */
void ct_run_node_ended(struct run *run, struct op *node, int64_t start_ns)
{
	struct op *graph = node->graph;
	struct copy *copy = node->stream->copy;
	uint32_t number = node->node;

	graph->start_ns = MIN(graph->start_ns, start_ns);
	ct_run_op_free(run, node);
	if (--graph->n_nodes == 0) {
		if (graph->follow)
			leave(run, graph);
		ct_run_op_ended(run, graph, graph->start_ns);
	} else if (graph->follow) {
		pass_on(run, graph->follow, number);
	} else {
		look_again(run, graph, copy);
	}
}

/* The part that a graph was first launched in is that of every launch of it. */
void ct_run_graph_freeze(struct op *graph)
{
	struct copy *copy = graph->stream->copy;
	gpointer id = GUINT_TO_POINTER(graph->graph_id), part;

	if (!graph->graph_id)
		return;
	if (!copy->graph_part)
		copy->graph_part = g_hash_table_new(NULL, NULL);
	if (g_hash_table_lookup_extended(copy->graph_part, id, NULL, &part))
		graph->part = GPOINTER_TO_UINT(part);
	else
		g_hash_table_insert(copy->graph_part, id, GUINT_TO_POINTER(graph->part));
}
