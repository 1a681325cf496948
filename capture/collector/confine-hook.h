/*
 * confine-hook.h - what connects confine.h to the rest of the collector.
 *
 * The row for hooks.c, and what CUPTI's callback calls for the driver's domain, of which
 * nobody else enables callbacks.
 */
#ifndef CT_CAPTURE_COLLECTOR_CONFINE_HOOK_H
#define CT_CAPTURE_COLLECTOR_CONFINE_HOOK_H

#include "capture/collector/collector.h"

/* CUpti_CallbackData, as far as it is read. */
struct ct_confine_call_data {
	uint32_t site; /* 0: on entering */
	const char *function;
	const void *parameters;
	void *result;
	const char *symbol;
	void *context; /* current to the thread; NULL: none */
};

extern const struct ct_collector_hook ct_confine_hook;

/* ID and DATA as the callback has them. */
void ct_confine_callback(uint32_t id, const void *data);

#endif
