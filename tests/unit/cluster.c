/*
 * cluster - clusters on boards: what fits, how much at once, and how long it takes.
 */
#include <check.h>

#include "models/cluster.h"
#include "sim/gpu.h"

static struct ct_device *board(const char *name)
{
	g_autoptr(GError) error = NULL;
	struct ct_device *device = ct_device_load(name, &error);

	ck_assert_msg(device != NULL, "%s", error ? error->message : "no device");
	return device;
}

/* One block of this shape fills an SM. */
static struct ct_kernel_shape filling(uint64_t blocks, uint64_t cluster)
{
	return (struct ct_kernel_shape){ .blocks = blocks,
					 .threads_per_block = 1024,
					 .registers_per_thread = 64,
					 .cluster = cluster };
}

static const char *why_not(const struct ct_device *device, struct ct_kernel_shape shape)
{
	struct ct_block_need need;
	const char *why = NULL;

	return ct_block_need(device, &shape, &need, &why) ? "it fits" : why;
}

/* GPCs of 16, 16, 16, 16, 16, 16, 18, 18 SMs. */
START_TEST(what_fits)
{
	struct ct_device *h100 = board("h100-sxm"), *a100 = board("a100-sxm-80");

	ck_assert_str_eq(why_not(h100, filling(16, 8)), "it fits");
	ck_assert_str_eq(why_not(h100, filling(16, 1)), "it fits");
	ck_assert_str_eq(why_not(a100, filling(16, 1)), "it fits");
	ck_assert_str_eq(why_not(a100, filling(16, 2)),
			 "its blocks are launched in clusters, which the device does not "
			 "have");
	ck_assert_str_eq(why_not(h100, filling(32, 16)),
			 "a cluster has more blocks than the device allows");
	ck_assert_str_eq(why_not(h100, filling(16, UINT64_C(1) << 40)),
			 "a cluster has more blocks than the device allows");
	ck_assert_str_eq(why_not(h100, filling(17, 8)),
			 "its grid is not a whole number of clusters");
	for (uint32_t i = 0; i < h100->n_gpc_sms; i++)
		h100->gpc_sms[i] = 7;
	h100->sms = h100->n_gpc_sms * 7;
	ck_assert_str_eq(why_not(h100, filling(16, 8)),
			 "no GPC has room for a cluster of its blocks");
	ct_device_free(h100);
	ct_device_free(a100);
}
END_TEST

/* What is left over in a GPC is no room for a cluster. */
START_TEST(full_waves)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_kernel_shape unknown = filling(0, 5);
	struct ct_block_need need = { .blocks = 1000, .blocks_per_sm = 1, .cluster = 5 };
	const char *why;

	ck_assert_uint_eq(ct_wave_blocks(device, &need, 132), 8 * 15);
	ck_assert_uint_eq(ct_wave_blocks(device, &need, 20), 15);
	ck_assert_uint_eq(ct_wave_blocks(device, &need, 21), 20);
	ck_assert_uint_eq(ct_wave_blocks(device, &need, 4), 0);
	ck_assert_uint_eq(ct_waves(device, &need, 132), 9);
	ck_assert_uint_eq(ct_waves(device, &need, 4), 0);
	need.blocks_per_sm = 2;
	ck_assert_uint_eq(ct_wave_blocks(device, &need, 132), 6 * 30 + 2 * 35);
	need.cluster = 0;
	ck_assert_uint_eq(ct_wave_blocks(device, &need, 132), 264);
	ck_assert(ct_block_need(device, &unknown, &need, &why));
	ck_assert_uint_eq(need.blocks, 120);
	ck_assert_uint_eq(need.cluster, 5);

	/* no map: as many SMs as a cluster may have blocks */
	device->n_gpc_sms = 0;
	ck_assert_uint_eq(ct_gpc_sms(device, 0), 8);
	need = (struct ct_block_need){ .blocks_per_sm = 1, .cluster = 3 };
	ck_assert_uint_eq(ct_wave_blocks(device, &need, 132), 16 * 6 + 3);
	ct_device_free(device);
}
END_TEST

START_TEST(alone_takes_what_it_took)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_kernel_demand none = { 0 };
	uint32_t random = 1;

	for (int i = 0; i < 1000; i++) {
		struct ct_gpu *gpu = ct_gpu_new(device, NULL);
		struct ct_kernel_shape shape = { .registers_per_thread = 32 };
		struct ct_grid grid = { 0 };
		const char *why;

		random = random * 1664525 + 1013904223;
		shape.cluster = 2 + random % 7;
		shape.blocks = shape.cluster * (1 + (random >> 8) % 2000);
		shape.threads_per_block = 32 + (random >> 20) % 993;
		ck_assert(ct_block_need(device, &shape, &grid.need, &why));
		ct_kernel_work(device, &grid.need, 100000, &none, &grid.work);
		ct_gpu_submit(gpu, &grid);
		ct_gpu_run(gpu, INT64_MAX);
		ck_assert_int_eq(grid.end_ns, 100000);
		ck_assert_int_eq(ct_time_on_sms(device, &grid.need, &grid.work, 132),
				 100000);
		ck_assert_int_eq(ct_time_on_sms(device, &grid.need, &grid.work, 0),
				 INT64_MAX);
		ct_gpu_free(gpu);
	}
	ct_device_free(device);
}
END_TEST

/* All but two SMs of each GPC are busy: 16 blocks would fit, and no cluster of three does;
 * what is behind it waits with it. */
START_TEST(too_little_in_every_gpc)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	struct ct_kernel_demand none = { 0 };
	struct ct_sm_set most = { 0 };
	struct ct_kernel_shape shapes[] = { filling(116, 0), filling(3, 3), filling(1, 0) };
	struct ct_grid grid[3] = { 0 };
	const char *why;

	for (uint32_t sm = 0, gpc = 0; gpc < 8; gpc++) /* all but the last two of each */
		for (uint32_t i = 0, n = device->gpc_sms[gpc]; i < n; i++, sm++)
			if (i < n - 2)
				most.word[sm / 64] |= UINT64_C(1) << sm % 64;
	for (int i = 0; i < 3; i++) {
		ck_assert(ct_block_need(device, &shapes[i], &grid[i].need, &why));
		ct_kernel_work(device, &grid[i].need, 1000, &none, &grid[i].work);
		ct_gpu_submit(gpu, &grid[i]);
	}
	grid[0].sms = &most;
	ct_gpu_settle(gpu);
	ck_assert_uint_eq(ct_gpu_active_sms(gpu), 116);
	while (ct_gpu_run(gpu, INT64_MAX) != INT64_MAX)
		ct_gpu_take_ended(gpu);
	ck_assert_int_eq(grid[0].end_ns, 1000);
	ck_assert_int_eq(grid[1].start_ns, 1000);
	ck_assert_int_eq(grid[2].start_ns, 1000);
	ck_assert(ct_gpu_can_hold(gpu, &grid[1].need, NULL));
	ck_assert(ct_gpu_can_hold(gpu, &grid[1].need, &most));
	most = (struct ct_sm_set){ { UINT64_C(7) << 14 } }; /* two of one, one of another */
	ck_assert(!ct_gpu_can_hold(gpu, &grid[1].need, &most));
	ck_assert(ct_gpu_can_hold(gpu, &grid[2].need, &most));
	most = (struct ct_sm_set){ 0 };
	ck_assert(!ct_gpu_can_hold(gpu, &grid[2].need, &most));
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cluster");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, what_fits);
	tcase_add_test(tests, full_waves);
	tcase_add_test(tests, alone_takes_what_it_took);
	tcase_add_test(tests, too_little_in_every_gpc);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
