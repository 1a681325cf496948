/*
 * launch - what a call of the driver launches.
 */
#include "capture/counters/launch.h"

#include <string.h>

const uint32_t ct_launch_calls[] = {
	CT_CALL_LAUNCH,
	CT_CALL_LAUNCH_PTSZ,
	CT_CALL_COOPERATIVE,
	CT_CALL_COOPERATIVE_PTSZ,
	CT_CALL_LAUNCH_EX,
	CT_CALL_LAUNCH_EX_PTSZ,
	CT_CALL_GRAPH,
	CT_CALL_GRAPH_PTSZ,
	0,
};

static void take(struct ct_launch *launch, const unsigned int grid[3],
		 const unsigned int block[3], unsigned int smem)
{
	memcpy(launch->grid, grid, sizeof(launch->grid));
	memcpy(launch->block, block, sizeof(launch->block));
	launch->smem_dynamic_bytes = smem;
}

static void take_config(struct ct_launch *launch, const struct ct_launch_config *config)
{
	take(launch, config->grid, config->block, config->smem);
	launch->stream = config->stream;
	for (unsigned int i = 0; config->attributes && i < config->n_attributes; i++)
		for (int k = 0; k < 3 && config->attributes[i].id == CT_ATTRIBUTE_CLUSTER;
		     k++)
			launch->cluster[k] =
				(uint16_t)config->attributes[i].value.cluster[k];
}

static enum ct_launch_kind read_params(uint32_t call, const void *params,
				       struct ct_launch *launch)
{
	const struct ct_launch_ex_params *ex = params;
	const struct ct_launch_params *plain = params;
	const struct ct_graph_params *graph = params;

	switch (call) {
	case CT_CALL_LAUNCH:
	case CT_CALL_LAUNCH_PTSZ:
	case CT_CALL_COOPERATIVE:
	case CT_CALL_COOPERATIVE_PTSZ:
		take(launch, plain->grid, plain->block, plain->smem);
		launch->stream = plain->stream;
		return CT_LAUNCH_KERNEL;
	case CT_CALL_LAUNCH_EX:
	case CT_CALL_LAUNCH_EX_PTSZ:
		if (!ex->config)
			return CT_LAUNCH_OTHER;
		take_config(launch, ex->config);
		return CT_LAUNCH_KERNEL;
	case CT_CALL_GRAPH:
	case CT_CALL_GRAPH_PTSZ:
		launch->stream = graph->stream;
		return CT_LAUNCH_GRAPH;
	default:
		return CT_LAUNCH_OTHER;
	}
}

enum ct_launch_kind ct_launch_read(uint32_t call, const struct ct_call_data *data,
				   struct ct_launch *launch)
{
	enum ct_launch_kind kind;

	memset(launch, 0, sizeof(*launch));
	if (!data->params)
		return CT_LAUNCH_OTHER;
	kind = read_params(call, data->params, launch);
	launch->symbol = data->symbol;
	if (!launch->stream &&
	    (call == CT_CALL_LAUNCH_PTSZ || call == CT_CALL_COOPERATIVE_PTSZ ||
	     call == CT_CALL_LAUNCH_EX_PTSZ || call == CT_CALL_GRAPH_PTSZ))
		launch->stream = CT_STREAM_PER_THREAD;
	return kind;
}

int ct_launch_is_collective(const struct ct_launch *launch)
{
	return launch->symbol &&
	       (strstr(launch->symbol, "nccl") || strstr(launch->symbol, "nvshmem"));
}
