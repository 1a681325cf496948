/*
 * generate-vision - inference of ViT-B/16 on images of 224 x 224.
 *
 * The published architecture: 196 patches of 16 x 16 and one class token, 12 layers of
 * width 768 with 12 heads and a feed-forward width of 3072, 1000 classes, 2 bytes per
 * number.
 */
#include "traces/generate.h"

#include <math.h>

#define LAYERS     12
#define PATCHES    196.0
#define TOKENS     (PATCHES + 1)
#define WIDTH      768.0
#define HEADS      12.0
#define HEAD_WIDTH 64.0
#define FORWARD    3072.0
#define CLASSES    1000.0
#define ELEMENT    2.0
#define WEIGHTS    86.6e6
#define IMAGE      (3.0 * 224 * 224)

static void attention(struct ct_generation *g, double images)
{
	struct ct_generate_kernel kernel = {
		.name = "attention_bf16_64",
		.grid = { (uint32_t)ceil(TOKENS / 64), (uint32_t)HEADS, (uint32_t)images },
		.threads = 128,
		.registers = 160,
		.smem_bytes = 49152,
		.flop = images * 4 * HEADS * HEAD_WIDTH * TOKENS * TOKENS / 0.75,
	};
	double bytes = images * TOKENS * WIDTH * ELEMENT;

	ct_generate_activation(g, &kernel, 3 * bytes, bytes);
	ct_generate_kernel(g, &kernel);
}

static void forward(struct ct_generation *g, double images)
{
	double rows = images * TOKENS, row_bytes = WIDTH * ELEMENT;

	ct_generate_rows(g, "normalize_to_bf16", images * PATCHES, WIDTH * ELEMENT, 2, 1);
	ct_generate_gemm(g, images * PATCHES, WIDTH, WIDTH, ELEMENT);
	ct_generate_rows(g, "add_position_bf16", rows, row_bytes, 2, 1);
	for (int layer = 0; layer < LAYERS; layer++) {
		ct_generate_rows(g, "layernorm_bf16", rows, row_bytes, 1, 1);
		ct_generate_gemm(g, rows, 3 * WIDTH, WIDTH, ELEMENT);
		attention(g, images);
		ct_generate_gemm(g, rows, WIDTH, WIDTH, ELEMENT);
		ct_generate_rows(g, "add_layernorm_bf16", rows, row_bytes, 2, 2);
		ct_generate_gemm(g, rows, FORWARD, WIDTH, ELEMENT);
		ct_generate_rows(g, "gelu_bf16", rows, FORWARD * ELEMENT, 1, 1);
		ct_generate_gemm(g, rows, WIDTH, FORWARD, ELEMENT);
		ct_generate_rows(g, "add_bf16", rows, row_bytes, 2, 1);
	}
	ct_generate_rows(g, "layernorm_bf16", images, row_bytes, 1, 1);
	ct_generate_gemm(g, images, CLASSES, WIDTH, ELEMENT);
	ct_generate_rows(g, "softmax_bf16", images, CLASSES * ELEMENT, 1, 1);
}

static void run(struct ct_generation *g)
{
	const struct ct_generate_options *options = ct_generate_options(g);
	double images = options->batch;

	ct_generate_alloc(g, WEIGHTS * ELEMENT);
	ct_generate_alloc(g, images * (IMAGE * 4 + TOKENS * 2 * FORWARD * ELEMENT));
	for (uint32_t i = 0; i < options->requests; i++) {
		ct_generate_begin(g, "request");
		ct_generate_copy(g, CT_COPY_HTOD, images * IMAGE * 4);
		ct_generate_step_begin(g);
		forward(g, images);
		ct_generate_step_end(g);
		ct_generate_copy(g, CT_COPY_DTOH, images * CLASSES * 4);
		ct_generate_sync(g);
		ct_generate_end(g, "request");
		ct_generate_idle(g, options->gap_ns);
	}
}

const struct ct_generator ct_generate_vision = {
	.name = "vision",
	.summary = "ViT-B/16 classifies images",
	.process = "generated: vit-b/16 inference",
	.defaults = { .batch = 8, .requests = 50 },
	.run = run,
};
