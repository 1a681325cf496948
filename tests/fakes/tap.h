/*
 * tap.h - what the fake driver tells the fake profiler.
 *
 * The idea.  A real CUPTI looks into a real driver through tables that nobody has written
 * down.  Ours are these two structs.  The driver says three things: a call begins or ends,
 * a thing was made or goes away, and a piece of activity happened or will have happened,
 * with its times, as soon as they are fixed.  The profiler decides what becomes of each.
 *
 * The driver finds nothing to tell as long as no tap is set, and holds no lock when it
 * calls one, so a tap may call the driver.  A tap once set is never taken away: the
 * profiler stops listening instead.
 */
#ifndef CT_TESTS_FAKES_TAP_H
#define CT_TESTS_FAKES_TAP_H

#include "tests/fakes/cuda-driver.h"

#define CT_FAKE_NONE UINT32_MAX

/* The device, after an H200; its figures are only recognised, never relied on. */
#define CT_FAKE_DEVICE_NAME       "Fake H200"
#define CT_FAKE_MEMORY_BYTES      150754820096ull
#define CT_FAKE_L2_BYTES          62914560
#define CT_FAKE_CLOCK_KHZ         1980000
#define CT_FAKE_COPY_ENGINES      3
#define CT_FAKE_GREATEST_PRIORITY (-5)
#define CT_FAKE_FIRST_STREAM      7 /* as CUPTI numbers the first NULL stream */

/* Read once from the environment; times are nanoseconds. */
struct ct_fake_settings {
	int n_devices;      /* FAKE_CUDA_DEVICES, 1 */
	int sms;            /* FAKE_CUDA_SMS, 132 */
	int driver_version; /* FAKE_CUDA_VERSION, 13000 */
	int launch_ns;      /* FAKE_CUDA_LAUNCH_NS, 3000: from a call to its work's start */
	int gap_ns;         /* FAKE_CUDA_GAP_NS, 500: between kernels of a stream */
	int call_ns;        /* FAKE_CUDA_CALL_NS, 0: that each call takes at least */
	const char *refused; /* FAKE_CUDA_REFUSED: a call that always fails */
	const char *hung;    /* FAKE_CUDA_HUNG: one that never returns */
};
enum ct_fake_kind {
	CT_FAKE_KERNEL,
	CT_FAKE_COPY,
	CT_FAKE_SET,
	CT_FAKE_SYNC,
	CT_FAKE_EVENT,
	CT_FAKE_MEMORY,
	CT_FAKE_POOL,
	CT_FAKE_CONTEXT,
	CT_FAKE_STREAM,
};

/* As CUPTI numbers them. */
enum ct_fake_copy_kind {
	CT_FAKE_HTOD = 1,
	CT_FAKE_DTOH,
	CT_FAKE_DTOD = 8,
	CT_FAKE_HTOH,
	CT_FAKE_PTOP
};
enum ct_fake_memory_kind {
	CT_FAKE_PAGEABLE = 1,
	CT_FAKE_PINNED,
	CT_FAKE_DEVICE,
	CT_FAKE_MANAGED = 5
};
enum ct_fake_sync_type {
	CT_FAKE_SYNC_EVENT = 1,
	CT_FAKE_SYNC_WAIT,
	CT_FAKE_SYNC_STREAM,
	CT_FAKE_SYNC_CONTEXT
};

/* One piece of activity; what does not apply to its kind is 0. */
struct ct_fake_activity {
	enum ct_fake_kind kind;
	uint32_t correlation, device, context, stream;
	int64_t start_ns, end_ns; /* CLOCK_MONOTONIC; of instants: both the same */
	uint64_t bytes, address, pool;
	uint32_t graph;
	uint64_t node;
	/* kernels */
	const char *name;
	uint32_t grid[3], block[3], cluster[3];
	uint32_t dynamic_smem, static_smem, registers;
	uint32_t cooperative, programmatic;
	/* copies, sets and memory, as CUPTI numbers them */
	uint32_t copy_kind, from_kind, to_kind, memory_kind, async, operation;
	uint32_t from_device, to_device;
	/* synchronisation and events */
	uint32_t type, event;
	uint64_t event_record;
	/* contexts and streams */
	uint32_t parent, sms, null_stream, is_green, flags;
	int32_t priority;
};

struct ct_fake_call {
	const char *name;
	uint32_t number; /* CUPTI's, of the driver's domain */
	uint32_t correlation, thread;
	const void *params; /* struct of the arguments, in their order */
	CUcontext context;  /* current at the start; NULL: none */
	uint32_t context_id;
	int64_t start_ns, end_ns;
	CUresult result;
	uint64_t note; /* the profiler's, kept from the start of the call to its end */
};

/* Numbers as CUPTI has them for callbacks on resources. */
enum ct_fake_resource_event {
	CT_FAKE_CONTEXT_CREATED = 1,
	CT_FAKE_CONTEXT_DESTROYED = 2,
	CT_FAKE_STREAM_CREATED = 3,
	CT_FAKE_STREAM_DESTROYED = 4,
	CT_FAKE_INITIALIZED = 5,
	CT_FAKE_MODULE_LOADED = 6,
	CT_FAKE_MODULE_UNLOADED = 7,
	CT_FAKE_GRAPH_CREATED = 9,
	CT_FAKE_GRAPH_DESTROYED = 10,
	CT_FAKE_GRAPH_CLONED = 11,
	CT_FAKE_NODE_CREATED = 13,
	CT_FAKE_NODE_DESTROYED = 14,
	CT_FAKE_EDGE_CREATED = 15,
	CT_FAKE_EXEC_CREATING = 17,
	CT_FAKE_EXEC_CREATED = 18,
	CT_FAKE_EXEC_DESTROYED = 19,
	CT_FAKE_NODE_CLONED = 20,
};

struct ct_fake_resource {
	enum ct_fake_resource_event event;
	CUcontext context;
	CUstream stream;
	uint32_t module;
	const void *image;
	size_t image_bytes;
	CUgraph graph, original_graph;
	CUgraphNode node, original, dependency;
	CUgraphExec exec;
	uint32_t node_type;
};

struct ct_fake_tap {
	void (*call)(struct ct_fake_call *call, int is_end);
	void (*resource)(const struct ct_fake_resource *resource);
	void (*activity)(const struct ct_fake_activity *activity);
};

/* Numbers of things, as the profiler is asked for them; 0 or CT_FAKE_NONE: not known. */
struct ct_fake_driver {
	void (*set_tap)(const struct ct_fake_tap *tap);
	uint32_t (*context_id)(CUcontext context);
	uint32_t (*context_device)(CUcontext context);
	uint32_t (*stream_id)(CUcontext context, CUstream stream, int per_thread);
	uint32_t (*graph_id)(CUgraph graph);
	uint32_t (*exec_id)(CUgraphExec exec);
	uint64_t (*node_id)(CUgraphNode node);
	const char *(*function_name)(CUfunction function);
	const struct ct_fake_settings *(*settings)(void);
};

/* The one symbol that the fake driver exports beside the real one's. */
const struct ct_fake_driver *ct_fake_driver(void);

#endif
