/*
 * hooks - the parts of the collector that have files of their own.
 */
#include "capture/collector/collector.h"

const struct ct_collector_hook *const ct_collector_hooks[] = {
	NULL,
};
