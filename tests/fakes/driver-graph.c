/*
 * driver-graph - graphs of the fake driver, as programs build them.
 *
 * Nodes stand in the order in which they were added, which every dependency respects, so
 * that a launch is one walk (driver-exec.c).
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/driver.h"

static CUgraph graphs;
static uint32_t n_graphs;

uint32_t ct_fake_graph_id(CUgraph graph)
{
	return graph ? graph->id : 0;
}

uint64_t ct_fake_node_id(CUgraphNode node)
{
	return node ? node->id : 0;
}

/* With the lock. */
CUgraph ct_fake_graph_new(void)
{
	CUgraph graph = calloc(1, sizeof(*graph));

	graph->id = ++n_graphs;
	graph->next = graphs;
	graphs = graph;
	return graph;
}

bool ct_fake_graph_known(CUgraph graph)
{
	for (CUgraph g = graphs; g; g = g->next) {
		if (g == graph)
			return !g->is_dead;
	}
	return false;
}

void ct_fake_node_depends(CUgraphNode node, CUgraphNode on)
{
	node->deps = realloc(node->deps, (node->n_deps + 1) * sizeof(CUgraphNode));
	node->deps[node->n_deps++] = on;
}

CUgraphNode ct_fake_node_new(CUgraph graph, uint32_t type, const CUgraphNode *deps,
			     size_t n_deps, const struct ct_fake_work *work)
{
	CUgraphNode node = calloc(1, sizeof(*node));

	node->id = (uint64_t)graph->id << 32 | (uint64_t)graph->n_nodes++;
	node->type = type;
	node->graph = graph;
	if (work)
		node->work = *work;
	for (size_t i = 0; i < n_deps; i++)
		ct_fake_node_depends(node, deps[i]);
	if (graph->last)
		graph->last->next = node;
	else
		graph->nodes = node;
	graph->last = node;
	return node;
}

/* Without the lock: a graph is built by one thread at a time, which is the program's duty. */
void ct_fake_tell_graph(enum ct_fake_resource_event event, CUgraph graph, CUgraph original)
{
	struct ct_fake_resource r = { .event = event,
				      .context = ct_fake_current(),
				      .graph = graph,
				      .original_graph = original };

	ct_fake_tell_resource(&r);
}

static void tell_edge(CUgraphNode node, CUgraphNode on)
{
	struct ct_fake_resource r = { .event = CT_FAKE_EDGE_CREATED,
				      .context = ct_fake_current(),
				      .graph = node->graph,
				      .node = node,
				      .dependency = on,
				      .node_type = node->type };

	ct_fake_tell_resource(&r);
}

void ct_fake_tell_edges(CUgraphNode node)
{
	for (size_t i = 0; i < node->n_deps; i++)
		tell_edge(node, node->deps[i]);
}

void ct_fake_tell_node(CUgraphNode node)
{
	struct ct_fake_resource r = { .event = CT_FAKE_NODE_CREATED,
				      .context = ct_fake_current(),
				      .graph = node->graph,
				      .node = node,
				      .node_type = node->type };

	ct_fake_tell_resource(&r);
}

