/*
 * spread - blocks of different lengths: what models/spread.h promises.
 */
#include <check.h>

#include "models/spread.h"
#include "sim/gpu.h"

#define BOARD_SMS 132

static struct ct_device *board(void)
{
	g_autoptr(GError) error = NULL;
	struct ct_device *device = ct_device_load("h100-sxm", &error);

	ck_assert_msg(device != NULL, "%s", error ? error->message : "no device");
	return device;
}

/* Two blocks fit on an SM. */
static void make_grid(const struct ct_device *device, uint64_t blocks, int64_t ns,
		      uint32_t permille, struct ct_grid *grid)
{
	struct ct_kernel_shape shape = { .blocks = blocks,
					 .threads_per_block = 1024,
					 .registers_per_thread = 32 };
	struct ct_kernel_demand none = { 0 };
	const char *why;

	*grid = (struct ct_grid){ 0 };
	ck_assert(ct_block_need(device, &shape, &grid->need, &why));
	ct_kernel_work(device, &grid->need, ns, &none, &grid->work);
	ct_spread_work(device, &grid->need, permille, &grid->work);
}

START_TEST(strata)
{
	struct ct_kernel_work work = { .block_work = 1000 * CT_WORK_ONE };
	struct ct_block_need need = { .blocks = 100000, .blocks_per_sm = 2 };
	uint64_t sum = 0;

	ck_assert_uint_eq(ct_portion_work(&work, 3), work.block_work);
	work.spread_permille = 400;
	ck_assert_uint_eq(ct_portion_work(&work, 0), 1350 * CT_WORK_ONE);
	ck_assert_uint_eq(ct_portion_work(&work, 7), 650 * CT_WORK_ONE);
	for (uint32_t i = 16; i < 16 + CT_SPREAD_STRATA; i++)
		sum += ct_portion_work(&work, i);
	ck_assert_uint_eq(sum, CT_SPREAD_STRATA * work.block_work);
	/* a block lasts at least a nanosecond; the longest work has room to be longer */
	work = (struct ct_kernel_work){ .block_work = CT_WORK_ONE,
					.spread_permille = 1000 };
	ck_assert_uint_eq(ct_portion_work(&work, 7), CT_WORK_ONE);
	work.block_work = (uint64_t)CT_KERNEL_MAX_NS / 2 * CT_WORK_ONE;
	ck_assert_uint_gt(ct_portion_work(&work, 0), work.block_work / 8 * 14);

	ck_assert_uint_eq(ct_portion_blocks(&need, BOARD_SMS), 33);
	need.cluster = 4;
	ck_assert_uint_eq(ct_portion_blocks(&need, BOARD_SMS), 36);
	need.blocks = 4;
	ck_assert_uint_eq(ct_portion_blocks(&need, BOARD_SMS), 4);
}
END_TEST

/* One wave takes what it took; more stay within the bounds of all short and all long. */
START_TEST(alone)
{
	struct ct_device *device = board();
	uint32_t random = 7;

	for (int i = 0; i < 600; i++) {
		struct ct_gpu *gpu = ct_gpu_new(device, NULL);
		struct ct_grid grid;
		double ns = 1000000, waves, spread;
		uint32_t permille;

		random = random * 1664525 + 1013904223;
		permille = (random >> 8) % (CT_SPREAD_MAX_PERMILLE + 1);
		make_grid(device, 1 + (random >> 12) % (i % 2 ? 264 : 10000), 1000000,
			  permille, &grid);
		ct_gpu_submit(gpu, &grid);
		ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), grid.end_ns);
		waves = (double)ct_waves(device, &grid.need, BOARD_SMS);
		spread = permille * 7 / 8000.0;
		if (waves == 1)
			ck_assert_int_le(llabs(grid.end_ns - 1000000), 1);
		ck_assert_double_ge((double)grid.end_ns,
				    ns * waves * (1 - spread) / (waves + spread) - waves);
		ck_assert_double_le((double)grid.end_ns,
				    ns * waves * (1 + spread) / (waves + spread) + waves);
		ck_assert_int_le(
			llabs(ct_time_on_sms(device, &grid.need, &grid.work, BOARD_SMS) -
			      1000000),
			1);
		ct_gpu_free(gpu);
	}
	ct_device_free(device);
}
END_TEST

/*
 * What it is for.  Twenty equal waves: a grid recalled in the middle of the tenth is gone
 * at the end of the tenth, all at once.  With a spread its blocks are out of step by then,
 * so that SMs become free before that, and the last only about a block later.
 */
START_TEST(draining)
{
	for (uint32_t permille = 0; permille <= 300; permille += 300) {
		struct ct_device *device = board();
		struct ct_gpu *gpu = ct_gpu_new(device, NULL);
		struct ct_grid grid;
		const int64_t ns = 20 * 10000, middle_ns = 95000;

		make_grid(device, 20 * 2 * BOARD_SMS, ns, permille, &grid);
		ct_gpu_submit(gpu, &grid);
		ck_assert_int_eq(ct_gpu_run(gpu, middle_ns), middle_ns);
		ck_assert(ct_gpu_recall(gpu, &grid, CT_RECALL_BLOCK_END));
		ct_gpu_settle(gpu);
		ck_assert_int_eq(ct_gpu_run(gpu, middle_ns + 4000), middle_ns + 4000);
		if (permille) {
			ck_assert_uint_lt(ct_gpu_active_sms(gpu), BOARD_SMS * 9 / 10);
			ck_assert_uint_gt(ct_gpu_active_sms(gpu), BOARD_SMS / 10);
		} else {
			ck_assert_uint_eq(ct_gpu_active_sms(gpu), BOARD_SMS);
		}
		ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), grid.end_ns);
		if (permille) {
			ck_assert_int_gt(grid.end_ns, middle_ns + 7000);
			ck_assert_int_lt(grid.end_ns, middle_ns + 13000);
		} else {
			ck_assert_int_eq(grid.end_ns, 100000);
		}
		ct_gpu_free(gpu);
		ct_device_free(device);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spread");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, strata);
	tcase_add_test(tests, alone);
	tcase_add_test(tests, draining);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
