/*
 * graph - what the nodes of CUDA graphs wait for.
 *
 * The records of work name a graph and a node, both those of the executable graph.  What
 * its nodes wait for was said to another graph, when that was captured or built, and
 * instantiating clones it.  So CUPTI's resource callbacks are listened to: a node is made,
 * or is the clone of another; an edge is made.  They come while a graph is built, by the
 * thread that builds it; there is none for a launch, and none of ours for an update
 * (cuGraphExecUpdate() changes what nodes do, neither which there are nor what they wait
 * for, and the records of work say what was done).
 *
 * What each callback carries (struct CUpti_GraphData in cupti_callbacks.h, and NVIDIA's
 * sample cuda_graphs_trace): CREATED the graph, the node and its type (or 0), and it comes
 * for the nodes of a clone too; CLONED the graph and node, the original ones, and the type;
 * DEPENDENCY_CREATED a graph, a node and "the dependent graph node", which the header
 * leaves open: it is the node that is waited for.  That is what the CUPTI of CUDA 13.0 on
 * an RTX 3060 tells while graphs are captured, built by hand, cloned and instantiated
 * (nvidia/tests/data/cupti_graph.expected of github.com/pantheongpu/pantheonsim, commit
 * 8c7809df).  There an edge to a new node comes before that node's CREATED, the edges of a
 * clone are told as well, of its own nodes, and a removed edge is not among those.
 *
 * DANGER, none of it measured by us:
 * Of other generations nobody says which end is which.  Edges that are the other way round
 * fail trace check's rule graphs, once nodes have run.
 * A node that holds a graph of its own (a child, a conditional) is one node here, and the
 * nodes in it are those of another graph; nothing says which.
 */
#include "capture/collector/graph.h"

static const uint32_t ids[] = { CT_CUPTI_NODE_CREATED, CT_CUPTI_NODE_CLONED,
				CT_CUPTI_EDGE_CREATED, 0 };

static uint32_t graph_id(const struct ct_cupti *cupti, void *graph)
{
	uint32_t id = 0;

	return graph && cupti->graph_id(graph, &id) == CT_CUPTI_OK ? id : 0;
}

static uint64_t node_id(const struct ct_cupti *cupti, void *node)
{
	uint64_t id = 0;

	return node && cupti->graph_node_id(node, &id) == CT_CUPTI_OK ? id : 0;
}

static void put_node(struct ct_collector *collector, uint32_t id,
		     const struct ct_cupti_graph *graph)
{
	const struct ct_cupti *cupti = &collector->cupti;
	struct ct_spool_node made = { .graph = graph_id(cupti, graph->graph),
				      .node = node_id(cupti, graph->node),
				      .type = graph->node_type };
	struct ct_spool_node *node;

	if (made.node == 0)
		return;
	/* The original is only looked at where it is said to be one. */
	if (id == CT_CUPTI_NODE_CLONED) {
		made.original_graph = graph_id(cupti, graph->original_graph);
		made.original = node_id(cupti, graph->original_node);
	}
	ct_spooler_lock(&collector->spool);
	node = ct_spooler_append(&collector->spool, CT_SPOOL_NODE, sizeof(*node));
	if (node) {
		made.record = node->record;
		*node = made;
	}
	ct_spooler_unlock(&collector->spool);
}

static void put_edge(struct ct_collector *collector, const struct ct_cupti_graph *graph)
{
	const struct ct_cupti *cupti = &collector->cupti;
	uint32_t id = graph_id(cupti, graph->graph);
	uint64_t node = node_id(cupti, graph->node);
	uint64_t dependency = node_id(cupti, graph->dependency);
	struct ct_spool_edge *edge;

	if (node == 0 || dependency == 0)
		return;
	ct_spooler_lock(&collector->spool);
	edge = ct_spooler_append(&collector->spool, CT_SPOOL_EDGE, sizeof(*edge));
	if (edge) {
		edge->graph = id;
		edge->from = dependency;
		edge->to = node;
	}
	ct_spooler_unlock(&collector->spool);
}

static void on_resource(struct ct_collector *collector, uint32_t id,
			const struct ct_cupti_resource *resource)
{
	const struct ct_cupti_graph *graph = resource ? resource->descriptor : NULL;

	if (!graph || !collector->cupti.graph_id || !collector->cupti.graph_node_id ||
	    !ct_collector_recording())
		return;
	if (id == CT_CUPTI_EDGE_CREATED)
		put_edge(collector, graph);
	else
		put_node(collector, id, graph);
}

const struct ct_collector_hook ct_graph_hook = {
	.resource = on_resource,
	.resource_ids = ids,
};
