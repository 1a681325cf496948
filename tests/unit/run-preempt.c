/*
 * run-preempt - how long a higher rank waits, by what can be taken back from the lower.
 *
 * The low tenant has its work on the device when the high one's kernel comes, 3 us after
 * the start.  What the high one waits for is worked out by hand for every level, and so is
 * what the low one loses.  Random programs then hold the books: every request ends, times
 * sum (lab_run checks that), and blocks run are blocks recorded and blocks lost.
 */
#include "tests/unit/run-case.h"

#include <check.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/compute.h"

enum {
	FULL = LAB_SMS,
	WAVES = 4,
	T = 100000,
	WAVE = T / WAVES,
	HIGH = 10000,
	ASKED = 3000, /* the high kernel's call */
	SOON = ASKED + LAB_LATENCY_NS,
	MANY = 8
};

static char *can_all[] = { "gate",       "rank",         "slice",      "flush",
			   "retreat",    "reset",        "sees-queue", "sees-start",
			   "sees-shape", "sees-request", NULL };

static uint64_t blocks_recorded;

static void add_kernel(struct tape *tape, uint32_t stream, uint32_t blocks, int64_t ns)
{
	tape_kernel(tape, 0, stream, blocks, ns);
	blocks_recorded += blocks;
}

static void begin_lab(struct lab *lab)
{
	blocks_recorded = 0;
	lab_begin(lab);
	lab->actuator.caps = can_all;
}

/* MANY kernels, each in a stream of its own or all in one, and one of the high rank. */
static void two_ranks(struct lab *lab, gboolean own_streams, uint32_t waves)
{
	struct tape *low = tape_new(1, MANY), *high = tape_new(1, 1);
	struct ct_tenant_spec *spec;

	for (uint32_t i = 0; i < MANY; i++)
		add_kernel(low, own_streams ? i : 0, waves * FULL, T);
	tape_think(high, 0, ASKED);
	add_kernel(high, 0, FULL, HIGH);
	spec = lab_tenant(lab, low, "closed:1", NULL);
	spec->idempotent = TRUE;
	spec = lab_tenant(lab, high, "every:1s", NULL);
	spec->rank = 10;
}

struct outcome {
	int64_t high_ns, low_ns, preempted_ns, running_ns;
	uint64_t lost;
};

static struct outcome run(struct lab *lab, const char *policy)
{
	struct ct_run_result *r = lab_run(lab, policy);
	struct outcome out = {
		.high_ns = r->tenant[1].latency.max_ns,
		.low_ns = r->tenant[0].latency.max_ns,
		.preempted_ns = r->tenant[0].time_ns[CT_CAUSE_PREEMPTION],
		.running_ns = r->tenant[0].time_ns[CT_CAUSE_RUNNING],
		.lost = r->tenant[0].blocks_lost,
	};

	ck_assert_uint_eq(r->tenant[0].finished, 1);
	ck_assert_uint_eq(r->tenant[0].kernels, MANY);
	ck_assert_uint_eq(r->blocks, blocks_recorded + out.lost);
	ct_run_result_free(r);
	return out;
}

static struct outcome streams(const char *policy)
{
	struct outcome out;
	struct lab lab;

	begin_lab(&lab);
	two_ranks(&lab, TRUE, WAVES);
	out = run(&lab, policy);
	lab_end(&lab);
	return out;
}

/* All that is in the queue of the device drains. */
START_TEST(credit_waits_for_all)
{
	struct outcome out = streams("gate-priority:level=credit");

	ck_assert_int_eq(out.high_ns, 1000 + MANY * T + HIGH);
	ck_assert_int_eq(out.low_ns, 1000 + MANY * T);
	ck_assert_int_eq(out.preempted_ns, 0);
}
END_TEST

