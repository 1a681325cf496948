/*
 * occupancy - how many blocks of one kernel fit on one SM.
 *
 * The rules are those of NVIDIA's cuda_occupancy.h (CUDA 13.0).  Two of them surprise:
 * warps are dealt to the sub-partitions whole, so registers are rounded down twice; and
 * a block whose warps, rounded up to all sub-partitions, exceed the register file
 * cannot be launched although its own registers would fit.
 *
 * Named barriers are not counted: a kernel that uses one has as many as it has blocks,
 * and recorders do not say how many a kernel uses.  DANGER: a kernel with several named
 * barriers can have fewer blocks per SM than this says.
 */
#include "models/occupancy.h"

static uint64_t round_up(uint64_t x, uint64_t unit)
{
	return (x + unit - 1) / unit * unit;
}

/* Both are UINT32_MAX where a kernel needs nothing of the resource. */
static uint32_t by_registers(const struct ct_sm_limits *sm,
			     const struct ct_occupancy_request *want, uint32_t warps)
{
	uint64_t per_warp = round_up((uint64_t)want->registers_per_thread * sm->warp_size,
				     sm->register_unit);

	if (want->registers_per_thread > sm->registers_per_thread ||
	    per_warp * round_up(warps, sm->partitions) > sm->registers_per_block)
		return 0;
	if (per_warp == 0)
		return UINT32_MAX;
	return (uint32_t)(sm->partitions * (sm->registers / sm->partitions / per_warp) /
			  warps);
}

static uint32_t by_smem(const struct ct_sm_limits *sm,
			const struct ct_occupancy_request *want, uint64_t per_block)
{
	uint64_t asked = (uint64_t)want->smem_static_bytes + want->smem_dynamic_bytes;
	uint64_t most = asked <= sm->smem_default_per_block_bytes
				? sm->smem_default_per_block_bytes
				: sm->smem_optin_per_block_bytes;
	uint32_t room =
		want->smem_configured_bytes ? want->smem_configured_bytes : sm->smem_bytes;

	if (per_block >
	    round_up(most + sm->smem_reserved_per_block_bytes, sm->smem_unit_bytes))
		return 0;
	return per_block ? (uint32_t)(room / per_block) : UINT32_MAX;
}

void ct_occupancy(const struct ct_sm_limits *sm, const struct ct_occupancy_request *want,
		  struct ct_occupancy *out)
{
	uint32_t warps = (uint32_t)(round_up(want->threads_per_block, sm->warp_size) /
				    sm->warp_size);
	uint64_t smem =
		round_up((uint64_t)want->smem_static_bytes + want->smem_dynamic_bytes +
				 sm->smem_reserved_per_block_bytes,
			 sm->smem_unit_bytes);
	uint64_t registers = round_up((uint64_t)want->registers_per_thread * sm->warp_size,
				      sm->register_unit) *
			     warps;

	*out = (struct ct_occupancy){
		.limit_blocks = sm->blocks,
		.registers_per_block = (uint32_t)registers,
		.smem_per_block_bytes = (uint32_t)smem,
	};
	if (warps == 0 || want->threads_per_block > sm->threads_per_block)
		return;
	out->limit_warps = sm->warps / warps;
	out->limit_registers = by_registers(sm, want, warps);
	out->limit_smem = by_smem(sm, want, smem);
	out->blocks_per_sm = MIN(MIN(out->limit_warps, out->limit_blocks),
				 MIN(out->limit_registers, out->limit_smem));
}
