/*
 * curve - measured times on some of the SMs: the curve itself, what it makes of a launch,
 * and whole runs on a board small enough that they can be worked out by hand.
 */
#include "models/curve.h"

#include <check.h>
#include <stdlib.h>

#include "sim/base/error.h"
#include "tests/unit/dram-work.h"
#include "tests/unit/run-case.h"
#include "tests/unit/tiny-trace.h"

#define ONCE "every:1s"

enum { FULL = LAB_SMS, ALONE_NS = 10000 };

#define ENTRY(name, points)                                                                \
	"{\"name\": \"" name "\", \"from\": \"the test\", \"points\": " points "}"
#define FILE_OF(entries)                                                                   \
	"{\"cotenant\": \"curves/1\", \"device\": \"small\", \"kernels\": [" entries "]}"

/* 2.5 times as long on half of the 4 SMs. */
#define HALF_POINTS "[[2, 2500], [4, 1000]]"

static struct ct_curves *curves_of(const char *text, GError **error)
{
	g_autofree char *path = tiny_path("curves.json");

	ck_assert(g_file_set_contents(path, text, -1, NULL));
	return ct_curves_load(path, error);
}

static const struct ct_curve half = { .name = (char *)"k",
				      .n = 2,
				      .point = { { 2, 2500 }, { 4, 1000 } } };

/* Both points; m/n + b between them; 1/n below; level above. */
START_TEST(interpolates)
{
	const uint64_t one = UINT64_C(1) << CT_CURVE_BITS;
	/* between 2 and 4: m/2 + b = 800, m/4 + b = 1100 */
	const struct ct_curve rises = { .n = 2, .point = { { 2, 800 }, { 4, 1100 } } };
	const struct ct_curve longest = {
		.n = 2, .point = { { 1024 - 1, CT_KERNEL_MAX_NS }, { 1024, 1 } }
	};

	ck_assert_uint_eq(ct_curve_at(&half, 4), 1000 * one);
	ck_assert_uint_eq(ct_curve_at(&half, 2), 2500 * one);
	/* m/2 + b = 2500, m/4 + b = 1000: m = 6000, b = -500 */
	ck_assert_uint_eq(ct_curve_at(&half, 3), 1500 * one);
	ck_assert_uint_eq(ct_curve_at(&half, 1), 5000 * one);
	ck_assert_uint_eq(ct_curve_at(&half, 9), 1000 * one);
	/* slower with more SMs, as noise may have it: m = -1200, b = 1400 */
	ck_assert_uint_eq(ct_curve_at(&rises, 3), 1000 * one);
	ck_assert_uint_eq(ct_curve_at(&longest, 1),
			  (uint64_t)CT_KERNEL_MAX_NS * 1023 * one);
}
END_TEST

START_TEST(names)
{
	const struct ct_curve whole = { .name = (char *)"gemm" };
	const struct ct_curve prefix = { .name = (char *)"gemm*" };

	ck_assert(ct_curve_fits(&whole, "gemm") && !ct_curve_fits(&whole, "gemm_nt"));
	ck_assert(ct_curve_fits(&prefix, "gemm") && ct_curve_fits(&prefix, "gemm_nt"));
	ck_assert(!ct_curve_fits(&prefix, "gem"));
}
END_TEST

/* Whatever a kernel draws, it takes the measured time to 1 ns, moves its bytes (its demand is
 * of whole MB/s), and going back gives what it was. */
START_TEST(moves)
{
	static const int64_t bytes[] = { 0, 1000000, 100000000, 2000000000 };
	const struct ct_curve curve = { .n = 2, .point = { { 66, 2500 }, { 132, 1000 } } };
	struct ct_device *d = ct_device_load("h100-sxm", NULL);
	const struct ct_kernel_shape shape = { .blocks = 1000, .threads_per_block = 256 };
	const int64_t ns = 1000000;
	struct ct_kernel_work work, before;
	struct ct_block_need need;
	const char *why;

	ck_assert(d && ct_block_need(d, &shape, &need, &why));
	for (size_t i = 0; i < G_N_ELEMENTS(bytes); i++) {
		dram_work(d, &need, ns, bytes[i], &work);
		work.sm.pipe[CT_PIPE_FP32] = 1000;
		before = work;
		ct_curve_move(&curve, d, &need, d->sms, 66, &work);
		ck_assert_int_le(llabs(ct_time_on_sms(d, &need, &work, 66) - 2500000), 1);
		ck_assert_double_eq_tol((double)work.demand_mbps * (double)work.block_work,
					(double)before.demand_mbps *
						(double)before.block_work,
					(double)work.block_work + 1 +
						0.02 * (double)before.demand_mbps *
							(double)before.block_work);
		ck_assert_uint_lt(work.sm.pipe[CT_PIPE_FP32], 1000);
		ck_assert_uint_eq(work.memory_share, before.memory_share);
		ct_curve_move(&curve, d, &need, 66, d->sms, &work);
		ck_assert_int_le(llabs(ct_time_on_sms(d, &need, &work, d->sms) - ns), 2);
		ck_assert_uint_le(llabs((long long)work.demand_mbps - before.demand_mbps),
				  1 + before.demand_mbps / 50);
	}
	ct_device_free(d);
}
END_TEST

