/*
 * nvtx-marker.h - one record for each marker, made by the thread that marks.
 *
 * Callable by any thread, at any time: before cuInit(), in the child of a fork, in a
 * malloc() or a signal handler that interrupts the collector; where a record cannot be
 * made, there is none.  errno stays as it was.
 *
 * DOMAIN may be NULL: the default one.  RANGE: its number, or 0.
 */
#ifndef CT_CAPTURE_COLLECTOR_NVTX_MARKER_H
#define CT_CAPTURE_COLLECTOR_NVTX_MARKER_H

#include "capture/collector/nvtx-abi.h"
#include "capture/collector/nvtx-handles.h"
#include "traces/spool.h"

/* Without a name. */
void ct_nvtx_put(enum ct_spool_marker_kind, struct ct_nvtx_text *domain, uint64_t range);

/* TEXT and EVENT may be NULL. */
void ct_nvtx_put_text(enum ct_spool_marker_kind, struct ct_nvtx_text *domain,
		      const char *text, uint64_t range);
void ct_nvtx_put_wide(enum ct_spool_marker_kind, struct ct_nvtx_text *domain,
		      const wchar_t *text, uint64_t range);
void ct_nvtx_put_event(enum ct_spool_marker_kind, struct ct_nvtx_text *domain,
		       const struct ct_nvtx_attributes *event, uint64_t range);

#endif
