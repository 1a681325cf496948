/*
 * run-graph - graphs whose edges are in the trace: a node waits for what leads to it, and
 * for nothing else.
 *
 * Worked out by hand from the numbers of run-case.h: nodes have one block, so four run at
 * once; in a branch 30 ns pass between two.
 */
#include "tests/unit/run-case.h"

#include <check.h>
#include <string.h>

#include "sim/base/error.h"
#include "tests/unit/tiny-trace.h"

typedef struct ct_graph_edge_record edge;

enum { GRAPH = 7, BASE = 1000 }; /* nodes are numbered from BASE */

struct node {
	uint32_t stream;
	uint64_t number;
	int64_t start_ns, ns;
};

static void launch(struct tape *tape, uint32_t graph, const struct node *node, guint n)
{
	tape_call(tape, 0, CT_OP_GRAPH_LAUNCH, TAPE_CALL_NS,
		  (struct ct_op){ .stream = 0, .graph = graph });
	for (guint i = 0; i < n; i++)
		tape_graph_node(tape, node[i].stream, node[i].number, node[i].start_ns,
				node[i].ns);
}

/* How long what TAPE holds takes, from when its first graph may begin to when the last
 * node is over; FOLLOWED: how many launches are by their edges. */
static int64_t run_ns(struct tape *tape, uint64_t *followed)
{
	const struct ct_program *p;
	struct ct_run_result *result;
	struct lab lab;
	int64_t ns;

	tape_kernel(tape, 0, 0, 1, 1000); /* tells what is usual, and waits for the graph */
	lab_begin(&lab);
	lab_tenant(&lab, tape, "closed:1", NULL);
	p = lab.programs->pdata[0];
	*followed = 0;
	if (p->forms)
		ct_graph_forms_launches(p->forms, followed);
	result = lab_run(&lab, "fifo");
	ck_assert_uint_eq(result->tenant[0].finished, 1);
	ns = result->tenant[0].latency.max_ns - LAB_LATENCY_NS - LAB_GAP_NS - 1000;
	ct_run_result_free(result);
	lab_end(&lab);
	return ns;
}

static int64_t graph_ns(const struct node *node, guint n, const edge *edges, guint n_edges,
			uint64_t *followed)
{
	struct tape *tape = tape_new(1, 4);

	if (n_edges)
		tape_edges(tape, GRAPH, edges, n_edges);
	launch(tape, GRAPH, node, n);
	return run_ns(tape, followed);
}

/* A, then B beside C, then D; but C was recorded behind B. */
static const struct node diamond[] = {
	{ 0, BASE, 0, 1000 },
	{ 0, BASE + 1, 1000, 5000 },
	{ 1, BASE + 2, 6000, 12000 },
	{ 0, BASE + 3, 18000, 1000 },
};
static const edge diamond_edges[] = { { BASE, BASE + 1 },
				      { BASE, BASE + 2 },
				      { BASE + 1, BASE + 3 },
				      { BASE + 2, BASE + 3 } };

START_TEST(branches_are_unequal)
{
	uint64_t followed;

	ck_assert_int_eq(graph_ns(diamond, 4, diamond_edges, 4, &followed),
			 1000 + 12000 + 1000);
	ck_assert_uint_eq(followed, 1);
	/* as recorded: C behind B, which is behind A with the gap of a branch */
	ck_assert_int_eq(graph_ns(diamond, 4, NULL, 0, &followed),
			 1000 + 30 + 5000 + 12000 + 1000);
	ck_assert_uint_eq(followed, 0);
}
END_TEST

/* Another launch of another graph, of the same form but numbered elsewhere. */
START_TEST(forms_are_shared)
{
	struct node other[4];
	edge other_edges[4];
	struct tape *tape = tape_new(1, 4);
	uint64_t followed;

	for (int i = 0; i < 4; i++) {
		other[i] = diamond[i];
		other[i].number += UINT64_C(9) << 32;
		other_edges[i].from = diamond_edges[i].from + (UINT64_C(9) << 32);
		other_edges[i].to = diamond_edges[i].to + (UINT64_C(9) << 32);
	}
	tape_edges(tape, GRAPH, diamond_edges, 4);
	tape_edges(tape, GRAPH + 1, other_edges, 4);
	launch(tape, GRAPH, diamond, 4);
	launch(tape, GRAPH + 1, other, 4);
	launch(tape, GRAPH, diamond, 4);
	ck_assert_int_eq(run_ns(tape, &followed), 3 * 14000 + 2 * LAB_GAP_NS);
	ck_assert_uint_eq(followed, 3);
}
END_TEST

