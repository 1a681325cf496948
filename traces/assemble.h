/*
 * assemble.h - turns what an importer parsed into a trace file.
 *
 * Importers meet API calls, device work and markers in whatever order their source
 * holds them.  They hand each one over as it is parsed; the assembler joins device
 * work to the call that issued it on (process, correlation), orders operations by
 * lane, measures overlap, and writes the file, all in bounded memory through
 * sorter.h.  The rules every importer shares live here and nowhere else:
 *
 *  - correlation ids are unique per process only;
 *  - one call may have issued many operations (a graph launch);
 *  - a call that issued nothing is dropped unless it is to be kept, and a kernel launch
 *    that came to nothing in any case;
 *  - device work without a call goes to its device's own lane, flagged
 *    CT_OP_UNLAUNCHED;
 *  - kernels of one stream that overlap are kept and counted;
 *  - times become relative to the earliest one; a negative duration is refused.
 *
 * Records name streams, threads and so on by the source's own numbers; the assembler
 * builds the tables.  Output is written to a temporary name beside the target and
 * renamed when complete, so a failed import leaves nothing.
 */
#ifndef CT_TRACES_ASSEMBLE_H
#define CT_TRACES_ASSEMBLE_H

#include <glib.h>

#include "traces/format.h"

struct ct_assembler;

/* One API call on a host thread. */
struct ct_call {
	uint64_t process, thread; /* source ids, e.g. pid and tid */
	uint32_t correlation;
	uint8_t kind; /* enum ct_op_kind; CT_OP_KERNEL for any launch call */
	/* CT_OP_PAGEABLE, CT_OP_BLOCKING; CT_OP_PROGRAMMATIC: the launch had attributes, and is
	 * taken for a programmatic one if its kernel began before the one before it ended */
	uint8_t flags;
	uint8_t keep;             /* not 0: an operation even if no device work joins it */
	int64_t start_ns, end_ns; /* absolute, source clock */
	uint32_t device, context, stream; /* source ids; CT_NONE: unknown */
	uint64_t handle, bytes;
};

/* One piece of work on the device. */
struct ct_work_item {
	uint64_t process; /* source id; UINT64_MAX: unknown, joined on correlation alone */
	uint32_t correlation; /* 0: none */
	uint8_t kind;         /* CT_OP_KERNEL, CT_OP_MEMCPY, CT_OP_MEMSET */
	uint8_t copy;         /* enum ct_copy */
	uint8_t flags;        /* CT_OP_UNLAUNCHED: no host launched it */
	int64_t start_ns, end_ns;
	uint32_t device, context, stream; /* source ids */
	uint32_t shape;                   /* kernel: from ct_assembler_shape() */
	uint32_t graph;
	uint64_t graph_node;
	uint64_t bytes;
};

/* What a call worked on, where that is told apart from the call. */
struct ct_fact {
	uint64_t process;
	uint32_t correlation;
	uint8_t kind;             /* enum ct_op_kind of the call it is about */
	uint8_t nothing;          /* not 0: the call waits for nothing */
	uint32_t context, stream; /* source ids; CT_NONE: unknown */
	uint64_t handle, bytes;
};

/* A context, where the source describes it apart from work. */
struct ct_context_facts {
	uint64_t process;
	uint32_t context, device;
	uint32_t parent, sms; /* of a green context; else CT_NONE, 0 */
};

/* What a finished import has to tell. */
struct ct_import_summary {
	uint64_t n_kernels, n_copies, n_calls, n_markers;
	uint64_t n_unlaunched, n_overlapping_in_stream, n_without_shape, n_skipped;
	uint64_t n_lost_launches; /* of processes whose recording was told */
};

/* OUTPUT is the file to become; level as in struct ct_writer_options. */
struct ct_assembler *ct_assembler_new(const char *output, int zstd_level, GError **error);

/* Interned; the index is for shape.name and for markers. */
uint32_t ct_assembler_string(struct ct_assembler *, const char *text, size_t length);
uint32_t ct_assembler_shape(struct ct_assembler *, const struct ct_shape_record *);

/* Describe what has the source's numbers; before or after work names it.  What no work
 * and no call names does not get into the file. */
void ct_assembler_device(struct ct_assembler *, const struct ct_device_record *);
void ct_assembler_stream(struct ct_assembler *, uint64_t process, uint32_t device,
			 uint32_t context, uint32_t stream, int32_t priority,
			 uint32_t flags);
void ct_assembler_context(struct ct_assembler *, const struct ct_context_facts *);
void ct_assembler_process(struct ct_assembler *, uint64_t process, const char *name);

/* The times count from BASE_NS of CLOCK: it goes into the header's origin and nowhere
 * else, so it may be said at any time before the end.  Not said: 0, unknown. */
void ct_assembler_clock(struct ct_assembler *, int64_t base_ns, enum ct_clock clock);

gboolean ct_assembler_call(struct ct_assembler *, const struct ct_call *, GError **);
gboolean ct_assembler_work(struct ct_assembler *, const struct ct_work_item *, GError **);
gboolean ct_assembler_marker(struct ct_assembler *, uint64_t process, uint64_t thread,
			     uint32_t name, int64_t start_ns, int64_t end_ns, GError **);

/* Joined to the call by (process, correlation), if their kinds agree. */
gboolean ct_assembler_fact(struct ct_assembler *, const struct ct_fact *, GError **);

/* How PROCESS was recorded.  Lost launches and work without a launch are counted here, and
 * added; of the others the sum of n_dropped goes into the file's end. */
void ct_assembler_recording(struct ct_assembler *, uint64_t process,
			    const struct ct_recording_record *);

/* Only what PROCESS called in [START_NS, STOP_NS) is wanted, and what came of it.
 * DANGER: work without a call is then left out, since when it was called is not known. */
void ct_assembler_window(struct ct_assembler *, uint64_t process, int64_t start_ns,
			 int64_t stop_ns);

/* What the thread launched or recorded in [START_NS, END_NS] went into a graph. */
void ct_assembler_capture(struct ct_assembler *, uint64_t process, uint64_t thread,
			  int64_t start_ns, int64_t end_ns);

/* All edges of an executable graph, nodes numbered as in struct ct_work_item. */
void ct_assembler_graph(struct ct_assembler *, uint64_t process, uint32_t graph,
			const struct ct_graph_edge_record *, uint32_t n);

/* The input held something the importer could not use; counted and said. */
void ct_assembler_skip(struct ct_assembler *);

/* Joins, sorts and writes.  Fails with CT_EXIT_INPUT when there was no kernel: then
 * SOURCE is named in the sentence. */
gboolean ct_assembler_finish(struct ct_assembler *, const char *source,
			     struct ct_import_summary *, GError **);
void ct_assembler_free(struct ct_assembler *); /* removes an unfinished output */

#endif
