/*
 * buffers.h - the buffers that CUPTI fills, and what becomes of them.
 *
 * The idea.  CUPTI asks for buffers on the program's threads (since 13.0 each thread has
 * one of its own) and gives them back from a thread of its own or from ours.  It must
 * never be refused one: libraries before 12.9 crash then, so what is lent is not limited,
 * and only as many are kept for the next request as a busy program turns over.
 *
 * Records of a buffer are made into those of the spool as soon as it is back, some dozens
 * under one hold of the spool's lock, and no lock is held across a call of CUPTI: it calls
 * us with locks of its own.
 */
#ifndef CT_CAPTURE_COLLECTOR_BUFFERS_H
#define CT_CAPTURE_COLLECTOR_BUFFERS_H

#include "capture/collector/cupti.h"
#include "capture/collector/translate.h"

/* For cuptiActivityRegisterCallbacks(). */
void ct_buffers_request(uint8_t **buffer, size_t *bytes, size_t *max_records);
void ct_buffers_complete(void *context, uint32_t stream, uint8_t *buffer, size_t bytes,
			 size_t valid_bytes);

/* What ct_buffers_complete() does with what is valid in a buffer. */
void ct_buffers_take(const struct ct_cupti *, struct ct_translator *, uint8_t *buffer,
		     size_t valid_bytes);

struct ct_buffers_counts {
	uint64_t n_lent, n_back;
	uint64_t n_dropped; /* by CUPTI */
};
struct ct_buffers_counts ct_buffers_counts(void);

#endif