/* A node that was not recorded takes no time, and is still between two others. */
START_TEST(absent_nodes_pass_on)
{
	static const struct node nodes[] = { { 0, BASE, 0, 5000 },
					     { 1, BASE + 1, 5000, 3000 },
					     { 2, BASE + 2, 8000, 1000 } };
	static const edge edges[] = {
		{ BASE, 5 }, { 5, 6 }, { 6, BASE + 1 }, { 4, BASE + 2 }
	};
	uint64_t followed;

	/* the third waits for a node that is not there alone, and so for nothing */
	ck_assert_int_eq(graph_ns(nodes, 3, edges, 4, &followed), 5000 + 3000);
	ck_assert_uint_eq(followed, 1);
}
END_TEST

/* Then nobody knows what else is missing: as recorded. */
START_TEST(unknown_nodes)
{
	struct node nodes[4];
	uint64_t followed;
	const int64_t recorded_ns = 1000 + 30 + 5000 + 12000 + 1000;

	for (int i = 0; i < 3; i++) {
		memcpy(nodes, diamond, sizeof(nodes));
		/* of no edge; not numbered; numbered as another */
		nodes[3].number = i == 0 ? 99 : i == 1 ? 0 : BASE + 1;
		ck_assert_int_eq(graph_ns(nodes, 4, diamond_edges, 4, &followed),
				 recorded_ns);
		ck_assert_uint_eq(followed, 0);
	}
}
END_TEST

/* P, then A; B began 2 us before A's end, though an edge leads from A to it, and C is behind
 * B.  B may begin when A may: behind P. */
START_TEST(programmatic_edges)
{
	static const struct node nodes[] = { { 0, BASE, 0, 1000 },
					     { 0, BASE + 1, 1000, 5000 },
					     { 1, BASE + 2, 4000, 1000 },
					     { 1, BASE + 3, 6000, 9000 } };
	static const edge edges[] = { { BASE, BASE + 1 },
				      { BASE + 1, BASE + 2 },
				      { BASE + 2, BASE + 3 } };
	struct node before[4];
	uint64_t followed;

	ck_assert_int_eq(graph_ns(nodes, 4, edges, 3, &followed), 1000 + 1000 + 30 + 9000);
	ck_assert_uint_eq(followed, 1);
	/* B began before P had ended, too: it waits for nothing */
	memcpy(before, nodes, sizeof(before));
	before[2].start_ns = 500;
	before[1] = before[2];
	before[2] = nodes[1];
	ck_assert_int_eq(graph_ns(before, 4, edges, 3, &followed), 1000 + 30 + 9000);
	/* a few ns are the clock's */
	memcpy(before, nodes, sizeof(before));
	before[2].start_ns = 5950;
	ck_assert_int_eq(graph_ns(before, 4, edges, 3, &followed),
			 1000 + 30 + 5000 + 1000 + 30 + 9000);
}
END_TEST

/* Nodes of one branch that were recorded out of the order of an edge must not wait for each
 * other for ever, whatever the trace says. */
START_TEST(never_stuck)
{
	static const struct node nodes[] = { { 0, BASE, 9000, 1000 },
					     { 1, BASE + 1, 0, 1000 },
					     { 0, BASE + 2, 0, 1000 },
					     { 1, BASE + 3, 9000, 1000 } };
	static const struct node instant[] = { { 0, BASE, 0, 0 }, { 1, BASE + 1, 0, 0 } };
	static const edge edges[] = { { BASE + 3, BASE }, { BASE + 2, BASE + 1 } };
	struct node at_once[4];
	uint64_t followed;

	ck_assert_int_le(graph_ns(nodes, 4, edges, 2, &followed), 4 * 1000 + 30);
	ck_assert_uint_eq(followed, 1);
	ck_assert_int_le(graph_ns(nodes, 4, NULL, 0, &followed), 4 * 1000 + 30);
	ck_assert_int_le(graph_ns(instant, 2, NULL, 0, &followed), 2);
	/* all at once, so only their places tell that the edges are wrong */
	memcpy(at_once, nodes, sizeof(at_once));
	for (int i = 0; i < 4; i++)
		at_once[i].start_ns = at_once[i].ns = 0;
	ck_assert_int_le(graph_ns(at_once, 4, edges, 2, &followed), 4 + 30);
	ck_assert_uint_eq(followed, 1);
}
END_TEST

