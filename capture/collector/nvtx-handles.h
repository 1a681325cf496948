/*
 * nvtx-handles.h - the domains and strings that a program registers with NVTX.
 *
 * The idea.  A handle is a small number dressed as a pointer, and what it stands for is
 * found in a table that only grows.  So a handle is checked by comparing it with a bound,
 * and whatever a program passes for one (its own pointer, one of another tool, one of a
 * domain it destroyed) is not followed.
 *
 * Equal texts of one domain get the same handle, however often they are registered.
 */
#ifndef CT_CAPTURE_COLLECTOR_NVTX_HANDLES_H
#define CT_CAPTURE_COLLECTOR_NVTX_HANDLES_H

#include <stddef.h>
#include <stdint.h>

#define CT_NVTX_HANDLES (1u << 20) /* a program that registers more gets NULL */

enum ct_nvtx_handle_kind { CT_NVTX_DOMAIN, CT_NVTX_STRING };

struct ct_nvtx_text {
	const char *text; /* NUL-terminated, never freed */
	uint32_t length;
	uint32_t kind;  /* enum ct_nvtx_handle_kind */
	uint32_t place; /* which domain, counted from 1; of a string: that it is in, or 0 */
	/* Its string in the spool that was begun at SPOOL_NS; under the spool's lock. */
	uint32_t number;
	int64_t spool_ns;
};

/* The handle of TEXT, new or known. PLACE: of a string's domain. NULL: no memory, too
 * many, or called from within itself.  Thread-safe, and safe across fork(). */
void *ct_nvtx_handle(enum ct_nvtx_handle_kind kind, uint32_t place, const char *text,
		     size_t length);

/* NULL if HANDLE is not one of ours, or not of KIND. Takes no lock. */
struct ct_nvtx_text *ct_nvtx_text(enum ct_nvtx_handle_kind kind, const void *handle);

#endif
