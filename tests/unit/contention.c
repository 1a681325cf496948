/*
 * contention - tests models/contention.h: what it promises, and what was measured.
 *
 * The laws hold for random contenders: nobody is served more than there is, nobody gains
 * by company, the order does not matter.  The measurements are those that two kernels on
 * one device were put to by the programs of arXiv 2501.16909 (eth-easl/gpu-util-
 * interference), run on a V100 by others (wangpeiwen/gpu-util-interference, output.md in
 * inter_sm/l2_cache, intra_sm/l1_cache and intra_sm/pipelines).
 */
#include "models/contention.h"

#include <check.h>
#include <math.h>

#include "models/work.h"

#define CASES 20000
#define MOST  6

static uint64_t state = 1;

static uint64_t below(uint64_t n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (state >> 24) % n;
}

static struct ct_device *v100(void)
{
	g_autoptr(GError) error = NULL;
	struct ct_device *device = ct_device_load("v100-sxm2", &error);

	ck_assert_msg(device != NULL, "%s", error ? error->message : "no device");
	return device;
}

START_TEST(stretch_is_the_curve)
{
	uint64_t last = 0;

	ck_assert_uint_eq(ct_stretch(0, 1000), CT_LOST_ONE);
	for (uint64_t asked = 0; asked < 10000000; asked += 997) {
		uint64_t got = ct_stretch(asked, 1000000);
		double q = (double)asked / 1e6;
		double want = cbrt(1 + q * q * q) * (double)CT_LOST_ONE;

		ck_assert_double_eq_tol((double)got, want, want * 0.0005);
		ck_assert_double_ge((double)got, q * (double)CT_LOST_ONE);
		ck_assert_uint_ge(got, CT_LOST_ONE);
		ck_assert_uint_ge(got + CT_LOST_ONE / 1000, last);
		last = got;
	}
	ck_assert_uint_eq(ct_rate(0), CT_WORK_ONE);
	ck_assert_uint_eq(ct_rate(CT_LOST_ONE), CT_WORK_ONE / 2);
	ck_assert_uint_eq(ct_rate(UINT64_MAX), 1);
}
END_TEST

static struct ct_memory random_memory(void)
{
	return (struct ct_memory){
		.mbps = { below(4) ? 1 + below(4000000) : 0, 1000 + below(2000000) },
		.shared_dram_mbps = 900,
		.l2_bytes = below(3) ? below(100000000) : 0,
		.sharing = below(2) ? CT_DRAM_MAX_MIN : CT_DRAM_PROPORTIONAL,
	};
}

static struct ct_contender random_contender(const struct ct_memory *memory)
{
	struct ct_contender c = {
		.asked_mbps = { below(3) ? below(2000000) : 0,
				below(3) ? below(2000000) : 0 },
		.footprint_bytes = below(3) ? below(100000000) : 0,
		.memory_share = (uint16_t)(below(2) ? 256 : below(257)),
	};

	c.hits_alone = ct_l2_hits(memory, c.footprint_bytes, memory->l2_bytes);
	return c;
}

static uint64_t lost(const struct ct_contender *c)
{
	return c->lost[CT_LEVEL_L2] + c->lost[CT_LEVEL_DRAM];
}

START_TEST(laws)
{
	for (int i = 0; i < CASES; i++) {
		struct ct_memory memory = random_memory();
		struct ct_contender c[MOST], turned[MOST];
		uint32_t n = 1 + (uint32_t)below(MOST);
		double served[CT_LEVELS] = { 0 };

		memory.shared_dram_mbps =
			1 + memory.mbps[CT_LEVEL_DRAM] * (900 + below(100)) / 1000;
		for (uint32_t k = 0; k < n; k++)
			turned[n - 1 - k] = c[k] = random_contender(&memory);
		ct_contend(&memory, c, n);
		ct_contend(&memory, turned, n);
		for (uint32_t k = 0; k < n; k++) {
			struct ct_contender alone = c[k];
			double rate = (double)ct_rate(lost(&c[k])) / CT_WORK_ONE;
			uint64_t own[CT_LEVELS];

			ck_assert_uint_eq(turned[n - 1 - k].lost[0], c[k].lost[0]);
			ck_assert_uint_eq(turned[n - 1 - k].lost[1], c[k].lost[1]);
			served[CT_LEVEL_L2] += rate * (double)c[k].asked_mbps[CT_LEVEL_L2];
			served[CT_LEVEL_DRAM] += rate * (double)c[k].dram_mbps;
			ct_contend(&memory, &alone, 1);
			ck_assert_uint_eq(alone.dram_mbps, alone.asked_mbps[CT_LEVEL_DRAM]);
			ct_contend_alone(&memory, &c[k], own);
			ck_assert_uint_eq(own[CT_LEVEL_L2], alone.lost[CT_LEVEL_L2]);
			ck_assert_uint_eq(own[CT_LEVEL_DRAM], alone.lost[CT_LEVEL_DRAM]);
			if (memory.sharing == CT_DRAM_PROPORTIONAL)
				ck_assert_uint_ge(lost(&c[k]), lost(&alone));
		}
		for (int level = 0; level < CT_LEVELS; level++)
			if (memory.mbps[level])
				ck_assert_double_le(served[level],
						    (double)memory.mbps[level] * 1.0001);
	}
}
END_TEST

