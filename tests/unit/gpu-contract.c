/*
 * gpu-contract - what sim/gpu.h promises its caller, by example, on shipped boards.
 *
 * The random cases of gpu-exact hold the engine against the rules; these hold it against
 * things one can know without it: a kernel alone takes what it was recorded to take,
 * sleeping kernels that share a V100 take what they were measured to take, and the
 * calls stop where they say.
 */
#include <check.h>

#include "sim/gpu.h"
#include "tests/unit/dram-work.h"

static struct ct_device *board(const char *name)
{
	g_autoptr(GError) error = NULL;
	struct ct_device *device = ct_device_load(name, &error);

	ck_assert_msg(device != NULL, "%s", error ? error->message : "no device");
	return device;
}

static void make_grid(const struct ct_device *device, uint64_t blocks, uint32_t threads,
		      int64_t ns, int64_t bytes, struct ct_grid *grid)
{
	struct ct_kernel_shape shape = { .blocks = blocks,
					 .threads_per_block = threads,
					 .registers_per_thread = 32 };
	const char *why;

	*grid = (struct ct_grid){ 0 };
	ck_assert(ct_block_need(device, &shape, &grid->need, &why));
	dram_work(device, &grid->need, ns, bytes, &grid->work);
}

static void submit_now(struct ct_gpu *gpu, struct ct_grid *grid)
{
	ct_gpu_submit(gpu, grid);
	ct_gpu_settle(gpu);
}

/* Runs until everything has ended. */
static void run_dry(struct ct_gpu *gpu)
{
	while (ct_gpu_run(gpu, INT64_MAX) != INT64_MAX)
		ct_gpu_take_ended(gpu);
}

START_TEST(alone_takes_what_it_took)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	uint32_t random = 1;

	for (int i = 0; i < 2000; i++) {
		struct ct_grid grid;
		int64_t ns;

		random = random * 1664525 + 1013904223;
		ns = 1 + random % (1u << random % 24);
		make_grid(device, 1 + random % 50000, 32 + random % 993, ns,
			  i % 2 ? ns * (random % 4000) / 1000 : -1, &grid);
		submit_now(gpu, &grid);
		run_dry(gpu);
		/* fewer nanoseconds than waves cannot be told apart */
		if (grid.work.block_work == CT_WORK_ONE)
			continue;
		if (grid.work.demand_mbps)
			ck_assert_int_le(llabs(grid.end_ns - grid.start_ns - ns), 1);
		else
			ck_assert_int_eq(grid.end_ns - grid.start_ns, ns);
	}
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

/*
 * 160 blocks of 1024 threads fill a V100: a second grid of them waits, two grids of 80
 * run side by side.  Measured with sleeping kernels: 102.418 ms for two of 80, which is
 * one's time, 204.817 ms for two of 160.
 */
START_TEST(sleepers_share_a_v100)
{
	const int64_t ns = 102418000;
	struct ct_device *device = board("v100-sxm2");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	struct ct_grid a, b;
	int64_t then;

	make_grid(device, 80, 1024, ns, -1, &a);
	make_grid(device, 80, 1024, ns, -1, &b);
	ct_gpu_submit(gpu, &a);
	ct_gpu_submit(gpu, &b);
	run_dry(gpu);
	ck_assert_int_eq(a.end_ns, ns);
	ck_assert_int_eq(b.end_ns, ns);

	make_grid(device, 160, 1024, ns, -1, &a);
	make_grid(device, 160, 1024, ns, -1, &b);
	then = ns;
	ct_gpu_submit(gpu, &a);
	ct_gpu_submit(gpu, &b);
	run_dry(gpu);
	ck_assert_int_eq(a.end_ns, then + ns);
	ck_assert_int_eq(b.end_ns, then + 2 * ns);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

START_TEST(two_to_the_forty_blocks)
{
	const uint64_t blocks = (UINT64_C(1) << 40) - 1;
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	struct ct_grid grid;
	struct ct_gpu_use use;

	make_grid(device, blocks, 96, 1, -1, &grid);
	grid.work.block_work = 100 * CT_WORK_ONE;
	submit_now(gpu, &grid);
	run_dry(gpu);
	ck_assert_int_eq(grid.end_ns,
			 (int64_t)ct_waves(device, &grid.need, device->sms) * 100);
	ct_gpu_use(gpu, &use);
	ck_assert_uint_eq(use.blocks, blocks);
	ck_assert_double_eq(use.warp_ns, (double)blocks * 3 * 100);
	ck_assert_uint_lt(use.instants, 1000);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

START_TEST(stops_where_it_says)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	struct ct_grid grid;

	ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), INT64_MAX);
	ck_assert_int_eq(ct_gpu_run(gpu, 500), 500);
	make_grid(device, 1000, 256, 10000, -1, &grid);
	submit_now(gpu, &grid);
	ck_assert_int_eq(grid.submitted_ns, 500);
	ck_assert_int_eq(grid.start_ns, 500);
	ck_assert_int_eq(ct_gpu_run(gpu, 10499), 10499);
	ck_assert_ptr_null(ct_gpu_take_ended(gpu));
	ck_assert_uint_eq(ct_gpu_active_sms(gpu), device->sms);
	ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), 10500);
	ck_assert_ptr_eq(ct_gpu_take_ended(gpu), &grid);
	ck_assert_ptr_null(ct_gpu_take_ended(gpu));
	ck_assert_uint_eq(ct_gpu_active_sms(gpu), 0);
	ck_assert_uint_eq(ct_gpu_resident_grids(gpu), 0);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

