/*
 * driver-call.h - which calls of CUDA a recording needs, as CUPTI numbers them.
 *
 * The idea.  CUPTI names a call by its number in a domain.  What a trace makes of a call
 * is a matter of its name (api-call.h); so here stands only which number has which name,
 * for the calls that issue work, wait for it, or allocate: a recorder enables these and
 * no others, and the importer of what it wrote asks what they mean.
 *
 * No GLib: it is compiled into programs that are not ours.
 */
#ifndef CT_TRACES_DRIVER_CALL_H
#define CT_TRACES_DRIVER_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "traces/api-call.h"

enum { CT_DOMAIN_DRIVER = 1, CT_DOMAIN_RUNTIME = 2 }; /* as CUPTI numbers them */

struct ct_driver_call {
	uint16_t number;
	const char *name; /* as CUPTI's headers have it: "cuMemcpyHtoD_v2" */
};

/* All of DOMAIN, ascending by number; NULL and 0: there is no such domain. */
const struct ct_driver_call *ct_driver_calls(uint32_t domain, size_t *n);
/* NULL: none that a recording needs. */
const struct ct_driver_call *ct_driver_call(uint32_t domain, uint32_t number);

/* What a trace keeps of CALL.  false: it is only time of the host, as are allocations of
 * host memory, in the order of a stream, or of addresses and pages apart. */
bool ct_driver_call_meaning(const struct ct_driver_call *call, struct ct_api_call *meaning);
/* Kernels or a graph: device work must come of it. */
bool ct_driver_call_launches(const struct ct_driver_call *call);

/* Between these a thread launches into a graph, not onto the device. */
enum ct_capture { CT_CAPTURE_NOT, CT_CAPTURE_BEGINS, CT_CAPTURE_ENDS };
enum ct_capture ct_driver_call_captures(const struct ct_driver_call *call);

#endif
