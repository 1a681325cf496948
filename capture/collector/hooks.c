/*
 * hooks - the parts of the collector that have files of their own.
 */
#include "capture/collector/collector.h"
#include "capture/collector/confine-hook.h"
#include "capture/collector/control.h"
#include "capture/collector/graph.h"

const struct ct_collector_hook *const ct_collector_hooks[] = {
	&ct_confine_hook,
	&ct_control_hook,
	&ct_graph_hook,
	NULL,
};
