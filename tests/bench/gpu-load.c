/*
 * gpu-load - what the tenants of gpu-bench launch.
 *
 * Synthetic loads have the ranges of real ones: "small" of launch-bound inference, a
 * wave or less; "waves" of large layers, tens of thousands of blocks; "uneven" is made
 * to hurt: numbers of warps that are no multiple of the register partitions.  "clusters"
 * and "spread" are the kernels of "waves" in clusters of 2 to 8 blocks, and with blocks
 * that differ by up to 20 %.
 */
#include "tests/bench/gpu-load.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "models/spread.h"
#include "traces/import.h"
#include "traces/reader.h"
#include "tests/unit/dram-work.h"

#define SYNTHETIC_KERNELS 500

const char *const synthetic_loads[] = { "small", "waves", "uneven", NULL };
const char *const special_loads[] = { "clusters", "spread", NULL };
const char *const real_loads[] = { "h100_bert-small_infer", "h100_vit_nsfw_infer",
				   "h100_qwen1.5-0.5b_fwd", "h100_owlv2-large", NULL };

static void add_kernel(const struct ct_device *device, const struct ct_kernel_shape *shape,
		       int64_t ns, gboolean bytes, uint32_t spread_permille,
		       GArray *kernels)
{
	int64_t full = (int64_t)((double)ct_dram_mbps(device) * (double)ns / 1000);
	struct load_kernel kernel;
	const char *why;

	if (!ct_block_need(device, shape, &kernel.need, &why))
		return;
	if (!bytes)
		full = -1;
	else
		full = kernels->len % 3 ? full / 8 : full * 9 / 10;
	dram_work(device, &kernel.need, ns, full, &kernel.work);
	if (spread_permille)
		ct_spread_work(device, &kernel.need, spread_permille, &kernel.work);
	g_array_append_val(kernels, kernel);
}

static GArray *synthetic(const char *name, const struct ct_device *device, gboolean bytes)
{
	static const guint even[] = { 128, 256, 512, 1024 }, odd[] = { 96, 160, 224, 384 };
	GArray *kernels = g_array_new(FALSE, FALSE, sizeof(struct load_kernel));
	g_autoptr(GRand) random = g_rand_new_with_seed(1);
	gboolean small = g_str_equal(name, "small"), uneven = g_str_equal(name, "uneven");
	gboolean clusters = g_str_equal(name, "clusters");
	guint permille = g_str_equal(name, "spread") ? 200 : 0;

	while (kernels->len < SYNTHETIC_KERNELS) {
		guint which = (guint)g_rand_int_range(random, 0, 4);
		struct ct_kernel_shape shape = {
			.blocks =
				(uint64_t)g_rand_int_range(random, 1, small ? 400 : 30000),
			.threads_per_block = uneven ? odd[which] : even[which],
			.registers_per_thread = (uint32_t)g_rand_int_range(random, 16, 64),
		};
		int64_t ns = g_rand_int_range(random, 2000, small ? 10000 : 200000);

		if (clusters) {
			shape.cluster = MIN(2u << which, device->cluster_max_blocks);
			shape.blocks += shape.cluster - shape.blocks % shape.cluster;
		}
		add_kernel(device, &shape, ns, bytes, permille, kernels);
	}
	return kernels;
}

static GArray *kernels_of(const struct ct_trace *trace, const struct ct_device *device,
			  gboolean bytes)
{
	GArray *kernels = g_array_new(FALSE, FALSE, sizeof(struct load_kernel));
	g_autoptr(GError) error = NULL;
	const struct ct_op *op;

	for (uint32_t lane = 0; lane < trace->n_lanes; lane++) {
		struct ct_cursor *cursor = ct_cursor_new(trace, lane);

		while ((op = ct_cursor_next(cursor, &error))) {
			const struct ct_shape_record *s;
			struct ct_kernel_shape shape;

			if (op->kind != CT_OP_KERNEL || op->end_ns <= op->start_ns)
				continue;
			s = &trace->shape[op->shape];
			shape = (struct ct_kernel_shape){
				.blocks = (uint64_t)s->grid[0] * s->grid[1] * s->grid[2],
				.threads_per_block =
					s->block[0] * s->block[1] * s->block[2],
				.registers_per_thread = s->registers,
				.smem_static_bytes = s->smem_static_bytes,
				.smem_dynamic_bytes = s->smem_dynamic_bytes,
			};
			add_kernel(device, &shape, op->end_ns - op->start_ns, bytes, 0,
				   kernels);
		}
		ct_cursor_free(cursor);
	}
	return kernels;
}

static GArray *real(const char *name, const struct ct_device *device, gboolean bytes)
{
	g_autofree char *from =
		g_strdup_printf("%s/kineto/%s.json.gz", g_getenv("CT_DATA") ?: ".", name);
	g_autofree char *to =
		g_strdup_printf("%s/gpu-bench-%d.ctt", g_get_tmp_dir(), getpid());
	struct ct_import_options options = { .zstd_level = 1 };
	struct ct_import_summary summary;
	struct ct_trace *trace = NULL;
	GArray *kernels;

	if (ct_import(from, to, &options, &summary, NULL))
		trace = ct_trace_open(to, NULL);
	g_unlink(to);
	if (!trace)
		return NULL;
	kernels = kernels_of(trace, device, bytes);
	ct_trace_free(trace);
	return kernels;
}

GArray *load_make(const char *name, const struct ct_device *device, gboolean bytes)
{
	if (g_strv_contains(synthetic_loads, name) || g_strv_contains(special_loads, name))
		return synthetic(name, device, bytes);
	return real(name, device, bytes);
}
