/*
 * spool.h - what a recorder writes while the program runs.
 *
 * The idea.  A profiler hands over activity in the order in which buffers fill: kernels
 * long after their launch, calls of all threads mixed.  A trace wants it by thread and
 * joined.  Doing that inside somebody else's program would cost it time and memory, so
 * there each record is only made small, named things are written once, and the rest is
 * left to an importer (import-spool.c), later and elsewhere.
 *
 * A recording is a folder with one spool per process, PID-START.spool.  A spool is a
 * header and then blocks, each appended whole by one write(2) and closed by a checksum, so
 * whatever ends the process leaves a prefix of whole blocks behind.  A block holds
 * records; a record is a multiple of 8 bytes, begins with struct ct_spool_record, and
 * names only strings and shapes that stand before it in the same spool, numbered from 0.
 * The last record of a spool that was closed is CT_SPOOL_END.  Little endian.
 *
 * All times are nanoseconds of CLOCK_MONOTONIC; 0 means that the profiler gave none.
 * Device, context, stream, event, graph and correlation numbers are the profiler's, and
 * unique per process only.  Readers pass over record types they do not know; fields are
 * only ever added at the end of a record, and absent ones read as 0.
 *
 * This header uses nothing but <stdint.h> and format.h: it is compiled into programs that
 * are not ours.
 */
#ifndef CT_TRACES_SPOOL_H
#define CT_TRACES_SPOOL_H

#include "traces/format.h"

#define CT_SPOOL_MAGIC       "\211CTSPOL\n"
#define CT_SPOOL_VERSION     1
#define CT_SPOOL_BLOCK_MAGIC 0x4b4c4253u /* "SBLK" */
#define CT_SPOOL_BLOCK_BYTES (1u << 20)  /* limit of one block's payload */
#define CT_SPOOL_SUFFIX      ".spool"

struct ct_spool_header { /* 64 bytes, at offset 0 */
	char magic[8];
	uint32_t version, header_bytes; /* 64 */
	uint32_t pid, parent_pid;
	int64_t begin_ns;
	int64_t unix_offset_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC then */
	uint32_t cupti_version; /* as cuptiGetVersion() says; 0: there is none */
	uint32_t driver_version;
	uint8_t reserved[8];
	uint64_t checksum; /* XXH64, seed 0, of the 56 bytes before */
};

struct ct_spool_block { /* 24 bytes; the payload follows */
	uint32_t magic;
	uint32_t bytes;    /* of payload, a multiple of 8 */
	uint64_t number;   /* of blocks before: a gap is a loss */
	uint64_t checksum; /* XXH64, seed 0, of the 16 bytes before and the payload */
};

struct ct_spool_record {
	uint16_t type;  /* enum ct_spool_type */
	uint16_t words; /* of 8 bytes, this one included */
};

enum ct_spool_type {
	CT_SPOOL_STRING = 1, /* text, NUL-terminated, padded with NUL to 8 */
	CT_SPOOL_SHAPE,
	CT_SPOOL_DEVICE,
	CT_SPOOL_CONTEXT,
	CT_SPOOL_STREAM,
	CT_SPOOL_KERNEL,
	CT_SPOOL_COPY,
	CT_SPOOL_SET,
	CT_SPOOL_CALL,    /* of the driver, by a host thread */
	CT_SPOOL_SYNC,    /* what a synchronising call waits for */
	CT_SPOOL_EVENT,   /* an event recorded in a stream */
	CT_SPOOL_MEMORY,  /* allocated or freed */
	CT_SPOOL_MARKER,  /* NVTX */
	CT_SPOOL_NODE,    /* a node of an executable graph, and of which it is a clone */
	CT_SPOOL_EDGE,    /* of a graph as it was built, or captured */
	CT_SPOOL_ANCHOR,  /* three clocks at one moment */
	CT_SPOOL_DROPPED, /* the profiler lost records */
	CT_SPOOL_NOTE,    /* why something is missing */
	CT_SPOOL_END,
};

struct ct_spool_string { /* 8 bytes, then the text */
	struct ct_spool_record record;
	uint32_t bytes; /* of text, without its NUL */
};

struct ct_spool_shape { /* 72 bytes */
	struct ct_spool_record record;
	uint32_t reserved;
	struct ct_shape_record shape; /* its name: a string of this spool */
};

struct ct_spool_device { /* 96 bytes */
	struct ct_spool_record record;
	uint32_t copy_engines;
	struct ct_device_record device; /* its name: a string of this spool */
	uint32_t flags, reserved;       /* CT_SPOOL_MIG */
};
#define CT_SPOOL_MIG 1u