/* One kernel drains; the others come back and go again when the high one has ended. */
START_TEST(queued_waits_for_one)
{
	struct outcome out = streams("gate-priority:level=queued");
	int64_t again_ns = 1000 + T + HIGH;

	ck_assert_int_eq(out.high_ns, again_ns);
	ck_assert_int_eq(out.low_ns, again_ns + 1000 + (MANY - 1) * T);
	ck_assert_int_eq(out.preempted_ns, (MANY - 1) * (again_ns - ASKED));
	ck_assert_int_eq(out.running_ns, MANY * T);
}
END_TEST

/* One wave drains, and the kernel goes on with the three that are left. */
START_TEST(block_end_waits_for_one_block)
{
	struct outcome out = streams("gate-priority:level=block-end");
	int64_t back_ns = 1000 + WAVE, again_ns = back_ns + HIGH;

	ck_assert_int_eq(out.high_ns, again_ns);
	ck_assert_int_eq(out.low_ns, again_ns + 1000 + MANY * T - WAVE);
	ck_assert_int_eq(out.preempted_ns,
			 again_ns - back_ns + (MANY - 1) * (again_ns - ASKED));
	ck_assert_int_eq(out.running_ns, MANY * T);
	ck_assert_uint_eq(out.lost, 0);
}
END_TEST

/* Nothing drains; the wave that ran is lost. */
START_TEST(reset_waits_for_nothing)
{
	struct outcome out = streams("gate-priority:level=reset");
	int64_t again_ns = SOON + HIGH;

	ck_assert_int_eq(out.high_ns, again_ns);
	ck_assert_int_eq(out.low_ns, again_ns + 1000 + MANY * T);
	ck_assert_int_eq(out.running_ns, MANY * T + ASKED - 1000);
	ck_assert_uint_eq(out.lost, FULL);
}
END_TEST

/* REEF's: the kernel begins anew, with the wave that had ended. */
START_TEST(reset_redoes_the_kernel)
{
	struct outcome out;
	struct lab lab;

	begin_lab(&lab);
	lab.actuator.redo = CT_REDO_KERNEL;
	lab.actuator.reset.signal_ns = WAVE; /* into the second wave */
	two_ranks(&lab, TRUE, WAVES);
	out = run(&lab, "gate-priority:level=reset");
	ck_assert_int_eq(out.high_ns, ASKED + WAVE + HIGH);
	ck_assert_uint_eq(out.lost, 2 * FULL);
	ck_assert_int_eq(out.low_ns, ASKED + WAVE + HIGH + 1000 + MANY * T);
	lab_end(&lab);
}
END_TEST

/*
 * The way preemption latency is measured (XSched, OSDI'25): one stream, MANY commands in
 * flight, and the high rank starts when the device is free of it: 8 T, T, or less.
 */
static int64_t drained_ns(const char *level)
{
	g_autofree char *policy =
		g_strdup_printf("gate-priority:depth=%d,drain=true,level=%s", MANY, level);
	struct outcome out;
	struct lab lab;

	begin_lab(&lab);
	two_ranks(&lab, FALSE, WAVES);
	out = run(&lab, policy);
	lab_end(&lab);
	return out.high_ns - LAB_LATENCY_NS - HIGH;
}

START_TEST(drains)
{
	ck_assert_int_eq(drained_ns("credit"), 1000 + MANY * T + (MANY - 1) * LAB_GAP_NS);
	ck_assert_int_eq(drained_ns("queued"), 1000 + T);
	ck_assert_int_eq(drained_ns("block-end"), 1000 + WAVE);
	ck_assert_int_eq(drained_ns("reset"), ASKED);
}
END_TEST