/* ---- whole runs ---------------------------------------------------------------------- */

static struct tape *one_kernel(const char *name, uint32_t blocks)
{
	struct tape *tape = tape_new(1, 1);

	tape_named(tape, 0, 0, name, blocks, ALONE_NS);
	return tape;
}

static struct ct_tenant_spec *add(struct lab *lab, struct tape *tape,
				  const struct ct_curves *curves)
{
	struct ct_tenant_spec *spec = lab_tenant(lab, tape, ONCE, NULL);
	struct ct_program *p = lab->programs->pdata[lab->programs->len - 1];
	g_autoptr(GError) error = NULL;

	if (curves)
		ct_program_curves(p, curves, &error);
	ck_assert_msg(!error, "%s", error ? error->message : "");
	return spec;
}

static int64_t latency(const struct ct_run_result *result, size_t tenant)
{
	return result->tenant[tenant].latency.max_ns;
}

/* On 3 SMs and on 1 of them: in between, and below all points.  The same kernel by another
 * name goes by the formula, and so does the curve's own on all SMs. */
START_TEST(static_partitions)
{
	struct ct_curves *curves = curves_of(FILE_OF(ENTRY("k*", HALF_POINTS)), NULL);
	static const struct {
		uint32_t sms;
		const char *name;
		int64_t ns;
	} cases[] = {
		{ 1, "kernel", 50000 }, { 1, "other", 40000 },  { 2, "kernel", 25000 },
		{ 2, "other", 20000 },  { 3, "kernel", 15000 }, { 3, "other", 20000 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct ct_run_result *result;
		struct lab lab;

		lab_begin(&lab);
		lab.scenario->sharing.mode = CT_SHARING_MPS;
		add(&lab, one_kernel(cases[i].name, FULL), curves)->sharing.mps_sms =
			cases[i].sms;
		add(&lab, one_kernel("kernel", 1), NULL)->sharing.mps_sms =
			FULL - cases[i].sms;
		result = lab_run(&lab, "fifo");
		ck_assert_int_eq(latency(result, 0), LAB_LATENCY_NS + cases[i].ns);
		ck_assert_int_eq(latency(result, 1), LAB_LATENCY_NS + ALONE_NS);
		ct_run_result_free(result);
		lab.in.only_tenant = 0;
		result = lab_run(&lab, "fifo");
		ck_assert_int_eq(latency(result, 0), LAB_LATENCY_NS + ALONE_NS);
		ct_run_result_free(result);
		lab_end(&lab);
	}
	ct_curves_free(curves);
}
END_TEST

/* What static partitions of 2 and 2 SMs make of a kernel that fills all. */
static int64_t on_half(struct tape *tape, const struct ct_curves *curves,
		       struct ct_program *seen)
{
	struct ct_run_result *result;
	struct lab lab;
	int64_t ns;

	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	add(&lab, tape, curves)->sharing.mps_sms = 2;
	add(&lab, one_kernel("other", 1), NULL)->sharing.mps_sms = 2;
	result = lab_run(&lab, "fifo");
	ns = latency(result, 0) - LAB_LATENCY_NS;
	ct_run_result_free(result);
	*seen = *(struct ct_program *)lab.programs->pdata[0];
	lab_end(&lab);
	return ns;
}

/* Points in the trace count for their shape alone, the last of several at as many SMs. */
START_TEST(curves_in_the_trace)
{
	struct ct_curves *curves =
		curves_of(FILE_OF(ENTRY("k", "[[2, 3000], [4, 1000]]")), NULL);
	struct ct_program seen;
	struct tape *tape;

	for (int file = 0; file < 2; file++) {
		tape = one_kernel("k", FULL);
		tape_curve(tape, "k", FULL, 4, 1000);
		tape_curve(tape, "k", FULL, 2, 9000);
		tape_curve(tape, "k", FULL + 1, 2, 9000);
		tape_curve(tape, "k", FULL + 1, 4, 1000);
		tape_curve(tape, "k", FULL, 2, 2500);
		ck_assert_int_eq(on_half(tape, file ? curves : NULL, &seen),
				 file ? 30000 : 25000);
		ck_assert_double_eq_tol(seen.curve_pct, 100, 1e-9);
		ck_assert_double_eq_tol(seen.trace_curve_pct, file ? 0 : 100, 1e-9);
		ck_assert_uint_eq(seen.n_unused_curves, 0);
	}
	ct_curves_free(curves);
}
END_TEST

/* One that does not end at the board's SMs is left out, and one point is no curve. */
START_TEST(curves_of_another_board)
{
	struct tape *tape = one_kernel("k", FULL);
	struct ct_program seen;

	tape_curve(tape, "k", FULL, 2, 2500);
	tape_curve(tape, "k", FULL, 4, 1000);
	tape_curve(tape, "k", FULL, 8, 500);
	ck_assert_int_eq(on_half(tape, NULL, &seen), 20000);
	ck_assert_uint_eq(seen.n_unused_curves, 1);
	ck_assert_uint_eq(seen.unused_curve_sms, 8);
	tape = one_kernel("k", FULL);
	tape_curve(tape, "k", FULL, 4, 1000);
	ck_assert_int_eq(on_half(tape, NULL, &seen), 20000);
	ck_assert_uint_eq(seen.n_unused_curves, 0);
	ck_assert_ptr_null(seen.curve);
}
END_TEST

/* More points than a curve has: some are dropped, not the ends. */
START_TEST(curves_are_thinned)
{
	struct ct_device *d = ct_device_load("h100-sxm", NULL);
	struct tape *tape = one_kernel("k", 1000);
	g_autofree char *path = NULL;
	struct ct_trace *trace;
	struct ct_program *p;

	for (uint32_t sms = 1; sms <= 132; sms++)
		tape_curve(tape, "k", 1000, sms, 132000 / sms);
	path = tape_end(tape);
	trace = tiny_open(path);
	p = ct_program_new(trace, d, NULL, NULL);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(p->curve[0]->n, CT_CURVE_MAX_POINTS);
	ck_assert_uint_eq(p->curve[0]->point[0].sms, 1);
	ck_assert_uint_eq(p->curve[0]->point[CT_CURVE_MAX_POINTS - 1].sms, 132);
	for (uint32_t i = 1; i < p->curve[0]->n; i++)
		ck_assert_uint_gt(p->curve[0]->point[i].sms, p->curve[0]->point[i - 1].sms);
	ct_program_free(p);
	ct_trace_free(trace);
	ct_device_free(d);
}
END_TEST

START_TEST(share_of_a_client)
{
	struct ct_curves *curves = curves_of(FILE_OF(ENTRY("k", HALF_POINTS)), NULL);
	struct ct_run_result *result;
	struct lab lab;

	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_MPS;
	add(&lab, one_kernel("k", FULL), curves)->sharing.mps_percentage = 50;
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(latency(result, 0), LAB_LATENCY_NS + 25000);
	ct_run_result_free(result);
	lab_end(&lab);
	ct_curves_free(curves);
}
END_TEST

static struct tape *graph_or_kernel(gboolean graph)
{
	struct tape *tape = tape_new(1, 1);

	if (!graph) {
		tape_named(tape, 0, 0, "k", FULL, ALONE_NS);
		return tape;
	}
	tape_call(tape, 0, CT_OP_GRAPH_LAUNCH, TAPE_CALL_NS, (struct ct_op){ .stream = 0 });
	tape_named_node(tape, 0, 0, "k", FULL, ALONE_NS, CT_OP_CHILD);
	return tape;
}

/* A part that a policy made, and the nodes of a graph in it: 2.5 times instead of 2. */
START_TEST(part_of_a_policy)
{
	struct ct_curves *curves = curves_of(FILE_OF(ENTRY("k", HALF_POINTS)), NULL);

	for (int graph = 0; graph < 2; graph++) {
		int64_t ns[2];

		for (int measured = 0; measured < 2; measured++) {
			struct ct_run_result *result;
			struct lab lab;

			lab_begin(&lab);
			add(&lab, graph_or_kernel(graph), measured ? curves : NULL);
			add(&lab, one_kernel("k", 1), NULL);
			result = lab_run(&lab, "partition");
			ns[measured] = latency(result, 0);
			ck_assert_int_eq(latency(result, 1), LAB_LATENCY_NS + ALONE_NS);
			ct_run_result_free(result);
			lab_end(&lab);
		}
		ck_assert_int_eq(ns[1] - ns[0], 5000);
		ck_assert(graph || ns[1] == LAB_LATENCY_NS + 25000);
	}
	ct_curves_free(curves);
}
END_TEST

/* The share of a program's kernel time, and a collective, which no curve is of. */
START_TEST(share_of_time)
{
	struct ct_curves *curves = curves_of(
		FILE_OF(ENTRY("k", HALF_POINTS) ", " ENTRY("nccl*", HALF_POINTS)), NULL);
	struct tape *tape = tape_new(1, 1);
	const struct ct_program *p;
	struct lab lab;

	tape_named(tape, 0, 0, "k", FULL, 3000);
	tape_think(tape, 0, 10000);
	tape_named(tape, 0, 0, "other", FULL, 5000);
	tape_think(tape, 0, 10000);
	tape_named(tape, 0, 0, "ncclAllReduce", FULL, 4000);
	lab_begin(&lab);
	add(&lab, tape, curves);
	p = lab.programs->pdata[0];
	ck_assert_double_eq_tol(p->curve_pct, 25, 1e-9);
	lab_end(&lab);
	ct_curves_free(curves);
}
END_TEST

/* ---- the reader ---------------------------------------------------------------------- */

static const struct {
	const char *text, *says;
} mistakes[] = {
	{ "{", "line 1" },
	{ "[]", "must hold one JSON object" },
	{ "{}", "needs a \"cotenant\"" },
	{ "{\"cotenant\": \"curves/2\"}", "cotenant: must be \"curves/1\"" },
	{ "{\"cotenant\": \"curves/1\", \"device\": \"d\"}", "needs a \"kernels\"" },
	{ "{\"cotenant\": \"curves/1\", \"device\": 7}", "device: must be a text" },
	{ "{\"cotenant\": \"curves/1\", \"kernel\": []}", "did you mean 'kernels'?" },
	{ FILE_OF(""), "kernels: must be a list of 1 to" },
	{ FILE_OF("1"), "kernels[0]: must be an object" },
	{ FILE_OF("{\"name\": \"a\", \"points\": [[1, 1], [2, 1]]}"),
	  "kernels[0]: needs a \"from\"" },
	{ FILE_OF("{\"name\": \"a\", \"from\": \" \"}"),
	  "kernels[0].from: must be a text" },
	{ FILE_OF("{\"name\": \"\", \"from\": \"f\"}"), "kernels[0].name: must be a text" },
	{ FILE_OF(ENTRY("a", "[[1, 1]]")), "kernels[0].points: must be a list of 2 to 64" },
	{ FILE_OF(ENTRY("a", "[[1, 1], 4]")),
	  "kernels[0].points[1]: must be a list of SMs and nanoseconds" },
	{ FILE_OF(ENTRY("a", "[[1, 1], [2, 3, 4]]")),
	  "kernels[0].points[1]: must be a list of SMs and nanoseconds" },
	{ FILE_OF(ENTRY("a", "[[0, 1], [2, 3]]")),
	  "kernels[0].points[0]: SMs must be a whole number of 1 to 1024" },
	{ FILE_OF(ENTRY("a", "[[1, 1.5], [2, 3]]")),
	  "kernels[0].points[0]: nanoseconds must be a whole number of 1 to 549755813887" },
	{ FILE_OF(ENTRY("a", "[[4, 1], [4, 3]]")), "4 SMs do not come after 4" },
	{ FILE_OF(ENTRY("a", HALF_POINTS) ", " ENTRY("a", HALF_POINTS)),
	  "kernels[1]: kernels[0] has the same name" },
};

START_TEST(reader_refuses)
{
	g_autoptr(GError) error = NULL;

	ck_assert_ptr_null(curves_of(mistakes[_i].text, &error));
	ck_assert_int_eq(error->code, CT_EXIT_INPUT);
	ck_assert_msg(strstr(error->message, "curves.json: ") &&
			      strstr(error->message, mistakes[_i].says),
		      "%s", error->message);
}
END_TEST

START_TEST(ends_at_all_sms)
{
	struct ct_curves *curves = curves_of(
		FILE_OF(ENTRY("a", HALF_POINTS) ", " ENTRY("b", "[[2, 5], [3, 4]]")), NULL);
	g_autoptr(GError) error = NULL;
	struct lab lab;

	lab_begin(&lab);
	lab_tenant(&lab, one_kernel("a", FULL), ONCE, NULL);
	ck_assert(!ct_program_curves(lab.programs->pdata[0], curves, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "kernels[1].points: the last has 3 "
						     "SMs, and must have all 4 of small"));
	lab_end(&lab);
	ct_curves_free(curves);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("curve");
	TCase *tests = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, interpolates);
	tcase_add_test(tests, names);
	tcase_add_test(tests, moves);
	tcase_add_test(tests, static_partitions);
	tcase_add_test(tests, curves_in_the_trace);
	tcase_add_test(tests, curves_of_another_board);
	tcase_add_test(tests, curves_are_thinned);
	tcase_add_test(tests, share_of_a_client);
	tcase_add_test(tests, part_of_a_policy);
	tcase_add_test(tests, share_of_time);
	tcase_add_loop_test(tests, reader_refuses, 0, G_N_ELEMENTS(mistakes));
	tcase_add_test(tests, ends_at_all_sms);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
