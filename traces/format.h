/*
 * format.h - what a .ctt trace file is.
 *
 * The idea.  A trace is the list of operations that the host threads of a program
 * issued to a GPU, each with what became of it on the device.  One fixed-width
 * record, struct ct_op, carries both sides of an operation: when the host called
 * (api_*), and when the device worked (start/end).  Everything that repeats (names,
 * launch shapes, streams) stands once in a table and is named by its index.
 *
 * Lanes.  Operations are stored lane by lane.  A lane is one host thread of one
 * process; within it operations stand in the order in which the thread issued them.
 * Device work whose launch was not recorded belongs to the device's own lane
 * (struct ct_lane_record.thread == CT_NONE) and stands in order of its device start.
 * Operations of one stream that came from one lane therefore also stand in stream
 * order.  A graph launch is one CT_OP_GRAPH_LAUNCH followed directly by its nodes,
 * which carry CT_OP_CHILD and no host times of their own.
 *
 * Chunks.  A file is a header followed by chunks; each holds records of one type (an
 * operation chunk: of one lane) and a checksum, and at most CT_CHUNK_BYTES of
 * payload before compression.  Tables are appended as they grow and always stand
 * before the operations that name them, so every prefix of whole chunks is a valid
 * trace: a writer that was killed loses only its last, partial chunk.  The last chunk
 * is CT_CHUNK_END; a file without it was cut off, and a reader says so.
 *
 * Rules.  Little endian; all records are multiples of 8 bytes and 8-aligned in the
 * file, so an uncompressed file is used in place through mmap.  All times are int64
 * nanoseconds since the trace's origin (the earliest time in it); CT_TIME_NONE means
 * "not recorded".  Tables number their records from 0 in file order, across chunks; a
 * record names only records that stand before it.  record.h holds what makes one valid.
 * Unknown chunk types are skipped by length; a reader refuses a newer major version
 * and accepts a newer minor one.  Records grow only by a new chunk type.
 *
 * This header uses nothing but <stdint.h>: it is compiled into recorders that live in
 * other people's processes.  The same text, for users, is cotenant-trace(5).
 */
#ifndef CT_TRACES_FORMAT_H
#define CT_TRACES_FORMAT_H

#include <stdint.h>

#define CT_TRACE_MAGIC  "\211CTT\r\n\032\n" /* breaks when mangled as text */
#define CT_TRACE_MAJOR  1
#define CT_TRACE_MINOR  1           /* 0 where no chunk is of a type from 10 on */
#define CT_CHUNK_MAGIC  0x4b4e4843u /* "CHNK" */
#define CT_CHUNK_BYTES  (1u << 20)  /* payload limit before compression */
#define CT_TABLE_BYTES  (1u << 28)  /* limit of all tables together */
#define CT_STRING_BYTES (1u << 16)  /* limit of one string, with its NUL */
#define CT_EDGE_BYTES   (1u << 26)  /* limit of all graphs' edges together */
#define CT_NONE         UINT32_MAX  /* "no index", in every uint32_t index */
#define CT_TIME_NONE    INT64_MIN
#define CT_TIME_MAX     (INT64_MAX / 2) /* of all others, so that no difference overflows */

struct ct_trace_header { /* 64 bytes, at offset 0 */
	char magic[8];
	uint16_t major, minor;
	uint32_t header_bytes; /* 64 */
	int64_t origin_ns;     /* the source's clock at trace time 0 */
	uint32_t clock;        /* enum ct_clock: what origin_ns counts from */
	uint32_t flags;
	uint8_t reserved[24];
	uint64_t checksum; /* XXH64, seed 0, of the 56 bytes before */
};

enum ct_clock { CT_CLOCK_UNKNOWN, CT_CLOCK_UNIX, CT_CLOCK_MONOTONIC };

