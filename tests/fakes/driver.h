/*
 * driver.h - what the parts of the fake driver share.
 *
 * The idea.  The fake driver does what programs can see of a driver: it hands out objects,
 * takes work in order, and lets host calls wait for it.  The work itself is a name and a
 * time.  Since nothing on this device depends on what the host does later, the start and
 * end of every operation are known when it is queued (device-time.c); to wait is to sleep
 * until then.  So there is no device thread, and results are the same every time up to the
 * host's own pace.
 *
 * One lock, ct_fake_lock(), stands over all objects.  It is not held while the tap is
 * called or while a host thread sleeps.  Objects are kept in lists for ever: a handle that
 * was freed is noticed instead of crashing, and nothing leaks.
 */
#ifndef CT_TESTS_FAKES_DRIVER_H
#define CT_TESTS_FAKES_DRIVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/fakes/tap.h"

#define CT_FAKE_EXPORT    __attribute__((visibility("default")))
#define CT_FAKE_DEVICES   8
#define CT_FAKE_MAX_DEPS  64
#define CT_FAKE_MAX_SMS   256
#define CT_FAKE_TPC_SMS   2 /* the finest partition */
#define CT_FAKE_GROUP_SMS 8 /* sm_90: SMs that are scheduled together */

struct CUctx_st {
	uint32_t id, device, sms;
	bool is_green, is_dead;
	CUcontext parent;
	CUstream null_stream;
	int64_t legacy_end_ns;   /* when the NULL stream's last work ends */
	int64_t blocking_end_ns; /* and that of all streams that wait for it */
	int64_t end_ns;          /* of all work */
	CUcontext next;
};

struct CUstream_st {
	uint32_t id;
	int priority;
	unsigned flags;
	bool is_null, is_per_thread, is_dead;
	uint32_t thread; /* of a thread's own stream */
	CUcontext context;
	int64_t end_ns;  /* of the work queued so far */
	int64_t wait_ns; /* for an event */
	bool after_kernel;
	int64_t last_start_ns;
	/* capture */
	CUgraph capture;
	bool is_origin;
	CUgraphNode deps[CT_FAKE_MAX_DEPS];
	unsigned n_deps;
	CUstream next;
};

struct CUevent_st {
	uint32_t id;
	unsigned flags;
	bool is_recorded, is_dead;
	uint64_t record;
	int64_t time_ns;
	uint32_t context, stream;
	CUgraph capture;
	CUgraphNode deps[CT_FAKE_MAX_DEPS];
	unsigned n_deps;
	CUevent next;
};

struct CUmod_st {
	uint32_t id;
	CUmodule next;
};

struct CUfunc_st { /* also stands for a CUkernel */
	char *name;
	CUmodule module;
	int max_dynamic_smem;
	CUfunction next;
};

struct CUmemPoolHandle_st {
	uint64_t address;
	CUmemoryPool next;
};

/* A piece of work before it has times. */
struct ct_fake_work {
	struct ct_fake_activity activity;
	int64_t duration_ns;
	CUevent event; /* of a graph's event nodes */
};

struct CUgraphNode_st {
	uint64_t id;
	uint32_t type;
	CUgraph graph;
	struct ct_fake_work work;
	CUgraphNode *deps;
	size_t n_deps;
	CUgraphNode clone; /* while its graph is being cloned */
	uint32_t branch;   /* 0: the stream it is launched in; else of its graph's own */
	bool is_continued; /* some node that waits for it is in its branch */
	int64_t end_ns;    /* in the launch at hand */
	CUgraphNode next;
};

struct CUgraph_st {
	uint32_t id;
	CUgraphNode nodes, last;
	size_t n_nodes;
	uint32_t n_branches, first_stream; /* executable ones: driver-exec.c */
	bool is_dead;
	CUgraph next;
};

struct CUgraphExec_st {
	CUgraph graph; /* its own clone */
	int64_t end_ns;
	bool is_dead;
	CUgraphExec next;
};

const struct ct_fake_settings *ct_fake_settings(void);

/* driver-call.c: the frame around each call */
void ct_fake_lock(void);
void ct_fake_unlock(void);
int64_t ct_fake_now_ns(void);
void ct_fake_sleep_until(int64_t time_ns);
uint32_t ct_fake_thread(void);
CUresult ct_fake_enter(struct ct_fake_call *call);
CUresult ct_fake_leave(struct ct_fake_call *call, CUresult result);
void ct_fake_tell(const struct ct_fake_activity *activity);
void ct_fake_tell_resource(const struct ct_fake_resource *resource);
void ct_fake_set_tap(const struct ct_fake_tap *tap);
void ct_fake_set_ready(void);
bool ct_fake_was_forked(void);

