/*
 * run-graph - the nodes of a graph launch on the device.
 *
 * A graph launch is one operation of the stream it is launched in: it begins when that
 * comes to it, and is over when all its nodes are; what was launched there later waits for
 * all of them.  Nodes that were recorded in one stream run one after the other, with the
 * gap between nodes of a graph, which is shorter than that between launches; such
 * branches run side by side.  They stand in streams of their own, so that what was
 * launched into the recorded ones beside the graph does not wait for them.
 *
 * DANGER: traces do not hold the edges of a graph.  A node waits for every node of another
 * branch that had ended when it started, as recorded: that keeps every edge there is, and
 * some that are none, so a graph is never faster side by side than it was recorded.
 * DANGER: two graphs with nodes recorded in the same stream share its branch: there one
 * waits for the other, which hardware need not do.
 *
 * A graph keeps the part of the device it was first launched in: that is decided when it
 * is instantiated, and a later launch does not change it.
 */
#include "sim/run-internal.h"

static int64_t recorded_end_ns(const struct op *node)
{
	return node->recorded_start_ns + node->duration_ns;
}

void ct_run_graph_begin(struct run *run, struct op *graph)
{
	struct op *node, *next;

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

gboolean ct_run_node_waits(const struct op *node)
{
	const struct copy *copy = node->stream->copy;
	uint32_t n = copy->tenant->program->trace->n_streams;

	for (uint32_t i = 0; i < n; i++) {
		const struct op *other = copy->branch[i].head;

		if (other && other->graph == node->graph && other != node &&
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

	graph->start_ns = MIN(graph->start_ns, start_ns);
	ct_run_op_free(run, node);
	if (--graph->n_nodes > 0)
		look_again(run, graph, copy);
	else
		ct_run_op_ended(run, graph, graph->start_ns);
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
