/*
 * run-policies - what policies do to a run, and what an actuator charges for it.
 *
 * The policies named here are the shipped ones; two more, made for the purpose, release
 * one launch at a time and hold one lane for a while.
 */
#include "tests/unit/run-case.h"

#include <check.h>

#include "sim/base/error.h"

enum { FULL = LAB_SMS, HALF = LAB_SMS / 2 };

/* ---- policies of the test's own ----------------------------------------------------- */

static uint32_t n_grants, graph_grants;
static uint64_t graph_blocks;

static void release_one(struct ct_host *h, const struct ct_lane *lane)
{
	if (!lane->head || lane->running || lane->credit)
		return;
	n_grants++;
	if (lane->head->kind == CT_WORK_GRAPH) {
		graph_grants++;
		graph_blocks = lane->head->blocks;
	}
	ct_grant(h, lane, 1, NULL);
}

static void one_waits(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	release_one(h, lane);
}

static void one_finished(struct ct_host *h, void *self, const struct ct_lane *lane,
			 const struct ct_work *work, const struct ct_done *done)
{
	release_one(h, lane);
}

static const struct ct_policy one_by_one = {
	.abi = CT_POLICY_ABI,
	.name = "one-by-one",
	.summary = "a lane has one launch on the device",
	.needs = CT_CAN_GATE,
	.waiting = one_waits,
	.finished = one_finished,
};

static void hold_opened(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	if (lane->id > 0)
		ct_grant(h, lane, CT_OPEN, NULL);
	else
		ct_wake_at(h, 50000, 0);
}

static void hold_woken(struct ct_host *h, void *self, uint64_t cookie)
{
	ct_grant(h, h->lane[0], CT_OPEN, NULL);
}

static const struct ct_policy hold_first = {
	.abi = CT_POLICY_ABI,
	.name = "hold-first",
	.summary = "the first lane stays closed for 50 us",
	.needs = CT_CAN_GATE,
	.opened = hold_opened,
	.woken = hold_woken,
};

/* ---- the tests ------------------------------------------------------------------------ */

static struct tape *chain(uint32_t n, uint32_t blocks, int64_t ns)
{
	struct tape *tape = tape_new(1, 1);

	for (uint32_t i = 0; i < n; i++)
		tape_kernel(tape, 0, 0, blocks, ns);
	return tape;
}

/* Three nodes and a kernel behind them take two credits. */
START_TEST(graph_is_one_unit)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_call(tape, 0, CT_OP_GRAPH_LAUNCH, 64, (struct ct_op){ .stream = 0 });
	for (int i = 0; i < 3; i++)
		tape_node(tape, 0, 0, FULL, 1000, CT_OP_CHILD);
	tape_kernel(tape, 0, 0, FULL, 1000);
	lab_begin(&lab);
	lab_tenant(&lab, tape, "closed:1", NULL);
	n_grants = graph_grants = 0;
	result = lab_run_under(&lab, &one_by_one);
	ck_assert_uint_eq(n_grants, 2);
	ck_assert_uint_eq(graph_grants, 1);
	ck_assert_uint_eq(graph_blocks, 3 * FULL);
	/* the kernel is released when the last node has ended */
	ck_assert_int_eq(result->makespan_ns,
			 1000 + 3 * 1000 + 2 * LAB_GRAPH_GAP_NS + 1000 + 1000);
	ck_assert_uint_eq(result->tenant[0].kernels, 4);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* The host may wait for launches of graphs, one right behind the other. */
START_TEST(graphs_in_a_row)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	for (int graph = 0; graph < 3; graph++) {
		tape_call(tape, 0, CT_OP_GRAPH_LAUNCH, 64, (struct ct_op){ .stream = 0 });
		for (int i = 0; i < 2; i++)
			tape_node(tape, 0, 0, FULL, 1000, CT_OP_CHILD);
	}
	tape_call(tape, 0, CT_OP_STREAM_SYNC, 64, (struct ct_op){ .stream = 0 });
	tape_kernel(tape, 0, 0, FULL, 1000);
	lab_begin(&lab);
	lab_tenant(&lab, tape, "closed:1", NULL);
	n_grants = graph_grants = 0;
	result = lab_run_under(&lab, &one_by_one);
	ck_assert_uint_eq(n_grants, 4);
	ck_assert_uint_eq(graph_grants, 3);
	ck_assert_uint_eq(graph_blocks, 2 * FULL);
	ck_assert_uint_eq(result->tenant[0].finished, 1);
	ck_assert_uint_eq(result->tenant[0].kernels, 7);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Two streams of one thread, the first held for 50 us. */
