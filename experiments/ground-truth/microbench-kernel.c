/*
 * microbench-kernel - what each synthetic kernel asks of what kernels share
 *
 * From the kernels' source (https://github.com/eth-easl/gpu-util-interference) and the
 * scripts that ran them on a V100 (https://github.com/wangpeiwen/gpu-util-interference):
 * 10,000 repetitions in run_l2_experiment.sh, 40 copies of 2 GiB in
 * run_ipc_experiment.sh, 50 in run_membw_experiment.sh.
 */
#include "experiments/ground-truth/microbench.h"

#include <math.h>

enum { REGISTERS = 32 }; /* not printed; a few dozen more change nothing here */

static struct ct_demand known(int64_t value)
{
	return (struct ct_demand){ value, CT_DEMAND_FORMULA };
}

/*
 * What is read comes from the SM's L1 as long as the block's part fits there; read in a
 * circle, nothing of it stays otherwise.  All that is written goes to L2.
 */
static void l2_copy(const struct ct_device *d, const struct microbench_kernel *k,
		    struct ct_kernel_demand *out)
{
	gboolean in_l1 = k->bytes / k->blocks <= d->sm.l1_bytes;
	int64_t footprint = in_l1 ? k->bytes : 2 * k->bytes;

	out->l2_bytes = known(footprint * k->repeats);
	out->l2_footprint_bytes = known(footprint);
	out->dram_bytes = known(MAX(footprint - d->l2_bytes, 0) * k->repeats);
	out->memory_permille = known(1000);
}

static void l1_copy(const struct microbench_kernel *k, struct ct_kernel_demand *out)
{
	out->l1_footprint_bytes = known(2 * k->bytes);
	out->l1_permille = known(1000);
}

static void dram_copy(const struct microbench_kernel *k, struct ct_kernel_demand *out)
{
	out->l2_bytes = known(2 * k->bytes * k->repeats);
	out->dram_bytes = known(2 * k->bytes * k->repeats);
	out->memory_permille = known(1000);
}

/*
 * A V100's SM has 64 FP32 and 32 FP64 lanes, a quarter of each per scheduler, so that a
 * warp's instruction takes the pipe for 2 and 4 cycles; its result can be used 4 and 8
 * cycles after it was issued (Jia et al., arXiv 1804.06826).  So one chain fills half of
 * either pipe, two chains all of it.
 */
static void multiply(const struct microbench_kernel *k, enum ct_pipe pipe,
		     struct ct_kernel_demand *out)
{
	out->pipe_permille[pipe] = known(MIN(k->chains * 500, 1000));
	if (pipe == CT_PIPE_FP32) /* each also takes an issue slot of its scheduler's two */
		out->pipe_permille[CT_PIPE_ISSUE] = known(MIN(k->chains * 250, 500));
}

struct beside_kernel microbench_kernel(const struct ct_device *device,
				       const struct microbench_kernel *k)
{
	struct beside_kernel out = {
		.shape = { .blocks = k->blocks,
			   .threads_per_block = k->threads,
			   .registers_per_thread = REGISTERS },
		.alone_ns = llround(k->alone_ms * 1e6),
	};

	switch (k->kind) {
	case MICROBENCH_SLEEP:
		break;
	case MICROBENCH_L2_COPY:
		l2_copy(device, k, &out.demand);
		break;
	case MICROBENCH_L1_COPY:
		l1_copy(k, &out.demand);
		break;
	case MICROBENCH_DRAM_COPY:
		dram_copy(k, &out.demand);
		break;
	case MICROBENCH_FP32:
		multiply(k, CT_PIPE_FP32, &out.demand);
		break;
	case MICROBENCH_FP64:
		multiply(k, CT_PIPE_FP64, &out.demand);
		break;
	}
	return out;
}

double microbench_together_ms(const struct ct_device *device,
			      const struct microbench_kernel *a,
			      const struct microbench_kernel *b, gboolean halves,
			      GError **error)
{
	struct beside_kernel k[2] = { microbench_kernel(device, a),
				      microbench_kernel(device, b) };

	if (halves) {
		k[0].n_sms = k[1].n_sms = device->sms / 2;
		k[1].first_sm = device->sms / 2;
	}
	if (!beside_run(device, k, 2, error))
		return NAN;
	return (double)MAX(k[0].end_ns, k[1].end_ns) * 1e-6;
}