/* Signal and quiesce add up before the work is back; the device is free in between. */
START_TEST(mechanisms_cost)
{
	struct outcome out;
	struct lab lab;

	begin_lab(&lab);
	lab.actuator.retreat.signal_ns = WAVE; /* the second wave has begun */
	lab.actuator.retreat.quiesce_ns = 700;
	lab.actuator.sense_ns = 50;
	two_ranks(&lab, FALSE, WAVES);
	out = run(&lab, "gate-priority:depth=8,drain=true,level=block-end");
	ck_assert_int_eq(out.high_ns, 1000 + 2 * WAVE + 700 + 50 + LAB_LATENCY_NS + HIGH);
	lab_end(&lab);

	begin_lab(&lab);
	lab.actuator.retreat.tax_permille = 20;
	lab.actuator.flush.tax_permille = 30;
	two_ranks(&lab, TRUE, WAVES);
	out = run(&lab, "gate-priority");
	ck_assert_int_eq(out.running_ns, MANY * (T + T / 20));
	ck_assert_int_eq(out.high_ns, 1000 + MANY * (T + T / 20) + HIGH); /* itself free */
	lab.actuator.taxed = CT_TAXED_ALL;
	out = run(&lab, "gate-priority");
	ck_assert_int_eq(out.high_ns, 1000 + (MANY * T + HIGH) * 21 / 20);
	lab_end(&lab);
}
END_TEST

/*
 * Processes: the low one has the SMs, and loses them SIGNAL after the order; they are the
 * high one's SAVE later.  It comes anew to the engine, so there is nothing to restore but
 * what the device says of a whole state.  T does not matter, nor what is in flight; the
 * kernel goes on where it was, in the middle of its wave.
 */
static struct outcome switched(int64_t t_ns)
{
	enum { SIGNAL = 500, SAVE = 32000 };
	static char *can_switch[] = { "gate", "switch", NULL };
	struct tape *low = tape_new(1, 1), *high = tape_new(1, 1);
	struct outcome out;
	struct lab lab;
	int64_t restore_ns;

	begin_lab(&lab);
	lab.actuator.caps = can_switch;
	lab.actuator.context_switch.signal_ns = SIGNAL;
	lab.actuator.context_switch.quiesce_ns = SAVE;
	lab.scenario->sharing.mode = CT_SHARING_PROCESS;
	restore_ns = ct_switch_ns(&lab.device, LAB_SMS * (65536 * 4 + 65536)) -
		     lab.device.switch_ns;
	for (int i = 0; i < MANY; i++)
		add_kernel(low, 0, FULL, t_ns);
	tape_think(high, 0, ASKED);
	add_kernel(high, 0, FULL, HIGH);
	lab_tenant(&lab, low, "closed:1", NULL);
	lab_tenant(&lab, high, "every:1s", NULL)->rank = 10;
	out = run(&lab, "gate-priority:depth=8,level=switch");
	ck_assert_int_eq(out.high_ns, ASKED + SIGNAL + SAVE + restore_ns + HIGH);
	ck_assert_int_eq(out.running_ns, MANY * t_ns);
	lab_end(&lab);
	return out;
}

START_TEST(switches_wait_for_no_kernel)
{
	struct outcome brief = switched(T), lasting = switched(50 * T);

	ck_assert_int_eq(brief.high_ns, lasting.high_ns);
	/* what ran and the seven behind it come back at once, until the high one ended */
	ck_assert_int_eq(brief.preempted_ns, MANY * (brief.high_ns - ASKED - 500));
	ck_assert_int_eq(lasting.preempted_ns, brief.preempted_ns);
	ck_assert_int_eq(lasting.low_ns - brief.low_ns, 49 * MANY * T);
}
END_TEST

