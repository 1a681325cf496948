/*
 * estimate - what unmeasured demands are guessed to be, on names that real traces have.
 *
 * The words are also held against the classes that Orion's authors gave to the kernels of
 * nine profiles (in CT_DATA; without it that part is not run): where they say compute or
 * memory, the rules must say the same of 98 % of the kernels and of their time.
 */
#include "models/estimate.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct ct_device board = {
	.name = "board",
	.sms = 100,
	.dram_bytes_per_s = 1000000000000,
	.dram_efficiency_permille = 900,
	.dram_saturation_sms = 35,
};

static struct ct_demand_guess guess(const char *estimator, const char *name,
				    uint64_t blocks)
{
	struct ct_block_need need = { .blocks = blocks, .blocks_per_sm = 1, .warps = 8 };
	struct ct_demand_guess out;

	ct_estimator_find(estimator)->estimate(&board, name, &need, &out);
	return out;
}

START_TEST(names)
{
	static const struct {
		const char *name, *kind;
		enum ct_bound bound;
		enum ct_pipe pipe;
	} cases[] = {
		{ "void at::native::vectorized_elementwise_kernel<4, "
		  "at::native::CUDAFunctor_add<float>, at::detail::Array<char*, 3> >",
		  "elementwise", CT_BOUND_MEMORY, CT_PIPES },
		{ "void at::native::elementwise_kernel<128, 4, "
		  "at::native::gpu_kernel_impl_nocast<at::native::direct_copy_kernel_cuda",
		  "elementwise", CT_BOUND_MEMORY, CT_PIPES },
		{ "void cutlass::Kernel2<cutlass_80_tensorop_bf16_s16816gemm_relu_bf16_"
		  "128x64_64x6_tn_align8>",
		  "matrix product", CT_BOUND_COMPUTE, CT_PIPE_TENSOR },
		{ "sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64",
		  "matrix product", CT_BOUND_COMPUTE, CT_PIPE_TENSOR },
		{ "volta_sgemm_128x64_tn", "matrix product", CT_BOUND_COMPUTE,
		  CT_PIPE_FP32 },
		{ "Cijk_Alik_Bljk_BBS_BH_Bias_HA_S_SAV_UserArgs_MT256x32x64",
		  "matrix product", CT_BOUND_COMPUTE, CT_PIPE_TENSOR },
		{ "void gemv2T_kernel_val<int, int, float, float>", "matrix times vector",
		  CT_BOUND_MEMORY, CT_PIPES },
		{ "Conv", "convolution", CT_BOUND_COMPUTE, CT_PIPE_FP32 },
		{ "cudnn_ampere_scudnn_128x64_relu_xregs_large_nn_v1", "convolution",
		  CT_BOUND_COMPUTE, CT_PIPE_FP32 },
		{ "void at::native::(anonymous namespace)::conv_depthwise2d_forward_kernel",
		  "depthwise convolution", CT_BOUND_MEMORY, CT_PIPES },
		{ "void cudnn::ops::nchwToNhwcKernel<float, float, float, false, true>",
		  "layout change", CT_BOUND_MEMORY, CT_PIPES },
		{ "BatchNorm", "batch norm", CT_BOUND_MEMORY, CT_PIPES },
		{ "void cudnn::bn_bw_1C11_kernel_new<float, float, float2, 128, true, 1>",
		  "batch norm", CT_BOUND_MEMORY, CT_PIPES },
		{ "void at::native::(anonymous namespace)::vectorized_layer_norm_kernel<"
		  "c10::BFloat16, float>",
		  "row norm", CT_BOUND_MEMORY, CT_PIPES },
		{ "_ZN5aiter24add_rmsnorm_quant_kernelIDF16bDF16bLi256ELi16ELb1E",
		  "row norm", CT_BOUND_MEMORY, CT_PIPES },
		{ "void at::native::(anonymous namespace)::cunn_SoftMaxForward<8, "
		  "c10::BFloat16>",
		  "softmax", CT_BOUND_MEMORY, CT_PIPES },
		{ "void at::native::reduce_kernel<512, 1, at::native::ReduceOp<float>>",
		  "reduction", CT_BOUND_MEMORY, CT_PIPES },
		{ "void pytorch_flash::flash_fwd_kernel<Flash_fwd_kernel_traits<64, 128>>",
		  "attention", CT_BOUND_COMPUTE, CT_PIPE_TENSOR },
		{ "void paged_attention_ll4mi_QKV_mfma16_kernel<0, __hip_bfloat16>",
		  "decode attention", CT_BOUND_MEMORY, CT_PIPES },
		{ "void split_embedding_codegen_forward_unweighted_kernel<float>", "gather",
		  CT_BOUND_MEMORY, CT_PIPES },
		{ "ncclKernel_AllReduce_RING_LL_Sum_float(ncclWorkElem)", "collective",
		  CT_BOUND_LATENCY, CT_PIPES },
		{ "void cub::DeviceRadixSortOnesweepKernel<cub::DeviceRadixSortPolicy>",
		  "sort", CT_BOUND_MEMORY, CT_PIPES },
		{ "void multi_tensor_apply_kernel<TensorListMetadata<4>, "
		  "AdamFunctor<float>>",
		  "optimizer", CT_BOUND_MEMORY, CT_PIPES },
		{ "triton_poi_fused_add_0", "elementwise", CT_BOUND_MEMORY, CT_PIPES },
		{ "work", NULL, CT_BOUND_UNKNOWN, CT_PIPES },
		{ "", NULL, CT_BOUND_UNKNOWN, CT_PIPES },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct ct_demand_guess g = guess("shape", cases[i].name, 1000);

		ck_assert_msg(g_strcmp0(g.kind, cases[i].kind) == 0 || !g.kind,
			      "%s: %s, not %s", cases[i].name, g.kind, cases[i].kind);
		ck_assert_msg(!g.kind == !cases[i].kind, "%s: no rule", cases[i].name);
		ck_assert_msg(g.bound == cases[i].bound, "%s: bound", cases[i].name);
		ck_assert_msg(g.pipe == cases[i].pipe, "%s: pipe", cases[i].name);
		if (!g.kind)
			continue;
		ck_assert_ptr_nonnull(g.from);
		ck_assert_uint_le(g.dram.permille[0], g.dram.permille[1]);
		ck_assert_uint_le(g.dram.permille[1], g.dram.permille[2]);
		ck_assert_uint_le(g.dram.permille[2], 1000);
	}
}
END_TEST

