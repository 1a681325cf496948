/* graph.h - what the nodes of CUDA graphs wait for: a row of hooks.c. */
#ifndef CT_CAPTURE_COLLECTOR_GRAPH_H
#define CT_CAPTURE_COLLECTOR_GRAPH_H

#include "capture/collector/collector.h"

extern const struct ct_collector_hook ct_graph_hook;

#endif
