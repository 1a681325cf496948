/*
 * kineto-sync.h - tells calls that wait what they waited for.
 *
 * In a Kineto trace a cudaStreamWaitEvent does not say which stream waits or for which
 * event; a separate "cuda_sync" event does, anywhere in the file, and it also names the
 * call that recorded the event.  Calls and these notes are gathered here and joined on
 * their correlation once the file has been read, in bounded memory.
 */
#ifndef CT_TRACES_KINETO_SYNC_H
#define CT_TRACES_KINETO_SYNC_H

#include "traces/assemble.h"

struct ct_kineto_note { /* ids of the source; CT_NONE or 0: not said */
	uint32_t device, context, stream;
	uint64_t handle;
};

struct ct_kineto_sync;

struct ct_kineto_sync *ct_kineto_sync_new(void);
void ct_kineto_sync_free(struct ct_kineto_sync *);

gboolean ct_kineto_sync_call(struct ct_kineto_sync *, const struct ct_call *, GError **);
gboolean ct_kineto_sync_note(struct ct_kineto_sync *, uint32_t correlation,
			     const struct ct_kineto_note *, GError **);

/* Hands all calls to the assembler, each completed by the notes about it. */
gboolean ct_kineto_sync_finish(struct ct_kineto_sync *, struct ct_assembler *, GError **);

#endif
