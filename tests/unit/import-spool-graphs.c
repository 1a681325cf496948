/*
 * import-spool-graphs - the edges of graphs, from spools made by hand.
 */
#include <check.h>

#include "tests/unit/spool-case.h"

static void clone(uint64_t node, uint64_t original)
{
	SPOOL_ADD(&spool_case, NODE,
		  &(struct ct_spool_node){ .graph = 6,
					   .node = node,
					   .original = original,
					   .original_graph = 5 });
}

static void edge_of(uint32_t graph, uint64_t from, uint64_t to)
{
	SPOOL_ADD(&spool_case, EDGE,
		  &(struct ct_spool_edge){ .graph = graph, .from = from, .to = to });
}

/* Of the graph that was built. */
static void edge(uint64_t from, uint64_t to)
{
	edge_of(5, from, to);
}

static void node_of(uint32_t graph, uint64_t node, int64_t start_ns)
{
	SPOOL_ADD(&spool_case, KERNEL,
		  &(struct ct_spool_kernel){ .correlation = 2,
					     .start_ns = start_ns,
					     .end_ns = start_ns + 10,
					     .context = 1,
					     .stream = 7,
					     .graph = graph,
					     .graph_node = node });
}

/* Of its clone. */
static void node_ran(uint64_t node, int64_t start_ns)
{
	node_of(6, node, start_ns);
}

START_TEST(edges_go_to_clones)
{
	struct import_case *c;
	const struct ct_graph_record *graph;
	const struct ct_graph_edge_record *e;
	uint64_t sum = 0;

	spool_case_begin();
	edge(51, 52);
	edge(51, 53);
	edge(52, 54);
	edge(53, 54);
	edge(53, 54); /* once more */
	for (uint64_t i = 1; i <= 4; i++)
		clone(60 + i, 50 + i);
	for (uint64_t i = 1; i <= 4; i++)
		node_ran(60 + i, 5000 + 10 * (int64_t)i);
	spool_call(&spool_case, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	c = spool_case_imported();
	ck_assert_uint_eq(import_case_count(c, CT_OP_GRAPH_LAUNCH), 1);
	ck_assert_uint_eq(import_case_op(c, CT_OP_KERNEL, 3)->graph_node, 64);
	ck_assert_uint_eq(c->trace->n_graphs, 1);
	graph = &c->trace->graph[0];
	ck_assert_uint_eq(graph->graph, 6);
	ck_assert_uint_eq(graph->n_edges, 4);
	e = c->trace->edge + graph->first_edge;
	for (guint i = 0; i < 4; i++)
		sum += 100 * (e[i].from + graph->first_node) + e[i].to + graph->first_node;
	ck_assert_uint_eq(sum, 100 * (61 + 61 + 62 + 63) + 62 + 63 + 64 + 64);
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_GRAPHS), 0);
	import_case_end(c);
}
END_TEST

/* Nodes side by side are in one stream, that of the launch; the next launch comes after. */
START_TEST(nodes_may_overlap)
{
	struct import_case *c;

	spool_case_begin();
	node_ran(61, 5000);
	node_ran(62, 5005);
	node_ran(63, 5012);
	spool_call(&spool_case, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	spool_kernel(&spool_case, 3, 7, 5022 - (int64_t)_i, 6000);
	spool_call(&spool_case, LAUNCH, 101, 3, 3600, 3700);
	c = spool_case_imported();
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_STREAM_ORDER), (uint64_t)_i);
	import_case_end(c);
}
END_TEST

START_TEST(edges_back_in_time_fail)
{
	struct import_case *c;

	spool_case_begin();
	edge(51, 52);
	clone(61, 51);
	clone(62, 52);
	node_ran(62, 5000);
	node_ran(61, 5010);
	spool_call(&spool_case, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	c = spool_case_imported();
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_GRAPHS), 1);
	import_case_end(c);
}
END_TEST

/* One graph's edges cannot be; the rest of the recording is as good as ever. */
START_TEST(circles_are_left_out)
{
	struct import_case *c;

	spool_case_begin();
	edge(51, 52);
	edge(52, 53);
	edge(53, 52);
	for (uint64_t i = 1; i <= 3; i++)
		clone(60 + i, 50 + i);
	node_ran(61, 5000);
	edge_of(8, 81, 82);
	node_of(8, 81, 5100);
	node_of(8, 82, 5110);
	spool_call(&spool_case, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	c = spool_case_imported();
	ck_assert_uint_eq(import_case_count(c, CT_OP_KERNEL), 3);
	ck_assert_uint_eq(c->trace->n_graphs, 1);
	ck_assert_uint_eq(c->trace->graph[0].graph, 8);
	ck_assert_uint_eq(spool_case_recording(c)->n_wrong_graphs, 1);
	ck_assert_uint_eq(spool_case_failures(c, CT_RULE_GRAPHS), 1);
	import_case_end(c);
}
END_TEST

/* A clone that says its own edges has those, and not what was taken away before. */
START_TEST(own_edges_count)
{
	struct import_case *c;
	const struct ct_graph_record *graph;

	spool_case_begin();
	edge(51, 52);
	edge(52, 53);
	for (uint64_t i = 1; i <= 3; i++) {
		clone(60 + i, 50 + i);
		node_ran(60 + i, 5000 + 10 * (int64_t)i);
	}
	edge_of(6, 61, 62);
	spool_call(&spool_case, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	c = spool_case_imported();
	ck_assert_uint_eq(c->trace->n_graphs, 1);
	graph = &c->trace->graph[0];
	ck_assert_uint_eq(graph->n_edges, 1);
	ck_assert_uint_eq(c->trace->edge[graph->first_edge].from + graph->first_node, 61);
	ck_assert_uint_eq(c->trace->edge[graph->first_edge].to + graph->first_node, 62);
	import_case_end(c);
}
END_TEST

/* Nobody's program does it: each of 40 graphs says it is cloned from all others.  Following
 * every path would take longer than there is time. */
START_TEST(clones_of_everything)
{
	struct import_case *c;

	spool_case_begin();
	for (uint32_t graph = 10; graph < 50; graph++)
		for (uint32_t original = 10; original < 50; original++)
			SPOOL_ADD(&spool_case, NODE,
				  &(struct ct_spool_node){ .graph = graph,
							   .node = graph,
							   .original = original,
							   .original_graph = original });
	edge(51, 52);
	node_of(10, 10, 5000);
	spool_call(&spool_case, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	c = spool_case_imported();
	ck_assert_uint_eq(import_case_count(c, CT_OP_KERNEL), 1);
	import_case_end(c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import-spool-graphs");
	TCase *tcase = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, edges_go_to_clones);
	tcase_add_loop_test(tcase, nodes_may_overlap, 0, 2);
	tcase_add_test(tcase, edges_back_in_time_fail);
	tcase_add_test(tcase, circles_are_left_out);
	tcase_add_test(tcase, own_edges_count);
	tcase_add_test(tcase, clones_of_everything);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
