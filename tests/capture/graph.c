/* graph - nodes and edges as the callbacks tell them, whichever end they name. */
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

/* A library that names the other end gives the same edges, and so does one edge among
 * others that was added the other way round. */
START_TEST(either_end)
{
	static const char *const expected[] = { "edge 1: 1 > 2", "edge 1: 2 > 3",
						"edge 1: 2 > 4", "edge 1: 5 > 3",
						"edge 1: 4 > 6", NULL };
	bool other_end = _i == 1;

	edge(1, other_end ? 1 : 2, other_end ? 2 : 1);
	edge(1, other_end ? 2 : 3, other_end ? 3 : 2);
	edge(1, other_end ? 2 : 4, other_end ? 4 : 2);
	edge(1, other_end ? 5 : 3, other_end ? 3 : 5);
	edge(1, other_end ? 4 : 6, other_end ? 6 : 4);
	check_lines(expected);
}
END_TEST

/* Numbers that do not grow: the node that was just made tells. */
START_TEST(newest_tells)
{
	static const char *const expected[] = {
		"node 1/900 type 0 of 0/0", "node 1/500 type 0 of 0/0",
		"edge 1: 900 > 500",        "node 1/700 type 0 of 0/0",
		"edge 1: 500 > 700",        "node 1/100 type 0 of 0/0",
		"edge 1: 700 > 100",        NULL
	};
	static const uint64_t made[] = { 900, 500, 700, 100 };

	for (guint i = 0; i < G_N_ELEMENTS(made); i++) {
		tell(CT_CUPTI_NODE_CREATED,
		     (struct ct_cupti_graph){ .graph = H(1), .node = H(made[i]) });
		if (i > 0)
			edge(1, made[_i ? i - 1 : i], made[_i ? i : i - 1]);
	}
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
	tcase_add_loop_test(cases, either_end, 0, 2);
	tcase_add_loop_test(cases, newest_tells, 0, 2);
	tcase_add_test(cases, nothing_to_tell);
	tcase_add_test(cases, what_is_listened_to);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed > 0;
}
