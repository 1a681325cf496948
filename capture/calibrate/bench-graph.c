/*
 * bench-graph - the host's time to launch a graph, and the device's from node to node.
 *
 * Chains of a few and of many kernels are captured from a stream.  A node's part is by how
 * much the many take longer, for each node that is more; the rest is the graph's.
 * A long kernel goes before each launch, so that the host is ahead of the device.
 *
 * DANGER: chains only.  What a kernel needs to begin and end is in the gap, as in
 * bench-gap.
 */
#include "capture/calibrate/suite.h"

#define SPIN_NS    20000
#define GATE_NS    2000000
#define FEW        8
#define MANY       72
#define MOST       200
#define NS_IN_A_MS 1e6

struct chain {
	int n;
	CUgraphExec exec;
	double host_ns, device_ns; /* of the last launch */
};

struct bench {
	CUfunction gate, spin;
	CUstream stream;
	CUevent from, to;
};

static gboolean make(struct ct_cal_run *run, const struct bench *b, struct chain *chain)
{
	CUgraph graph;

	if (!CT_CAL(run, cuStreamBeginCapture_v2, b->stream, CT_CAL_CAPTURE_THREAD))
		return FALSE;
	for (int i = 0; i < chain->n; i++) {
		if (!ct_cal_launch(run, b->spin, b->stream))
			return FALSE;
	}
	return CT_CAL(run, cuStreamEndCapture, b->stream, &graph) &&
	       CT_CAL(run, cuGraphInstantiateWithFlags, &chain->exec, graph, 0);
}

static gboolean launch(struct ct_cal_run *run, const struct bench *b, struct chain *chain)
{
	double begin_ns;
	float ms;

	if (!ct_cal_launch(run, b->gate, b->stream) ||
	    !CT_CAL(run, cuEventRecord, b->from, b->stream))
		return FALSE;
	begin_ns = ct_cal_now_ns();
	if (!CT_CAL(run, cuGraphLaunch, chain->exec, b->stream))
		return FALSE;
	chain->host_ns = ct_cal_now_ns() - begin_ns;
	if (!CT_CAL(run, cuEventRecord, b->to, b->stream) ||
	    !CT_CAL(run, cuStreamSynchronize, b->stream) ||
	    !CT_CAL(run, cuEventElapsedTime, &ms, b->from, b->to))
		return FALSE;
	chain->device_ns = (double)ms * NS_IN_A_MS;
	return TRUE;
}

gboolean ct_bench_graph(struct ct_cal_run *run)
{
	int n = run->quick ? 20 : MOST;
	double graph[MOST], node[MOST], gap[MOST];
	struct chain few = { .n = FEW }, many = { .n = MANY };
	struct bench b;

	if (!ct_cal_spin(run, GATE_NS, &b.gate) || !ct_cal_spin(run, SPIN_NS, &b.spin) ||
	    !CT_CAL(run, cuStreamCreate, &b.stream, CT_CAL_NON_BLOCKING) ||
	    !CT_CAL(run, cuEventCreate, &b.from, 0) ||
	    !CT_CAL(run, cuEventCreate, &b.to, 0) || !make(run, &b, &few) ||
	    !make(run, &b, &many) || !launch(run, &b, &few) || !launch(run, &b, &many))
		return FALSE; /* the first launches bring the graphs to the device */
	for (int i = 0; i < n; i++) {
		if (!launch(run, &b, &few) || !launch(run, &b, &many))
			return FALSE;
		node[i] = (many.host_ns - few.host_ns) / (MANY - FEW);
		graph[i] = few.host_ns - FEW * node[i];
		gap[i] = (many.device_ns - few.device_ns) / (MANY - FEW) - SPIN_NS;
	}
	ct_cal_found(
		run, "latency.graph_launch_ns", "ns", graph, (size_t)n,
		"host clock around cuGraphLaunch, chains of 8 and 72 kernels: what does "
		"not depend on how many");
	ct_cal_found(
		run, "latency.graph_node_ns", "ns", node, (size_t)n,
		"host clock around cuGraphLaunch, chains of 8 and 72 kernels: for each");
	ct_cal_found(run, "latency.graph_gap_ns", "ns", gap, (size_t)n,
		     "events around chains of 8 and 72 kernels of one thread and 20000 ns; "
		     "with what a kernel needs to begin and end");
	return TRUE;
}
