/*
 * spool-graphs - what the nodes of an executable graph wait for.
 *
 * What runs is a clone of the graph that was built or captured, with numbers of its own for
 * its nodes.  CUPTI tells its edges as well (capture/collector/graph.c), without those that
 * were removed before; where it does not, they are those of the graphs its nodes were cloned
 * from, from clone to clone.
 *
 * Edges that go in a circle cannot be: which end waits was taken for the other, or the spool
 * is damaged.  Such a graph's edges are left out, all of them, and the recording says so.
 *
 * Where no edge was said of any graph, nothing is known of edges, and none is given: a
 * graph without edges would run side by side.  DANGER: a node that holds a graph of its
 * own is not looked into.
 */
#include "traces/spool-import.h"

#define MAX_CLONINGS    16 /* of clones of clones */
#define MAX_KNOWN_BYTES (1u << 26)

struct node {
	uint32_t graph, original_graph;
	uint64_t node, original;
};

struct edge {
	uint32_t graph;
	uint64_t from, to;
};

struct ct_spool_graphs {
	GArray *nodes, *edges; /* sorted by graph once all are there */
	GHashTable *ran;       /* graphs */
	GHashTable
		*edges_of; /* graph -> GArray of its edges, as far as they were asked for */
	size_t known_bytes; /* in these */
};

struct ct_spool_graphs *ct_spool_graphs_new(void)
{
	struct ct_spool_graphs *g = g_new0(struct ct_spool_graphs, 1);

	g->nodes = g_array_new(FALSE, FALSE, sizeof(struct node));
	g->edges = g_array_new(FALSE, FALSE, sizeof(struct edge));
	g->ran = g_hash_table_new(NULL, NULL);
	g->edges_of =
		g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
	return g;
}

void ct_spool_graphs_free(struct ct_spool_graphs *g)
{
	if (!g)
		return;
	g_array_unref(g->nodes);
	g_array_unref(g->edges);
	g_hash_table_destroy(g->ran);
	g_hash_table_destroy(g->edges_of);
	g_free(g);
}

void ct_spool_graphs_node(struct ct_spool_graphs *g, const struct ct_spool_node *record)
{
	struct node node = { record->graph, record->original_graph, record->node,
			     record->original };

	if (record->original)
		g_array_append_val(g->nodes, node);
}

void ct_spool_graphs_edge(struct ct_spool_graphs *g, const struct ct_spool_edge *record)
{
	struct edge edge = { record->graph, record->from, record->to };

	g_array_append_val(g->edges, edge);
}

void ct_spool_graphs_ran(struct ct_spool_graphs *g, uint32_t graph)
{
	g_hash_table_add(g->ran, GUINT_TO_POINTER(graph));
}

