/*
 * check-graphs - whether graphs ran in the order that their edges say.
 */
#include "traces/check-graphs.h"

struct seen {
	uint64_t node;
	int64_t start_ns;
};

struct ct_check_graphs {
	const struct ct_trace *trace;
	GHashTable *graphs; /* process << 32 | graph -> its record */
	uint32_t process, graph;
	GArray *nodes; /* of the launch at hand */
};

struct ct_check_graphs *ct_check_graphs_new(const struct ct_trace *trace)
{
	struct ct_check_graphs *g = g_new0(struct ct_check_graphs, 1);

	g->trace = trace;
	g->graphs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	g->nodes = g_array_new(FALSE, FALSE, sizeof(struct seen));
	for (uint32_t i = 0; i < trace->n_graphs; i++) {
		const struct ct_graph_record *graph = &trace->graph[i];
		gint64 key = (gint64)((uint64_t)graph->process << 32 | graph->graph);

		g_hash_table_replace(g->graphs, g_memdup2(&key, sizeof(key)),
				     (gpointer)graph);
	}
	return g;
}

void ct_check_graphs_free(struct ct_check_graphs *g)
{
	g_hash_table_destroy(g->graphs);
	g_array_unref(g->nodes);
	g_free(g);
}

static int compare_seen(gconstpointer a, gconstpointer b)
{
	const struct seen *x = a, *y = b;

	return (x->node > y->node) - (x->node < y->node);
}

/* When NODE started; CT_TIME_NONE: it is not among those that were recorded. */
static int64_t start_of(const GArray *nodes, uint64_t node)
{
	guint first = 0, end = nodes->len;

	while (first < end) {
		guint middle = first + (end - first) / 2;
		const struct seen *seen = &g_array_index(nodes, struct seen, middle);

		if (seen->node == node)
			return seen->start_ns;
		if (seen->node < node)
			first = middle + 1;
		else
			end = middle;
	}
	return CT_TIME_NONE;
}

gboolean ct_check_graphs_end(struct ct_check_graphs *g)
{
	gint64 key = (gint64)((uint64_t)g->process << 32 | g->graph);
	const struct ct_graph_record *graph;
	gboolean wrong = FALSE;

	if (g->nodes->len == 0)
		return FALSE;
	graph = g_hash_table_lookup(g->graphs, &key);
	if (graph)
		g_array_sort(g->nodes, compare_seen);
	for (uint32_t i = 0; graph && !wrong && i < graph->n_edges; i++) {
		const struct ct_graph_edge_record *edge =
			&g->trace->edge[graph->first_edge + i];
		int64_t from_ns = start_of(g->nodes, edge->from + graph->first_node);
		int64_t to_ns = start_of(g->nodes, edge->to + graph->first_node);

		wrong = from_ns != CT_TIME_NONE && to_ns != CT_TIME_NONE && to_ns < from_ns;
	}
	g_array_set_size(g->nodes, 0);
	return wrong;
}

gboolean ct_check_graphs_op(struct ct_check_graphs *g, uint32_t process,
			    const struct ct_op *op)
{
	struct seen seen = { op->graph_node, op->start_ns };
	gboolean wrong = FALSE;

	if (!(op->flags & CT_OP_CHILD))
		return ct_check_graphs_end(g);
	if (g->nodes->len && (g->process != process || g->graph != op->graph))
		wrong = ct_check_graphs_end(g);
	g->process = process;
	g->graph = op->graph;
	if (op->start_ns != CT_TIME_NONE)
		g_array_append_val(g->nodes, seen);
	return wrong;
}