/* The urgent grid waits for blocks to end, not for the grid; then the other waits. */
START_TEST(priority_at_block_boundaries)
{
	struct ct_gpu_options options = { .report_starts = 1 };
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, &options);
	uint64_t wave = (uint64_t)device->sms * 2;
	struct ct_grid batch, urgent, late;

	make_grid(device, wave * 10, 1024, 10000, -1, &batch);
	make_grid(device, wave, 1024, 3000, -1, &urgent);
	make_grid(device, wave, 1024, 1000, -1, &late);
	batch.priority = late.priority = 1;
	submit_now(gpu, &batch);
	ck_assert_ptr_eq(ct_gpu_take_started(gpu), &batch);
	ck_assert_int_eq(ct_gpu_run(gpu, 2500), 2500);
	submit_now(gpu, &urgent);
	submit_now(gpu, &late);
	ck_assert_ptr_null(ct_gpu_take_started(gpu));

	ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), 3000);
	ck_assert_ptr_eq(ct_gpu_take_started(gpu), &urgent);
	ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), 6000);
	ck_assert_ptr_eq(ct_gpu_take_ended(gpu), &urgent);
	ct_gpu_settle(gpu);
	ck_assert_int_eq(urgent.behind_priority_ns, 0);

	ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), 13000);
	ck_assert_ptr_eq(ct_gpu_take_ended(gpu), &batch);
	ct_gpu_settle(gpu);
	ck_assert_ptr_eq(ct_gpu_take_started(gpu), &late);
	ck_assert_int_eq(late.behind_priority_ns, 500);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

START_TEST(grids_beyond_the_limit_wait)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	uint32_t n = device->resident_grids + 3;
	g_autofree struct ct_grid *grid = g_new(struct ct_grid, n);
	struct ct_grid *ended;

	for (uint32_t i = 0; i < n; i++) {
		make_grid(device, 1, 32, 1000, -1, &grid[i]);
		ct_gpu_submit(gpu, &grid[i]);
	}
	ct_gpu_settle(gpu);
	ck_assert_uint_eq(ct_gpu_resident_grids(gpu), device->resident_grids);
	ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), 1000);
	ended = ct_gpu_take_ended(gpu);
	for (uint32_t i = 0; i < device->resident_grids; i++, ended = ended->next)
		ck_assert_ptr_eq(ended, &grid[i]);
	ck_assert_ptr_null(ended);
	run_dry(gpu);
	for (uint32_t i = device->resident_grids; i < n; i++)
		ck_assert_int_eq(grid[i].end_ns, 2000);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

/* What a grid that may use one SM takes, another grid must do without. */
START_TEST(masks)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	struct ct_sm_set one = { { 1 } }, other = { { 2 } };
	struct ct_grid a, b;

	make_grid(device, 4, 1024, 1000, -1, &a);
	make_grid(device, 4, 1024, 1000, -1, &b);
	a.sms = &one;
	b.sms = &other;
	b.priority = 1;
	ct_gpu_submit(gpu, &a);
	ct_gpu_submit(gpu, &b);
	ct_gpu_settle(gpu);
	ck_assert_uint_eq(ct_gpu_active_sms(gpu), 1);
	run_dry(gpu);
	ck_assert_int_eq(a.end_ns, 2000);
	ck_assert_int_eq(b.start_ns, 1000);
	ck_assert_int_eq(b.behind_priority_ns, 1000);
	ck_assert_int_eq(b.end_ns, 3000);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