enum ct_chunk_type {
	CT_CHUNK_STRINGS = 1,  /* NUL-terminated UTF-8 strings, padded with NUL to 8 */
	CT_CHUNK_DEVICES,      /* struct ct_device_record */
	CT_CHUNK_PROCESSES,    /* struct ct_process_record */
	CT_CHUNK_CONTEXTS,     /* struct ct_context_record */
	CT_CHUNK_STREAMS,      /* struct ct_stream_record */
	CT_CHUNK_LANES,        /* struct ct_lane_record */
	CT_CHUNK_SHAPES,       /* struct ct_shape_record */
	CT_CHUNK_COUNTERS,     /* struct ct_counter_record */
	CT_CHUNK_OPS,          /* struct ct_op, of one lane */
	CT_CHUNK_RECORDINGS,   /* struct ct_recording_record; from here on: minor 1 */
	CT_CHUNK_GREEN,        /* struct ct_green_record */
	CT_CHUNK_GRAPH_EDGES,  /* struct ct_graph_edge_record */
	CT_CHUNK_GRAPHS,       /* struct ct_graph_record */
	CT_CHUNK_CURVES,       /* struct ct_curve_record */
	CT_CHUNK_END = 0xffff, /* struct ct_end_record, exactly one */
};

enum ct_codec { CT_CODEC_NONE, CT_CODEC_ZSTD };

struct ct_chunk_header { /* 48 bytes; the payload follows, padded to 8 */
	uint32_t magic;
	uint16_t type;  /* enum ct_chunk_type */
	uint16_t codec; /* enum ct_codec */
	uint32_t lane;  /* CT_CHUNK_OPS: index into the lanes; else CT_NONE */
	uint32_t n_records;
	uint32_t raw_bytes;        /* payload after decompression, <= CT_CHUNK_BYTES */
	uint32_t stored_bytes;     /* payload in the file, without padding */
	uint64_t payload_checksum; /* XXH64, seed 0, of the stored payload */
	uint32_t n_kernels;        /* CT_CHUNK_OPS: kernels among its records; else 0 */
	uint32_t reserved;
	uint64_t checksum; /* XXH64, seed 0, of the 40 bytes before */
};

struct ct_device_record { /* 80 bytes; 0 where the source does not say */
	uint32_t id;      /* the source's device number */
	uint32_t name;    /* string index; CT_NONE: unknown */
	uint64_t memory_bytes;
	uint32_t cc_major, cc_minor;
	uint32_t sms, warp_size;
	uint32_t threads_per_sm, regs_per_sm, smem_per_sm_bytes, smem_per_block_optin_bytes;
	uint32_t l2_bytes, clock_khz;
	uint32_t memory_clock_khz, memory_bus_bits;
	uint32_t vendor; /* enum ct_vendor */
	uint32_t reserved[3];
};

enum ct_vendor { CT_VENDOR_UNKNOWN, CT_VENDOR_NVIDIA, CT_VENDOR_AMD };

struct ct_process_record { /* 16 bytes */
	uint32_t pid, name;
	uint32_t reserved[2];
};

struct ct_context_record {     /* 16 bytes */
	uint32_t id;           /* the source's context number */
	uint32_t process;      /* index; CT_NONE: unknown */
	uint32_t device;       /* index */
	uint32_t green_parent; /* context index, for a green context; else CT_NONE */
};

struct ct_stream_record { /* 24 bytes */
	uint32_t id;      /* the source's stream number */
	uint32_t context; /* index; CT_NONE: unknown */
	uint32_t device;  /* index */
	int32_t priority; /* as in CUDA: lower numbers run first; 0 if unknown */
	uint32_t flags;   /* CT_STREAM_* */
	uint32_t reserved;
};
#define CT_STREAM_NULL           1u /* the legacy default stream */
#define CT_STREAM_NONBLOCKING    2u
#define CT_STREAM_PRIORITY_KNOWN 4u

struct ct_lane_record {   /* 16 bytes */
	uint32_t process; /* index; CT_NONE: unknown */
	uint32_t thread;  /* the source's thread number; CT_NONE: a device's own lane */
	uint32_t device;  /* index, of a device's own lane; CT_NONE: unknown, or a thread */
	uint32_t reserved;
};

struct ct_shape_record { /* 64 bytes: what is launched, without when */
	uint32_t name;   /* string index: kernel name, demangled if the source has it */
	uint32_t grid[3], block[3];
	uint16_t cluster[3]; /* 0: none */
	uint16_t registers;  /* per thread */
	uint32_t smem_static_bytes, smem_dynamic_bytes, smem_executed_bytes;
	uint32_t local_per_thread_bytes;
	uint32_t flags; /* CT_SHAPE_*: which fields the source gave */
	uint32_t reserved[2];
};
#define CT_SHAPE_HAS_GRID      1u /* grid and block */
#define CT_SHAPE_HAS_REGISTERS 2u
#define CT_SHAPE_HAS_SMEM      4u
#define CT_SHAPE_COOPERATIVE   8u
#define CT_SHAPE_HAS_SMS       16u /* grid[0]: SMs that hold all blocks at once; no grid */
#define CT_SHAPE_COMPUTE_BOUND 32u /* as the source classed it */
#define CT_SHAPE_MEMORY_BOUND  64u

