/*
 * activity.h - buffers of activity records, as a CUPTI of any generation fills them.
 */
#ifndef CT_TESTS_CAPTURE_ACTIVITY_H
#define CT_TESTS_CAPTURE_ACTIVITY_H

#include "capture/collector/cupti.h"

struct ct_activity {
	uint32_t version;
	uint8_t *buffer;
	size_t used, room;
};

/* Whose function the fake cuptiActivityGetNextRecord() of all buffers is from now on. */
void ct_activity_init(struct ct_activity *, uint32_t version, size_t room);
void ct_activity_clear(struct ct_activity *);

/* A record, as long as in its generation and all zero; what follows it is not.  NULL: the
 * buffer is full. */
void *ct_activity_add(struct ct_activity *, uint32_t kind);

/* A library of which only that function is there. */
struct ct_cupti ct_activity_cupti(uint32_t version);

#endif
