/*
 * gpu-cluster.h - which GPCs the next clusters of a grid go to.
 */
#ifndef CT_SIM_GPU_CLUSTER_H
#define CT_SIM_GPU_CLUSTER_H

#include "sim/gpu-internal.h"

/* Places at most so many blocks, in whole clusters, as one batch; false if no GPC has
 * room for a cluster. */
bool ct_place_clusters(struct ct_gpu *, struct resident *, uint64_t most);

/* Of the engine's table. */
bool ct_block_can_hold(const struct ct_gpu *, const struct ct_block_need *,
		       const struct ct_sm_set *);

#endif