struct ct_spool_context { /* 32 bytes */
	struct ct_spool_record record;
	uint32_t context, device;
	uint32_t parent; /* of a green context; else CT_NONE */
	uint32_t sms;    /* of a green context; else 0 */
	uint32_t null_stream;
	uint32_t reserved[2];
};

struct ct_spool_stream { /* 24 bytes */
	struct ct_spool_record record;
	uint32_t context, stream;
	int32_t priority;
	uint32_t flags; /* CT_STREAM_* */
	uint32_t reserved;
};

struct ct_spool_kernel { /* 64 bytes */
	struct ct_spool_record record;
	uint32_t correlation;
	int64_t start_ns, end_ns;
	uint32_t device, context, stream, shape;
	uint32_t graph;
	uint32_t flags; /* CT_SPOOL_FROM_DEVICE, ... */
	uint64_t graph_node;
	uint32_t channel, reserved;
};
#define CT_SPOOL_FROM_DEVICE 1u /* launched by device code: no call of its own */

struct ct_spool_copy { /* 80 bytes */
	struct ct_spool_record record;
	uint32_t correlation;
	int64_t start_ns, end_ns;
	uint64_t bytes;
	uint32_t device, context, stream;
	uint8_t copy_kind, from_kind, to_kind, flags; /* as CUPTI numbers them */
	uint32_t from_device, to_device;              /* CT_NONE: the same */
	uint32_t graph, reserved;
	uint64_t graph_node;
	uint64_t n_copies; /* in a batch; 0 or 1: one */
};

struct ct_spool_set { /* 64 bytes */
	struct ct_spool_record record;
	uint32_t correlation;
	int64_t start_ns, end_ns;
	uint64_t bytes;
	uint32_t device, context, stream, graph;
	uint64_t graph_node;
	uint32_t memory_kind, reserved; /* as CUPTI numbers it */
};

struct ct_spool_call { /* 40 bytes */
	struct ct_spool_record record;
	uint32_t correlation;
	int64_t start_ns, end_ns;
	uint32_t thread; /* as gettid() numbers it */
	uint32_t call;   /* CUPTI's callback number in the domain */
	int32_t result;
	uint32_t domain; /* 1: driver, 2: runtime, as CUPTI numbers domains */
};

struct ct_spool_sync { /* 56 bytes */
	struct ct_spool_record record;
	uint32_t correlation;
	int64_t start_ns, end_ns;
	uint32_t context, stream; /* CT_NONE: does not apply */
	uint32_t event;           /* CT_NONE: does not apply */
	uint32_t type; /* CUPTI: 1 event, 2 stream waits for event, 3 stream, 4 context */
	uint64_t event_record; /* which record of the event is meant; 0: not said */
	uint32_t result, reserved;
};

struct ct_spool_event { /* 40 bytes */
	struct ct_spool_record record;
	uint32_t correlation;
	uint32_t context, stream, event, device;
	uint64_t event_record; /* unique for this record of the event; 0: not said */
	int64_t device_ns;     /* when the device came to it; 0: not said */
};

struct ct_spool_memory { /* 64 bytes */
	struct ct_spool_record record;
	uint32_t correlation;
	int64_t time_ns;
	uint64_t address, bytes;
	uint32_t device, context, stream;
	uint16_t operation, memory_kind; /* CUPTI: 1 allocated, 2 released */
	uint64_t pool;                   /* its address; 0: none */
	uint32_t flags, reserved;        /* CT_SPOOL_ASYNC */
};
#define CT_SPOOL_ASYNC 1u

enum ct_spool_marker_kind {
	CT_SPOOL_PUSH = 1, /* ranges of a thread nest */
	CT_SPOOL_POP,
	CT_SPOOL_START, /* ranges of a process, closed by their number */
	CT_SPOOL_STOP,
	CT_SPOOL_MARK
};

struct ct_spool_marker { /* 40 bytes */
	struct ct_spool_record record;
	uint32_t kind; /* enum ct_spool_marker_kind */
	int64_t time_ns;
	uint64_t range;  /* start and stop */
	uint32_t thread; /* as gettid() numbers it */
	uint32_t name;   /* string; CT_NONE: none (pop, stop) */
	uint32_t domain; /* string; CT_NONE: the default one */
	uint32_t reserved;
};