CT_FAKE_EXPORT CUresult cuGraphCreate(CUgraph *out, unsigned flags)
{
	CT_FAKE_ENTER(cuGraphCreate, (CUgraph * out; unsigned flags;), out, flags);
	if (!out || flags)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	ct_fake_lock();
	*out = ct_fake_graph_new();
	ct_fake_unlock();
	ct_fake_tell_graph(CT_FAKE_GRAPH_CREATED, *out, NULL);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuGraphDestroy(CUgraph graph)
{
	bool known;

	CT_FAKE_ENTER(cuGraphDestroy, (CUgraph graph;), graph);
	ct_fake_lock();
	known = ct_fake_graph_known(graph);
	ct_fake_unlock();
	if (!known)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	ct_fake_tell_graph(CT_FAKE_GRAPH_DESTROYED, graph, NULL);
	ct_fake_lock();
	graph->is_dead = true;
	ct_fake_unlock();
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

static CUresult add(CUgraphNode *out, CUgraph graph, uint32_t type, const CUgraphNode *deps,
		    size_t n_deps, const struct ct_fake_work *work)
{
	if (!out || (n_deps && !deps))
		return CUDA_ERROR_INVALID_VALUE;
	ct_fake_lock();
	if (!ct_fake_graph_known(graph)) {
		ct_fake_unlock();
		return CUDA_ERROR_INVALID_VALUE;
	}
	*out = ct_fake_node_new(graph, type, deps, n_deps, work);
	ct_fake_unlock();
	ct_fake_tell_edges(*out); /* so early, as graph.c of the collector says */
	ct_fake_tell_node(*out);
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuGraphAddKernelNode_v2(CUgraphNode *out, CUgraph graph,
						const CUgraphNode *deps, size_t n,
						const CUDA_KERNEL_NODE_PARAMS *params)
{
	struct ct_fake_work work = { .duration_ns = 0 };
	CUfunction function = params->func ? params->func : (CUfunction)params->kern;
	CUresult result;

	CT_FAKE_ENTER(cuGraphAddKernelNode_v2,
		      (CUgraphNode * out; CUgraph graph; const CUgraphNode *deps; size_t n;
		       const CUDA_KERNEL_NODE_PARAMS *params;),
		      out, graph, deps, n, params);
	result = ct_fake_kernel(&work, function, &params->gridDimX, &params->blockDimX,
				params->sharedMemBytes);
	if (!result)
		result = add(out, graph, CU_GRAPH_NODE_TYPE_KERNEL, deps, n, &work);
	CT_FAKE_LEAVE(result);
}

CT_FAKE_EXPORT CUresult cuGraphAddMemcpyNode(CUgraphNode *out, CUgraph graph,
					     const CUgraphNode *deps, size_t n,
					     const CUDA_MEMCPY3D *params, CUcontext context)
{
	bool from_host = params->srcMemoryType == CU_MEMORYTYPE_HOST;
	bool to_host = params->dstMemoryType == CU_MEMORYTYPE_HOST;
	struct ct_fake_work work = {
		.activity = { .kind = CT_FAKE_COPY,
			      .bytes = params->WidthInBytes *
				       (params->Height ? params->Height : 1) *
				       (params->Depth ? params->Depth : 1),
			      .copy_kind = from_host ? CT_FAKE_HTOD
					   : to_host ? CT_FAKE_DTOH
						     : CT_FAKE_DTOD,
			      .from_kind = from_host ? CT_FAKE_PAGEABLE : CT_FAKE_DEVICE,
			      .to_kind = to_host ? CT_FAKE_PAGEABLE : CT_FAKE_DEVICE,
			      .async = 1 },
	};

	CT_FAKE_ENTER(cuGraphAddMemcpyNode,
		      (CUgraphNode * out; CUgraph graph; const CUgraphNode *deps; size_t n;
		       const CUDA_MEMCPY3D *params; CUcontext context;),
		      out, graph, deps, n, params, context);
	work.duration_ns = ct_fake_copy_ns(work.activity.bytes, work.activity.copy_kind);
	CT_FAKE_LEAVE(add(out, graph, CU_GRAPH_NODE_TYPE_MEMCPY, deps, n, &work));
}

CT_FAKE_EXPORT CUresult cuGraphAddMemsetNode(CUgraphNode *out, CUgraph graph,
					     const CUgraphNode *deps, size_t n,
					     const CUDA_MEMSET_NODE_PARAMS *params,
					     CUcontext context)
{
	struct ct_fake_work work = {
		.activity = { .kind = CT_FAKE_SET,
			      .bytes = params->width * params->elementSize *
				       (params->height ? params->height : 1),
			      .memory_kind = CT_FAKE_DEVICE,
			      .async = 1 },
	};

	CT_FAKE_ENTER(cuGraphAddMemsetNode,
		      (CUgraphNode * out; CUgraph graph; const CUgraphNode *deps; size_t n;
		       const CUDA_MEMSET_NODE_PARAMS *params; CUcontext context;),
		      out, graph, deps, n, params, context);
	work.duration_ns = ct_fake_copy_ns(work.activity.bytes, CT_FAKE_DTOD);
	CT_FAKE_LEAVE(add(out, graph, CU_GRAPH_NODE_TYPE_MEMSET, deps, n, &work));
}

CT_FAKE_EXPORT CUresult cuGraphAddEmptyNode(CUgraphNode *out, CUgraph graph,
					    const CUgraphNode *deps, size_t n)
{
	CT_FAKE_ENTER(
		cuGraphAddEmptyNode,
		(CUgraphNode * out; CUgraph graph; const CUgraphNode *deps; size_t n;), out,
		graph, deps, n);
	CT_FAKE_LEAVE(add(out, graph, CU_GRAPH_NODE_TYPE_EMPTY, deps, n, NULL));
}

CT_FAKE_EXPORT CUresult cuGraphAddEventRecordNode(CUgraphNode *out, CUgraph graph,
						  const CUgraphNode *deps, size_t n,
						  CUevent event)
{
	struct ct_fake_work work = { .event = event };

	CT_FAKE_ENTER(cuGraphAddEventRecordNode,
		      (CUgraphNode * out; CUgraph graph; const CUgraphNode *deps; size_t n;
		       CUevent event;),
		      out, graph, deps, n, event);
	CT_FAKE_LEAVE(add(out, graph, CU_GRAPH_NODE_TYPE_EVENT_RECORD, deps, n, &work));
}

CT_FAKE_EXPORT CUresult cuGraphAddEventWaitNode(CUgraphNode *out, CUgraph graph,
						const CUgraphNode *deps, size_t n,
						CUevent event)
{
	struct ct_fake_work work = { .event = event };

	CT_FAKE_ENTER(cuGraphAddEventWaitNode,
		      (CUgraphNode * out; CUgraph graph; const CUgraphNode *deps; size_t n;
		       CUevent event;),
		      out, graph, deps, n, event);
	CT_FAKE_LEAVE(add(out, graph, CU_GRAPH_NODE_TYPE_WAIT_EVENT, deps, n, &work));
}

/* DANGER: an edge against the order of addition would be walked wrongly, and is refused. */
static CUresult add_edges(CUgraph graph, const CUgraphNode *from, const CUgraphNode *to,
			  size_t n)
{
	ct_fake_lock();
	for (size_t i = 0; i < n; i++) {
		if (from[i]->graph != graph || to[i]->graph != graph ||
		    from[i]->id >= to[i]->id) {
			ct_fake_unlock();
			return CUDA_ERROR_INVALID_VALUE;
		}
		ct_fake_node_depends(to[i], from[i]);
	}
	ct_fake_unlock();
	for (size_t i = 0; i < n; i++)
		tell_edge(to[i], from[i]);
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuGraphAddDependencies(CUgraph graph, const CUgraphNode *from,
					       const CUgraphNode *to, size_t n)
{
	CT_FAKE_ENTER(cuGraphAddDependencies,
		      (CUgraph graph; const CUgraphNode *from, *to; size_t n;), graph, from,
		      to, n);
	CT_FAKE_LEAVE(add_edges(graph, from, to, n));
}

CT_FAKE_EXPORT CUresult cuGraphAddDependencies_v2(CUgraph graph, const CUgraphNode *from,
						  const CUgraphNode *to,
						  const CUgraphEdgeData *data, size_t n)
{
	CT_FAKE_ENTER(cuGraphAddDependencies_v2,
		      (CUgraph graph; const CUgraphNode *from, *to;
		       const CUgraphEdgeData *data; size_t n;),
		      graph, from, to, data, n);
	CT_FAKE_LEAVE(add_edges(graph, from, to, n));
}

CT_FAKE_EXPORT CUresult cuGraphGetNodes(CUgraph graph, CUgraphNode *nodes, size_t *n)
{
	size_t i = 0, room = *n;

	CT_FAKE_ENTER(cuGraphGetNodes, (CUgraph graph; CUgraphNode * nodes; size_t * n;),
		      graph, nodes, n);
	for (CUgraphNode node = graph->nodes; node; node = node->next, i++) {
		if (nodes && i < room)
			nodes[i] = node;
	}
	*n = nodes && i > room ? room : i;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuGraphNodeGetType(CUgraphNode node, CUgraphNodeType *type)
{
	CT_FAKE_ENTER(cuGraphNodeGetType, (CUgraphNode node; CUgraphNodeType * type;), node,
		      type);
	*type = node->type;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}
