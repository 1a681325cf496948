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

static void edge(uint64_t from, uint64_t to)
{
	SPOOL_ADD(&spool_case, EDGE,
		  &(struct ct_spool_edge){ .graph = 5, .from = from, .to = to });
}

static void node_ran(uint64_t node, int64_t start_ns)
{
	SPOOL_ADD(&spool_case, KERNEL,
		  &(struct ct_spool_kernel){ .correlation = 2,
					     .start_ns = start_ns,
					     .end_ns = start_ns + 10,
					     .context = 1,
					     .stream = 7,
					     .graph = 6,
					     .graph_node = node });
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

START_TEST(circles_are_refused)
{
	spool_case_begin();
	edge(51, 52);
	edge(52, 53);
	edge(53, 52);
	for (uint64_t i = 1; i <= 3; i++)
		clone(60 + i, 50 + i);
	node_ran(61, 5000);
	spool_call(&spool_case, GRAPH_LAUNCH, 101, 2, 3000, 3500);
	spool_case_fails("graph 6 of process 100: its edges go in a circle");
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
	tcase_add_test(tcase, circles_are_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