static int64_t held(const char *gate, int64_t *gate_ns)
{
	struct tape *tape = tape_new(1, 2);
	struct ct_run_result *result;
	struct lab lab;
	int64_t ns;

	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_kernel(tape, 0, 1, HALF, 10000);
	lab_begin(&lab);
	lab.actuator.gate = (char *)gate;
	lab_tenant(&lab, tape, "closed:1", NULL);
	result = lab_run_under(&lab, &hold_first);
	ns = result->makespan_ns;
	*gate_ns = result->tenant[0].time_ns[CT_CAUSE_GATE];
	ct_run_result_free(result);
	lab_end(&lab);
	return ns;
}

/* A gate that defers holds one stream; one that blocks holds the thread. */
START_TEST(gates)
{
	int64_t gate_ns;

	ck_assert_int_eq(held("defers", &gate_ns), 50000 + 1000 + 10000);
	ck_assert_int_eq(gate_ns, 50000);
	ck_assert_int_eq(held("blocks", &gate_ns), 50000 + 64 + 1000 + 10000);
	ck_assert_int_eq(gate_ns, 50000);
}
END_TEST

/*
 * Three kernels, one by one.  From fact to release: its turn with the broker, the
 * decision, the gate.  Facts are BEFORE ones at 0 and then the first launch (the two that
 * follow wait behind closed gates, and keep the broker busy too), and each end.
 */
static void assert_charged(char **caps, int64_t before)
{
	enum { GATE = 3000, SENSE = 2000, DECIDE = 700 };
	const int64_t first_ns = (before + 1) * DECIDE + GATE + 1000 + 10000;
	const int64_t next_ns = SENSE + DECIDE + GATE + 1000 + 10000;
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	if (caps)
		lab.actuator.caps = caps;
	lab.actuator.gate_ns = GATE;
	lab.actuator.sense_ns = SENSE;
	lab.actuator.decide_ns = DECIDE;
	lab_tenant(&lab, chain(3, FULL, 10000), "closed:1", NULL);
	result = lab_run_under(&lab, &one_by_one);
	ck_assert_int_eq(result->makespan_ns, first_ns + 2 * next_ns);
	ck_assert(result->broker_load > 0);
	ct_run_result_free(result);
	lab_end(&lab);
}

START_TEST(costs_are_charged)
{
	char *blind[] = { "gate", NULL };

	assert_charged(NULL, 1);  /* the request */
	assert_charged(blind, 0); /* which is no fact where none are seen */
}
END_TEST

/* The first launch is let go late; the second, through the gate that is open by then,
 * does not overtake it. */
START_TEST(late_orders_keep_the_order)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab.actuator.gate_ns = 3000;
	lab_tenant(&lab, chain(2, FULL, 10000), "closed:1", NULL);
	result = lab_run(&lab, "gate-priority");
	ck_assert_int_eq(result->makespan_ns, 3000 + 1000 + 2 * 10000 + 100);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* An open gate asks nobody. */
