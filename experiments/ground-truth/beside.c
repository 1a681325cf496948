/*
 * beside - submits kernels when they are ready, and waits for their ends
 */
#include "experiments/ground-truth/beside.h"

#include <math.h>

#include "sim/base/error.h"
#include "sim/gpu.h"

struct on_gpu {
	struct ct_grid grid;
	struct ct_sm_set sms;
	gboolean submitted;
};

static gboolean prepare(const struct ct_device *device, const struct beside_kernel *k,
			struct on_gpu *on, GError **error)
{
	struct ct_device part = *device; /* what it had when it was alone */
	const char *why;

	if (k->n_sms && !k->alone_everywhere)
		part.sms = k->n_sms;
	on->grid.priority = k->priority;
	if (k->need)
		on->grid.need = *k->need;
	else if (!ct_block_need(&part, &k->shape, &on->grid.need, &why)) {
		ct_input_error(error, "%s: a block of %u threads: %s", device->name,
			       k->shape.threads_per_block, why);
		return FALSE;
	}
	ct_kernel_work(&part, &on->grid.need, k->alone_ns, &k->demand, &on->grid.work);
	if (k->n_sms)
		on->grid.sms = &on->sms;
	for (uint32_t sm = k->first_sm; sm < k->first_sm + k->n_sms; sm++)
		on->sms.word[sm / 64] |= UINT64_C(1) << sm % 64;
	return TRUE;
}

/* Submits what is ready at NOW; when the next will be. */
static int64_t submit_ready(struct ct_gpu *gpu, const struct beside_kernel *kernel,
			    struct on_gpu *on, size_t n, int64_t now_ns)
{
	int64_t next_ns = INT64_MAX;

	for (size_t i = 0; i < n; i++) {
		if (on[i].submitted)
			continue;
		if (kernel[i].ready_ns > now_ns) {
			next_ns = MIN(next_ns, kernel[i].ready_ns);
			continue;
		}
		on[i].submitted = TRUE;
		ct_gpu_submit(gpu, &on[i].grid);
	}
	return next_ns;
}

static void run(struct ct_gpu *gpu, const struct beside_kernel *kernel, struct on_gpu *on,
		size_t n)
{
	size_t left = n;
	int64_t next_ns = submit_ready(gpu, kernel, on, n, 0);

	ct_gpu_settle(gpu);
	while (left > 0) {
		int64_t now_ns = ct_gpu_run(gpu, next_ns);

		for (struct ct_grid *g = ct_gpu_take_ended(gpu); g; g = g->next)
			left--;
		if (now_ns >= next_ns)
			next_ns = submit_ready(gpu, kernel, on, n, now_ns);
		ct_gpu_settle(gpu);
	}
}

gboolean beside_run(const struct ct_device *device, struct beside_kernel *kernel, size_t n,
		    GError **error)
{
	g_autofree struct on_gpu *on = g_new0(struct on_gpu, n);
	struct ct_gpu *gpu;

	for (size_t i = 0; i < n; i++)
		if (!prepare(device, &kernel[i], &on[i], error))
			return FALSE;
	gpu = ct_gpu_new(device, &(struct ct_gpu_options){ 0 });
	run(gpu, kernel, on, n);
	ct_gpu_free(gpu);
	for (size_t i = 0; i < n; i++) {
		kernel[i].start_ns = on[i].grid.start_ns;
		kernel[i].end_ns = on[i].grid.end_ns;
	}
	return TRUE;
}

double beside_slowdown(const struct ct_device *device, const struct beside_kernel *victim,
		       const struct beside_kernel *other, GError **error)
{
	enum { LONGER = 100 }; /* no contention slows a kernel down this much */
	struct beside_kernel pair[2] = { *victim, *other };
	double scale = (double)victim->alone_ns * LONGER / (double)other->alone_ns;

	/* The same demand per time, for longer. */
	pair[1].alone_ns = victim->alone_ns * LONGER;
	pair[1].demand.dram_bytes.value =
		llround(scale * (double)pair[1].demand.dram_bytes.value);
	pair[1].demand.l2_bytes.value =
		llround(scale * (double)pair[1].demand.l2_bytes.value);
	if (!beside_run(device, pair, 2, error))
		return NAN;
	return (double)pair[0].end_ns / (double)victim->alone_ns;
}
