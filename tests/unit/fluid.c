/*
 * fluid - the fluid engine: what it promises, and what it must not lose.
 *
 * Beside others it is an estimate, and engine-distance measures how good a one.  Here
 * stands what is exact: a stream alone equals the block-by-block reference to the
 * nanosecond, pauses and recalls included; random loads obey the laws of gpu-laws and
 * keep the invariants; and who may start when follows the rules of gpu.h.
 */
#include <check.h>

#include "tests/unit/naive-gpu.h"

enum { CASES = 1500 };

/* SMs are not told apart, so nothing may say which; nor are blocks. */
static void forget_places(struct gpu_case *c)
{
	c->engine = CT_ENGINE_FLUID;
	for (uint32_t i = 0; i < c->n_streams; i++) {
		c->stream[i].partition = 0;
		c->stream[i].masked = false;
		c->stream[i].sm_cap = 0;
		for (uint32_t op = 0; op < c->stream[i].n_ops; op++)
			c->stream[i].op[op].work.spread_permille = 0;
	}
}

static void only_first_stream(struct gpu_case *c)
{
	uint32_t kept = 0;

	c->n_streams = 1;
	for (uint32_t i = 0; i < c->n_recalls; i++)
		if (c->recall[i].stream == 0)
			c->recall[kept++] = c->recall[i];
	c->n_recalls = kept;
	for (uint32_t i = 0; i < c->stream[0].n_ops; i++)
		c->stream[0].op[i].need.cluster = 1;
}

START_TEST(alone_it_is_exact)
{
	g_autofree struct gpu_case *c = g_new(struct gpu_case, 1);
	g_autofree struct case_result *fluid = g_new(struct case_result, 1);
	g_autofree struct case_result *naive = g_new(struct case_result, 1);
	uint64_t recalled = 0;

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		case_make(c, seed);
		only_first_stream(c);
		forget_places(c);
		case_run(c, fluid);
		naive_run(c, naive);
		ck_assert(case_same(c, fluid, naive, false));
		recalled += c->n_recalls;
	}
	ck_assert_uint_gt(recalled, CASES / 10);
}
END_TEST

START_TEST(random_loads_are_lawful)
{
	g_autofree struct gpu_case *c = g_new(struct gpu_case, 1);
	g_autofree struct case_result *fluid = g_new(struct case_result, 1);
	uint64_t kernels = 0;

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		case_make(c, seed);
		forget_places(c);
		case_run(c, fluid);
		ck_assert(case_lawful(c, fluid, "fluid"));
		kernels += fluid->kernels;
	}
	ck_assert_uint_gt(kernels, 10 * CASES);
}
END_TEST

/* Ways to call the engine are without effect. */
START_TEST(stopping_changes_nothing)
{
	g_autofree struct gpu_case *c = g_new(struct gpu_case, 1);
	g_autofree struct case_result *once = g_new(struct case_result, 1);
	g_autofree struct case_result *often = g_new(struct case_result, 1);

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		case_make(c, seed);
		forget_places(c);
		c->stop_often = c->report_starts = false;
		case_run(c, once);
		c->stop_often = c->report_starts = true;
		case_run(c, often);
		ck_assert(case_same(c, once, often, false));
	}
}
END_TEST

static struct ct_device *board(void)
{
	GError *error = NULL;
	struct ct_device *device = ct_device_load("v100-sxm2", &error);

	ck_assert_msg(device != NULL, "%s", error ? error->message : "no device");
	return device;
}

/* Blocks of half an SM, for 1000 ns each. */
static struct ct_grid half_sms(const struct ct_device *device, uint64_t blocks)
{
	const struct ct_kernel_shape shape = { .blocks = blocks,
					       .threads_per_block = 1024,
					       .registers_per_thread = 32 };
	struct ct_grid grid = { .work.block_work = 1000 * CT_WORK_ONE };
	const char *why;

	ck_assert(ct_block_need(device, &shape, &grid.need, &why));
	ck_assert_uint_eq(grid.need.blocks_per_sm, 2);
	return grid;
}

static void run_dry(struct ct_gpu *gpu)
{
	ct_gpu_settle(gpu);
	while (ct_gpu_run(gpu, INT64_MAX) != INT64_MAX)
		ct_gpu_take_ended(gpu);
}

static struct ct_gpu *fluid_gpu(const struct ct_device *device)
{
	struct ct_gpu_options options = { .engine = CT_ENGINE_FLUID };

	return ct_gpu_new(device, &options);
}

/* Who follows starts when the last blocks of a grid are placed and leave room. */
START_TEST(a_tail_lets_others_in)
{
	struct ct_device *device = board();
	struct ct_gpu *gpu = fluid_gpu(device);
	struct ct_grid first = half_sms(device, 3 * 160 + 10);
	struct ct_grid second = half_sms(device, 150), third = half_sms(device, 1);

	ct_gpu_submit(gpu, &first);
	ct_gpu_submit(gpu, &second);
	ct_gpu_submit(gpu, &third);
	run_dry(gpu);
	ck_assert_int_eq(first.end_ns, 4000);
	ck_assert_int_eq(second.start_ns, 3000);
	ck_assert_int_eq(second.end_ns, 4000);
	ck_assert_int_eq(third.start_ns, 4000);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

/* Placed blocks stay: a higher priority waits for them to end, and no longer. */
START_TEST(nobody_is_preempted)
{
	struct ct_device *device = board();
	struct ct_gpu *gpu = fluid_gpu(device);
	struct ct_grid low = half_sms(device, 5 * 160), high = half_sms(device, 160);

	low.priority = 1;
	ct_gpu_submit(gpu, &low);
	ct_gpu_settle(gpu);
	ck_assert_int_eq(ct_gpu_run(gpu, 1500), 1500);
	ct_gpu_submit(gpu, &high);
	run_dry(gpu);
	ck_assert_int_eq(high.start_ns, 2000);
	ck_assert_int_eq(high.behind_priority_ns, 0);
	ck_assert_int_eq(low.end_ns, 6000);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

/* Between blocks of more than half of an SM no other of them fits. */
START_TEST(what_is_left_of_an_sm_is_not_added_up)
{
	struct ct_device *device = board();
	struct ct_gpu *gpu = fluid_gpu(device);
	struct ct_grid a = half_sms(device, 80), b = half_sms(device, 80);

	a.need.smem_units = b.need.smem_units =
		(uint16_t)(device->sm.smem_bytes / device->sm.smem_unit_bytes * 6 / 10);
	a.need.blocks_per_sm = b.need.blocks_per_sm = 1;
	ct_gpu_submit(gpu, &a);
	ct_gpu_submit(gpu, &b);
	run_dry(gpu);
	ck_assert_int_eq(a.end_ns, 1000);
	ck_assert_int_eq(b.start_ns, 1000);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fluid");
	TCase *tc = tcase_create("fluid");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, alone_it_is_exact);
	tcase_add_test(tc, random_loads_are_lawful);
	tcase_add_test(tc, stopping_changes_nothing);
	tcase_add_test(tc, a_tail_lets_others_in);
	tcase_add_test(tc, nobody_is_preempted);
	tcase_add_test(tc, what_is_left_of_an_sm_is_not_added_up);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