struct ct_counter_record { /* 48 bytes: measured, per launch of a shape or per record */
	uint32_t shape;    /* index; CT_NONE: only records that name this counter */
	uint32_t samples;  /* launches averaged */
	uint64_t dram_read_bytes, dram_write_bytes, l2_bytes;
	float sm_active, tensor_active; /* 0..1; NaN: not measured */
	float warps_active, reserved;
};

enum ct_recording_stop {                   /* why a recorder wrote no more of a process */
			 CT_STOP_END,      /* it ended, or what records it did */
			 CT_STOP_ASKED,    /* it was told to */
			 CT_STOP_FULL,     /* the limit of bytes was reached */
			 CT_STOP_WRITE,    /* the disk would not take more */
			 CT_STOP_PROFILER, /* the profiler gave up */
			 CT_STOP_NEVER_BEGAN, /* there was no profiler, or it refused */
			 CT_STOP_UNKNOWN,     /* what was written ends without saying why */
};

struct ct_recording_record {                    /* 80 bytes: how one process was recorded */
	uint32_t process;                       /* index */
	uint32_t cupti_version, driver_version; /* as they number themselves; 0: unknown */
	uint32_t stop;                          /* enum ct_recording_stop */
	uint32_t flags;                         /* CT_RECORDING_* */
	uint32_t n_wrong_graphs;  /* without their edges: in a circle, or too many */
	uint64_t n_records;       /* that the profiler handed over, of all kinds */
	uint64_t n_dropped;       /* it lost, or nobody could write */
	uint64_t n_zero_times;    /* device work without times that can be: left out */
	uint64_t n_unknown_kinds; /* passed over */
	uint64_t n_lost_launches; /* launches without any device work */
	uint64_t n_unlaunched;    /* device work without a launch */
	int64_t clock_error_ns; /* of device times against host times, at most; -1: unknown */
};
#define CT_RECORDING_CUT_OFF      1u  /* it ends without an end */
#define CT_RECORDING_STOLEN       2u  /* another profiler took the records over */
#define CT_RECORDING_FORKED       4u  /* its process was forked after it used CUDA */
#define CT_RECORDING_KIND_MISSING 8u  /* some kind of record could not be had */
#define CT_RECORDING_CONFINED     16u /* its work was put on fewer SMs, to measure it */
#define CT_RECORDING_NOT_CONFINED 32u /* that was asked for and failed */

struct ct_green_record {     /* 16 bytes: a context that has only some of the SMs */
	uint32_t context;    /* index */
	uint32_t sms;        /* it has, from 1 to: */
	uint32_t device_sms; /* of the device, without MPS or MIG */
	uint32_t reserved;
};

/* Node TO waits for node FROM, of a graph that names this edge.  Node numbers are those of
 * struct ct_op, less the graph's first_node: so graphs of one form, of which a program
 * may have thousands, name the same edges. */
struct ct_graph_edge_record { /* 16 bytes */
	uint64_t from, to;
};

/* All edges of an executable graph: what is not connected here may run side by side.  A
 * later record of the same graph replaces an earlier one.  Nodes may be missing among the
 * operations (empty ones, calls of the host) and still stand between others. */
struct ct_graph_record {              /* 32 bytes */
	uint32_t process;             /* index; CT_NONE: unknown */
	uint32_t graph;               /* as in struct ct_op; unique per process only */
	uint32_t first_edge, n_edges; /* of the edges; 0, 0: there are none */
	uint64_t first_node;          /* added, modulo 2^64, to the numbers in them */
	uint64_t reserved;
};

/* How long a shape takes on some of the device's SMs, alone and with all of its memory, as
 * measured.  Of two records of a shape on as many SMs the later one counts. */
struct ct_curve_record { /* 32 bytes */
	uint32_t shape;  /* index */
	uint32_t sms;
	int64_t ns;        /* median of the launches */
	int64_t spread_ns; /* from their first quartile to the third */
	uint32_t samples;  /* launches */
	uint32_t reserved;
};

