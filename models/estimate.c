/*
 * estimate - the rules by which unmeasured demands are guessed.
 *
 * A rule is a list of words, in lower case, of which one must be in the kernel's name.
 * The name up to its template arguments is looked at first, because arguments name the
 * functors of other kernels; the whole name only if no rule knew that.  The first rule
 * that fits wins, so the special ones stand first.
 *
 * Shares of DRAM marked "H100" are bytes of inputs and outputs, as PyTorch recorded their
 * shapes, over the kernel's time and 0.92 of 3350 GB/s: 10th percentile, mean by time and
 * 90th percentile (at most 1000), of launches with at least as many blocks as SMs
 * (experiments/estimator).  "Orion" is the class that Orion's authors (EuroSys 2024) gave
 * to kernels of that name on a V100: compute or memory, where one of the two was above
 * 60 % of its peak.  The rest is assumed, and says so.
 *
 * DANGER: the words were chosen by looking at the names in the same profiles that the
 * shares were taken from, and no counter has confirmed a share; bytes that hit in L2 count
 * as DRAM here.
 */
#include "models/estimate.h"

#include <string.h>

struct rule {
	const char *kind;
	enum ct_bound bound;
	struct ct_share dram;
	const char *from;
	const char *words[24];
};

#define H100(n) "H100, " n " launches with recorded tensor shapes"

static const struct rule rules[] = {
	{ "collective",
	  CT_BOUND_LATENCY,
	  { { 0, 100, 300 } },
	  "assumed: bound by the link",
	  { "nccl", "rccl", "allreduce", "all_reduce", "allgather", "reduce_scatter" } },
	{ "decode attention",
	  CT_BOUND_MEMORY,
	  { { 500, 800, 950 } },
	  "assumed: streams the cached keys and values",
	  { "paged_attention", "splitkv", "decode_attention", "batch_decode" } },
	{ "attention",
	  CT_BOUND_COMPUTE,
	  { { 200, 210, 220 } },
	  H100("24"),
	  { "flash", "fmha", "attention" } },
	{ "layout change",
	  CT_BOUND_MEMORY,
	  { { 430, 720, 1000 } },
	  "assumed: as elementwise",
	  { "nchwtonhwc", "nhwctonchw", "transpose", "permute", "convert", "im2col" } },
	{ "depthwise convolution",
	  CT_BOUND_MEMORY,
	  { { 600, 800, 1000 } },
	  "Orion: memory, above 60 %; the rest assumed",
	  { "depthwise" } },
	{ "matrix times vector",
	  CT_BOUND_MEMORY,
	  { { 600, 800, 950 } },
	  "Orion: memory, above 60 % (gemmSN); the rest assumed",
	  { "gemv", "gemmsn" } },
	{ "matrix product",
	  CT_BOUND_COMPUTE,
	  { { 50, 300, 370 } },
	  H100("1693"),
	  { "gemm", "cijk_", "xmma", "cutlass", "matmul", "triton_mm", "triton_tem" } },
	{ "convolution",
	  CT_BOUND_COMPUTE,
	  { { 50, 300, 600 } },
	  "assumed: as matrix product; Orion: compute, so DRAM below 60 %",
	  { "conv", "scudnn", "dgrad", "wgrad", "fprop", "winograd" } },
	{ "batch norm",
	  CT_BOUND_MEMORY,
	  { { 600, 800, 1000 } },
	  "Orion: memory, above 60 %; the rest assumed",
	  { "batchnorm", "batch_norm", "bn_fw", "bn_bw" } },
	{ "row norm",
	  CT_BOUND_MEMORY,
	  { { 180, 450, 800 } },
	  H100("290") "; Orion: memory, so up to more than 60 %",
	  { "layer_norm", "layernorm", "rmsnorm", "rms_norm", "groupnorm", "group_norm",
	    "gammabetabackward" } },
	{ "softmax",
	  CT_BOUND_MEMORY,
	  { { 250, 500, 900 } },
	  "between 260 (H100, 120 launches of one model) and Orion: memory, above 60 %",
	  { "softmax" } },
	{ "pooling",
	  CT_BOUND_MEMORY,
	  { { 400, 700, 900 } },
	  "assumed; Orion: 3 of 4 are memory",
	  { "pool" } },
	{ "sort",
	  CT_BOUND_MEMORY,
	  { { 200, 500, 800 } },
	  "assumed",
	  { "sort", "scan", "topk", "radix" } },
	{ "gather",
	  CT_BOUND_MEMORY,
	  { { 100, 500, 900 } },
	  "assumed: irregular, and rows may be in L2",
	  { "embedding", "index", "gather", "scatter", "kvcache", "kv_cache" } },
	{ "reduction",
	  CT_BOUND_MEMORY,
	  { { 720, 780, 810 } },
	  H100("54"),
	  { "reduce", "triton_red", "triton_per", "nll_loss" } },
	{ "random numbers",
	  CT_BOUND_MEMORY,
	  { { 100, 400, 800 } },
	  "assumed: counters and functions before each store",
	  { "distribution", "philox", "curand" } },
	{ "optimizer",
	  CT_BOUND_MEMORY,
	  { { 430, 720, 1000 } },
	  "assumed: as elementwise",
	  { "multi_tensor_apply", "adam", "sgd_" } },
	{ "elementwise",
	  CT_BOUND_MEMORY,
	  { { 430, 720, 1000 } },
	  H100("1917"),
	  { "elementwise", "copy",    "catarray",   "fill",        "memset",
	    "triton_poi",  "dropout", "activation", "act_and_mul", "silu",
	    "gelu",        "relu",    "rotary",     "rope",        "clamp",
	    "sigmoid",     "tanh",    "quant",      "normalize",   "globalkernel" } },
};

