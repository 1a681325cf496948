/* graph-form - the edges of a program's graphs, ready to be followed; see graph-form.h. */
#include "sim/graph-form.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"

/* Times of the device are steps of 32 ns on recent boards; less than this is no proof that
 * one node began before another had ended. */
#define EVIDENT_NS 100

/* A launch is followed if it has one node for so many nodes and edges, or more. */
#define MOST_PER_NODE 256

/* What was not kept of an edge in some launch. */
enum { NOT_FULL = 1, NOT_EVEN_GATE = 2 };

struct form {
	struct ct_graph_form face; /* complete once settled */
	uint64_t *number;
	uint32_t *dense;
	uint32_t *first_out, *to; /* edges by the node they come from */
	guint8 *broken;           /* of each edge: what was not kept */
	uint32_t *order;          /* nodes, each behind all it waits for */
	uint32_t *tables;         /* of the face */
};

/* A node in the launch that is shown. */
struct shown {
	gboolean present;
	uint32_t place, last_place; /* in the launch; last of those it waits for */
	int64_t start_ns, end_ns, ready_ns;
};

struct ct_graph_forms {
	const struct ct_trace *trace;
	GHashTable *graph; /* process and number -> 1 + index of its record */
	uint64_t *key;
	struct form **form_of; /* by graph; NULL: not launched yet */
	GHashTable *by_edges;  /* first edge and how many -> form; owns them */
	uint64_t *edges_key;
	uint64_t n_edges; /* of all forms */
	uint64_t n_launches, n_followed;

	struct form *now; /* of the launch that is shown; NULL: not followed */
	uint64_t first_node;
	uint32_t n_shown;
	struct shown *shown;
	uint32_t room;
};

static uint64_t pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

static void free_form(gpointer data)
{
	struct form *f = data;

	g_free(f->number);
	g_free(f->dense);
	g_free(f->first_out);
	g_free(f->to);
	g_free(f->broken);
	g_free(f->order);
	g_free(f->tables);
	g_free(f);
}

struct ct_graph_forms *ct_graph_forms_new(const struct ct_trace *trace)
{
	struct ct_graph_forms *forms = g_new0(struct ct_graph_forms, 1);
	gsize n = trace->n_graphs;

	forms->trace = trace;
	forms->graph = g_hash_table_new(g_int64_hash, g_int64_equal);
	forms->by_edges =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_form);
	forms->key = g_new(uint64_t, n + 1);
	forms->edges_key = g_new(uint64_t, n + 1);
	forms->form_of = g_new0(struct form *, n + 1);
	for (uint32_t i = 0; i < n; i++) {
		const struct ct_graph_record *g = &trace->graph[i];

		forms->key[i] = pair(g->process, g->graph);
		forms->edges_key[i] = pair(g->first_edge, g->n_edges);
		/* the last record of a graph counts */
		g_hash_table_replace(forms->graph, &forms->key[i], GUINT_TO_POINTER(i + 1));
	}
	return forms;
}

void ct_graph_forms_free(struct ct_graph_forms *forms)
{
	if (!forms)
		return;
	g_hash_table_unref(forms->graph);
	g_hash_table_unref(forms->by_edges);
	g_free(forms->key);
	g_free(forms->edges_key);
	g_free(forms->form_of);
	g_free(forms->shown);
	g_free(forms);
}

/* ---- a form from its edges ----------------------------------------------------- */