/* Two partitions of one SM each; in the first, a grid waits for another. */
static int64_t start_beside_a_blocked_head(enum ct_blocked_head blocked_head)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_sm_set sms[2] = { { { 1 } }, { { 2 } } };
	struct ct_grid grid[3];
	struct ct_gpu *gpu;

	device->blocked_head = blocked_head;
	gpu = ct_gpu_new(device, NULL);
	for (int i = 0; i < 3; i++) {
		make_grid(device, 2, 1024, 1000, -1, &grid[i]);
		grid[i].partition = 1 + i / 2;
		grid[i].sms = &sms[i / 2];
		ct_gpu_submit(gpu, &grid[i]);
	}
	run_dry(gpu);
	ck_assert_int_eq(grid[1].start_ns, 1000);
	ct_gpu_free(gpu);
	ct_device_free(device);
	return grid[2].start_ns;
}

START_TEST(whom_a_blocked_head_blocks)
{
	ck_assert_int_eq(start_beside_a_blocked_head(CT_HEAD_BLOCKS_OWN), 0);
	ck_assert_int_eq(start_beside_a_blocked_head(CT_HEAD_BLOCKS_ALL), 1000);
}
END_TEST

/* A loaded gpu that stands still for a while ends everything that much later. */
START_TEST(pauses_shift)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL), *other = ct_gpu_new(device, NULL);
	struct ct_gpu_use use, other_use;
	struct ct_grid grid[2], other_grid[2];
	const int64_t from_ns = 12345, to_ns = 777777;

	make_grid(device, 1000, 96, 100000, 300000000, &grid[0]);
	make_grid(device, 70000, 512, 70001, -1, &grid[1]);
	for (int i = 0; i < 2; i++) {
		other_grid[i] = grid[i];
		submit_now(gpu, &grid[i]);
		submit_now(other, &other_grid[i]);
	}
	ck_assert_int_eq(ct_gpu_run(gpu, from_ns), from_ns);
	ct_gpu_pause(gpu);
	ct_gpu_settle(gpu);
	ck_assert_int_eq(ct_gpu_next_ns(gpu), INT64_MAX);
	ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), INT64_MAX);
	ck_assert_int_eq(ct_gpu_run(gpu, 500000), 500000);
	ct_gpu_resume(gpu, to_ns);
	run_dry(gpu);
	run_dry(other);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(grid[i].start_ns, other_grid[i].start_ns);
		ck_assert_int_eq(grid[i].end_ns, other_grid[i].end_ns + to_ns - from_ns);
	}
	ct_gpu_use(gpu, &use);
	ct_gpu_use(other, &other_use);
	ck_assert_double_eq(use.sm_active_ns, other_use.sm_active_ns);
	ck_assert_double_eq(use.warp_ns, other_use.warp_ns);
	ck_assert_double_eq(use.dram_byte, other_use.dram_byte);
	ct_gpu_free(gpu);
	ct_gpu_free(other);
	ct_device_free(device);
}
END_TEST

/* What arrives while it stands still starts when it goes on; its times are the caller's. */
START_TEST(submitted_while_paused)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	struct ct_grid grid;

	make_grid(device, 1, 32, 1000, -1, &grid);
	ct_gpu_pause(gpu);
	ck_assert_int_eq(ct_gpu_run(gpu, 300), 300);
	submit_now(gpu, &grid);
	ck_assert_int_eq(grid.submitted_ns, 300);
	ck_assert_int_eq(grid.start_ns, -1);
	ck_assert_uint_eq(ct_gpu_active_sms(gpu), 0);
	ck_assert_int_eq(ct_gpu_run(gpu, 400), 400);
	ct_gpu_resume(gpu, 400);
	ct_gpu_settle(gpu);
	ck_assert_int_eq(grid.start_ns, 400);
	ck_assert_int_eq(ct_gpu_next_ns(gpu), 1400);
	ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), 1400);
	ck_assert_int_eq(grid.end_ns, 1400);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

