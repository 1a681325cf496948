/*
 * spooler.h - writes a spool, from several threads of a program that is not ours.
 *
 * The idea.  Records are appended to a block in memory under one lock; a full block is
 * handed over by one write(2), without the lock, while the next one fills.  Names and
 * shapes are interned on the way, so that what a launch leaves behind is its numbers only.
 * Whatever fails (memory, the disk) is counted and noted, and then less is recorded.
 *
 * All functions but _init(), _lock() and _close() expect the lock to be held; _append(),
 * and what appends, may let go of it for as long as a block is written.  Hold it for a few
 * records, and never across a call of CUPTI or CUDA.  Nobody may come here in the child of
 * a fork: ask ct_collector_recording() first.
 */
#ifndef CT_CAPTURE_COLLECTOR_SPOOLER_H
#define CT_CAPTURE_COLLECTOR_SPOOLER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "traces/intern.h"
#include "traces/spool.h"

/* Small, so that the thread that fills one does not write for long. */
#define CT_SPOOLER_BLOCK_BYTES (1u << 18)
#define CT_SPOOLER_NAMES_BYTES (1u << 26) /* of interned text; more is not kept */

/* A text that was seen at an address. */
struct ct_spooler_seen {
	const char *text;
	uint32_t number;
};
#define CT_SPOOLER_SEEN 8192 /* a power of two */

struct ct_spooler {
	pthread_mutex_t lock;
	pthread_cond_t written;
	struct ct_spool_header header;
	char *path;   /* of the file, which is made by the first write */
	int file;     /* -1: not open */
	dev_t device; /* which file that was, as a program may */
	ino_t inode;  /* close what is not its own */

	struct ct_spool_block *block, *other;
	uint32_t used, n_in_block; /* bytes and records of BLOCK's payload */
	bool writing;              /* OTHER */
	bool closed;
	int fault; /* errno of what ended the writing; 0: none */
	uint64_t n_blocks, n_lost;
	uint64_t bytes; /* in the file */

	/* What all spools of a recording have written, and may write; NULL: nobody counts. */
	_Atomic uint64_t *total_bytes;
	uint64_t max_bytes; /* 0: no limit */
	void (*full)(void); /* called once, without the lock */

	struct ct_intern names, shapes;
	struct ct_spooler_seen *seen; /* by address */
};

/* FOLDER gets the spool at the first write.  0 or -ENOMEM. */
int ct_spooler_init(struct ct_spooler *, const char *folder,
		    const struct ct_spool_header *);

static inline void ct_spooler_lock(struct ct_spooler *spooler)
{
	pthread_mutex_lock(&spooler->lock);
}

static inline void ct_spooler_unlock(struct ct_spooler *spooler)
{
	pthread_mutex_unlock(&spooler->lock);
}

/* Sets these in the header, if that is not written yet. */
void ct_spooler_versions(struct ct_spooler *, uint32_t cupti_version,
			 uint32_t driver_version);

/*
 * Room for a record of BYTES (a multiple of 8), all zero but for its head; to be filled
 * before the next call and before the lock is let go.  NULL: it is lost, and counted.
 */
void *ct_spooler_append(struct ct_spooler *, enum ct_spool_type type, size_t bytes);

/* The number of TEXT in the spool, where it is written if it is new; CT_NONE: NULL, or
 * lost.  Ends at a NUL, and is cut at CT_STRING_BYTES - 1. */
uint32_t ct_spooler_string(struct ct_spooler *, const char *text, size_t length);

/* The same for NUL-terminated text that is met often at one address, as the names of
 * kernels are: found by the address, and still compared, as addresses are used again. */
uint32_t ct_spooler_name(struct ct_spooler *, const char *text);

uint32_t ct_spooler_shape(struct ct_spooler *, const struct ct_shape_record *);

/* TEXT may be NULL.  RESULT: of the call that failed; 0: none. */
void ct_spooler_note(struct ct_spooler *, enum ct_spool_note_code code, int result,
		     const char *text);

/* Hands over what stands in the block. */
void ct_spooler_flush(struct ct_spooler *);

/* Ends the spool with END, whose n_dropped gets what was lost here added; for good. */
void ct_spooler_close(struct ct_spooler *, struct ct_spool_end *end);

#endif
