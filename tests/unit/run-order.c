/*
 * run-order - what waits for what though the program does not say so, or says it otherwise:
 * channels, the NULL stream, graphs.
 *
 * Worked out by hand from the numbers of run-case.h.
 */
#include "tests/unit/run-case.h"

#include <check.h>

enum { FULL = LAB_SMS, HALF = LAB_SMS / 2 };

static struct ct_run_result *run_of(struct lab *lab, struct tape *tape)
{
	struct ct_run_result *result;

	lab_tenant(lab, tape, "closed:1", NULL);
	result = lab_run(lab, "fifo");
	ck_assert_uint_eq(result->tenant[0].finished, 1);
	return result;
}

static int64_t latency(struct ct_run_result *result)
{
	int64_t ns = result->tenant[0].latency.max_ns;

	ct_run_result_free(result);
	return ns;
}

/* ---- channels ------------------------------------------------------------------- */

/* Two kernels on the first of nine streams; a word on seven others; one on the ninth. */
static struct tape *nine_streams(void)
{
	struct tape *tape = tape_new(1, 9);

	for (int i = 0; i < 2; i++)
		tape_kernel(tape, 0, 0, 1, 10000);
	for (uint32_t s = 1; s < 8; s++)
		tape_call(tape, 0, CT_OP_EVENT_RECORD, 64,
			  (struct ct_op){ .stream = s, .handle = 1 });
	tape_kernel(tape, 0, 8, 1, 5000);
	tape_kernel(tape, 0, 0, 1, 10000);
	return tape;
}

/* With eight channels the ninth stream waits for the first: not until its kernels that
 * were issued before have ended, but until they are dispatched; and not for later ones. */
START_TEST(ninth_stream_shares)
{
	const int64_t dispatched_ns = 1000 + 10000 + 100, arrived_ns = 9 * 64 + 1000;
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	result = run_of(&lab, nine_streams());
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_CHANNEL],
			 dispatched_ns - arrived_ns);
	ck_assert_int_eq(latency(result), 1000 + 3 * 10000 + 2 * 100);
	lab_end(&lab);
}
END_TEST

