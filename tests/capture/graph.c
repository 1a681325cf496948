/* graph - nodes and edges as the callbacks tell them. */
#include "capture/collector/graph.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/capture/recording.h"

static struct ct_recording recording;

/* Handles of this CUPTI are the numbers themselves. */
static int graph_id(void *graph, uint32_t *id)
{
	*id = (uint32_t)(uintptr_t)graph;
	return CT_CUPTI_OK;
}

static int node_id(void *node, uint64_t *id)
{
	*id = (uintptr_t)node;
	return (uintptr_t)node == 666 ? CT_CUPTI_UNKNOWN : CT_CUPTI_OK;
}

static void begin(void)
{
	ct_recording_init(&recording);
	ck_assert(ct_collector_open());
	ct_collector.cupti.graph_id = graph_id;
	ct_collector.cupti.graph_node_id = node_id;
}

static void end_test(void)
{
	ct_recording_clear(&recording);
}

#define H(number) ((void *)(uintptr_t)(number))

static void tell(uint32_t id, struct ct_cupti_graph graph)
{
	struct ct_cupti_resource resource = { .descriptor = &graph };

	ct_graph_hook.resource(&ct_collector, id, &resource);
}

static void edge(uint32_t graph, uint64_t node, uint64_t dependency)
{
	tell(CT_CUPTI_EDGE_CREATED, (struct ct_cupti_graph){ .graph = H(graph),
							     .node = H(node),
							     .dependency = H(dependency) });
}

static void check_lines(const char *const *expected)
{
	char *spool = ct_recording_flush(&recording);
	GPtrArray *lines = ct_recording_lines(spool, 0);
	guint n = 0;

	for (; expected[n] && n < lines->len; n++)
		ck_assert_str_eq(g_ptr_array_index(lines, n), expected[n]);
	ck_assert_msg(!expected[n], "there is no '%s'", expected[n]);
	ck_assert_uint_eq(lines->len, n);
	g_ptr_array_unref(lines);
	g_free(spool);
}

START_TEST(made_and_cloned)
{
	static const char *const expected[] = { "node 1/100 type 0 of 0/0",
						"node 1/101 type 1 of 0/0",
						"edge 1: 100 > 101",
						"node 2/200 type 0 of 0/0",
						"node 2/200 type 0 of 1/100",
						"node 2/201 type 1 of 1/101",
						NULL };
	struct ct_cupti_graph made = { .graph = H(1), .node = H(100) };

	/* NVIDIA leaves what does not apply undefined, so it is not looked at. */
	made.original_graph = H(5);
	made.original_node = H(55);
	tell(CT_CUPTI_NODE_CREATED, made);
	made.node = H(101);
	made.node_type = 1;
	tell(CT_CUPTI_NODE_CREATED, made);
	edge(1, 101, 100);
	tell(CT_CUPTI_NODE_CREATED,
	     (struct ct_cupti_graph){ .graph = H(2), .node = H(200) });
	tell(CT_CUPTI_NODE_CLONED, (struct ct_cupti_graph){ .graph = H(2),
							    .node = H(200),
							    .original_graph = H(1),
							    .original_node = H(100) });
	tell(CT_CUPTI_NODE_CLONED, (struct ct_cupti_graph){ .graph = H(2),
							    .node = H(201),
							    .original_graph = H(1),
							    .original_node = H(101),
							    .node_type = 1 });
	check_lines(expected);
}
END_TEST

/* In the order in which CUDA 13.0 tells of a captured chain and its instantiation (see
 * graph.c): the edge before its node is there, and those of the clone again. */
START_TEST(captured)
{
	static const char *const expected[] = {
		"node 1/100 type 0 of 0/0", "edge 1: 100 > 101",
		"node 1/101 type 0 of 0/0", "edge 1: 101 > 102",
		"node 1/102 type 0 of 0/0", "edge 2: 200 > 201",
		"edge 2: 201 > 202",        NULL
	};

	for (uint64_t node = 100; node <= 102; node++) {
		if (node > 100)
			edge(1, node, node - 1);
		tell(CT_CUPTI_NODE_CREATED,
		     (struct ct_cupti_graph){ .graph = H(1), .node = H(node) });
	}
	edge(2, 201, 200);
	edge(2, 202, 201);
	check_lines(expected);
}
END_TEST

/* Numbers say nothing of which waits. */
START_TEST(against_numbers)
{
	static const char *const expected[] = { "edge 1: 900 > 500", "edge 1: 1 > 900",
						NULL };

	edge(1, 500, 900);
	edge(1, 900, 1);
	check_lines(expected);
}
END_TEST

START_TEST(nothing_to_tell)
{
	struct ct_cupti_resource resource = { 0 };
	char *spool;

	ct_graph_hook.resource(&ct_collector, CT_CUPTI_NODE_CREATED, NULL);
	ct_graph_hook.resource(&ct_collector, CT_CUPTI_NODE_CREATED, &resource);
	tell(CT_CUPTI_NODE_CREATED, (struct ct_cupti_graph){ .graph = H(1) });
	tell(CT_CUPTI_NODE_CREATED,
	     (struct ct_cupti_graph){ .graph = H(1), .node = H(666) });
	edge(1, 2, 0);
	edge(1, 0, 2);
	edge(1, 666, 2);
	ct_collector.cupti.graph_node_id = NULL;
	edge(1, 3, 2);
	spool = ct_recording_flush(&recording);
	ck_assert(!g_file_test(spool, G_FILE_TEST_EXISTS));
	g_free(spool);
}
END_TEST

/* No callback that a launch would make. */
START_TEST(what_is_listened_to)
{
	const uint32_t *id = ct_graph_hook.resource_ids;
	guint n = 0;

	for (; *id; id++, n++)
		ck_assert(*id == CT_CUPTI_NODE_CREATED || *id == CT_CUPTI_NODE_CLONED ||
			  *id == CT_CUPTI_EDGE_CREATED);
	ck_assert_uint_eq(n, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("graph");
	TCase *cases = tcase_create("callbacks");
	SRunner *runner;
	int n_failed;

	tcase_add_checked_fixture(cases, begin, end_test);
	tcase_add_test(cases, made_and_cloned);
	tcase_add_test(cases, captured);
	tcase_add_test(cases, against_numbers);
	tcase_add_test(cases, nothing_to_tell);
	tcase_add_test(cases, what_is_listened_to);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed > 0;
}
