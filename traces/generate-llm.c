/*
 * generate-llm - prefill and decode of an 8B transformer of the Llama 3.1 shape.
 *
 * Counts per token and layer are those of the published architecture: 32 layers of
 * width 4096, 32 query and 8 key/value heads of 128, a feed-forward width of 14336, a
 * vocabulary of 128256, 2 bytes per number.  Attention reads the cache in one fused
 * kernel; decode splits it over the cache's length and combines the parts.
 */
#include "traces/generate.h"

#include <math.h>

#define LAYERS     32
#define WIDTH      4096.0
#define HEADS      32.0
#define KV_HEADS   8.0
#define HEAD_WIDTH 128.0
#define FORWARD    14336.0
#define VOCABULARY 128256.0
#define ELEMENT    2.0
#define QKV_WIDTH  ((HEADS + 2 * KV_HEADS) * HEAD_WIDTH)
#define WEIGHTS    8.03e9
#define KV_BYTES   (2 * LAYERS * KV_HEADS * HEAD_WIDTH * ELEMENT) /* per token */

/* All SEQUENCES have LENGTH tokens, each seeing those before it: half the square. */
static void attention_prefill(struct ct_generation *g, double sequences, double length)
{
	struct ct_generate_kernel kernel = {
		.name = "attention_prefill_bf16_128",
		.grid = { (uint32_t)ceil(length / 128), (uint32_t)HEADS,
			  (uint32_t)sequences },
		.threads = 384,
		.registers = 168,
		.smem_bytes = 200704,
		.flop = sequences * 2 * HEADS * HEAD_WIDTH * length * length / 0.75,
	};
	double row_bytes = HEAD_WIDTH * ELEMENT * sequences * length;

	ct_generate_activation(g, &kernel, (HEADS + 2 * KV_HEADS) * row_bytes,
			       HEADS * row_bytes);
	ct_generate_kernel(g, &kernel);
}

/* One new token for each of SEQUENCES against a cache of LENGTH tokens. */
static void attention_decode(struct ct_generation *g, double sequences, double length)
{
	double splits = ceil(ct_generate_sms(g) / (KV_HEADS * sequences));
	struct ct_generate_kernel kernel = {
		.name = "attention_decode_splitkv_bf16",
		.threads = 128,
		.registers = 128,
		.smem_bytes = 65536,
		.flop = sequences * 4 * HEADS * HEAD_WIDTH * length,
		.read_bytes = sequences * length * KV_BYTES / LAYERS,
	};

	splits = CLAMP(splits, 1, ceil(length / 256));
	kernel.grid[0] = (uint32_t)splits;
	kernel.grid[1] = (uint32_t)KV_HEADS;
	kernel.grid[2] = (uint32_t)sequences;
	ct_generate_kernel(g, &kernel);
	if (splits > 1)
		ct_generate_rows(g, "attention_combine_bf16", sequences * HEADS,
				 HEAD_WIDTH * ELEMENT, splits, 1);
}

/* One pass over ROWS tokens: of LENGTH tokens a sequence (prefill), or one token each
 * against a cache of LENGTH (decode). */
static void forward(struct ct_generation *g, double rows, double length, gboolean decode)
{
	double sequences = ct_generate_options(g)->batch;

	ct_generate_rows(g, "embedding_bf16", rows, WIDTH * ELEMENT, 1, 1);
	for (int layer = 0; layer < LAYERS; layer++) {
		ct_generate_rows(g, "rmsnorm_bf16", rows, WIDTH * ELEMENT, 1, 1);
		ct_generate_gemm(g, rows, QKV_WIDTH, WIDTH, ELEMENT);
		ct_generate_rows(g, "rope_and_cache_bf16", rows, QKV_WIDTH * ELEMENT, 1, 1);
		if (decode)
			attention_decode(g, sequences, length);
		else
			attention_prefill(g, sequences, length);
		ct_generate_gemm(g, rows, WIDTH, HEADS * HEAD_WIDTH, ELEMENT);
		ct_generate_rows(g, "add_rmsnorm_bf16", rows, WIDTH * ELEMENT, 2, 2);
		ct_generate_gemm(g, rows, 2 * FORWARD, WIDTH, ELEMENT);
		ct_generate_rows(g, "silu_mul_bf16", rows, FORWARD * ELEMENT, 2, 1);
		ct_generate_gemm(g, rows, WIDTH, FORWARD, ELEMENT);
	}
	ct_generate_rows(g, "add_rmsnorm_bf16", sequences, WIDTH * ELEMENT, 2, 1);
	ct_generate_gemm(g, sequences, VOCABULARY, WIDTH, ELEMENT);
	ct_generate_rows(g, "sample_argmax", sequences, VOCABULARY * ELEMENT, 1, 0);
}

/* One step, from the tokens on the host to the new ones there. */
static void step(struct ct_generation *g, double rows, double length, gboolean decode)
{
	ct_generate_copy(g, CT_COPY_HTOD, rows * 4);
	ct_generate_step_begin(g);
	forward(g, rows, length, decode);
	ct_generate_step_end(g);
	ct_generate_copy(g, CT_COPY_DTOH, ct_generate_options(g)->batch * 4.0);
	ct_generate_sync(g);
}

static void allocate(struct ct_generation *g, double rows, double cached)
{
	double batch = ct_generate_options(g)->batch;

	ct_generate_alloc(g, WEIGHTS * ELEMENT);
	ct_generate_alloc(g, batch * cached * KV_BYTES);
	ct_generate_alloc(g, rows * (2 * FORWARD + QKV_WIDTH + 2 * WIDTH) * ELEMENT);
}

static void run_prefill(struct ct_generation *g)
{
	const struct ct_generate_options *options = ct_generate_options(g);
	double rows = (double)options->batch * options->prompt;

	allocate(g, rows, options->prompt);
	for (uint32_t i = 0; i < options->requests; i++) {
		ct_generate_begin(g, "request");
		step(g, rows, options->prompt, FALSE);
		ct_generate_end(g, "request");
		ct_generate_idle(g, options->gap_ns);
	}
}

static void run_decode(struct ct_generation *g)
{
	const struct ct_generate_options *options = ct_generate_options(g);

	allocate(g, options->batch, (double)options->context + options->tokens);
	for (uint32_t i = 0; i < options->requests; i++) {
		ct_generate_begin(g, "request");
		for (uint32_t t = 0; t < options->tokens; t++) {
			ct_generate_begin(g, "token");
			step(g, options->batch, (double)options->context + t + 1, TRUE);
			ct_generate_end(g, "token");
		}
		ct_generate_end(g, "request");
		ct_generate_idle(g, options->gap_ns);
	}
}

const struct ct_generator ct_generate_llm_prefill = {
	.name = "llm-prefill",
	.summary = "an 8B transformer reads prompts",
	.process = "generated: llama-8b prefill",
	.defaults = { .batch = 1, .prompt = 2048, .requests = 8 },
	.run = run_prefill,
};

const struct ct_generator ct_generate_llm_decode = {
	.name = "llm-decode",
	.summary = "an 8B transformer writes, token by token",
	.process = "generated: llama-8b decode",
	.defaults = { .batch = 8, .context = 1024, .tokens = 16, .requests = 2 },
	.run = run_decode,
};
