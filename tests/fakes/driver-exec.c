/*
 * driver-exec - executable graphs of the fake driver and their launches.
 *
 * One is a clone of what the program built, with node numbers of its own, and what runs
 * carries those: to find the node that was built, one has to have seen the clone being
 * made, as with the real CUPTI.
 *
 * What may run side by side does so in streams that no program made, and the records name
 * those: profiles of real graphs show many more streams than were captured (PyTorch, issue
 * 152114).  DANGER: how the real driver spreads nodes over them is not published.
 */
#include <stdlib.h>

#include "tests/fakes/driver.h"

static CUgraphExec execs;

uint32_t ct_fake_exec_id(CUgraphExec exec)
{
	return exec ? exec->graph->id : 0;
}

/* A node goes on in the branch of one it waits for, if no other does, or begins one. */
static void find_branches(CUgraph graph)
{
	for (CUgraphNode node = graph->nodes; node; node = node->next) {
		CUgraphNode before = NULL;

		for (size_t i = 0; i < node->n_deps && !before; i++)
			before = node->deps[i]->is_continued ? NULL : node->deps[i];
		node->branch = before ? before->branch : graph->n_branches++;
		if (before)
			before->is_continued = true;
	}
	if (graph->n_branches > 1)
		graph->first_stream = ct_fake_stream_numbers(graph->n_branches - 1);
}

static CUgraph clone_of(CUgraph original)
{
	CUgraph graph;

	ct_fake_lock();
	if (!ct_fake_graph_known(original)) {
		ct_fake_unlock();
		return NULL;
	}
	graph = ct_fake_graph_new();
	for (CUgraphNode node = original->nodes; node; node = node->next) {
		node->clone = ct_fake_node_new(graph, node->type, NULL, 0, &node->work);
		for (size_t i = 0; i < node->n_deps; i++)
			ct_fake_node_depends(node->clone, node->deps[i]->clone);
	}
	ct_fake_unlock();
	return graph;
}

static void tell_clone(CUgraph graph, CUgraph original)
{
	ct_fake_tell_graph(CT_FAKE_GRAPH_CLONED, graph, original);
	for (CUgraphNode node = original->nodes; node; node = node->next) {
		struct ct_fake_resource r = { .event = CT_FAKE_NODE_CLONED,
					      .context = ct_fake_current(),
					      .graph = graph,
					      .original_graph = original,
					      .node = node->clone,
					      .original = node,
					      .node_type = node->type };

		ct_fake_tell_node(node->clone);
		ct_fake_tell_resource(&r);
	}
	for (CUgraphNode node = original->nodes; node; node = node->next)
		ct_fake_tell_edges(node->clone);
}

