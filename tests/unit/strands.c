/*
 * strands - a grid whose blocks run at different speeds is still one grid to its caller.
 *
 * Two SMs with an L1 each, and a cluster of two blocks, one on either.  On the first SM a
 * block of another grid takes all the L1 there is, so one half of the cluster is slower
 * than the other.
 */
#include <check.h>

#include "sim/gpu-look.h"
#include "sim/gpu.h"

#define L1_BYTES 100000
#define WORK_NS  1000

static struct ct_gpu *two_sms(void)
{
	struct ct_device device = {
		.sms = 2,
		.sm = { .warps = 64,
			.blocks = 32,
			.registers = 65536,
			.register_unit = 256,
			.partitions = 4,
			.smem_bytes = 65536,
			.smem_unit_bytes = 128,
			.l1_bytes = L1_BYTES,
			.l1_usable_permille = 1000,
			.l1_miss_permille = 4000 },
		.resident_grids = 128,
		.cluster_max_blocks = 2,
	};

	return ct_gpu_new(&device, NULL);
}

static void make_grid(struct ct_grid *grid, uint32_t blocks, uint8_t cluster)
{
	*grid = (struct ct_grid){
		.need = { .warps = 8,
			  .blocks = blocks,
			  .blocks_per_sm = 8,
			  .cluster = cluster },
		.work = { .block_work = (uint64_t)WORK_NS << CT_WORK_BITS,
			  .l2_hits = CT_HIT_ONE,
			  .l1_share = 256,
			  .sm.l1_bytes = L1_BYTES },
	};
}

static const struct ct_sm_set first_sm = { { 1 } };

static struct ct_gpu *half_slow(struct ct_grid *cluster, struct ct_grid *other)
{
	struct ct_gpu *gpu = two_sms();

	make_grid(cluster, 2, 2);
	make_grid(other, 1, 0);
	other->sms = &first_sm;
	ct_gpu_submit(gpu, cluster);
	ct_gpu_submit(gpu, other);
	ct_gpu_settle(gpu);
	ck_assert_uint_eq(ct_gpu_active_sms(gpu), 2);
	return gpu;
}

/* Half of the cluster has ended when the other half is killed: both are run again. */
START_TEST(a_torn_cluster_is_run_again_whole)
{
	struct ct_grid cluster, other;
	struct ct_gpu *gpu = half_slow(&cluster, &other);

	ck_assert_int_eq(ct_gpu_run(gpu, WORK_NS + 1), WORK_NS + 1);
	ck_assert_int_eq(cluster.end_ns, -1);
	ck_assert_uint_eq(ct_gpu_active_sms(gpu), 1);
	ck_assert(ct_gpu_recall(gpu, &cluster, CT_RECALL_RESET));
	ck_assert_ptr_eq(ct_gpu_take_ended(gpu), &cluster);
	ck_assert_uint_eq(cluster.blocks_left, 2);
	ck_assert_uint_eq(cluster.blocks_lost, 2);
	ck_assert_int_gt(cluster.lost_ns,
			 WORK_NS); /* the ended half, and some of the other */
	ck_assert_int_lt(cluster.lost_ns, 2 * WORK_NS);

	ct_gpu_submit(gpu, &cluster);
	while (ct_gpu_run(gpu, INT64_MAX) != INT64_MAX)
		ct_gpu_take_ended(gpu);
	ck_assert_int_gt(cluster.end_ns, 0);
	ck_assert_uint_eq(cluster.blocks_left, 0);
	ct_gpu_free(gpu);
}
END_TEST

/* A cluster of which nothing has ended is lost as it is. */
START_TEST(a_whole_cluster_is_lost_once)
{
	struct ct_grid cluster, other;
	struct ct_gpu *gpu = half_slow(&cluster, &other);

	ck_assert_int_eq(ct_gpu_run(gpu, WORK_NS / 2), WORK_NS / 2);
	ck_assert(ct_gpu_recall(gpu, &cluster, CT_RECALL_RESET));
	ck_assert_uint_eq(cluster.blocks_left, 2);
	ck_assert_uint_eq(cluster.blocks_lost, 2);
	ck_assert_int_lt(cluster.lost_ns, WORK_NS);
	ct_gpu_take_ended(gpu);
	ct_gpu_free(gpu);
}
END_TEST

/* Whoever looks sees every grid once, with all its blocks and its share of what is lost. */
START_TEST(every_grid_is_seen_once)
{
	struct ct_grid cluster, other;
	struct ct_gpu *gpu = half_slow(&cluster, &other);
	struct ct_gpu_running r;
	uint32_t seen_cluster = 0, seen_other = 0;

	for (uint32_t at = 0; ct_gpu_running(gpu, &at, &r);) {
		seen_cluster += r.grid == &cluster;
		seen_other += r.grid == &other;
		ck_assert_uint_eq(r.blocks, r.grid == &cluster ? 2 : 1);
		ck_assert_uint_gt(r.lost[CT_CONTENTION_SM], 0);
	}
	ck_assert_uint_eq(seen_cluster, 1);
	ck_assert_uint_eq(seen_other, 1);
	ct_gpu_free(gpu);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("strands");
	TCase *tcase = tcase_create("strands");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, a_torn_cluster_is_run_again_whole);
	tcase_add_test(tcase, a_whole_cluster_is_lost_once);
	tcase_add_test(tcase, every_grid_is_seen_once);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