/* A node may come twice, when it was made and when it was known to be a clone. */
struct ct_spool_node { /* 32 bytes */
	struct ct_spool_record record;
	uint32_t graph; /* that NODE is of */
	uint64_t node;
	uint64_t original; /* the node it was cloned from; 0: made, not cloned */
	uint32_t original_graph, type;
};

struct ct_spool_edge { /* 24 bytes: TO waits for FROM */
	struct ct_spool_record record;
	uint32_t graph;
	uint64_t from, to;
};

struct ct_spool_anchor { /* 40 bytes */
	struct ct_spool_record record;
	uint32_t reserved;
	int64_t before_ns, after_ns; /* CLOCK_MONOTONIC round the other two */
	int64_t unix_ns, profiler_ns;
};

struct ct_spool_dropped { /* 24 bytes */
	struct ct_spool_record record;
	uint32_t reserved;
	int64_t time_ns;
	uint64_t n;
};

enum ct_spool_note_code {
	CT_SPOOL_NO_CUPTI = 1, /* no library; the text says which were tried */
	CT_SPOOL_OLD_CUPTI,    /* one, but without a function that is needed */
	CT_SPOOL_BUSY,         /* another profiler is subscribed; the text names it */
	CT_SPOOL_DENIED,       /* no permission */
	CT_SPOOL_FAILED,       /* any other call; the text names it and the result */
	CT_SPOOL_FATAL,        /* CUPTI gave up while the program ran */
	CT_SPOOL_STOLEN,       /* launches seen, but another took the buffers over */
	CT_SPOOL_STOPPED,      /* on request, at time_ns */
	CT_SPOOL_FULL,         /* the limit of bytes was reached, at time_ns */
	CT_SPOOL_WRITE_FAILED, /* the disk; the text says why */
	CT_SPOOL_FORKED,       /* the process was forked after cuInit: cannot use CUDA */
	CT_SPOOL_KIND_MISSING, /* one kind of record could not be enabled */
	CT_SPOOL_CONFINED,     /* contexts were put on fewer SMs; the text says how many */
	CT_SPOOL_NOT_CONFINED, /* that was asked for and failed */
	CT_SPOOL_STARTED       /* by its marker or on request, at time_ns: what was called
				* before is not wanted */
};

struct ct_spool_note { /* 24 bytes */
	struct ct_spool_record record;
	uint32_t code; /* enum ct_spool_note_code */
	int64_t time_ns;
	uint32_t text;  /* string; CT_NONE: none */
	int32_t result; /* of the call that failed, as CUPTI or errno numbers it */
};

struct ct_spool_end { /* 72 bytes */
	struct ct_spool_record record;
	uint32_t reserved;
	int64_t time_ns;
	uint64_t n_records;       /* of the profiler, of all kinds */
	uint64_t n_dropped;       /* it lost, or we could not write */
	uint64_t n_zero_times;    /* kernels, copies, sets without start or end */
	uint64_t n_unknown_kinds; /* passed over */
	uint64_t n_buffers_lent, n_buffers_back;
	uint64_t n_launches; /* calls that launch */
};

#define CT_SPOOL_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
CT_SPOOL_SIZE(ct_spool_header, 64);
CT_SPOOL_SIZE(ct_spool_block, 24);
CT_SPOOL_SIZE(ct_spool_record, 4);
CT_SPOOL_SIZE(ct_spool_string, 8);
CT_SPOOL_SIZE(ct_spool_shape, 72);
CT_SPOOL_SIZE(ct_spool_device, 96);
CT_SPOOL_SIZE(ct_spool_context, 32);
CT_SPOOL_SIZE(ct_spool_stream, 24);
CT_SPOOL_SIZE(ct_spool_kernel, 64);
CT_SPOOL_SIZE(ct_spool_copy, 80);
CT_SPOOL_SIZE(ct_spool_set, 64);
CT_SPOOL_SIZE(ct_spool_call, 40);
CT_SPOOL_SIZE(ct_spool_sync, 56);
CT_SPOOL_SIZE(ct_spool_event, 40);
CT_SPOOL_SIZE(ct_spool_memory, 64);
CT_SPOOL_SIZE(ct_spool_marker, 40);
CT_SPOOL_SIZE(ct_spool_node, 32);
CT_SPOOL_SIZE(ct_spool_edge, 24);
CT_SPOOL_SIZE(ct_spool_anchor, 40);
CT_SPOOL_SIZE(ct_spool_dropped, 24);
CT_SPOOL_SIZE(ct_spool_note, 24);
CT_SPOOL_SIZE(ct_spool_end, 72);
#undef CT_SPOOL_SIZE

#endif
