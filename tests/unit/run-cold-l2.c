/*
 * run-cold-l2 - what a kernel that was stopped pays for L2 when it goes on.
 *
 * Worked out by hand from the numbers of run-case.h.  DRAM gives 900 bytes in a nanosecond,
 * and L2 holds 2 MiB, so a refill takes at most 2097152 / 900 = 2330.2 ns.
 */
#include "tests/unit/run-case.h"

#include <check.h>
#include <string.h>

#include "sim/compute.h"

enum { L2_BYTES = 2097152, WHOLE_NS = 2331, PART_BYTES = 900000, PART_NS = 1000 };
#define ONCE "every:1000s" /* one request, at 0 */

static void as_processes(struct lab *lab, enum ct_gpu_engine_kind engine)
{
	lab_begin(lab);
	lab->device.l2_bytes = L2_BYTES;
	lab->scenario->sharing.mode = CT_SHARING_PROCESS;
	lab->scenario->engine = engine;
}

/* A process whose kernels are known to come back to so many bytes; 0: not known. */
static void process(struct lab *lab, struct tape *tape, int64_t footprint_bytes)
{
	struct ct_kernel_demand *demand;

	lab_tenant(lab, tape, ONCE, NULL);
	demand =
		((struct ct_program *)lab->programs->pdata[lab->programs->len - 1])->demand;
	demand->dram_bytes = (struct ct_demand){ 0, CT_DEMAND_FORMULA };
	if (footprint_bytes)
		demand->l2_footprint_bytes =
			(struct ct_demand){ footprint_bytes, CT_DEMAND_FORMULA };
}

static struct tape *one_kernel(int64_t ns)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, LAB_SMS, ns);
	return tape;
}

static int64_t latency(const struct ct_run_result *result, size_t tenant)
{
	ck_assert_uint_eq(result->tenant[tenant].finished, 1);
	return result->tenant[tenant].latency.max_ns;
}

/* Three slices each, in turn.  Nobody pays before its first slice; then one pays for all
 * of L2, which is less than it uses, and the other for what it uses. */
START_TEST(stopped_kernels_pay)
{
	const int64_t ns = 3 * LAB_SLICE_NS, round_ns = LAB_SLICE_NS + LAB_SWITCH_NS;
	struct ct_run_result *result;
	struct lab lab;

	as_processes(&lab, (enum ct_gpu_engine_kind)_i);
	process(&lab, one_kernel(ns), 3000000);
	process(&lab, one_kernel(ns), PART_BYTES);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0),
			 1000 + 4 * round_ns + 2 * WHOLE_NS + PART_NS + LAB_SLICE_NS);
	ck_assert_int_eq(latency(result, 1),
			 1000 + 5 * round_ns + 2 * WHOLE_NS + 2 * PART_NS + LAB_SLICE_NS);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(result->tenant[i].time_ns[CT_CAUSE_RUNNING], ns);
		ck_assert_int_eq(result->tenant[i].time_ns[CT_CAUSE_CONTEXT_SWITCH],
				 latency(result, i) - 1000 - ns);
	}
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

START_TEST(not_known_is_not_charged)
{
	const int64_t round_ns = LAB_SLICE_NS + LAB_SWITCH_NS;
	struct ct_run_result *result;
	struct lab lab;

	as_processes(&lab, CT_ENGINE_BLOCK);
	for (int i = 0; i < 2; i++)
		process(&lab, one_kernel(2 * LAB_SLICE_NS), 0);
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 1), 1000 + 3 * round_ns + LAB_SLICE_NS);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A kernel that begins when its context is back brings what it needs, as it did alone. */
START_TEST(next_kernel_pays_nothing)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct lab lab;

	tape_kernel(tape, 0, 0, LAB_SMS, 30000);
	tape_think(tape, 0, 60000 - TAPE_CALL_NS);
	tape_kernel(tape, 0, 0, LAB_SMS, 30000);
	as_processes(&lab, CT_ENGINE_BLOCK);
	process(&lab, tape, PART_BYTES);
	process(&lab, one_kernel(40000), PART_BYTES);
	result = lab_run(&lab, "fifo");
	/* its second kernel is there at 61000, while the other runs, and waits for its end */
	ck_assert_int_eq(latency(result, 1), 31000 + LAB_SWITCH_NS + 40000);
	ck_assert_int_eq(latency(result, 0), latency(result, 1) + LAB_SWITCH_NS + 30000);
	ct_run_result_free(result);
	lab_end(&lab);
}
END_TEST

/* A kernel of 10 us is held at 4 us; when it ends. */
static int64_t held_kernel_ends_ns(struct lab *lab, gboolean other_ran)
{
	const struct ct_compute_options options = { .gpu_engine = CT_ENGINE_BLOCK };
	struct ct_compute *c = ct_compute_new(&options);
	struct ct_grid grid[2];
	int64_t end_ns;

	memset(grid, 0, sizeof(grid));
	ct_compute_engine(c, &lab->device);
	for (int i = 0; i < 2; i++) {
		ct_compute_context(c, 0, LAB_SLICE_NS);
		grid[i].need = (struct ct_block_need){ .blocks = LAB_SMS,
						       .blocks_per_sm = 1,
						       .warps = 32 };
		grid[i].work.block_work = (i ? 3000 : 10000) * CT_WORK_ONE;
	}
	grid[0].work.l2_footprint_bytes = PART_BYTES;
	ct_compute_announce(c, 0);
	ct_compute_submit(c, 0, &grid[0]);
	ck_assert_int_eq(ct_compute_run(c, 4000), 4000);
	ct_compute_hold(c, 0, 0);
	if (other_ran) {
		ct_compute_announce(c, 1);
		ct_compute_submit(c, 1, &grid[1]);
		ck_assert_int_eq(ct_compute_run(c, 20000), 7000);
		ck_assert_ptr_eq(ct_compute_take_ended(c), &grid[1]);
	}
	ck_assert_int_eq(ct_compute_run(c, 20000), 20000);
	ct_compute_let_go(c, 0);
	end_ns = ct_compute_run(c, INT64_MAX);
	ck_assert_ptr_eq(ct_compute_take_ended(c), &grid[0]);
	ct_compute_free(c);
	return end_ns;
}

/* What nobody else has used in the meantime is still there. */
START_TEST(nobody_else_had_it)
{
	struct lab lab;

	lab_begin(&lab);
	lab.device.l2_bytes = L2_BYTES;
	lab.device.switch_ns = 0;
	lab.device.switch_state = CT_SWITCH_USED;
	ck_assert_int_eq(held_kernel_ends_ns(&lab, FALSE), 20000 + 6000);
	ck_assert_int_eq(held_kernel_ends_ns(&lab, TRUE), 20000 + PART_NS + 6000);
	lab_end(&lab);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run-cold-l2");
	TCase *cold = tcase_create("cold L2");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(cold, stopped_kernels_pay, 0, CT_ENGINE_KINDS);
	tcase_add_test(cold, not_known_is_not_charged);
	tcase_add_test(cold, next_kernel_pays_nothing);
	tcase_add_test(cold, nobody_else_had_it);
	suite_add_tcase(suite, cold);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