/* Of 100 bytes, one that asks three times as often keeps three times as much; one that
 * needs less than its share leaves the rest. */
START_TEST(l2_is_shared_by_access_rate)
{
	const struct ct_memory memory = { .mbps = { 0, 1000000 },
					  .shared_dram_mbps = 1000000,
					  .l2_bytes = 100 };
	struct ct_contender c[2] = { { .asked_mbps = { 3000, 0 },
				       .footprint_bytes = 100,
				       .hits_alone = CT_HIT_ONE },
				     { .asked_mbps = { 1000, 500 },
				       .footprint_bytes = 200,
				       .hits_alone = CT_HIT_ONE / 2 } };

	ct_contend(&memory, c, 2);
	ck_assert_uint_eq(c[0].dram_mbps, 750);       /* hits 75 % instead of all */
	ck_assert_uint_eq(c[1].dram_mbps, 500 + 375); /* 12.5 % instead of 50 % */
	c[0].footprint_bytes = 60;
	ct_contend(&memory, c, 2);
	ck_assert_uint_eq(c[0].dram_mbps, 0);
	ck_assert_uint_eq(c[1].dram_mbps, 500 + 300); /* 40 bytes of 200 */
	ck_assert_int_eq(ct_l2_refill_ns(&memory, 50), 1);
	ck_assert_int_eq(ct_l2_refill_ns(&(struct ct_memory){ .mbps = { 0, 1000 },
							      .l2_bytes = 6000 },
					 10000),
			 6000);
}
END_TEST

/*
 * 40 blocks of 1024 threads copy N MB, 10,000 times: alone on the V100, and beside a
 * second such kernel with buffers of its own, on the other 40 SMs.  What each block reads
 * stays in its SM's L1 up to 128 KB, that is 5 MB, and then nothing of it does, as it is
 * read in a circle; everything written goes to L2.
 */
static const struct {
	int64_t mb;
	double alone_ms, together_ms;
} l2_row[] = { { 1, 8.86653, 14.4232 }, { 2, 16.2855, 28.1524 }, { 3, 24.145, 43.9059 },
	       { 4, 47.5129, 61.0596 }, { 5, 100.004, 117.411 }, { 6, 274.158, 346.541 } };

static struct ct_kernel_demand copy_demand(const struct ct_device *device, int64_t bytes)
{
	int64_t footprint = bytes / 40 <= device->sm.l1_bytes ? bytes : 2 * bytes;
	int64_t kept = MIN(footprint, device->l2_bytes);

	return (struct ct_kernel_demand){
		.l2_bytes = { footprint * 10000, CT_DEMAND_FORMULA },
		.l2_footprint_bytes = { footprint, CT_DEMAND_FORMULA },
		.dram_bytes = { (footprint - kept) * 10000, CT_DEMAND_FORMULA },
		.memory_permille = { 1000, CT_DEMAND_FORMULA },
	};
}