static const struct rule small_grid = {
	"small grid",       CT_BOUND_LATENCY,
	{ { 0, 10, 300 } }, H100("1191") " and fewer blocks than SMs drew 0 to 10 permille",
	{ NULL },
};

/* A pipe that is the limit, of what it can do. */
static const struct {
	enum ct_pipe pipe;
	struct ct_share use;
	const char *words[10];
} pipes[] = {
	/* H100: 7 to 52 % of 989 Tflop/s in matrix products with recorded shapes */
	{ CT_PIPE_TENSOR,
	  { { 100, 500, 800 } },
	  { "tensorop", "mma", "bf16", "f16", "s1688", "h884", "i8816", "cijk_",
	    "flash" } },
	/* Orion: compute, above 60 % */
	{ CT_PIPE_FP32, { { 600, 800, 950 } }, { "" } },
};

static gboolean has_word(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n && words[i]; i++)
		if (strstr(text, words[i]))
			return TRUE;
	return FALSE;
}

static const struct rule *find_rule(const char *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
		if (has_word(text, rules[i].words, G_N_ELEMENTS(rules[i].words)))
			return &rules[i];
	return NULL;
}

static void set_pipe(const char *text, struct ct_demand_guess *out)
{
	size_t i = 0;

	while (!has_word(text, pipes[i].words, G_N_ELEMENTS(pipes[i].words)))
		i++;
	out->pipe = pipes[i].pipe;
	out->pipe_use = pipes[i].use;
}

static void by_shape(const struct ct_device *device, const char *name,
		     const struct ct_block_need *need, struct ct_demand_guess *out)
{
	g_autofree char *whole = g_ascii_strdown(name, -1);
	g_autofree char *base = g_strndup(whole, strcspn(whole, "<"));
	const struct rule *rule = find_rule(base);

	*out = (struct ct_demand_guess){ .pipe = CT_PIPES };
	if (!rule)
		rule = find_rule(whole);
	if (!rule)
		return;
	if (rule->bound == CT_BOUND_COMPUTE)
		set_pipe(whole, out);
	else if (!need->guessed && need->blocks < device->sms)
		rule = &small_grid;
	out->kind = rule->kind;
	out->from = rule->from;
	out->bound = rule->bound;
	out->dram = rule->dram;
}

static void by_nothing(const struct ct_device *device, const char *name,
		       const struct ct_block_need *need, struct ct_demand_guess *out)
{
	*out = (struct ct_demand_guess){ .pipe = CT_PIPES };
}

static void by_bound(const struct ct_device *device, const char *name,
		     const struct ct_block_need *need, struct ct_demand_guess *out)
{
	*out = (struct ct_demand_guess){
		.kind = "bound",
		.from = "no kernel can draw more",
		.bound = CT_BOUND_MEMORY,
		.dram = { { 1000, 1000, 1000 } },
		.pipe = CT_PIPES,
	};
}

static const struct ct_estimator shape = { "shape",
					   "by words of the name and the size of the grid",
					   by_shape },
				 none = { "none", "nothing: unknown demands are zero",
					  by_nothing },
				 bound = { "bound", "all of DRAM: an upper bound",
					   by_bound };

const struct ct_estimator *const *ct_estimators(void)
{
	static const struct ct_estimator *const all[] = { &shape, &none, &bound, NULL };

	return all;
}

const struct ct_estimator *ct_estimator_find(const char *name)
{
	for (const struct ct_estimator *const *e = ct_estimators(); *e; e++)
		if (strcmp((*e)->name, name) == 0)
			return *e;
	return NULL;
}

static void guess(struct ct_demand *demand, int64_t value)
{
	if (demand->source == CT_DEMAND_UNKNOWN)
		*demand = (struct ct_demand){ value, CT_DEMAND_GUESS };
}

void ct_estimate_demand(const struct ct_device *device, const struct ct_demand_guess *e,
			enum ct_estimate_level level, int64_t isolated_ns,
			struct ct_kernel_demand *demand)
{
	uint64_t ns = (uint64_t)CLAMP(isolated_ns, 1, CT_KERNEL_MAX_NS);
	unsigned __int128 bytes = (unsigned __int128)ct_dram_mbps(device) * ns;

	if (!e->kind)
		return;
	/* MB/s for ns are thousandths of a byte */
	bytes = bytes * e->dram.permille[level] / 1000000;
	guess(&demand->dram_bytes, (int64_t)MIN(bytes, INT64_MAX));
	if (e->pipe < CT_PIPES)
		guess(&demand->pipe_permille[e->pipe], e->pipe_use.permille[level]);
}