START_TEST(open_gates_cost_nothing)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab.actuator.gate_ns = 3000;
	lab.actuator.decide_ns = 700;
	lab_tenant(&lab, chain(3, FULL, 10000), "closed:1", NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(result->makespan_ns, 1000 + 3 * 10000 + 2 * 100);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A kernel for the whole device has half of it and takes twice as long, although the
 * other tenant hardly uses its own half; and that one does not wait for it. */
START_TEST(partition_confines)
{
	for (uint32_t big = 0; big < 2; big++) {
		struct ct_run_result *result;
		struct lab lab;

		lab_begin(&lab);
		lab.scenario->duration_ns = 21000;
		for (uint32_t i = 0; i < 2; i++) {
			if (i == big)
				lab_tenant(&lab, chain(1, FULL, 10000), "closed:1", NULL);
			else
				lab_tenant(&lab, chain(1, 1, 10), "every:100us", NULL);
		}
		result = lab_run(&lab, "partition");
		ck_assert_int_eq(result->tenant[big].latency.max_ns, 1000 + 20000);
		ck_assert_int_eq(result->tenant[!big].latency.max_ns, 1000 + 10);
		ck_assert_double_eq_tol(result->sm_active, (2 * 20000 + 10) / (4 * 21000.0),
					1e-12);
		ct_run_result_free(result);
		lab_end(&lab);
	}
}
END_TEST

/* A policy may leave a tenant too little for its clusters: that ends the run. */
START_TEST(partition_too_small_for_clusters)
{
	g_autoptr(GError) error = NULL;
	struct ct_policy_choice choice;
	struct ct_run_result *result;
	struct tape *tape = tape_new(1, 1);
	struct lab lab;

	lab_begin(&lab);
	lab.device.cluster_max_blocks = 4;
	tape_clusters(tape, 0, 0, 4, 4, 10000);
	lab_tenant(&lab, tape, "closed:1", NULL);
	lab_tenant(&lab, chain(1, 1, 10), "closed:1", NULL);
	ck_assert(ct_policy_choose("partition", NULL, &choice, &error));
	lab.in.policy = &choice;
	lab.in.program = (const struct ct_program *const *)lab.programs->pdata;
	result = ct_run(&lab.in);
	ck_assert_ptr_nonnull(result->error);
	ck_assert(g_error_matches(result->error, CT_ERROR, CT_EXIT_UNSUPPORTED));
	ck_assert_ptr_nonnull(
		strstr(result->error->message, "launched in clusters of 4 blocks"));
	ct_run_result_free(result);
	ct_policy_choice_clear(&choice);
	lab_end(&lab);
}
END_TEST

/* Two kernels of the low rank are queued when the high rank's arrives. */
static struct ct_run_result *two_ranks(struct lab *lab, const char *policy)
{
	struct tape *low = tape_new(1, 2), *high = tape_new(1, 1);

	tape_kernel(low, 0, 0, FULL, 10000);
	tape_kernel(low, 0, 1, FULL, 10000);
	tape_think(high, 0, 3000);
	tape_kernel(high, 0, 0, FULL, 10000);
	lab_tenant(lab, low, "closed:1", NULL);
	lab_tenant(lab, high, "every:1ms", NULL)->rank = 10;
	return lab_run(lab, policy);
}

START_TEST(priority_orders)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	result = two_ranks(&lab, "fifo");
	ck_assert_int_eq(result->tenant[1].latency.max_ns, 31000);
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_PRIORITY], 0);
	ct_run_result_free(result);
	lab_end(&lab);

	lab_begin(&lab);
	result = two_ranks(&lab, "priority");
	ck_assert_int_eq(result->tenant[1].latency.max_ns, 21000);
	ck_assert_int_eq(result->tenant[0].latency.max_ns, 31000);
	/* the second low kernel was behind it from its arrival to its start */
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_PRIORITY], 11000 - 4000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

START_TEST(equal_tenants_take_turns)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab_tenant(&lab, chain(10, FULL, 10000), "closed:1", NULL);
	lab_tenant(&lab, chain(10, FULL, 10000), "closed:1", NULL);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(result->tenant[0].latency.max_ns, 1000 + 19 * 10000);
	ck_assert_int_eq(result->tenant[1].latency.max_ns, 1000 + 20 * 10000);
	ct_run_result_free(result);
	lab.in.only_tenant = 1;
	result = lab_run(&lab, "fifo");
	ck_assert_uint_eq(result->n_tenants, 1);
	ck_assert_int_eq(result->makespan_ns, 1000 + 10 * 10000 + 9 * 100);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

START_TEST(unmet_needs_are_refused)
{
	static const struct ct_policy needy = {
		.abi = CT_POLICY_ABI,
		.name = "needy",
		.needs = CT_CAN_GATE | CT_CAN_SWITCH,
	};
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab_tenant(&lab, chain(1, FULL, 10000), "closed:1", NULL);
	result = lab_run_under(&lab, &needy);
	ck_assert(g_error_matches(result->error, CT_ERROR, CT_EXIT_UNSUPPORTED));
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A policy that grants nothing is ejected when patience ends, and the run goes on. */
START_TEST(misers_are_ejected)
{
	static const struct ct_policy miser = {
		.abi = CT_POLICY_ABI,
		.name = "miser",
		.needs = CT_CAN_GATE,
	};
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab.scenario->patience_ns = 1000000;
	lab_tenant(&lab, chain(1, FULL, 10000), "closed:1", NULL);
	result = lab_run_under(&lab, &miser);
	ck_assert_ptr_nonnull(result->ejected);
	ck_assert_int_eq(result->makespan_ns, 1000000 + 1000 + 10000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-policies");
	TCase *policies = tcase_create("policies");
	SRunner *runner;
	int failed;

	tcase_add_test(policies, graph_is_one_unit);
	tcase_add_test(policies, graphs_in_a_row);
	tcase_add_test(policies, gates);
	tcase_add_test(policies, costs_are_charged);
	tcase_add_test(policies, late_orders_keep_the_order);
	tcase_add_test(policies, open_gates_cost_nothing);
	tcase_add_test(policies, partition_confines);
	tcase_add_test(policies, partition_too_small_for_clusters);
	tcase_add_test(policies, priority_orders);
	tcase_add_test(policies, equal_tenants_take_turns);
	tcase_add_test(policies, unmet_needs_are_refused);
	tcase_add_test(policies, misers_are_ejected);
	suite_add_tcase(suite, policies);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
