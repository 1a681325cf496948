/*
 * api-call.h - which operation a CUDA or HIP function is, by its name.  No GLib.
 */
#ifndef CT_TRACES_API_CALL_H
#define CT_TRACES_API_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "traces/format.h"

struct ct_api_call {
	uint8_t kind;  /* enum ct_op_kind; CT_OP_KERNEL for any launch */
	uint8_t flags; /* CT_OP_BLOCKING */
	uint8_t keep;  /* an operation even when no device work came of it */
};

/* NAME is a function of the CUDA runtime, the CUDA driver or HIP, with or without a
 * version ("cuMemcpyHtoD_v2", "cudaLaunchKernel_v7000").  false: it is no operation, only
 * time of the host. */
bool ct_api_call(const char *name, size_t length, struct ct_api_call *call);

#endif
