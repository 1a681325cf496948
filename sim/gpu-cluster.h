/*
 * gpu-cluster.h - which GPCs the next clusters of a grid go to.
 */
#ifndef CT_SIM_GPU_CLUSTER_H
#define CT_SIM_GPU_CLUSTER_H

#include "sim/gpu-internal.h"

/* Places at most so many blocks, in whole clusters, as one batch; false if no GPC has
 * room for a cluster. */
bool ct_place_clusters(struct ct_gpu *, struct resident *, uint64_t most);

/* Whether, if the batch of clusters ended now, as many blocks as it has would get just its
 * places again; of a grid with too little room for another cluster in any GPC. */
bool ct_clusters_return(const struct ct_gpu *, const struct resident *,
			const struct batch *);

/* Of the engine's table. */
bool ct_block_can_hold(const struct ct_gpu *, const struct ct_block_need *,
		       const struct ct_sm_set *);

#endif