enum ct_op_kind {
	CT_OP_KERNEL = 1,
	CT_OP_MEMCPY,
	CT_OP_MEMSET,
	CT_OP_GRAPH_LAUNCH, /* host only; its nodes follow */
	CT_OP_EVENT_RECORD, /* handle: event */
	CT_OP_EVENT_WAIT,   /* stream waits for handle */
	CT_OP_EVENT_SYNC,   /* host waits for handle */
	CT_OP_STREAM_SYNC,  /* host waits for stream */
	CT_OP_DEVICE_SYNC,  /* host waits for all streams of the context */
	CT_OP_ALLOC,        /* handle: address, bytes */
	CT_OP_FREE,         /* handle: address; blocks as a device sync does */
	CT_OP_MARKER_BEGIN, /* name; a range begins on this thread */
	CT_OP_MARKER_END,   /* name */
	CT_OP_MAX
};

enum ct_copy {
	CT_COPY_UNKNOWN,
	CT_COPY_HTOD,
	CT_COPY_DTOH,
	CT_COPY_DTOD,
	CT_COPY_PTOP,
	CT_COPY_HTOH
};

/* One operation, 80 bytes.  Fields a kind does not use are 0 or CT_NONE. */
struct ct_op {
	int64_t api_start_ns, api_end_ns; /* host call; CT_TIME_NONE: not recorded */
	int64_t start_ns, end_ns;         /* device work; CT_TIME_NONE: host only */
	uint8_t kind;                     /* enum ct_op_kind */
	uint8_t copy;                     /* enum ct_copy */
	uint16_t flags;                   /* CT_OP_* */
	uint32_t stream;                  /* index; CT_NONE: none */
	uint32_t correlation;             /* the source's, unique per process only */
	union {
		uint32_t shape;   /* kernel: index into the shapes */
		uint32_t name;    /* marker: string index */
		uint32_t context; /* device sync: index; CT_NONE: unknown */
	};
	uint32_t counter; /* kernel: index into the counters; CT_NONE: by shape, if any */
	uint32_t graph;   /* graph id; 0: none */
	union {
		uint64_t graph_node; /* kernel, copy, memset inside a graph; 0: none */
		uint64_t handle;     /* event or address */
	};
	union {
		int64_t overlap_ns; /* kernel: time it shared the device with other kernels */
		uint64_t bytes;     /* copy, memset, allocation */
	};
	uint64_t sequence; /* issue order across the lanes of the trace */
};
#define CT_OP_CHILD    1u /* a node of the graph launch before it */
#define CT_OP_PAGEABLE 2u /* a copy from or to pageable memory: blocks the host */
#define CT_OP_BLOCKING 4u /* the call was a synchronous variant (cudaMemcpy, ...) */
#define CT_OP_PROGRAMMATIC                                                                 \
	8u /* programmatic dependent launch: may overlap its predecessor */
#define CT_OP_UNLAUNCHED 16u /* device work whose launch was not recorded */

struct ct_end_record {     /* 32 bytes */
	uint64_t n_chunks; /* before this one */
	uint64_t n_ops, n_kernels;
	uint64_t
		n_dropped; /* records the recorder lost; a trace with drops fails `check` */
};

#define CT_FORMAT_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
CT_FORMAT_SIZE(ct_trace_header, 64);
CT_FORMAT_SIZE(ct_chunk_header, 48);
CT_FORMAT_SIZE(ct_device_record, 80);
CT_FORMAT_SIZE(ct_process_record, 16);
CT_FORMAT_SIZE(ct_context_record, 16);
CT_FORMAT_SIZE(ct_stream_record, 24);
CT_FORMAT_SIZE(ct_lane_record, 16);
CT_FORMAT_SIZE(ct_shape_record, 64);
CT_FORMAT_SIZE(ct_counter_record, 48);
CT_FORMAT_SIZE(ct_op, 80);
CT_FORMAT_SIZE(ct_end_record, 32);
CT_FORMAT_SIZE(ct_recording_record, 80);
CT_FORMAT_SIZE(ct_green_record, 16);
CT_FORMAT_SIZE(ct_graph_edge_record, 16);
CT_FORMAT_SIZE(ct_graph_record, 32);
CT_FORMAT_SIZE(ct_curve_record, 32);
#undef CT_FORMAT_SIZE

#endif
