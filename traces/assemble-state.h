/*
 * assemble-state.h - the inside of an assembler; private to assemble*.c.
 *
 * What the importer hands over passes through up to three sorts:
 *
 *   works   by (device, start)            assemble-overlap.c measures overlap, and
 *   joining by (correlation, process)     assemble-join.c meets the calls, which wait
 *   calls   by (correlation, process)     in the same order; what comes out of that is
 *   ordered by issue time                 given a sequence and written to its lane.
 */
#ifndef CT_TRACES_ASSEMBLE_STATE_H
#define CT_TRACES_ASSEMBLE_STATE_H

#include "traces/assemble.h"
#include "traces/intern.h"
#include "traces/sorter.h"
#include "traces/tempfile.h"
#include "traces/writer.h"

#define CT_PROCESS_UNKNOWN UINT64_MAX

/* A map from fixed-width keys to elements of an array, in the order they were added. */
struct ct_keyed {
	struct ct_intern keys;
	GArray *values;
};

struct ct_assembler_tables {
	struct ct_keyed described_devices;  /* id -> struct ct_device_record */
	struct ct_keyed described_streams;  /* (device, context, stream) -> attributes */
	struct ct_keyed described_contexts; /* (process, context) -> ct_context_facts */
	struct ct_keyed process_names;      /* process -> string index */
	struct ct_keyed devices, processes, contexts, streams, lanes; /* those in use */
	struct ct_keyed stream_aliases; /* a partly unknown stream -> stream index */
};

/* Device work on its way through the sorts. */
struct ct_pending_work {
	struct ct_work_item item;
	uint32_t stream; /* index */
	uint64_t order;  /* in which it was parsed, among calls, work and markers */
	int64_t overlap_ns;
	gboolean overlaps_stream; /* started before the kernels before it there ended */
};

struct ct_pending_call {
	struct ct_call call;
	uint64_t order;
	gboolean unwanted; /* outside of the window of its process */
};

/* What is known of a process beside its work, if anything is. */
struct ct_process_facts {
	uint64_t process;
	struct ct_recording_record recording;
	gboolean recorded; /* that was told */
	int64_t start_ns, stop_ns;
	GArray *captures; /* struct ct_capture_span, or NULL; sorted when joining begins */
};

struct ct_capture_span {
	uint64_t thread;
	int64_t start_ns, end_ns;
};

struct ct_graph_facts {
	uint64_t process;
	uint32_t graph, n_edges;
	uint64_t first_edge;
};

/* Where an operation stands among others that start in the same nanosecond. */
enum ct_rank { CT_RANK_END, CT_RANK_BEGIN, CT_RANK_OP, CT_RANK_EMPTY_END };

/* An operation with absolute times, and its place in the order of issue. */
struct ct_ordered_op {
	struct ct_op op;
	int64_t time_ns;
	uint64_t order, suborder;
	uint32_t lane;
	uint16_t rank; /* enum ct_rank */
	uint16_t lost; /* a launch that nothing came of */
};

struct ct_assembler {
	struct ct_tempfile *file;
	struct ct_writer *writer;
	char *directory; /* for temporary files */
	int64_t base_ns; /* of the source's clock */
	enum ct_clock clock;

	struct ct_assembler_tables tables;
	GArray *shape_flags; /* uint32_t, by shape index */
	struct ct_sorter *works, *calls, *joining, *ordered;
	struct ct_sorter *facts;   /* struct ct_fact */
	struct ct_keyed processes; /* process -> struct ct_process_facts */
	GArray *graphs, *edges;    /* struct ct_graph_facts, ct_graph_edge_record */
	uint64_t n_parsed;
	uint64_t n_kernels, n_copies;   /* written */
	int64_t earliest_ns, latest_ns; /* of all ordered operations */
	struct ct_import_summary summary;
};

/* assemble-tables.c: indices of what is named by source ids, added when new.  CT_NONE on
 * failure, of which only the first two are capable. */
uint32_t ct_tables_stream(struct ct_assembler_tables *, const struct ct_work_item *,
			  GError **);
uint32_t ct_tables_lane(struct ct_assembler_tables *, uint64_t process, uint64_t thread,
			GError **);