START_TEST(nine_channels_are_enough)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab.scenario->sharing.channels = 9;
	result = run_of(&lab, nine_streams());
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_CHANNEL], 0);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A channel that is full blocks the call that would add to it, whichever the stream. */
START_TEST(full_channel_blocks)
{
	struct tape *tape = tape_new(1, 2);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_kernel(tape, 0, 1, HALF, 20000);
	tape_kernel(tape, 0, 1, HALF, 1000); /* issued when the first is over, at 11000 */
	lab_begin(&lab);
	lab.device.channel_depth = 2;
	lab.device.channels_per_context = 1;
	result = run_of(&lab, tape);
	ck_assert_int_eq(result->tenant[0].turnaround_ns,
			 11000 + (21064 - 64) + (21164 + 1000 - 11000));
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Clients of MPS do not wait for each other's channels. */
START_TEST(clients_have_their_own)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	lab.device.mps_channels_per_client = 1;
	for (int i = 0; i < 2; i++) {
		struct tape *tape = tape_new(1, 1);

		for (int k = 0; k < 2; k++)
			tape_kernel(tape, 0, 0, 1, 10000);
		lab_tenant(&lab, tape, "closed:1", NULL);
	}
	result = lab_run(&lab, "fifo");
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(result->tenant[i].latency.max_ns, 1000 + 20000 + 100);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* ---- the NULL stream ------------------------------------------------------------ */

/* Stream 0 is the legacy default stream, stream 2 does not care about it. */
static struct tape *legacy_tape(const uint32_t *flags)
{
	struct tape *tape = tape_new_with(1, 3, flags);

	tape_kernel(tape, 0, 1, 1, 10000);
	tape_kernel(tape, 0, 0, 1, 10000);
	tape_kernel(tape, 0, 2, 1, 50000);
	tape_kernel(tape, 0, 1, 1, 10000);
	return tape;
}

START_TEST(null_stream_serialises)
{
	static const uint32_t flags[] = { CT_STREAM_NULL, 0, CT_STREAM_NONBLOCKING };
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	result = run_of(&lab, legacy_tape(flags));
	/* 1000 to 11000, to 21000, to 31000; the other from 1128 on */
	ck_assert_int_eq(result->tenant[0].turnaround_ns,
			 11000 + (21000 - 64) + (51128 - 128) + (31000 - 192));
	ck_assert_int_eq(result->tenant[0].time_ns[CT_CAUSE_STREAM_ORDER],
			 (11000 - 1064) + (21000 - 1192));
	ck_assert_int_eq(latency(result), 51128);
	lab_end(&lab);
}
END_TEST

/* A stream that is not known to be the NULL stream is one like others. */
START_TEST(only_where_known)
{
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	result = run_of(&lab, legacy_tape(NULL));
	ck_assert_int_eq(result->tenant[0].turnaround_ns,
			 11000 + 11000 + 51000 + (21100 - 192));
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* Many turns from one side to the other: everything is serial. */
START_TEST(many_phases)
{
	static const uint32_t flags[] = { CT_STREAM_NULL, 0 };
	struct tape *tape = tape_new_with(1, 2, flags);
	struct lab lab;

	for (uint32_t i = 0; i < 300; i++)
		tape_kernel(tape, 0, i % 2, 1, 1000);
	lab_begin(&lab);
	ck_assert_int_eq(latency(run_of(&lab, tape)), 1000 + 300 * 1000);
	lab_end(&lab);
}
END_TEST

/* ---- graphs --------------------------------------------------------------------- */

static void launch_graph(struct tape *tape, uint32_t id)
{
	tape_call(tape, 0, CT_OP_GRAPH_LAUNCH, 64,
		  (struct ct_op){ .stream = 0, .graph = id });
}

/* Branches run side by side, nodes of one after each other with the gap of graphs, and
 * what is launched behind the graph waits for all of them. */
START_TEST(graph_branches)
{
	struct tape *tape = tape_new(1, 2);
	struct lab lab;

	launch_graph(tape, 1);
	tape_node(tape, 0, 0, 1, 5000, CT_OP_CHILD);
	tape_node(tape, 0, 1, 1, 12000, CT_OP_CHILD);
	tape_node(tape, 0, 0, 1, 5000, CT_OP_CHILD);
	tape_kernel(tape, 0, 0, 1, 1000);
	lab_begin(&lab);
	ck_assert_int_eq(latency(run_of(&lab, tape)), 1000 + 12000 + 100 + 1000);
	lab_end(&lab);
}
END_TEST

START_TEST(graph_gap)
{
	struct tape *tape = tape_new(1, 1);
	struct lab lab;

	launch_graph(tape, 1);
	for (int i = 0; i < 3; i++)
		tape_node(tape, 0, 0, 1, 5000, CT_OP_CHILD);
	tape_kernel(tape, 0, 0, 1, 1000);
	lab_begin(&lab);
	ck_assert_int_eq(latency(run_of(&lab, tape)),
			 1000 + 3 * 5000 + 2 * 30 + 100 + 1000);
	lab_end(&lab);
}
END_TEST

/* A node that was recorded behind one of another branch may depend on it: it waits. */
START_TEST(graph_edges_are_kept)
{
	struct tape *tape = tape_new(1, 2);
	struct lab lab;

	launch_graph(tape, 1);
	tape_node(tape, 0, 0, 1, 5000, CT_OP_CHILD);
	tape_think(tape, 0, 6000);
	tape_node(tape, 0, 1, 1, 12000, CT_OP_CHILD);
	tape_kernel(tape, 0, 0, 1, 1000);
	lab_begin(&lab);
	ck_assert_int_eq(latency(run_of(&lab, tape)), 1000 + 5000 + 12000 + 100 + 1000);
	lab_end(&lab);
}
END_TEST

/* Lets everything go, the first launch in a part of one SM and the others in the rest. */
static uint32_t next_part, other_part;

static void carve(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	next_part = (uint32_t)ct_carve(h, 1);
	other_part = (uint32_t)ct_carve(h, CT_REST);
}

static void into_parts(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	struct ct_terms terms = { .why = "a part", .part = next_part };

	if (!lane->head || lane->running || lane->credit)
		return;
	next_part = other_part;
	ct_grant(h, lane, 1, &terms);
}

static void next_into_part(struct ct_host *h, void *self, const struct ct_lane *lane,
			   const struct ct_work *work, const struct ct_done *done)
{
	into_parts(h, self, lane);
}

static const struct ct_policy parts = {
	.abi = CT_POLICY_ABI,
	.name = "parts",
	.summary = "the first launch in one part, the others in another",
	.needs = CT_CAN_GATE | CT_CAN_CONFINE,
	.opened = carve,
	.waiting = into_parts,
	.finished = next_into_part,
};

static int64_t two_graphs_ns(uint32_t first_id, uint32_t second_id)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;
	int64_t ns;

	launch_graph(tape, first_id);
	tape_node(tape, 0, 0, 6, 2000, CT_OP_CHILD); /* two waves */
	launch_graph(tape, second_id);
	tape_node(tape, 0, 0, 6, 2000, CT_OP_CHILD);
	lab_begin(&lab);
	lab_tenant(&lab, tape, "closed:1", NULL);
	result = lab_run_under(&lab, &parts);
	ck_assert_uint_eq(result->tenant[0].finished, 1);
	ns = latency(result);
	lab_end(&lab);
	return ns;
}

/* (The first launch takes 64 ns longer: no launch of a kernel tells what is usual.) */

/* The part is decided when a graph is instantiated: another launch of it is in that one. */
START_TEST(graph_keeps_its_part)
{
	ck_assert_int_eq(two_graphs_ns(1, 2), 1064 + 6 * 1000 + 1000 + 2 * 1000);
	ck_assert_int_eq(two_graphs_ns(1, 1), 1064 + 6 * 1000 + 1000 + 6 * 1000);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-order");
	TCase *order = tcase_create("order");
	SRunner *runner;
	int failed;

	tcase_add_test(order, ninth_stream_shares);
	tcase_add_test(order, nine_channels_are_enough);
	tcase_add_test(order, full_channel_blocks);
	tcase_add_test(order, clients_have_their_own);
	tcase_add_test(order, null_stream_serialises);
	tcase_add_test(order, only_where_known);
	tcase_add_test(order, many_phases);
	tcase_add_test(order, graph_branches);
	tcase_add_test(order, graph_gap);
	tcase_add_test(order, graph_edges_are_kept);
	tcase_add_test(order, graph_keeps_its_part);
	suite_add_tcase(suite, order);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
