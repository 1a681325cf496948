/*
 * cluster.h - thread block clusters, and the GPCs they have to fit in.
 *
 * The idea.  The blocks of a cluster (compute capability 9.0 and later) run at the same
 * time in one GPC, a fixed group of SMs.  So a GPC holds floor(blocks it has room for /
 * blocks of a cluster) of them, and a device less of such a kernel than its SMs alone
 * would.
 *
 * Which SMs make up a GPC is data of a board (gpc_sms) and differs between units, as some
 * lack parts.  A board that has clusters but no such data is taken to have GPCs of
 * cluster.max_blocks SMs: clusters of up to that many blocks, even of one block per SM,
 * are promised to be launchable, so a GPC has no fewer.  DANGER: they are larger, so such
 * a board holds less here than in reality.
 */
#ifndef CT_MODELS_CLUSTER_H
#define CT_MODELS_CLUSTER_H

#include "models/device.h"
#include "models/work.h"

/* SMs of the GPC with this number, >= 1; of the last one, possibly more than are left. */
uint32_t ct_gpc_sms(const struct ct_device *, uint32_t gpc);

/* Why the device cannot run clusters of that many (> 1) blocks, static text; NULL: it
 * can.  BLOCKS_PER_SM, as occupancy allows; GRID_BLOCKS, 0: unknown. */
const char *ct_cluster_misfit(const struct ct_device *, uint64_t cluster,
			      uint32_t blocks_per_sm, uint64_t grid_blocks);

/* Blocks that the first SMS SMs hold at once, whole clusters; 0: not even one. */
uint64_t ct_wave_blocks(const struct ct_device *, const struct ct_block_need *,
			uint32_t sms);

#endif