/* Each slice costs a launch, and the high kernel comes in between two of them. */
START_TEST(slices)
{
	struct tape *low = tape_new(1, 1), *high = tape_new(1, 1);
	struct ct_run_result *r;
	struct lab lab;

	begin_lab(&lab);
	add_kernel(low, 0, WAVES * FULL, T);
	tape_call(low, 0, CT_OP_STREAM_SYNC, 64, (struct ct_op){ .stream = 0 });
	add_kernel(low, 0, FULL, WAVE);
	tape_think(high, 0, ASKED);
	add_kernel(high, 0, FULL, HIGH);
	lab_tenant(&lab, low, "closed:1", NULL);
	lab_tenant(&lab, high, "every:1s", NULL)->rank = 10;
	lab.actuator.slice_tax_permille = 100;
	r = lab_run(&lab, "atoms:blocks=4");
	ck_assert_int_eq(r->tenant[1].latency.max_ns, 1000 + WAVE * 11 / 10 + HIGH);
	ck_assert_int_eq(r->tenant[0].time_ns[CT_CAUSE_RUNNING], T * 11 / 10 + WAVE);
	ck_assert_int_eq(r->tenant[0].time_ns[CT_CAUSE_LAUNCH], (WAVES + 1) * 1000);
	ck_assert_int_eq(r->tenant[0].time_ns[CT_CAUSE_PREEMPTION], 0);
	ck_assert_int_eq(r->tenant[0].time_ns[CT_CAUSE_SM_ROOM], HIGH - 1000);
	ck_assert_uint_eq(r->tenant[0].taken_back, WAVES - 1);
	ck_assert_uint_eq(r->tenant[0].kernels, 2);
	ck_assert_uint_eq(r->blocks, blocks_recorded);
	ct_run_result_free(r);
	lab_end(&lab);
}
END_TEST

/* A copy, an event and what waits for it, all behind a kernel that is taken back. */
START_TEST(stream_order_holds)
{
	struct tape *low = tape_new(1, 2), *high = tape_new(1, 1);
	struct ct_op copy = { .stream = 0, .start_ns = 1, .end_ns = 5001 };
	struct ct_run_result *r;
	struct lab lab;
	int64_t again_ns = 1000 + WAVE + HIGH, first_end_ns = again_ns + 1000 + T - WAVE;

	begin_lab(&lab);
	add_kernel(low, 0, WAVES * FULL, T);
	tape_call(low, 0, CT_OP_MEMCPY, 64, copy);
	tape_call(low, 0, CT_OP_EVENT_RECORD, 64,
		  (struct ct_op){ .stream = 0, .handle = 7 });
	tape_call(low, 0, CT_OP_EVENT_WAIT, 64, (struct ct_op){ .stream = 1, .handle = 7 });
	add_kernel(low, 1, FULL, WAVE);
	tape_think(high, 0, ASKED);
	add_kernel(high, 0, FULL, HIGH);
	lab_tenant(&lab, low, "closed:1", NULL);
	lab_tenant(&lab, high, "every:1s", NULL)->rank = 10;
	r = lab_run(&lab, "gate-priority:depth=8,level=block-end");
	ck_assert_int_eq(r->tenant[1].latency.max_ns, again_ns);
	ck_assert_int_eq(r->tenant[0].latency.max_ns,
			 first_end_ns + LAB_GAP_NS + 5000 + WAVE);
	ct_run_result_free(r);
	lab_end(&lab);
}
END_TEST

/* Nothing behind which a graph has gone is taken back: graphs cannot be interrupted. */
START_TEST(graphs_stay)
{
	struct tape *low = tape_new(1, 1), *high = tape_new(1, 1);
	struct ct_run_result *r;
	struct lab lab;

	begin_lab(&lab);
	add_kernel(low, 0, WAVES * FULL, T);
	tape_call(low, 0, CT_OP_GRAPH_LAUNCH, 64, (struct ct_op){ .stream = 0 });
	tape_node(low, 0, 0, FULL, WAVE, CT_OP_CHILD);
	tape_node(low, 0, 0, FULL, WAVE, CT_OP_CHILD);
	add_kernel(low, 0, FULL, WAVE);
	tape_think(high, 0, ASKED);
	add_kernel(high, 0, FULL, HIGH);
	lab_tenant(&lab, low, "closed:1", NULL);
	lab_tenant(&lab, high, "every:1s", NULL)->rank = 10;
	r = lab_run(&lab, "gate-priority:depth=8,drain=true,level=block-end");
	ck_assert_int_eq(r->tenant[1].latency.max_ns, 1000 + T + LAB_GAP_NS +
							      LAB_GRAPH_GAP_NS + 2 * WAVE +
							      LAB_LATENCY_NS + HIGH);
	ck_assert_uint_eq(r->tenant[0].taken_back, 1);
	ct_run_result_free(r);
	lab_end(&lab);
}
END_TEST