static int compare_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint32_t ct_graph_form_node(const struct ct_graph_form *form, uint64_t number)
{
	uint32_t low = 0, high = form->n_nodes;

	if (form->dense)
		return number < form->span ? form->dense[number] - 1 : CT_NONE;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (form->number[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < form->n_nodes && form->number[low] == number ? low : CT_NONE;
}

static void number_nodes(struct form *f, const struct ct_graph_edge_record *edge)
{
	uint32_t n = 0;

	f->number = g_new(uint64_t, 2 * (gsize)f->face.n_edges);
	for (uint32_t i = 0; i < f->face.n_edges; i++) {
		f->number[2 * (gsize)i] = edge[i].from;
		f->number[2 * (gsize)i + 1] = edge[i].to;
	}
	qsort(f->number, 2 * (gsize)f->face.n_edges, sizeof(*f->number), compare_number);
	for (gsize i = 0; i < 2 * (gsize)f->face.n_edges; i++)
		if (!n || f->number[n - 1] != f->number[i])
			f->number[n++] = f->number[i];
	f->face.number = f->number;
	f->face.n_nodes = n;
	if (f->number[n - 1] >= (uint64_t)n * 8)
		return;
	f->face.span = f->number[n - 1] + 1;
	f->dense = g_new0(uint32_t, f->face.span);
	for (uint32_t i = 0; i < n; i++)
		f->dense[f->number[i]] = i + 1;
	f->face.dense = f->dense;
}

/* Sorts edges by where they come from, keeping their order, as N lists. */
static void list_edges(const uint32_t *from, const uint32_t *to, uint32_t n_edges,
		       uint32_t n, uint32_t *first, uint32_t *list)
{
	for (uint32_t i = 0; i < n_edges; i++)
		first[from[i] + 1]++;
	for (uint32_t i = 0; i < n; i++)
		first[i + 1] += first[i];
	for (uint32_t i = 0; i < n_edges; i++)
		list[first[from[i]]++] = to[i];
	memmove(first + 1, first, n * sizeof(*first));
	first[0] = 0;
}

static void connect_nodes(struct form *f, const struct ct_graph_edge_record *edge)
{
	g_autofree uint32_t *from = g_new(uint32_t, f->face.n_edges);
	g_autofree uint32_t *to = g_new(uint32_t, f->face.n_edges);

	for (uint32_t i = 0; i < f->face.n_edges; i++) {
		from[i] = ct_graph_form_node(&f->face, edge[i].from);
		to[i] = ct_graph_form_node(&f->face, edge[i].to);
	}
	f->first_out = g_new0(uint32_t, (gsize)f->face.n_nodes + 1);
	f->to = g_new(uint32_t, f->face.n_edges);
	f->broken = g_new0(guint8, f->face.n_edges);
	list_edges(from, to, f->face.n_edges, f->face.n_nodes, f->first_out, f->to);
}

/* A node on a way round, going back from those that are not in order for as long as it
 * takes: every one of these waits for another of them. */
static uint32_t find_round(const struct form *f, const uint32_t *left)
{
	uint32_t n = f->face.n_nodes, at = CT_NONE;
	g_autofree uint32_t *before = g_new(uint32_t, n);

	for (uint32_t v = 0; v < n; v++) {
		if (!left[v])
			continue;
		at = v;
		for (uint32_t e = f->first_out[v]; e < f->first_out[v + 1]; e++)
			before[f->to[e]] = v;
	}
	for (uint32_t i = 0; i < n; i++)
		at = before[at];
	return at;
}

/* CT_NONE, or a node that waits for itself. */
static uint32_t order_nodes(struct form *f)
{
	uint32_t n = f->face.n_nodes, done = 0, end = 0;
	g_autofree uint32_t *left = g_new0(uint32_t, n);

	f->order = g_new(uint32_t, n);
	for (uint32_t e = 0; e < f->face.n_edges; e++)
		left[f->to[e]]++;
	for (uint32_t v = 0; v < n; v++)
		if (!left[v])
			f->order[end++] = v;
	for (; done < end; done++) {
		uint32_t v = f->order[done];

		for (uint32_t e = f->first_out[v]; e < f->first_out[v + 1]; e++)
			if (--left[f->to[e]] == 0)
				f->order[end++] = f->to[e];
	}
	return end == n ? CT_NONE : find_round(f, left);
}

static struct form *new_form(struct ct_graph_forms *forms, uint32_t index, GError **error)
{
	const struct ct_trace *trace = forms->trace;
	const struct ct_graph_record *g = &trace->graph[index];
	const struct ct_graph_edge_record *edge = &trace->edge[g->first_edge];
	struct form *f = g_new0(struct form, 1);
	uint32_t round;

	f->face.n_edges = g->n_edges;
	number_nodes(f, edge);
	connect_nodes(f, edge);
	round = order_nodes(f);
	if (round == CT_NONE)
		return f;
	ct_input_error(error,
		       "%s: graph %u: its edges go round: node %" G_GUINT64_FORMAT
		       " waits for itself",
		       trace->path, g->graph, g->first_node + f->number[round]);
	free_form(f);
	return NULL;
}

/* FALSE on an error; the form stays NULL if there are no edges. */
static gboolean find_form(struct ct_graph_forms *forms, uint32_t index, GError **error)
{
	const struct ct_graph_record *g = &forms->trace->graph[index];
	struct form *f;

	if (forms->form_of[index] || !g->n_edges)
		return TRUE;
	f = g_hash_table_lookup(forms->by_edges, &forms->edges_key[index]);
	if (!f) {
		/* a writer does not let forms overlap, so they are not more than that */
		forms->n_edges += g->n_edges;
		if (forms->n_edges > CT_EDGE_BYTES / sizeof(*forms->trace->edge)) {
			ct_input_error(error,
				       "%s: graph %u: its edges overlap those of others",
				       forms->trace->path, g->graph);
			return FALSE;
		}
		f = new_form(forms, index, error);
		if (!f)
			return FALSE;
		g_hash_table_insert(forms->by_edges, &forms->edges_key[index], f);
	}
	forms->form_of[index] = f;
	return TRUE;
}

/* ---- what launches keep of it -------------------------------------------------- */

static uint32_t find_graph(const struct ct_graph_forms *forms, uint32_t process,
			   uint32_t graph)
{
	uint64_t key = pair(process, graph);

	return GPOINTER_TO_UINT(g_hash_table_lookup(forms->graph, &key));
}

gboolean ct_graph_forms_launch(struct ct_graph_forms *forms, uint32_t process,
			       uint32_t graph, GError **error)
{
	uint32_t found = find_graph(forms, process, graph), n;

	forms->n_launches++;
	forms->now = NULL;
	if (!found)
		return TRUE;
	if (!find_form(forms, found - 1, error))
		return FALSE;
	forms->now = forms->form_of[found - 1];
	if (!forms->now)
		return TRUE;
	n = forms->now->face.n_nodes;
	forms->first_node = forms->trace->graph[found - 1].first_node;
	forms->n_shown = 0;
	if (n > forms->room) {
		forms->shown = g_renew(struct shown, forms->shown, n);
		forms->room = n;
		memset(forms->shown, 0, n * sizeof(*forms->shown));
	}
	return TRUE;
}

static void forget(struct ct_graph_forms *forms)
{
	memset(forms->shown, 0, forms->now->face.n_nodes * sizeof(*forms->shown));
	forms->now = NULL;
}

void ct_graph_forms_node(struct ct_graph_forms *forms, const struct ct_op *op)
{
	struct shown *shown;
	uint32_t node;

	if (!forms->now)
		return;
	node = op->graph_node ? ct_graph_form_node(&forms->now->face,
						   op->graph_node - forms->first_node)
			      : CT_NONE;
	if (node == CT_NONE || forms->shown[node].present) {
		forget(forms);
		return;
	}
	shown = &forms->shown[node];
	shown->present = TRUE;
	shown->place = ++forms->n_shown;
	shown->start_ns = op->start_ns;
	shown->end_ns = op->end_ns;
}

gboolean ct_graph_form_enough(const struct ct_graph_form *form, uint64_t n_nodes)
{
	return n_nodes * MOST_PER_NODE >= (uint64_t)form->n_nodes + form->n_edges;
}

static void judge(struct form *f, struct shown *shown)
{
	for (uint32_t v = 0; v < f->face.n_nodes; v++)
		shown[v].ready_ns = INT64_MIN;
	for (uint32_t i = 0; i < f->face.n_nodes; i++) {
		const struct shown *u = &shown[f->order[i]];
		int64_t over_ns = u->present ? MAX(u->end_ns, u->ready_ns) : u->ready_ns;
		uint32_t over_place =
			u->present ? MAX(u->place, u->last_place) : u->last_place;

		for (uint32_t e = f->first_out[f->order[i]];
		     e < f->first_out[f->order[i] + 1]; e++) {
			struct shown *v = &shown[f->to[e]];

			if (v->present &&
			    (over_ns > v->start_ns + EVIDENT_NS || over_place > v->place))
				f->broken[e] |= NOT_FULL;
			if (v->present &&
			    (u->ready_ns > v->start_ns || u->last_place > v->place))
				f->broken[e] |= NOT_EVEN_GATE;
			v->ready_ns = MAX(v->ready_ns, over_ns);
			v->last_place = MAX(v->last_place, over_place);
		}
	}
}

void ct_graph_forms_launched(struct ct_graph_forms *forms)
{
	if (!forms->now)
		return;
	if (ct_graph_form_enough(&forms->now->face, forms->n_shown)) {
		forms->n_followed++;
		judge(forms->now, forms->shown);
	}
	forget(forms);
}

/* ---- settled ------------------------------------------------------------------- */

/* The gates of the nodes that need one, numbered behind the nodes; 0: none. */
static uint32_t *add_gates(struct form *f)
{
	uint32_t *gate = g_new0(uint32_t, f->face.n_nodes);

	f->face.n_all = f->face.n_nodes;
	for (uint32_t v = 0; v < f->face.n_nodes; v++)
		for (uint32_t e = f->first_out[v]; e < f->first_out[v + 1]; e++) {
			f->face.n_programmatic += f->broken[e] != 0;
			if (f->broken[e] == NOT_FULL && !gate[v])
				gate[v] = f->face.n_all++;
		}
	return gate;
}

static void settle(struct form *f)
{
	g_autofree uint32_t *gate = add_gates(f);
	gsize n = f->face.n_nodes, n_all = f->face.n_all,
	      most = f->face.n_edges + n_all - n;
	g_autofree uint32_t *from = g_new(uint32_t, most), *to = g_new(uint32_t, most);
	uint32_t n_edges = 0, *n_before, *first_after, *after, *root;

	for (uint32_t v = 0; v < n; v++) {
		for (uint32_t e = f->first_out[v]; e < f->first_out[v + 1]; e++) {
			uint32_t next = f->to[e];

			if (f->broken[e] & NOT_EVEN_GATE)
				continue;
			from[n_edges] = f->broken[e] & NOT_FULL ? gate[v] : v;
			to[n_edges++] = gate[next] ? gate[next] : next;
		}
		if (gate[v]) {
			from[n_edges] = gate[v];
			to[n_edges++] = v;
		}
	}
	f->tables = g_new0(uint32_t, 3 * n_all + 1 + n_edges);
	n_before = f->tables;
	root = n_before + n_all;
	first_after = root + n_all;
	after = first_after + n_all + 1;
	for (uint32_t e = 0; e < n_edges; e++)
		n_before[to[e]]++;
	list_edges(from, to, n_edges, (uint32_t)n_all, first_after, after);
	for (uint32_t v = 0; v < n_all; v++)
		if (!n_before[v])
			root[f->face.n_roots++] = v;
	f->face.n_before = n_before;
	f->face.first_after = first_after;
	f->face.after = after;
	f->face.root = root;
	g_clear_pointer(&f->first_out, g_free);
	g_clear_pointer(&f->to, g_free);
	g_clear_pointer(&f->broken, g_free);
	g_clear_pointer(&f->order, g_free);
}

void ct_graph_forms_settle(struct ct_graph_forms *forms)
{
	GHashTableIter all;
	gpointer form;

	g_hash_table_iter_init(&all, forms->by_edges);
	while (g_hash_table_iter_next(&all, NULL, &form))
		settle(form);
}

uint64_t ct_graph_forms_launches(const struct ct_graph_forms *forms, uint64_t *followed)
{
	*followed = forms->n_followed;
	return forms->n_launches;
}

const struct ct_graph_form *ct_graph_forms_find(const struct ct_graph_forms *forms,
						uint32_t process, uint32_t graph,
						uint64_t *first_node)
{
	uint32_t found = find_graph(forms, process, graph);

	if (!found || !forms->form_of[found - 1])
		return NULL;
	*first_node = forms->trace->graph[found - 1].first_node;
	return &forms->form_of[found - 1]->face;
}