CT_FAKE_EXPORT CUresult cuGraphClone(CUgraph *out, CUgraph original)
{
	CT_FAKE_ENTER(cuGraphClone, (CUgraph * out; CUgraph original;), out, original);
	*out = clone_of(original);
	if (!*out)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	tell_clone(*out, original);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

static CUresult instantiate(CUgraphExec *out, CUgraph original)
{
	struct ct_fake_resource r = { .event = CT_FAKE_EXEC_CREATING,
				      .context = ct_fake_current(),
				      .graph = original };
	CUgraphExec exec;
	CUgraph graph;

	if (!out)
		return CUDA_ERROR_INVALID_VALUE;
	ct_fake_tell_resource(&r);
	graph = clone_of(original);
	if (!graph)
		return CUDA_ERROR_INVALID_VALUE;
	exec = calloc(1, sizeof(*exec));
	exec->graph = graph;
	ct_fake_lock();
	find_branches(graph);
	exec->next = execs;
	execs = exec;
	ct_fake_unlock();
	tell_clone(graph, original);
	r.event = CT_FAKE_EXEC_CREATED;
	r.exec = exec;
	ct_fake_tell_resource(&r);
	*out = exec;
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuGraphInstantiateWithFlags(CUgraphExec *out, CUgraph graph,
						    unsigned long long flags)
{
	CT_FAKE_ENTER(cuGraphInstantiateWithFlags,
		      (CUgraphExec * out; CUgraph graph; unsigned long long flags;), out,
		      graph, flags);
	CT_FAKE_LEAVE(instantiate(out, graph));
}

#define PARAMS_CALLS(suffix)                                                               \
	CT_FAKE_EXPORT CUresult cuGraphInstantiateWithParams##suffix(                      \
		CUgraphExec *out, CUgraph graph, CUDA_GRAPH_INSTANTIATE_PARAMS *params)    \
	{                                                                                  \
		CT_FAKE_ENTER(cuGraphInstantiateWithParams##suffix,                        \
			      (CUgraphExec * out; CUgraph graph;                           \
			       CUDA_GRAPH_INSTANTIATE_PARAMS * params;),                   \
			      out, graph, params);                                         \
		params->result_out = 0;                                                    \
		CT_FAKE_LEAVE(instantiate(out, graph));                                    \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuGraphUpload##suffix(CUgraphExec exec, CUstream s)        \
	{                                                                                  \
		CT_FAKE_ENTER(cuGraphUpload##suffix, (CUgraphExec exec; CUstream s;),      \
			      exec, s);                                                    \
		CT_FAKE_LEAVE(CUDA_SUCCESS);                                               \
	}
PARAMS_CALLS()
PARAMS_CALLS(_ptsz)

CT_FAKE_EXPORT CUresult cuGraphExecDestroy(CUgraphExec exec)
{
	struct ct_fake_resource r = { .event = CT_FAKE_EXEC_DESTROYED,
				      .context = ct_fake_current(),
				      .exec = exec };

	CT_FAKE_ENTER(cuGraphExecDestroy, (CUgraphExec exec;), exec);
	ct_fake_tell_resource(&r);
	CT_FAKE_LEAVE(exec ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE);
}

/* A node of a launch that begins at BEGIN_NS; returns when it ends. */
static int64_t run_node(CUgraphNode node, CUstream stream, int64_t begin_ns,
			uint32_t correlation)
{
	struct ct_fake_activity *activity = &node->work.activity;
	int64_t start_ns = begin_ns, duration_ns = node->work.duration_ns;

	for (size_t i = 0; i < node->n_deps; i++) {
		if (node->deps[i]->end_ns + ct_fake_settings()->gap_ns > start_ns)
			start_ns = node->deps[i]->end_ns + ct_fake_settings()->gap_ns;
	}
	switch (node->type) {
	case CU_GRAPH_NODE_TYPE_KERNEL:
		duration_ns = ct_fake_duration_ns(activity->name, activity->grid,
						  stream->context->sms);
		break;
	case CU_GRAPH_NODE_TYPE_MEMCPY:
		start_ns = ct_fake_place_copy(stream->context->device, activity->copy_kind,
					      start_ns, duration_ns);
		break;
	case CU_GRAPH_NODE_TYPE_MEMSET:
		break;
	case CU_GRAPH_NODE_TYPE_WAIT_EVENT:
		if (node->work.event->is_recorded && node->work.event->time_ns > start_ns)
			start_ns = node->work.event->time_ns;
		return start_ns;
	case CU_GRAPH_NODE_TYPE_EVENT_RECORD:
		ct_fake_event_happens(node->work.event, stream, start_ns);
		return start_ns;
	default:
		return start_ns;
	}
	activity->start_ns = start_ns;
	activity->end_ns = start_ns + duration_ns;
	activity->correlation = correlation;
	activity->device = stream->context->device;
	activity->context = stream->context->id;
	activity->stream = stream->id;
	if (node->branch)
		activity->stream = node->graph->first_stream + node->branch - 1;
	activity->graph = node->graph->id;
	activity->node = node->id;
	return activity->end_ns;
}

static CUresult launch(CUgraphExec exec, CUstream handle, bool per_thread,
		       const struct ct_fake_call *call)
{
	struct ct_fake_work none = { .activity = { .kind = CT_FAKE_SYNC } };
	struct ct_fake_activity *done;
	int64_t begin_ns, end_ns;
	CUstream stream;
	size_t n = 0;

	if (!exec)
		return CUDA_ERROR_INVALID_VALUE;
	done = calloc(exec->graph->n_nodes + 1, sizeof(*done));
	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	if (!stream || stream->capture) {
		ct_fake_unlock();
		free(done);
		return stream ? CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED
			      : CUDA_ERROR_INVALID_HANDLE;
	}
	begin_ns = ct_fake_start_ns(stream, &none, call->start_ns);
	if (exec->end_ns > begin_ns) /* an executable graph never runs beside itself */
		begin_ns = exec->end_ns;
	end_ns = begin_ns;
	for (CUgraphNode node = exec->graph->nodes; node; node = node->next) {
		node->end_ns = run_node(node, stream, begin_ns, call->correlation);
		if (node->end_ns > end_ns)
			end_ns = node->end_ns;
		if (node->work.activity.node)
			done[n++] = node->work.activity;
	}
	exec->end_ns = end_ns;
	stream->after_kernel = false;
	ct_fake_reached(stream, end_ns);
	ct_fake_unlock();
	for (size_t i = 0; i < n; i++)
		ct_fake_tell(&done[i]);
	free(done);
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuGraphLaunch(CUgraphExec exec, CUstream s)
{
	CT_FAKE_ENTER(cuGraphLaunch, (CUgraphExec exec; CUstream s;), exec, s);
	CT_FAKE_LEAVE(launch(exec, s, false, &ct_fake_this));
}

CT_FAKE_EXPORT CUresult cuGraphLaunch_ptsz(CUgraphExec exec, CUstream s)
{
	CT_FAKE_ENTER(cuGraphLaunch_ptsz, (CUgraphExec exec; CUstream s;), exec, s);
	CT_FAKE_LEAVE(launch(exec, s, true, &ct_fake_this));
}