START_TEST(copies_on_halves_of_a_v100)
{
	struct ct_device *device = v100();
	struct ct_kernel_shape shape = { .blocks = 40,
					 .threads_per_block = 1024,
					 .registers_per_thread = 32 };
	struct ct_block_need need;
	struct ct_memory memory;
	const char *why;

	ct_memory(device, &memory);
	ck_assert(ct_block_need(device, &shape, &need, &why));
	for (size_t i = 0; i < G_N_ELEMENTS(l2_row); i++) {
		struct ct_kernel_demand demand =
			copy_demand(device, l2_row[i].mb * 1048576);
		struct ct_contender c[2];
		struct ct_kernel_work work;
		double ms, error_pct;

		ct_kernel_work(device, &need, (int64_t)(l2_row[i].alone_ms * 1e6), &demand,
			       &work);
		ct_kernel_contender(&work, 40, &c[0]);
		c[1] = c[0];
		ct_contend(&memory, c, 2);
		ms = (double)work.block_work / ct_rate(lost(&c[0])) / 1e6;
		error_pct = 100 * (ms / l2_row[i].together_ms - 1);
		g_print("%" G_GINT64_FORMAT " MB: %.2f ms, measured %.2f: %+.1f %%\n",
			l2_row[i].mb, ms, l2_row[i].together_ms, error_pct);
		ck_assert_double_le(fabs(error_pct), i ? 10 : 1); /* 1 MB: fitted */
	}
	ct_device_free(device);
}
END_TEST

/*
 * A block of each of two kernels on every SM, each of 64 threads that copy KB KB over and
 * over: in and out are twice that.  Usable part and cost of L1 were fitted to the time of
 * 64 KB alone and together.
 */
START_TEST(copies_in_one_l1)
{
	static const struct {
		uint64_t kb;
		double alone_ms, together_ms, within_pct;
	} row[] = { { 16, 84.0 / 2, 42.408, 1 },
		    { 32, 167.111 / 2, 155.366, 10 },
		    { 48, 250.233 / 2, 815.705, 10 },
		    { 64, 593.797 / 2, 1818.17, 1 } };
	struct ct_device *device = v100();
	struct ct_sm_model model;

	ct_sm_model(device, &model);
	for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
		struct ct_sm_use own = { .l1_bytes = row[i].kb * 2048 };
		struct ct_sm_use all = { .l1_bytes = row[i].kb * 4096 };
		double ms, error_pct;

		ms = row[i].alone_ms *
		     (1 + (double)ct_sm_lost(&model, &own, &all, 256) / CT_LOST_ONE);
		error_pct = 100 * (ms / row[i].together_ms - 1);
		g_print("%d KB: %.1f ms, measured %.1f: %+.1f %%\n", (int)row[i].kb, ms,
			row[i].together_ms, error_pct);
		ck_assert_double_le(fabs(error_pct), row[i].within_pct);
		ck_assert_uint_eq(ct_sm_lost(&model, &own, &own, 256), 0);
		ck_assert_uint_eq(ct_sm_lost(&model, &own, &all, 0), 0);
	}
	ct_device_free(device);
}
END_TEST

/*
 * Two kernels of 128 threads per SM that multiply doubles, ILP independent chains per
 * thread.  A V100's SM has 32 FP64 lanes, 8 for each of 4 warps, so an instruction takes
 * 4 cycles of the pipe, and 8 until its result can be used: one chain fills half of it.
 */
START_TEST(multiplications_in_one_pipe)
{
	static const struct {
		uint64_t ilp;
		double alone_ms, together_ms;
	} row[] = { { 1, 237.894 / 2, 124.381 },
		    { 2, 246.93 / 2, 234.181 },
		    { 3, 358.643 / 2, 346.017 },
		    { 4, 473.949 / 2, 461.351 } };
	const struct ct_sm_model model = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(row); i++) {
		uint64_t use = MIN(row[i].ilp, 2) * CT_PIPE_ONE / 2;
		struct ct_sm_use own = { .pipe[CT_PIPE_FP64] = use };
		struct ct_sm_use all = { .pipe[CT_PIPE_FP64] = 2 * use };
		double ms = row[i].alone_ms *
			    (1 + (double)ct_sm_lost(&model, &own, &all, 0) / CT_LOST_ONE);

		ck_assert_double_le(fabs(ms / row[i].together_ms - 1), 0.06);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("contention");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, stretch_is_the_curve);
	tcase_add_test(tests, laws);
	tcase_add_test(tests, l2_is_shared_by_access_rate);
	tcase_add_test(tests, copies_on_halves_of_a_v100);
	tcase_add_test(tests, copies_in_one_l1);
	tcase_add_test(tests, multiplications_in_one_pipe);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
