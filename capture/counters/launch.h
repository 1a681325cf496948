/*
 * launch.h - what a call of the driver launches.
 */
#ifndef CT_CAPTURE_COUNTERS_LAUNCH_H
#define CT_CAPTURE_COUNTERS_LAUNCH_H

#include "capture/counters/profiler-abi.h"
#include "capture/counters/tally.h"

enum ct_launch_kind { CT_LAUNCH_OTHER, CT_LAUNCH_KERNEL, CT_LAUNCH_GRAPH };

/* Reads CALL's parameters; *LAUNCH has the stream, and of a kernel the rest as well. */
enum ct_launch_kind ct_launch_read(uint32_t call, const struct ct_call_data *data,
				   struct ct_launch *launch);

/* The calls that ct_launch_read() knows; ends with 0. */
extern const uint32_t ct_launch_calls[];

/* TRUE (non-zero) for kernels that wait for kernels of other devices or processes: to
 * hold them apart from each other would be to wait for ever. */
int ct_launch_is_collective(const struct ct_launch *);

#endif