/* The lane of the device that STREAM, an index, is on. */
uint32_t ct_tables_device_lane(struct ct_assembler_tables *, uint32_t stream);
/* CT_NONE: the call names no stream, or context, that had work. */
uint32_t ct_tables_stream_of_call(struct ct_assembler_tables *, const struct ct_call *);
uint32_t ct_tables_context_of_call(struct ct_assembler_tables *, const struct ct_call *);
/* Notes that a kernel ran in STREAM; TRUE if it overlaps the kernels before it there. */
gboolean ct_tables_stream_overlaps(struct ct_assembler_tables *, uint32_t stream,
				   int64_t start_ns, int64_t end_ns);
void ct_tables_init(struct ct_assembler_tables *);
void ct_tables_clear(struct ct_assembler_tables *);
int ct_tables_write(const struct ct_assembler_tables *, struct ct_writer *);

/* Of a lane; CT_PROCESS_UNKNOWN: it is a device's own. */
uint64_t ct_tables_process_of_lane(const struct ct_assembler_tables *, uint32_t lane);
/* The device of a context that was described; CT_NONE: it was not. */
uint32_t ct_tables_device_of_context(const struct ct_assembler_tables *, uint64_t process,
				     uint32_t context);
uint32_t ct_tables_process(struct ct_assembler_tables *, uint64_t process);

/* assemble-facts.c: what is known beside calls and work. */
struct ct_facts {
	const struct ct_fact *next; /* of `facts`; NULL: no more */
	uint64_t process;           /* whose, with this correlation, are: */
	uint32_t correlation;
	gboolean any;                   /* was gathered */
	struct ct_fact here[CT_OP_MAX]; /* by kind; of kind 0: there is none */
};
gboolean ct_facts_begin(struct ct_facts *, struct ct_assembler *, GError **);
/* Completes CALL; calls come in the order of ct_compare_calls(). */
gboolean ct_facts_complete(struct ct_facts *, struct ct_assembler *,
			   struct ct_pending_call *call, GError **);
int ct_compare_facts(const void *a, const void *b);
/* Whether CALL only went into a graph. */
gboolean ct_facts_captured(struct ct_assembler *, const struct ct_call *call);
/* NULL: nothing is known. */
struct ct_process_facts *ct_facts_of_process(struct ct_assembler *, uint64_t process);
void ct_facts_init(struct ct_assembler *);
void ct_facts_clear(struct ct_assembler *);
/* Makes sure that the table of processes has them. */
void ct_facts_name_processes(struct ct_assembler *);
/* Behind the tables; behind the operations. */
int ct_facts_write_graphs(struct ct_assembler *);
int ct_facts_write_recordings(struct ct_assembler *);
uint64_t ct_facts_dropped(const struct ct_assembler *);

/* assemble-overlap.c: moves `works` to `joining`. */
gboolean ct_assembler_overlap(struct ct_assembler *, GError **);
int ct_compare_works_by_start(const void *a, const void *b);

/* assemble-join.c: moves `joining` and `calls` to `ordered`. */
gboolean ct_assembler_join(struct ct_assembler *, GError **);
int ct_compare_works_by_call(const void *a, const void *b);
int ct_compare_calls(const void *a, const void *b);

/* assemble.c: fails with the -errno of a writer; always FALSE. */
gboolean ct_assembler_write_failed(const struct ct_assembler *, int result, GError **);

/* assemble-nested.c: operations on their way to the file, of which some are calls made
 * inside other calls. */
struct ct_nesting;
struct ct_nesting *ct_nesting_new(struct ct_assembler *);
int ct_nesting_op(struct ct_nesting *, const struct ct_ordered_op *);
int ct_nesting_end(struct ct_nesting *);
void ct_nesting_free(struct ct_nesting *);

/* assemble-order.c: hands on to, and writes from, `ordered`. */
int ct_compare_ordered(const void *a, const void *b);
gboolean ct_assembler_order_range(struct ct_assembler *, uint32_t lane, uint32_t name,
				  int64_t start_ns, int64_t end_ns, GError **);
gboolean ct_assembler_order(struct ct_assembler *, const struct ct_ordered_op *, GError **);
gboolean ct_assembler_write(struct ct_assembler *, GError **);

#endif