START_TEST(state_of_resident_blocks)
{
	struct ct_kernel_shape shape = { .blocks = 3,
					 .threads_per_block = 128,
					 .registers_per_thread = 40,
					 .smem_dynamic_bytes = 1000 };
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	struct ct_grid grid = { 0 };
	const char *why;

	ck_assert(ct_block_need(device, &shape, &grid.need, &why));
	dram_work(device, &grid.need, 1000, -1, &grid.work);
	ck_assert_uint_eq(ct_gpu_used_state_bytes(gpu), 0);
	submit_now(gpu, &grid);
	/* 40 registers of 4 bytes; 1000 bytes and 1024 reserved, in units of 128 */
	ck_assert_uint_eq(ct_gpu_used_state_bytes(gpu), 3 * (128 * 40 * 4 + 2048));
	run_dry(gpu);
	ck_assert_uint_eq(ct_gpu_used_state_bytes(gpu), 0);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

/* A head that is taken back lets the next one in; with the rest of it later, its time
 * alone adds up. */
START_TEST(recall_at_block_end)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	uint64_t wave = (uint64_t)device->sms * 2;
	struct ct_grid batch, urgent;

	make_grid(device, wave * 10, 1024, 10000, -1, &batch);
	make_grid(device, wave, 1024, 3000, -1, &urgent);
	submit_now(gpu, &batch);
	submit_now(gpu, &urgent);
	ck_assert_int_eq(ct_gpu_run(gpu, 2500), 2500);
	ck_assert(!ct_gpu_recall(gpu, &batch, CT_RECALL_QUEUED));
	ck_assert(ct_gpu_recall(gpu, &batch, CT_RECALL_BLOCK_END));
	ck_assert(!ct_gpu_recall(gpu, &batch, CT_RECALL_BLOCK_END));
	ck_assert_uint_eq(batch.blocks_left, wave * 7);
	ck_assert_ptr_null(ct_gpu_take_ended(gpu));
	ct_gpu_settle(gpu);
	ck_assert_int_eq(ct_gpu_run(gpu, INT64_MAX), 3000);
	ck_assert_ptr_eq(ct_gpu_take_ended(gpu), &batch);
	ck_assert_int_eq(batch.end_ns, 3000);
	ck_assert_uint_eq(batch.blocks_lost, 0);
	batch.need.blocks = batch.blocks_left;
	submit_now(gpu, &batch);
	ck_assert_int_eq(urgent.start_ns, 3000);
	ck_assert(!ct_gpu_recall(gpu, &urgent, CT_RECALL_BLOCK_END));
	run_dry(gpu);
	ck_assert_int_eq(urgent.end_ns, 6000);
	ck_assert_int_eq(batch.end_ns, 13000);
	ck_assert_uint_eq(batch.blocks_left, 0);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

START_TEST(recall_resets)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	uint64_t wave = (uint64_t)device->sms * 2;
	struct ct_grid batch, urgent;
	struct ct_gpu_use use;

	make_grid(device, wave * 4, 1024, 4000, -1, &batch);
	make_grid(device, wave, 1024, 3000, -1, &urgent);
	submit_now(gpu, &batch);
	ck_assert_int_eq(ct_gpu_run(gpu, 2300), 2300);
	ck_assert(ct_gpu_recall(gpu, &batch, CT_RECALL_RESET));
	ck_assert_ptr_eq(ct_gpu_take_ended(gpu), &batch);
	ck_assert(!ct_gpu_recall(gpu, &batch, CT_RECALL_RESET));
	ck_assert_int_eq(batch.end_ns, 2300);
	ck_assert_uint_eq(batch.blocks_left, wave * 2);
	ck_assert_uint_eq(batch.blocks_lost, wave);
	ck_assert_int_eq(batch.lost_ns, (int64_t)wave * 300);
	submit_now(gpu, &urgent);
	ck_assert_int_eq(urgent.start_ns, 2300);
	batch.need.blocks = batch.blocks_left;
	submit_now(gpu, &batch);
	run_dry(gpu);
	ck_assert_int_eq(batch.end_ns, 5300 + 2000);
	ct_gpu_use(gpu, &use);
	ck_assert_uint_eq(use.blocks, wave * 6);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

/* What has no block on the device leaves at once, from the queue or from before it. */
START_TEST(recall_what_waits)
{
	struct ct_device *device = board("h100-sxm");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	uint32_t n = device->resident_grids + 2;
	g_autofree struct ct_grid *grid = g_new(struct ct_grid, n);

	for (uint32_t i = 0; i < n; i++) {
		make_grid(device, i ? 1 : 10000, 1024, 1000000, -1, &grid[i]);
		ct_gpu_submit(gpu, &grid[i]);
	}
	ct_gpu_settle(gpu);
	ck_assert_int_eq(ct_gpu_run(gpu, 70), 70);
	ck_assert(!ct_gpu_recall(gpu, &grid[0], CT_RECALL_QUEUED));
	ck_assert(ct_gpu_recall(gpu, &grid[n - 1], CT_RECALL_QUEUED));
	ck_assert(ct_gpu_recall(gpu, &grid[2], CT_RECALL_QUEUED));
	ck_assert(ct_gpu_recall(gpu, &grid[1], CT_RECALL_BLOCK_END));
	ck_assert_ptr_eq(ct_gpu_take_ended(gpu), &grid[1]);
	ck_assert_ptr_eq(grid[1].next, &grid[2]);
	ck_assert_ptr_eq(grid[2].next, &grid[n - 1]);
	ck_assert_ptr_null(grid[n - 1].next);
	ck_assert_int_eq(grid[1].start_ns, -1);
	ck_assert_int_eq(grid[1].end_ns, 70);
	ck_assert_uint_eq(grid[1].blocks_left, 1);
	ck_assert_uint_eq(ct_gpu_resident_grids(gpu), n - 3);
	submit_now(gpu, &grid[1]);
	run_dry(gpu);
	for (uint32_t i = 3; i < n - 1; i++)
		ck_assert_int_ge(grid[i].end_ns, 1000000);
	ck_assert_int_ge(grid[1].end_ns, 1000000);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

/* What two kernels that each fill a pipe add to each other's time is put down to the SM;
 * two that stream, to DRAM; and what is left is what each takes alone on its SMs. */
START_TEST(contention_is_attributed)
{
	static const struct ct_demand whole = { 1000, CT_DEMAND_MEASURED };
	struct ct_device *device = board("v100-sxm2");
	struct ct_gpu *gpu = ct_gpu_new(device, NULL);
	struct ct_kernel_demand demand = { .pipe_permille[CT_PIPE_FP64] = whole };
	const int64_t ns = 1000000;
	struct ct_grid a, b;

	make_grid(device, 80, 128, ns, -1, &a);
	ct_kernel_work(device, &a.need, ns, &demand, &a.work);
	b = a;
	ct_gpu_submit(gpu, &a);
	ct_gpu_submit(gpu, &b);
	run_dry(gpu);
	ck_assert_int_eq(a.end_ns - a.start_ns, 2 * ns);
	ck_assert_int_le(llabs(a.contention_ns[CT_CONTENTION_SM] - ns), ns / 1000);
	ck_assert_int_eq(a.contention_ns[CT_CONTENTION_DRAM], 0);

	make_grid(device, 80, 256, ns, (int64_t)ct_dram_mbps(device) * ns / 1100, &a);
	b = a;
	ct_gpu_submit(gpu, &a);
	ct_gpu_submit(gpu, &b);
	run_dry(gpu);
	ck_assert_int_gt(a.end_ns - a.start_ns, ns * 17 / 10);
	ck_assert_int_le(
		llabs(a.end_ns - a.start_ns - ns - a.contention_ns[CT_CONTENTION_DRAM]),
		ns / 1000);
	ct_gpu_free(gpu);
	ct_device_free(device);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gpu-contract");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, alone_takes_what_it_took);
	tcase_add_test(tests, sleepers_share_a_v100);
	tcase_add_test(tests, two_to_the_forty_blocks);
	tcase_add_test(tests, stops_where_it_says);
	tcase_add_test(tests, priority_at_block_boundaries);
	tcase_add_test(tests, grids_beyond_the_limit_wait);
	tcase_add_test(tests, masks);
	tcase_add_test(tests, contention_is_attributed);
	tcase_add_test(tests, whom_a_blocked_head_blocks);
	tcase_add_test(tests, pauses_shift);
	tcase_add_test(tests, submitted_while_paused);
	tcase_add_test(tests, state_of_resident_blocks);
	tcase_add_test(tests, recall_at_block_end);
	tcase_add_test(tests, recall_resets);
	tcase_add_test(tests, recall_what_waits);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