/* A grid that leaves SMs empty is bound by latency; a matrix product is not. */
START_TEST(small_grids)
{
	ck_assert_str_eq(guess("shape", "BatchNorm", 99).kind, "small grid");
	ck_assert_str_eq(guess("shape", "BatchNorm", 100).kind, "batch norm");
	ck_assert_str_eq(guess("shape", "sgemm", 10).kind, "matrix product");
}
END_TEST

/* 720 permille of 900 MB/ms for 10 us are 6.48 MB. */
START_TEST(bytes)
{
	struct ct_demand_guess g = guess("shape", "elementwise_kernel", 1000);
	struct ct_kernel_demand demand = { 0 };

	ct_estimate_demand(&board, &g, CT_ESTIMATE_VALUE, 10000, &demand);
	ck_assert_int_eq(demand.dram_bytes.value, 6480000);
	ck_assert_int_eq(demand.dram_bytes.source, CT_DEMAND_GUESS);
	demand = (struct ct_kernel_demand){ 0 };
	ct_estimate_demand(&board, &g, CT_ESTIMATE_HIGH, 10000, &demand);
	ck_assert_int_eq(demand.dram_bytes.value, 9000000);
	demand = (struct ct_kernel_demand){ 0 };
	ct_estimate_demand(&board, &g, CT_ESTIMATE_LOW, 10000, &demand);
	ck_assert_int_eq(demand.dram_bytes.value, 3870000);
}
END_TEST