/* ---- what is refused ------------------------------------------------------------ */

static void assert_refused(struct lab *lab, const char *policy, const char *words)
{
	g_autoptr(GError) error = NULL;
	struct ct_policy_choice choice;
	struct ct_run_result *r;

	if (!ct_policy_choose(policy, NULL, &choice, &error))
		g_error("%s", error->message);
	r = lab_run_choice(lab, &choice);
	ck_assert(g_error_matches(r->error, CT_ERROR, CT_EXIT_UNSUPPORTED) ||
		  g_error_matches(r->error, CT_ERROR, CT_EXIT_INPUT));
	ck_assert_msg(strstr(r->error->message, words) != NULL, "'%s' is not in '%s'",
		      words, r->error->message);
	ct_run_result_free(r);
	ct_policy_choice_clear(&choice);
}

START_TEST(refusals)
{
	char *gate[] = { "gate", NULL }, *whole[] = { "gate", "switch", NULL };
	struct lab lab;

	begin_lab(&lab);
	two_ranks(&lab, TRUE, 1);
	lab.scenario->tenant[0].idempotent = FALSE;
	assert_refused(&lab, "gate-priority:level=reset", "cannot be reset");
	lab.actuator.gate = "blocks";
	assert_refused(&lab, "gate-priority:level=queued", "must be \"defers\"");
	lab.actuator.gate = "defers";
	lab.actuator.caps = gate;
	assert_refused(&lab, "gate-priority:level=queued", "level=queued needs a host");
	assert_refused(&lab, "atoms", "slice");
	lab.actuator.caps = whole;
	lab.scenario->sharing.mode = CT_SHARING_STREAMS;
	assert_refused(&lab, "gate-priority:level=switch", "it needs mode process");
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	lab.device.mps_clients = 2;
	assert_refused(&lab, "gate-priority:level=switch", "it needs mode process");
	lab_end(&lab);
}
END_TEST

/* ---- random programs -------------------------------------------------------------- */

static struct tape *random_tape(GRand *rand, int n, gboolean waits)
{
	struct tape *tape = tape_new(1, 3);
	struct ct_op at = { .handle = 7 };

	add_kernel(tape, 0, 1, 1000); /* a program without one is refused */
	for (int i = 0; i < n; i++) {
		at.stream = (uint32_t)g_rand_int_range(rand, 0, 3);
		tape_think(tape, 0, g_rand_int_range(rand, 0, 4) ? 0 : 30000);
		switch (g_rand_int_range(rand, 0, 10)) {
		case 0:
			tape_call(tape, 0, CT_OP_EVENT_RECORD, 64, at);
			break;
		case 1:
			if (waits)
				tape_call(tape, 0, CT_OP_EVENT_WAIT, 64, at);
			break;
		case 2:
			tape_call(tape, 0, CT_OP_STREAM_SYNC, 64,
				  (struct ct_op){ .stream = at.stream });
			break;
		case 3:
			tape_call(tape, 0, CT_OP_GRAPH_LAUNCH, 64,
				  (struct ct_op){ .stream = at.stream });
			tape_node(tape, 0, at.stream, FULL, 5000, CT_OP_CHILD);
			tape_node(tape, 0, (at.stream + 1) % 3, 1, 3000, CT_OP_CHILD);
			blocks_recorded += FULL + 1;
			break;
		case 4:
			tape_call(tape, 0, CT_OP_MEMCPY, 64,
				  (struct ct_op){
					  .stream = at.stream,
					  .start_ns = 1,
					  .end_ns = g_rand_int_range(rand, 2, 9000) });
			break;
		default:
			add_kernel(tape, at.stream, (uint32_t)g_rand_int_range(rand, 1, 30),
				   g_rand_int_range(rand, 100, 60000));
		}
	}
	return tape;
}