START_TEST(round_is_refused)
{
	static const edge edges[] = { { BASE, BASE + 1 },
				      { BASE + 1, BASE + 2 },
				      { BASE + 2, BASE + 1 },
				      { BASE + 2, BASE + 3 } };
	struct ct_device *d = ct_device_load("h100-sxm", NULL);
	struct tape *tape = tape_new(1, 4);
	g_autoptr(GError) error = NULL;
	g_autofree char *path = NULL;
	struct ct_trace *trace;

	tape_edges(tape, GRAPH, edges, 4);
	launch(tape, GRAPH, diamond, 4);
	path = tape_end(tape);
	trace = tiny_open(path);
	ck_assert_ptr_null(ct_program_new(trace, d, NULL, &error));
	ck_assert(g_error_matches(error, CT_ERROR, CT_EXIT_INPUT));
	ck_assert_ptr_nonnull(strstr(error->message, path));
	ck_assert_msg(
		g_str_has_suffix(error->message,
				 "graph 7: its edges go round: node 1001 waits for "
				 "itself") ||
			g_str_has_suffix(error->message, "node 1002 waits for itself"),
		"%s", error->message);
	ct_trace_free(trace);
	ct_device_free(d);
}
END_TEST

/* ---- random graphs, against the obvious ------------------------------------------- */

enum { MOST = 24, STREAMS = 4 };

/* The obvious: one node after the other, as soon as branch and edges allow.  A node without
 * time was not recorded, and is in no branch. */
static int64_t obvious_ns(const struct node *node, guint n, const edge *edges,
			  guint n_edges)
{
	int64_t end_ns[MOST], free_ns[STREAMS] = { 0 }, last_ns = 0;

	for (guint i = 0; i < n; i++) {
		int64_t start_ns = node[i].ns ? free_ns[node[i].stream] : 0;

		for (guint e = 0; e < n_edges; e++)
			if (edges[e].to == node[i].number)
				start_ns = MAX(start_ns, end_ns[edges[e].from - BASE]);
		end_ns[i] = start_ns + node[i].ns;
		if (node[i].ns)
			free_ns[node[i].stream] = end_ns[i] + LAB_GRAPH_GAP_NS;
		last_ns = MAX(last_ns, node[i].ns ? end_ns[i] : 0);
	}
	return last_ns;
}

START_TEST(random_graphs)
{
	GRand *rand = g_rand_new_with_seed(20261124);
	guint n_faster = 0;

	for (int round = 0; round < 300; round++) {
		guint n = (guint)g_rand_int_range(rand, 2, MOST + 1), n_edges = 0,
		      n_real = 0;
		struct node all[MOST], real[MOST];
		edge edges[MOST * MOST];
		int64_t now_ns = 0;
		uint64_t followed;
		int64_t got_ns;

		for (guint i = 0; i < n; i++) {
			gboolean absent = i && g_rand_int_range(rand, 0, 5) == 0;

			all[i] = (struct node){
				(uint32_t)g_rand_int_range(rand, 0, STREAMS), BASE + i,
				now_ns, absent ? 0 : g_rand_int_range(rand, 100, 9000)
			};
			/* one at least, so that every node has a number */
			for (guint from = 0; from < i; from++)
				if (from + 1 == i || g_rand_int_range(rand, 0, 6) == 0)
					edges[n_edges++] = (edge){ BASE + from, BASE + i };
			if (i > 1 && g_rand_int_range(rand, 0, 2)) {
				edges[n_edges - 1].from =
					BASE + (guint)g_rand_int_range(rand, 0, (int)i);
			}
			now_ns += all[i].ns;
			if (!absent)
				real[n_real++] = all[i];
		}
		got_ns = graph_ns(real, n_real, edges, n_edges, &followed);
		ck_assert_uint_eq(followed, 1);
		ck_assert_msg(got_ns == obvious_ns(all, n, edges, n_edges),
			      "round %d: %" G_GINT64_FORMAT " ns, not %" G_GINT64_FORMAT,
			      round, got_ns, obvious_ns(all, n, edges, n_edges));
		n_faster += got_ns < now_ns;
	}
	ck_assert_uint_gt(n_faster, 150);
	g_rand_free(rand);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-graph");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, branches_are_unequal);
	tcase_add_test(tests, forms_are_shared);
	tcase_add_test(tests, absent_nodes_pass_on);
	tcase_add_test(tests, unknown_nodes);
	tcase_add_test(tests, programmatic_edges);
	tcase_add_test(tests, never_stuck);
	tcase_add_test(tests, round_is_refused);
	tcase_add_test(tests, random_graphs);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