START_TEST(measured_stays)
{
	struct ct_demand_guess g = guess("bound", "elementwise_kernel", 1000);
	struct ct_kernel_demand demand = ct_demand_dram(0);

	ct_estimate_demand(&board, &g, CT_ESTIMATE_VALUE, 10000, &demand);
	ck_assert_int_eq(demand.dram_bytes.value, 0);
	ck_assert_int_eq(demand.dram_bytes.source, CT_DEMAND_MEASURED);
}
END_TEST

START_TEST(others)
{
	struct ct_kernel_demand demand = { 0 };
	struct ct_demand_guess g = guess("none", "elementwise_kernel", 1000);

	ct_estimate_demand(&board, &g, CT_ESTIMATE_VALUE, 10000, &demand);
	ck_assert_int_eq(demand.dram_bytes.source, CT_DEMAND_UNKNOWN);
	g = guess("bound", "", 1);
	ct_estimate_demand(&board, &g, CT_ESTIMATE_LOW, 10000, &demand);
	ck_assert_int_eq(demand.dram_bytes.value, 9000000);
	ck_assert_ptr_null(ct_estimator_find("bounds"));
}
END_TEST

struct score {
	uint64_t n, hits;
	double ns, hit_ns;
};

/* Name,Profile,Memory_footprint,SM_usage,Duration; no name has a comma. */
static void score_row(struct score *s, const char *line)
{
	g_auto(GStrv) field = g_strsplit(line, ",", -1);
	struct ct_demand_guess g;
	enum ct_bound bound;
	double ns;

	if (g_strv_length(field) != 5)
		return;
	if (strcmp(field[1], "1") == 0)
		bound = CT_BOUND_COMPUTE;
	else if (strcmp(field[1], "0") == 0)
		bound = CT_BOUND_MEMORY;
	else
		return; /* neither, or too short to tell */
	ns = g_ascii_strtod(field[4], NULL);
	g = guess("shape", field[0], 1000);
	s->n++;
	s->ns += ns;
	if (g.bound == bound) {
		s->hits++;
		s->hit_ns += ns;
	}
}

static void score_file(struct score *s, const char *path)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines + 1; *line; line++)
		score_row(s, *line);
}

START_TEST(orion)
{
	static const char *const files[] = {
		"bert_2_fwd",        "bert_8_fb1",         "efficientnet_4_fwd_new",
		"mobilenetv2_4_fwd", "mobilenetv2_32_fb1", "mobilenetv2_64_fb1",
		"resnet50_4_fwd",    "resnet50_32_fb1",    "resnet101_4_fwd",
	};
	const char *data = g_getenv("CT_DATA");
	struct score all = { 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_strdup_printf("%s/orion_profiles/%s.csv",
							data ? data : ".", files[i]);
		struct score s = { 0 };

		if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
			printf("orion: not run: no %s\n", path);
			return;
		}
		score_file(&s, path);
		printf("orion: %-24s %5u kernels, %.1f %%, of their time %.1f %%\n",
		       files[i], (unsigned)s.n, 100.0 * (double)s.hits / (double)s.n,
		       100 * s.hit_ns / s.ns);
		all.n += s.n;
		all.hits += s.hits;
		all.ns += s.ns;
		all.hit_ns += s.hit_ns;
	}
	printf("orion: %-24s %5u kernels, %.1f %%, of their time %.1f %%\n", "all",
	       (unsigned)all.n, 100.0 * (double)all.hits / (double)all.n,
	       100 * all.hit_ns / all.ns);
	ck_assert_uint_gt(all.n, 7000);
	ck_assert_double_gt((double)all.hits, 0.98 * (double)all.n);
	ck_assert_double_gt(all.hit_ns, 0.98 * all.ns);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("estimate");
	TCase *tcase = tcase_create("estimate");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, names);
	tcase_add_test(tcase, small_grids);
	tcase_add_test(tcase, bytes);
	tcase_add_test(tcase, measured_stays);
	tcase_add_test(tcase, others);
	tcase_add_test(tcase, orion);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