static void random_run(uint32_t seed)
{
	static char *can_switch[] = { "gate", "switch", "sees-shape", NULL };
	static const char *const policies[] = {
		"gate-priority:depth=5,level=queued",
		"gate-priority:depth=5,level=queued,drain=true",
		"gate-priority:depth=5,level=block-end",
		"gate-priority:depth=3,level=block-end,drain=true",
		"gate-priority:depth=9,level=reset",
		"gate-priority:depth=2,level=reset,drain=true",
		"atoms:blocks=3",
		"gate-priority:depth=4,level=switch",
		"gate-priority:depth=4,level=switch,drain=true",
	};
	const char *policy = policies[seed % G_N_ELEMENTS(policies)];
	/* lanes that wait for each other may never drain */
	gboolean waits = !strstr(policy, "drain");
	GRand *rand = g_rand_new_with_seed(seed);
	uint64_t lost = 0;
	struct ct_run_result *r;
	struct lab lab;

	begin_lab(&lab);
	if (strstr(policy, "switch") || seed % 5 == 4) {
		lab.scenario->sharing.mode = CT_SHARING_PROCESS;
		lab.scenario->sharing.slice_us = 20;
	}
	if (strstr(policy, "switch"))
		lab.actuator.caps = can_switch;
	for (int i = 0; i < 3; i++) {
		struct ct_tenant_spec *spec = lab_tenant(
			&lab, random_tape(rand, g_rand_int_range(rand, 1, 40), waits),
			"every:1s", NULL);

		spec->rank = i;
		spec->idempotent = TRUE;
	}
	if (seed % 2) {
		lab.actuator.gate_ns = g_rand_int_range(rand, 0, 3000);
		lab.actuator.sense_ns = g_rand_int_range(rand, 0, 3000);
		lab.actuator.decide_ns = g_rand_int_range(rand, 0, 300);
		lab.actuator.flush.signal_ns = g_rand_int_range(rand, 0, 9000);
		lab.actuator.retreat.signal_ns = g_rand_int_range(rand, 0, 9000);
		lab.actuator.reset.quiesce_ns = g_rand_int_range(rand, 0, 9000);
		lab.actuator.context_switch.signal_ns = g_rand_int_range(rand, 0, 9000);
		lab.actuator.context_switch.quiesce_ns = g_rand_int_range(rand, 0, 9000);
		lab.actuator.redo = seed / 2 % 2;
	}
	r = lab_run(&lab, policy);
	for (size_t i = 0; i < r->n_tenants; i++) {
		ck_assert_msg(r->tenant[i].finished == 1, "seed %u: tenant %zu: %s", seed,
			      i, r->ejected ? r->ejected : "did not finish");
		lost += r->tenant[i].blocks_lost;
	}
	ck_assert(!r->ejected && !r->timed_out);
	ck_assert_msg(r->blocks == blocks_recorded + lost,
		      "seed %u: %" G_GUINT64_FORMAT " blocks ran, not %" G_GUINT64_FORMAT
		      " and %" G_GUINT64_FORMAT " lost",
		      seed, r->blocks, blocks_recorded, lost);
	ct_run_result_free(r);
	lab_end(&lab);
	g_rand_free(rand);
}

START_TEST(random_programs)
{
	for (uint32_t seed = 0; seed < 350; seed++)
		random_run(seed);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-preempt");
	TCase *all = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(all, credit_waits_for_all);
	tcase_add_test(all, queued_waits_for_one);
	tcase_add_test(all, block_end_waits_for_one_block);
	tcase_add_test(all, reset_waits_for_nothing);
	tcase_add_test(all, reset_redoes_the_kernel);
	tcase_add_test(all, drains);
	tcase_add_test(all, mechanisms_cost);
	tcase_add_test(all, switches_wait_for_no_kernel);
	tcase_add_test(all, slices);
	tcase_add_test(all, stream_order_holds);
	tcase_add_test(all, graphs_stay);
	tcase_add_test(all, refusals);
	tcase_add_test(all, random_programs);
	tcase_set_timeout(all, 60);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