enum {
#define CT_FAKE_CALL(name, number) CT_FAKE_NUMBER_OF_##name = number,
#include "tests/fakes/cuda-calls.h"
#undef CT_FAKE_CALL
};

#define CT_FAKE_FIELDS(...)                                                                \
	{                                                                                  \
		__VA_ARGS__                                                                \
	}
/* CT_FAKE_ENTER(cuFoo, (int a; int b;), a, b); opens the body of cuFoo(a, b). */
#define CT_FAKE_ENTER(function, fields, ...)                                               \
	struct CT_FAKE_FIELDS fields ct_fake_params = { __VA_ARGS__ };                     \
	struct ct_fake_call ct_fake_this = { .name = #function,                            \
					     .number = CT_FAKE_NUMBER_OF_##function,       \
					     .params = &ct_fake_params };                  \
	CUresult ct_fake_refused = ct_fake_enter(&ct_fake_this);                           \
	if (ct_fake_refused)                                                               \
	return ct_fake_leave(&ct_fake_this, ct_fake_refused)
#define CT_FAKE_LEAVE(result) return ct_fake_leave(&ct_fake_this, (result))
#define CT_FAKE_CORRELATION   (ct_fake_this.correlation)

/* driver-context.c */
CUcontext ct_fake_current(void);
bool ct_fake_context_known(CUcontext context);
bool ct_fake_context_is_usable(CUcontext context);
CUcontext ct_fake_context_new(uint32_t device, uint32_t sms, CUcontext parent);
void ct_fake_context_made(CUcontext context);
void ct_fake_context_dies(CUcontext context);
CUresult ct_fake_retain(CUcontext *out, CUdevice device, int count);
void ct_fake_wait_for_context(CUcontext context);

/* driver-stream.c: NULL, 1 and 2 are the streams that have no handle */
CUstream ct_fake_stream(CUstream handle, bool per_thread);
CUstream ct_fake_stream_in(CUcontext context, CUstream handle, bool per_thread);
CUstream ct_fake_stream_new(CUcontext context, unsigned flags, int priority);
uint32_t ct_fake_stream_numbers(uint32_t n); /* the first of N that no stream has */
void ct_fake_stream_made(CUstream stream);
void ct_fake_end_capture(CUgraph graph);

/* device-time.c */
int64_t ct_fake_duration_ns(const char *name, const uint32_t grid[3], uint32_t sms);
int64_t ct_fake_copy_ns(uint64_t bytes, uint32_t copy_kind);
int64_t ct_fake_start_ns(CUstream stream, const struct ct_fake_work *work, int64_t call_ns);
void ct_fake_queue(CUstream stream, struct ct_fake_work *work, int64_t call_ns);
int64_t ct_fake_place_copy(uint32_t device, uint32_t copy_kind, int64_t from_ns,
			   int64_t duration_ns);
void ct_fake_reached(CUstream stream, int64_t end_ns);
CUresult ct_fake_submit(CUstream handle, bool per_thread, struct ct_fake_work *work,
			uint32_t node_type, uint32_t correlation, int64_t call_ns,
			int64_t *end_ns);

/* driver-graph.c, driver-exec.c; making and changing: with the lock, telling: without */
CUgraph ct_fake_graph_new(void);
bool ct_fake_graph_known(CUgraph graph);
CUgraphNode ct_fake_node_new(CUgraph graph, uint32_t type, const CUgraphNode *deps,
			     size_t n_deps, const struct ct_fake_work *work);
void ct_fake_node_depends(CUgraphNode node, CUgraphNode on);
void ct_fake_tell_graph(enum ct_fake_resource_event event, CUgraph graph, CUgraph original);
void ct_fake_tell_node(CUgraphNode node);
void ct_fake_tell_edges(CUgraphNode node); /* those to what it waits for */
uint32_t ct_fake_graph_id(CUgraph graph);
uint32_t ct_fake_exec_id(CUgraphExec exec);
uint64_t ct_fake_node_id(CUgraphNode node);

/* driver-capture.c, with the lock; NULL: the stream is not being captured */
CUgraphNode ct_fake_capture(CUstream stream, const struct ct_fake_work *work,
			    uint32_t type);
bool ct_fake_capture_joins(CUstream stream, CUevent event);

/* driver-launch.c: fills in a kernel's work */
CUresult ct_fake_kernel(struct ct_fake_work *work, CUfunction function,
			const unsigned *grid, const unsigned *block, unsigned smem);

/* driver-event.c */
void ct_fake_event_happens(CUevent event, CUstream stream, int64_t time_ns);

/* driver-memory.c: enum ct_fake_memory_kind */
uint32_t ct_fake_memory_kind(uint64_t address);

#endif
