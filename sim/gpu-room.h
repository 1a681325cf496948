/*
 * gpu-room.h - how many further blocks of a grid an SM has room for.
 */
#ifndef CT_SIM_GPU_ROOM_H
#define CT_SIM_GPU_ROOM_H

#include "sim/gpu-internal.h"

static inline struct reciprocal ct_reciprocal(uint32_t divisor)
{
	return (struct reciprocal){ divisor ? (uint64_t)(UINT32_MAX / divisor) + 1 : 0 };
}

/* Divisions are dear, and most grids that are alone need none. */
static inline void ct_prepare_room(struct resident *r)
{
	const struct ct_block_need *need = &r->grid->need;

	if (r->per_warps.times)
		return;
	r->per_warps = ct_reciprocal(need->warps);
	r->per_registers = ct_reciprocal(need->register_units);
	r->per_smem = ct_reciprocal(need->smem_units);
}

static inline uint32_t ct_divide(uint32_t n, struct reciprocal by)
{
	return (uint32_t)(n * by.times >> 32);
}

static inline uint32_t ct_least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Warps that the registers suffice for. */
static inline uint32_t ct_warps_by_registers(uint32_t free, struct reciprocal by)
{
	uint32_t warps = 0;

	for (; free; free >>= 8)
		warps += ct_divide(free & 0xff, by);
	return warps;
}

static inline uint32_t ct_room_for(const struct resident *r, const struct sm_room *free)
{
	uint32_t room = ct_least(free->blocks, ct_divide(free->warps, r->per_warps));

	if (room && r->per_smem.times)
		room = ct_least(room, ct_divide(free->smem_units, r->per_smem));
	if (room && r->per_registers.times) {
		uint32_t warps = ct_warps_by_registers(free->registers, r->per_registers);

		room = ct_least(room, ct_divide(warps, r->per_warps));
	}
	return room;
}

#endif
