/*
 * timeline.h - what happened in a run, as Chrome JSON for a trace viewer.
 *
 * One process per tenant with one track per stream, requests on a track of their own,
 * the policy's orders as marks with their reason, a counter of busy SMs, and where
 * contexts take turns a track that shows whose turn it is.  Written
 * as it happens; times are the run's.
 */
#ifndef CT_SIM_TIMELINE_H
#define CT_SIM_TIMELINE_H

#include <glib.h>
#include <stdint.h>
#include <stdio.h>

struct ct_timeline;

struct ct_timeline_op {
	uint32_t tenant, copy, stream;
	const char *name, *kind; /* "kernel", "memcpy", "memset" */
	const char *why;         /* the policy's reason for letting it go; NULL: none */
	int64_t issued_ns, released_ns, ready_ns, start_ns, end_ns;
	uint64_t number; /* in issue order: its name when asked why it ran */
	uint64_t blocks;
	uint32_t priority, part;
};

struct ct_timeline *ct_timeline_new(FILE *out); /* OUT is borrowed */
void ct_timeline_tenant(struct ct_timeline *, uint32_t tenant, const char *name);
void ct_timeline_op(struct ct_timeline *, const struct ct_timeline_op *);
void ct_timeline_request(struct ct_timeline *, uint32_t tenant, uint32_t copy,
			 uint64_t number, int64_t arrived_ns, int64_t start_ns,
			 int64_t end_ns);
void ct_timeline_sms(struct ct_timeline *, int64_t now_ns, uint32_t active);
/* The context of TENANT got or lost the SMs. */
void ct_timeline_context(struct ct_timeline *, int64_t now_ns, uint32_t tenant,
			 const char *name, gboolean on);
void ct_timeline_mark(struct ct_timeline *, int64_t now_ns, const char *text);
gboolean ct_timeline_finish(struct ct_timeline *, GError **error); /* and frees */

#endif
