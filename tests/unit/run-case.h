/*
 * run-case.h - programs and a device small enough that a run can be worked out by hand.
 *
 * The device has 4 SMs that hold one block each (blocks have 1024 threads), and round
 * times.  A tape is a program in the making: every call is made TAPE_CALL_NS long and
 * as soon as the one before it has returned, unless said otherwise.
 */
#ifndef CT_TESTS_RUN_CASE_H
#define CT_TESTS_RUN_CASE_H

#include "models/actuator.h"
#include "sim/run.h"

enum {
	LAB_SMS = 4,
	LAB_LATENCY_NS = 1000, /* from the start of a launch to that of its kernel */
	LAB_GAP_NS = 100,
	LAB_GRAPH_GAP_NS = 30,
	LAB_WAKEUP_NS = 500,
	LAB_SLICE_NS = 100000,
	LAB_SWITCH_NS = 7622, /* 5000, and 2622 for 2 x 4 x (256 + 64) KiB at 1 TB/s */
	TAPE_CALL_NS = 64,    /* the program's medians keep 64 exactly */
};

struct tape;

struct tape *tape_new(uint32_t threads, uint32_t streams);
void tape_stream(struct tape *, int32_t priority); /* one more */
struct tape *tape_new_with(uint32_t threads, uint32_t streams,
			   const uint32_t *flags); /* of the streams, CT_STREAM_* */
uint32_t tape_device_lane(struct tape *); /* for work whose launch was not recorded */
void tape_think(struct tape *, uint32_t thread, int64_t ns);
int64_t tape_now_ns(const struct tape *, uint32_t thread);

/* A launch; recorded LAB_LATENCY_NS later, for NS, whatever else was recorded. */
void tape_kernel(struct tape *, uint32_t thread, uint32_t stream, uint32_t blocks,
		 int64_t ns);
/* The same without a call of its own: FLAGS is CT_OP_CHILD or CT_OP_UNLAUNCHED. */
void tape_node(struct tape *, uint32_t lane, uint32_t stream, uint32_t blocks, int64_t ns,
	       uint32_t flags);
/* Both, by name. */
void tape_named(struct tape *, uint32_t thread, uint32_t stream, const char *name,
		uint32_t blocks, int64_t ns);
void tape_named_node(struct tape *, uint32_t lane, uint32_t stream, const char *name,
		     uint32_t blocks, int64_t ns, uint32_t flags);
/* Any other call; OP has what is not the default. */
void tape_call(struct tape *, uint32_t thread, enum ct_op_kind, int64_t call_ns,
	       struct ct_op op);
void tape_marker(struct tape *, uint32_t thread, enum ct_op_kind, const char *name);
uint32_t tape_shape(struct tape *, uint32_t blocks, uint32_t threads);
/* As tape_kernel(), of clusters. */
void tape_clusters(struct tape *, uint32_t thread, uint32_t stream, uint32_t blocks,
		   uint16_t cluster, int64_t ns);

/* One more stream, of a context that has SMS of the device's SMs; the stream's number. */
uint32_t tape_green_stream(struct tape *, uint32_t sms);
/* What is recorded of the process of such contexts, CT_RECORDING_*. */
void tape_recording(struct tape *, uint32_t flags);

/* All edges of a graph. */
void tape_edges(struct tape *, uint32_t graph, const struct ct_graph_edge_record *,
		uint32_t n_edges);
/* A node of the graph launch before, of one block, that started START_NS after the time
 * of a launch now. */
void tape_graph_node(struct tape *, uint32_t stream, uint64_t node, int64_t start_ns,
		     int64_t ns);

/* As measured: the kernel of that name and so many blocks took NS on SMS SMs. */
void tape_curve(struct tape *, const char *name, uint32_t blocks, uint32_t sms, int64_t ns);

/* Ends the tape: the path of the trace. */
char *tape_end(struct tape *);

struct lab {
	struct ct_device device;
	struct ct_actuator_model actuator;
	struct ct_scenario *scenario; /* one request each, patience 1 s */
	GPtrArray *traces, *programs;
	struct ct_run_input in;
};

void lab_begin(struct lab *);
void lab_end(struct lab *);

/* Its options may be changed until the run.  MARKER as for ct_program_new(). */
struct ct_tenant_spec *lab_tenant(struct lab *, struct tape *, const char *arrive,
				  const char *marker);

/* Runs under a policy by name, or one of the test's own.  Whatever the run, the causes
 * of each tenant must sum to its turnaround. */
struct ct_run_result *lab_run(struct lab *, const char *policy);
struct ct_run_result *lab_run_choice(struct lab *, const struct ct_policy_choice *);
struct ct_run_result *lab_run_under(struct lab *, const struct ct_policy *);

#endif
