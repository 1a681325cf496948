/*
 * session.h - what `cotenant-record` and the collectors in its programs agree on.
 *
 * The idea.  The recorder makes a folder, puts one page of shared memory in it, and starts
 * the program with a library named in CUDA_INJECTION64_PATH.  That library, in every
 * process that calls cuInit(), finds the folder through one environment variable, maps the
 * page, and writes its spool (traces/spool.h) into the folder.  Everything the recorder
 * asks for stands in the page, so that it can be asked of programs that already run; what
 * several processes must know of each other stands there as well.
 *
 * The page is written by programs that are not ours and must be taken with doubt: a reader
 * checks magic and version, and nothing in it can make a collector do more than stop.
 *
 * Uses nothing but the C library: it is compiled into programs that are not ours.
 */
#ifndef CT_CAPTURE_SESSION_H
#define CT_CAPTURE_SESSION_H

#include <stdatomic.h>
#include <stdint.h>

#define CT_SESSION_FOLDER_ENV "COTENANT_CAPTURE_DIR"
#define CT_SESSION_CUPTI_ENV  "COTENANT_CUPTI" /* the libcupti to load, before all others */
#define CT_SESSION_PAGE_NAME  "control"
#define CT_SESSION_MAGIC      0x53534543u /* "CESS" */
#define CT_SESSION_VERSION    1u
#define CT_SESSION_TEXT_BYTES 256

enum ct_session_flags {
	CT_SESSION_CHILDREN = 1u,   /* record descendants too, not only the first process */
	CT_SESSION_WAIT_MARKER = 2u /* begin at start_marker, not at once */
};

/* 4096 bytes in the file, all zero but for what the recorder set. */
struct ct_session_page {
	uint32_t magic, version;
	uint32_t flags;       /* enum ct_session_flags */
	uint32_t flush_ms;    /* hand over what is complete this often; 0: 200 */
	uint64_t max_bytes;   /* of all spools together; 0: no limit */
	uint32_t first_pid;   /* of the program itself */
	uint32_t confine_sms; /* put all work on so many SMs; 0: leave it */
	char start_marker[CT_SESSION_TEXT_BYTES]; /* "name" or "prefix*" */

	/* Moments of CLOCK_MONOTONIC, set once, by whoever comes first; 0: not yet. */
	_Atomic int64_t start_ns;      /* what was called before is not wanted */
	_Atomic int64_t stop_ns;       /* what is called after is not wanted */
	_Atomic uint32_t stop_reason;  /* enum ct_spool_note_code */
	_Atomic uint32_t wake;         /* a futex; changes when stop_ns is set */
	_Atomic uint64_t bytes;        /* written so far, by all */
	_Atomic uint32_t n_collectors; /* that came up */
	_Atomic uint32_t n_collecting; /* that have not finished: the recorder may wait */
};

_Static_assert(sizeof(struct ct_session_page) <= 4096, "one page");

/* The page of the recording in FOLDER, for good; NULL: there is none that we understand. */
struct ct_session_page *ct_session_map(const char *folder);

#endif
