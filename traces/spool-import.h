/*
 * spool-import.h - one spool on its way into a trace; private to the importer of spools.
 *
 * import-spool.c goes through a recording, spool by spool; spool-work.c hands calls and
 * work to the assembler, spool-ranges.c makes ranges of markers, and spool-graphs.c edges
 * between the nodes of executable graphs.
 */
#ifndef CT_TRACES_SPOOL_IMPORT_H
#define CT_TRACES_SPOOL_IMPORT_H

#include "traces/assemble.h"
#include "traces/spool-reader.h"

struct ct_spool_ranges;
struct ct_spool_graphs;

/* One process, which has one spool. */
struct ct_spool_import {
	struct ct_spool_reader *reader;
	struct ct_assembler *out;
	uint64_t process; /* the assembler's name for it; its lower half is the pid */

	GPtrArray *strings;        /* text by number */
	GArray *shapes;            /* the assembler's numbers, by number */
	GHashTable *contexts;      /* number -> struct ct_spool_context */
	GArray *streams;           /* struct ct_spool_stream */
	GHashTable *capturing;     /* thread -> when its capture began */
	gboolean names_records;    /* waits say which record of an event they mean */
	int64_t start_ns, stop_ns; /* asked for; INT64_MIN, INT64_MAX: not */
	struct ct_recording_record recording;
	struct ct_spool_ranges *ranges;
	struct ct_spool_graphs *graphs;
};

/* spool-work.c; FALSE on *ERROR */
gboolean ct_spool_work(struct ct_spool_import *, const struct ct_spool_record *, GError **);
/* What can only be said when all was seen: streams, contexts, open captures. */
void ct_spool_work_end(struct ct_spool_import *);
const char *ct_spool_string(const struct ct_spool_import *, uint32_t index);

/* spool-ranges.c */
struct ct_spool_ranges *ct_spool_ranges_new(void);
gboolean ct_spool_ranges_take(struct ct_spool_import *, const struct ct_spool_marker *,
			      GError **);
/* Those still open are counted as skipped. */
void ct_spool_ranges_free(struct ct_spool_ranges *, struct ct_assembler *);

/* spool-graphs.c */
struct ct_spool_graphs *ct_spool_graphs_new(void);
void ct_spool_graphs_free(struct ct_spool_graphs *);
void ct_spool_graphs_node(struct ct_spool_graphs *, const struct ct_spool_node *);
void ct_spool_graphs_edge(struct ct_spool_graphs *, const struct ct_spool_edge *);
/* GRAPH ran. */
void ct_spool_graphs_ran(struct ct_spool_graphs *, uint32_t graph);
/* Hands the edges of all graphs that ran to the assembler; those of a graph where they go in
 * a circle are left out, which the recording says. */
void ct_spool_graphs_end(struct ct_spool_import *);

#endif
