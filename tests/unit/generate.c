/*
 * generate - generated traces against the arithmetic they stand for.
 *
 * One decode step of the 8B transformer reads every weight but the embedding once: 7.5e9
 * of them, 2 bytes each, and the cache; a prefill multiplies 2 operations for each weight
 * and token.  The board's numbers bound both from below.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/tiny-trace.h"
#include "traces/check.h"
#include "traces/generate.h"

#define WEIGHT_BYTES 15.0e9
#define RATE         780e12
#define BANDWIDTH    4.32e12

static const struct ct_generate_device board = {
	.title = "a board",
	.record = { .sms = 132,
		    .threads_per_sm = 2048,
		    .regs_per_sm = 65536,
		    .smem_per_sm_bytes = 233472,
		    .l2_bytes = 62914560 },
	.flop_per_s = RATE,
	.dram_bytes_per_s = BANDWIDTH,
	.dram_saturation_sms = 46,
	.launch_latency_ns = 6600,
	.stream_gap_ns = 1336,
	.sync_wakeup_ns = 3000,
	.graph_launch_ns = 2500,
	.graph_node_ns = 1,
};

struct totals {
	double kernel_ns, read_bytes;
	uint64_t kernels;
};

static struct ct_trace *generate(const struct ct_generator *generator,
				 const struct ct_generate_options *options,
				 struct totals *totals)
{
	g_autofree char *path = tiny_path("generated.ctt");
	GError *error = NULL;
	struct ct_trace *trace;
	struct ct_cursor *cursor;
	const struct ct_op *op;
	struct ct_check check;

	ck_assert(ct_generate(generator, &board, options, path, &error));
	trace = tiny_open(path);
	ck_assert(ct_trace_check(trace, 0, &check, &error));
	ck_assert(ct_check_passed(&check));
	ct_check_clear(&check);
	memset(totals, 0, sizeof(*totals));
	cursor = ct_cursor_new(trace, 0);
	while ((op = ct_cursor_next(cursor, &error))) {
		if (op->kind != CT_OP_KERNEL)
			continue;
		totals->kernels++;
		totals->kernel_ns += (double)(op->end_ns - op->start_ns);
		totals->read_bytes += (double)trace->counter[op->counter].dram_read_bytes;
	}
	ct_cursor_free(cursor);
	return trace;
}

START_TEST(decode_reads_every_weight)
{
	struct ct_generate_options options = ct_generate_llm_decode.defaults;
	struct totals totals;

	options.batch = options.requests = options.tokens = 1;
	ct_trace_free(generate(&ct_generate_llm_decode, &options, &totals));
	ck_assert_double_eq_tol(totals.read_bytes, WEIGHT_BYTES + 1025 * 131072.0, 0.01e9);
	ck_assert_double_ge(totals.kernel_ns, totals.read_bytes / BANDWIDTH * 1e9);
	ck_assert_double_le(totals.kernel_ns, 1.6 * totals.read_bytes / BANDWIDTH * 1e9);
}
END_TEST

START_TEST(prefill_is_bound_by_arithmetic)
{
	struct ct_generate_options options = ct_generate_llm_prefill.defaults;
	double flop = 2 * 6.98e9 * options.prompt;
	struct totals totals;

	options.requests = 1;
	ct_trace_free(generate(&ct_generate_llm_prefill, &options, &totals));
	ck_assert_double_ge(totals.kernel_ns, flop / RATE * 1e9);
	ck_assert_double_le(totals.kernel_ns, 1.6 * flop / RATE * 1e9);
}
END_TEST

START_TEST(graph_has_the_same_kernels)
{
	struct ct_generate_options options = ct_generate_vision.defaults;
	struct totals eager, graph;
	struct ct_trace *trace;

	options.requests = 3;
	ct_trace_free(generate(&ct_generate_vision, &options, &eager));
	options.graph = TRUE;
	trace = generate(&ct_generate_vision, &options, &graph);
	ck_assert_uint_eq(eager.kernels, graph.kernels);
	ck_assert_double_eq_tol(eager.kernel_ns, graph.kernel_ns, 1e-9);
	ck_assert_str_eq(ct_trace_string(trace, trace->process[0].name),
			 "generated: vit-b/16 inference");
	ct_trace_free(trace);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("generate");
	TCase *tests = tcase_create("generate");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, decode_reads_every_weight);
	tcase_add_test(tests, prefill_is_bound_by_arithmetic);
	tcase_add_test(tests, graph_has_the_same_kernels);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