static int compare_nodes(gconstpointer a, gconstpointer b)
{
	const struct node *x = a, *y = b;

	if (x->graph != y->graph)
		return x->graph < y->graph ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

static int compare_edges(gconstpointer a, gconstpointer b)
{
	const struct edge *x = a, *y = b;

	if (x->graph != y->graph)
		return x->graph < y->graph ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return (x->from > y->from) - (x->from < y->from);
}

/* The first element of ARRAY that is of GRAPH or a later one; graphs are the first field. */
static guint first_of(const GArray *array, uint32_t graph)
{
	size_t bytes = g_array_get_element_size((GArray *)array);
	guint first = 0, end = array->len;

	while (first < end) {
		guint middle = first + (end - first) / 2;

		if (*(const uint32_t *)(const void *)(array->data + middle * bytes) < graph)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

static const GArray *edges_of(struct ct_spool_graphs *g, uint32_t graph, int depth);

/* Appends the edges of graph ORIGINAL between nodes that have clones. */
static void add_cloned(struct ct_spool_graphs *g, uint32_t original, GHashTable *clones,
		       int depth, GArray *out)
{
	const GArray *of = edges_of(g, original, depth + 1);

	for (guint i = 0; of && i < of->len; i++) {
		const struct ct_graph_edge_record *edge =
			&g_array_index(of, struct ct_graph_edge_record, i);
		const uint64_t *from = g_hash_table_lookup(clones, &edge->from);
		const uint64_t *to = g_hash_table_lookup(clones, &edge->to);

		if (from && to)
			g_array_append_vals(
				out, &(struct ct_graph_edge_record){ *from, *to }, 1);
	}
}

static void add_said(const struct ct_spool_graphs *g, uint32_t graph, GArray *out)
{
	for (guint i = first_of(g->edges, graph); i < g->edges->len; i++) {
		const struct edge *edge = &g_array_index(g->edges, struct edge, i);

		if (edge->graph != graph)
			break;
		g_array_append_vals(
			out, &(struct ct_graph_edge_record){ edge->from, edge->to }, 1);
	}
}

/* Appends what the originals of GRAPH have. */
static void add_inherited(struct ct_spool_graphs *g, uint32_t graph, int depth, GArray *out)
{
	g_autoptr(GHashTable) clones = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_autoptr(GHashTable) originals = g_hash_table_new(NULL, NULL);
	guint first = first_of(g->nodes, graph), i;

	for (i = first; i < g->nodes->len; i++) {
		struct node *node = &g_array_index(g->nodes, struct node, i);

		if (node->graph != graph)
			break;
		g_hash_table_insert(clones, &node->original, &node->node);
		if (node->original_graph != graph)
			g_hash_table_add(originals, GUINT_TO_POINTER(node->original_graph));
	}
	for (i = first; i < g->nodes->len; i++) {
		uint32_t original = g_array_index(g->nodes, struct node, i).original_graph;

		if (g_array_index(g->nodes, struct node, i).graph != graph)
			break;
		/* each once, in the order of its nodes */
		if (g_hash_table_remove(originals, GUINT_TO_POINTER(original)))
			add_cloned(g, original, clones, depth, out);
	}
}

static int compare_by_source(gconstpointer a, gconstpointer b)
{
	const struct ct_graph_edge_record *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

/* Sorts EDGES by their source, each once. */
static void put_in_order(GArray *edges)
{
	struct ct_graph_edge_record *edge = (void *)edges->data;
	guint n = 0;

	g_array_sort(edges, compare_by_source);
	for (guint i = 0; i < edges->len; i++)
		if (n == 0 || compare_by_source(&edge[n - 1], &edge[i]))
			edge[n++] = edge[i];
	g_array_set_size(edges, n);
}

/* The edges of GRAPH, by source, each once; valid until the next graph is told.  NULL: it
 * is being asked for already, or there are too many clonings: no program does either.
 * Each graph is gone through once, whatever clones of what there are. */
static const GArray *edges_of(struct ct_spool_graphs *g, uint32_t graph, int depth)
{
	gpointer known;
	GArray *out;

	if (g_hash_table_lookup_extended(g->edges_of, GUINT_TO_POINTER(graph), NULL,
					 &known))
		return known;
	if (depth == MAX_CLONINGS)
		return NULL;
	out = g_array_new(FALSE, FALSE, sizeof(struct ct_graph_edge_record));
	g_hash_table_insert(g->edges_of, GUINT_TO_POINTER(graph),
			    g_array_new(FALSE, FALSE, sizeof(struct ct_graph_edge_record)));
	add_said(g, graph, out);
	if (out->len == 0)
		add_inherited(g, graph, depth, out);
	put_in_order(out);
	g->known_bytes += out->len * sizeof(struct ct_graph_edge_record);
	g_hash_table_replace(g->edges_of, GUINT_TO_POINTER(graph), out);
	return out;
}

struct order {              /* of the nodes of one graph: how many they still wait for */
	GHashTable *number; /* node -> its number */
	GArray *waits;      /* guint, by number */
};

static guint number_of(struct order *order, const uint64_t *node)
{
	static const guint none;
	gpointer known;

	if (g_hash_table_lookup_extended(order->number, node, NULL, &known))
		return GPOINTER_TO_UINT(known);
	g_array_append_val(order->waits, none);
	g_hash_table_insert(order->number, (gpointer)node,
			    GUINT_TO_POINTER(order->waits->len - 1));
	return order->waits->len - 1;
}

/* Takes away nodes that wait for nothing, and what they are waited for by, again and again;
 * what is left goes round in circles.  EDGES are sorted by source, and its nodes numbered
 * in that order first.  The number of nodes taken. */
static guint take_away(const GArray *edges, struct order *order)
{
	g_autoptr(GArray) first = g_array_new(FALSE, TRUE, sizeof(guint));
	g_autoptr(GArray) free = g_array_new(FALSE, FALSE, sizeof(guint));
	guint i, n, taken = 0;

	for (i = 0; i < edges->len; i++)
		number_of(order,
			  &g_array_index(edges, struct ct_graph_edge_record, i).from);
	n = order->waits->len; /* the others are no sources */
	g_array_set_size(first, n + 1);
	for (i = 0; i < edges->len; i++) {
		const struct ct_graph_edge_record *edge =
			&g_array_index(edges, struct ct_graph_edge_record, i);
		guint to = number_of(order, &edge->to);

		g_array_index(order->waits, guint, to)++;
		g_array_index(first, guint, number_of(order, &edge->from) + 1) = i + 1;
	}
	for (i = 0; i < order->waits->len; i++)
		if (g_array_index(order->waits, guint, i) == 0)
			g_array_append_val(free, i);
	for (; taken < free->len; taken++) {
		guint node = g_array_index(free, guint, taken);

		for (i = node < n ? g_array_index(first, guint, node) : 0;
		     node < n && i < g_array_index(first, guint, node + 1); i++) {
			guint to = number_of(
				order,
				&g_array_index(edges, struct ct_graph_edge_record, i).to);

			if (--g_array_index(order->waits, guint, to) == 0)
				g_array_append_val(free, to);
		}
	}
	return taken;
}

static gboolean goes_in_circles(const GArray *edges)
{
	struct order order = { g_hash_table_new(g_int64_hash, g_int64_equal),
			       g_array_new(FALSE, TRUE, sizeof(guint)) };
	gboolean circles;

	circles = take_away(edges, &order) < order.waits->len;
	g_hash_table_destroy(order.number);
	g_array_unref(order.waits);
	return circles;
}

static int compare_graphs(gconstpointer a, gconstpointer b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void tell(struct ct_spool_import *in, uint32_t graph)
{
	struct ct_spool_graphs *g = in->graphs;
	guint first = first_of(g->nodes, graph);
	gboolean has_nodes = first < g->nodes->len &&
			     g_array_index(g->nodes, struct node, first).graph == graph;
	const GArray *edges;

	if (g->known_bytes > MAX_KNOWN_BYTES) {
		g_hash_table_remove_all(g->edges_of);
		g->known_bytes = 0;
	}
	edges = edges_of(g, graph, 0);
	if (edges->len == 0 && !has_nodes)
		return;
	if (goes_in_circles(edges)) {
		in->recording.n_wrong_graphs++;
		return;
	}
	ct_assembler_graph(in->out, in->process, graph, (const void *)edges->data,
			   edges->len);
}

void ct_spool_graphs_end(struct ct_spool_import *in)
{
	struct ct_spool_graphs *g = in->graphs;
	g_autoptr(GArray) graphs = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	GHashTableIter iter;
	gpointer graph;

	if (g->edges->len == 0)
		return;
	g_array_sort(g->nodes, compare_nodes);
	g_array_sort(g->edges, compare_edges);
	g_hash_table_iter_init(&iter, g->ran);
	while (g_hash_table_iter_next(&iter, &graph, NULL)) {
		uint32_t number = GPOINTER_TO_UINT(graph);

		g_array_append_val(graphs, number);
	}
	g_array_sort(graphs, compare_graphs);
	for (guint i = 0; i < graphs->len; i++)
		tell(in, g_array_index(graphs, uint32_t, i));
}
