/*
 * graph-form.h - the edges of a program's graphs, ready to be followed.
 *
 * The idea.  A trace numbers the nodes of a graph and says which waits for which.  Here
 * they become small numbers with lists of who comes after, once for all graphs of one
 * form, so that a launch takes no search per node and edge.  Nodes that were not recorded
 * (empty ones, calls of the host) are followed like others and take no time.
 *
 * What was recorded is believed before what is drawn: an edge that some launch evidently
 * did not keep, since a node began before another it waits for had ended, is a
 * programmatic one.  A node behind such an edge may begin when the other may: the other
 * gets a gate, which is over when all it waits for is over.  If not even that was kept,
 * the edge does not count.
 *
 * A launch is followed only if each of its nodes has a number, no other of the launch the
 * same, and an edge; and if it has not much fewer nodes than the form.  So a graph in a
 * graph, or a loop, is replayed as it was recorded.
 *
 * DANGER: which nodes of a child graph or of a conditional node belong to which node of
 * the outer graph is not recorded, and what a call of the host in a graph took is not,
 * either.  None of this was measured on hardware.
 */
#ifndef CT_SIM_GRAPH_FORM_H
#define CT_SIM_GRAPH_FORM_H

#include "traces/reader.h"

struct ct_graph_form {
	uint32_t n_edges, n_nodes, n_all; /* of n_all, those from n_nodes on are gates */
	const uint64_t *number; /* of each node, rising, less the graph's first_node */
	const uint32_t *dense;  /* 1 + node by number, up to: ; NULL: look it up */
	uint64_t span;
	const uint32_t *n_before; /* by node or gate: how many it waits for, */
	const uint32_t *after;    /* and who waits for it, from first_after[node] */
	const uint32_t *first_after;
	const uint32_t *root; /* those that wait for nobody */
	uint32_t n_roots;
	uint32_t n_programmatic; /* edges that were not kept as they stand */
};

struct ct_graph_forms;

struct ct_graph_forms *ct_graph_forms_new(const struct ct_trace *); /* borrowed */
void ct_graph_forms_free(struct ct_graph_forms *);

/* Every launch of the trace is shown once, node by node as recorded, by process and graph;
 * then they settle.  FALSE, with a sentence, on edges that go round. */
gboolean ct_graph_forms_launch(struct ct_graph_forms *, uint32_t process, uint32_t graph,
			       GError **error);
void ct_graph_forms_node(struct ct_graph_forms *, const struct ct_op *);
void ct_graph_forms_launched(struct ct_graph_forms *);
void ct_graph_forms_settle(struct ct_graph_forms *);

/* Launches that were shown, and of these such as are followed. */
uint64_t ct_graph_forms_launches(const struct ct_graph_forms *, uint64_t *followed);

/* NULL: its edges are not known.  *FIRST_NODE is to be taken from graph_node. */
const struct ct_graph_form *ct_graph_forms_find(const struct ct_graph_forms *,
						uint32_t process, uint32_t graph,
						uint64_t *first_node);

/* CT_NONE: no edge names it. */
uint32_t ct_graph_form_node(const struct ct_graph_form *, uint64_t number);

/* Whether a launch with so many of its nodes is followed. */
gboolean ct_graph_form_enough(const struct ct_graph_form *, uint64_t n_nodes);

#endif
