/*
 * check-graphs.h - whether graphs ran in the order that their edges say.
 *
 * Operations are shown one after the other; the nodes of a launch are judged when the next
 * operation that is none of them comes.
 */
#ifndef CT_TRACES_CHECK_GRAPHS_H
#define CT_TRACES_CHECK_GRAPHS_H

#include "traces/reader.h"

struct ct_check_graphs;

struct ct_check_graphs *ct_check_graphs_new(const struct ct_trace *);
void ct_check_graphs_free(struct ct_check_graphs *);

/* TRUE if some node of the launch before OP started before one that it waits for. */
gboolean ct_check_graphs_op(struct ct_check_graphs *, uint32_t process,
			    const struct ct_op *op);
/* The same at the end of a lane. */
gboolean ct_check_graphs_end(struct ct_check_graphs *);

#endif
