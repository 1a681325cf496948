/*
 * cupti.h - what we use of CUPTI, declared by ourselves.
 *
 * The idea.  The collector is built where there is no CUDA toolkit and loaded where there
 * is one of many, so it takes no header of NVIDIA's: it says itself how the records,
 * numbers and functions it uses look.  tests/capture/abi.c compares every size, offset and
 * number with the real headers wherever they are.
 *
 * A record in a buffer has the layout of the library that wrote it.  Later generations
 * have only ever appended fields, so each struct below is the longest one known, and a
 * field may be read when the loaded library is at least the one named beside it, as
 * cuptiGetVersion() counts (19 is CUDA 12.0, 22 is 12.4, 26 is 12.8, 28 is 12.9.1, then
 * 130000 is 13.0); which field came when is in NVIDIA's release notes of CUPTI.  Fields
 * without a mark are there since CUDA 12.0, the oldest library we record with.  Never step
 * by sizeof(): cuptiActivityGetNextRecord() knows the stride.
 */
#ifndef CT_CAPTURE_COLLECTOR_CUPTI_H
#define CT_CAPTURE_COLLECTOR_CUPTI_H

#include <stddef.h>
#include <stdint.h>

#define CT_CUPTI_12_0   19u
#define CT_CUPTI_12_4   22u
#define CT_CUPTI_12_5   23u
#define CT_CUPTI_12_8   26u
#define CT_CUPTI_13_0   130000u
#define CT_CUPTI_13_0_1 130001u
#define CT_CUPTI_13_2   130200u

enum ct_cupti_result {
	CT_CUPTI_OK = 0,
	CT_CUPTI_MAX_LIMIT_REACHED = 12, /* the end of a buffer */
	CT_CUPTI_NOT_COMPATIBLE = 14,
	CT_CUPTI_INVALID_KIND = 21, /* the rest of a buffer is not complete */
	CT_CUPTI_INSUFFICIENT_PRIVILEGES = 35,
	CT_CUPTI_MULTIPLE_SUBSCRIBERS = 39,
	CT_CUPTI_VIRTUAL_INSUFFICIENT_PRIVILEGES = 40,
	CT_CUPTI_UNKNOWN = 999
};

enum ct_cupti_kind {
	CT_CUPTI_KIND_MEMCPY = 1,
	CT_CUPTI_KIND_MEMSET = 2,
	CT_CUPTI_KIND_DRIVER = 4,
	CT_CUPTI_KIND_RUNTIME = 5,
	CT_CUPTI_KIND_DEVICE = 8,
	CT_CUPTI_KIND_CONTEXT = 9,
	CT_CUPTI_KIND_KERNEL = 10, /* CONCURRENT_KERNEL; number 3 serialises */
	CT_CUPTI_KIND_OVERHEAD = 17,
	CT_CUPTI_KIND_MEMCPY2 = 22, /* from device to device */
	CT_CUPTI_KIND_CUDA_EVENT = 36,
	CT_CUPTI_KIND_STREAM = 37,
	CT_CUPTI_KIND_SYNCHRONIZATION = 38,
	CT_CUPTI_KIND_INTERNAL_LAUNCH = 48,
	CT_CUPTI_KIND_MEMORY2 = 49,
	CT_CUPTI_KIND_MEMORY_POOL = 50
};

enum ct_cupti_attribute {
	CT_CUPTI_ATTRIBUTE_DEVICE_BUFFER_BYTES = 0,
	CT_CUPTI_ATTRIBUTE_DEVICE_BUFFERS = 2 /* how many at most */
};

#define CT_CUPTI_FLUSH_FORCED  1u
#define CT_CUPTI_THREAD_SYSTEM 1 /* threads by gettid() */

#define CT_CUPTI_MEMCPY_ASYNC       1u
#define CT_CUPTI_STREAM_NONBLOCKING 2u
#define CT_CUPTI_STREAM_NULL        3u
#define CT_CUPTI_STREAM_MASK        0xffffu

#define CT_CUPTI_LAUNCH_COOPERATIVE       1 /* ct_cupti_kernel.launch_type */
#define CT_CUPTI_LAUNCH_COOPERATIVE_MULTI 2

#define CT_CUPTI_OVERHEAD_FLUSH        (1u << 16)
#define CT_CUPTI_OVERHEAD_BUFFER_FULL  (6u << 16) /* has data that we must free() */
#define CT_CUPTI_POOL_LOCAL            1u
#define CT_CUPTI_OLD_SUBSCRIBER_BYTES  64
#define CT_CUPTI_SUBSCRIBER_NAME_BYTES 53

/* What every record begins with. */
struct ct_cupti_record {
	uint32_t kind; /* enum ct_cupti_kind */
};

struct ct_cupti_kernel {
	uint32_t kind;
	uint8_t cache_config, shared_config;
	uint16_t registers;
	uint32_t cache_requested, cache_executed;
	uint64_t start_ns, end_ns, completed_ns;
	uint32_t device, context, stream;
	int32_t grid[3], block[3];
	int32_t smem_static_bytes, smem_dynamic_bytes;
	uint32_t local_per_thread_bytes, local_total_bytes;
	uint32_t correlation;
	int64_t grid_id;
	const char *name;
	void *reserved;
	uint64_t queued_ns, submitted_ns;
	uint8_t launch_type, carveout_requested, carveout, padding;
	uint32_t smem_executed_bytes;
	uint64_t graph_node;
	uint32_t smem_limit;
	uint32_t graph;
	void *access_policy;
	uint32_t channel, channel_type;
	uint32_t cluster[3], cluster_policy;
	uint64_t local_total_v2_bytes;
	uint32_t max_potential_cluster, max_active_clusters;
	uint8_t device_launched; /* 130000 */
	uint8_t padding2[7];
};

struct ct_cupti_memcpy {
	uint32_t kind;
	uint8_t copy_kind, from_kind, to_kind, flags;
	uint64_t bytes, start_ns, end_ns;
	uint32_t device, context, stream;
	uint32_t correlation, runtime_correlation, padding;
	void *reserved;
	uint64_t graph_node;
	uint32_t graph;
	uint32_t channel, channel_type;
	uint8_t device_launched; /* 130000 */
	uint8_t padding2[3];
	uint64_t n_copies; /* 26 */
};

struct ct_cupti_memcpy2 {
	uint32_t kind;
	uint8_t copy_kind, from_kind, to_kind, flags;
	uint64_t bytes, start_ns, end_ns;
	uint32_t device, context, stream;
	uint32_t from_device, from_context, to_device, to_context;
	uint32_t correlation;
	void *reserved;
	uint64_t graph_node;
	uint32_t graph;
	uint32_t channel, channel_type, padding;
};

struct ct_cupti_memset {
	uint32_t kind, value;
	uint64_t bytes, start_ns, end_ns;
	uint32_t device, context, stream, correlation;
	uint16_t flags, memory_kind;
	uint32_t padding;
	void *reserved;
	uint64_t graph_node;
	uint32_t graph;
	uint32_t channel, channel_type;
	uint8_t device_launched, padding2[3]; /* 130000 */
};

struct ct_cupti_memory {
	uint32_t kind;
	uint32_t operation; /* 1 allocated, 2 released */
	uint32_t memory_kind, correlation;
	uint64_t address, bytes, time_ns, program_counter;
	uint32_t process, device, context, stream;
	const char *name;
	uint32_t async, padding;
	uint32_t pool_type, padding2;
	uint64_t pool_address, pool_threshold_bytes, pool_bytes, pool_used_bytes;
	const char *source; /* 24 */
};

struct ct_cupti_api {
	uint32_t kind;
	uint32_t call; /* the callback number in its domain */
	uint64_t start_ns, end_ns;
	uint32_t process, thread, correlation, result;
};

struct ct_cupti_device {
	uint32_t kind, flags;
	uint64_t memory_bandwidth_kbps, memory_bytes;
	uint32_t constant_bytes, l2_bytes, warp_size, clock_khz, copy_engines, sms;
	uint32_t max_ipc, warps_per_sm, blocks_per_sm, smem_per_sm_bytes, regs_per_sm;
	uint32_t regs_per_block, smem_per_block_bytes, threads_per_block;
	uint32_t max_block[3], max_grid[3];
	uint32_t cc_major, cc_minor, id, ecc;
	uint8_t uuid[16];
	const char *name; /* since 130000 ours to free() */
	uint8_t visible, mig, reserved[6];
	uint32_t gpu_instance, compute_instance;
	uint8_t mig_uuid[16];
	uint32_t numa, numa_node; /* 26 */
};

struct ct_cupti_context {
	uint32_t kind, context, device;
	uint16_t api, null_stream;
	uint32_t parent;           /* 22 */
	uint8_t green, padding;    /* 22 */
	uint16_t sms;              /* 23, of a green context */
	uint32_t graphics, unused; /* 23 */
};

struct ct_cupti_stream {
	uint32_t kind, context, stream, priority, flag, correlation;
};

struct ct_cupti_sync {
	uint32_t kind, type;
	uint64_t start_ns, end_ns;
	uint32_t correlation, context, stream, event;
	uint64_t event_record;    /* 26 */
	uint32_t result, padding; /* 26 */
};

struct ct_cupti_event {
	uint32_t kind, correlation, context, stream, event, padding;
	uint32_t device, padding2; /* 26 */
	void *reserved;            /* 26 */
	uint64_t device_ns;        /* 26 */
	uint64_t event_record;     /* 26 */
};

struct ct_cupti_overhead {
	uint32_t kind, overhead, object_kind, object[3];
	uint64_t start_ns, end_ns;
	uint32_t correlation, reserved; /* 20 */
	void *data;                     /* 22; to be freed by the client */
};

enum ct_cupti_domain {
	CT_CUPTI_DOMAIN_DRIVER = 1,
	CT_CUPTI_DOMAIN_RUNTIME = 2,
	CT_CUPTI_DOMAIN_RESOURCE = 3,
	CT_CUPTI_DOMAIN_STATE = 6
};

enum ct_cupti_resource_id {
	CT_CUPTI_CONTEXT_CREATED = 1,
	CT_CUPTI_CONTEXT_DESTROY = 2,
	CT_CUPTI_STREAM_CREATED = 3,
	CT_CUPTI_STREAM_DESTROY = 4,
	CT_CUPTI_INIT_FINISHED = 5,
	CT_CUPTI_MODULE_LOADED = 6,
	CT_CUPTI_GRAPH_CREATED = 9,
	CT_CUPTI_GRAPH_DESTROY = 10,
	CT_CUPTI_GRAPH_CLONED = 11,
	CT_CUPTI_NODE_CREATED = 13,
	CT_CUPTI_NODE_DESTROY = 14,
	CT_CUPTI_EDGE_CREATED = 15,
	CT_CUPTI_EDGE_DESTROY = 16,
	CT_CUPTI_EXEC_CREATING = 17,
	CT_CUPTI_EXEC_CREATED = 18,
	CT_CUPTI_EXEC_DESTROY = 19,
	CT_CUPTI_NODE_CLONED = 20
};

enum ct_cupti_state_id { CT_CUPTI_STATE_FATAL = 1 };

/* What a callback of the resource domain is given. */
struct ct_cupti_resource {
	void *context;
	void *stream;
	void *descriptor; /* of graphs: struct ct_cupti_graph */
};

struct ct_cupti_graph {
	void *graph, *original_graph;
	void *node, *original_node;
	uint32_t node_type, padding; /* CUgraphNodeType */
	void *dependency;            /* of an edge: the node that comes first */
	void *executable;
};

/* What a callback of the state domain is given. */
struct ct_cupti_state {
	int32_t result, padding;
	const char *message;
};

struct ct_cupti_subscriber_params {
	size_t struct_bytes;
	const char *name;
	char *old_name;
	size_t old_name_bytes;
};

typedef void (*ct_cupti_callback)(void *user, uint32_t domain, uint32_t id,
				  const void *data);
typedef void (*ct_cupti_request)(uint8_t **buffer, size_t *bytes, size_t *max_records);
typedef void (*ct_cupti_complete)(void *context, uint32_t stream, uint8_t *buffer,
				  size_t bytes, size_t valid_bytes);
typedef uint64_t (*ct_cupti_clock)(void);

/*
 * The functions: member, symbol, parameters.  All return enum ct_cupti_result.  Without
 * one of the first list we do not record; those of the second may be NULL.
 */
#define CT_CUPTI_NEEDED(X)                                                                 \
	X(get_version, cuptiGetVersion, (uint32_t * version))                              \
	X(subscribe, cuptiSubscribe, (void **subscriber, ct_cupti_callback, void *user))   \
	X(enable_callback, cuptiEnableCallback,                                            \
	  (uint32_t enable, void *subscriber, uint32_t domain, uint32_t id))               \
	X(enable_domain, cuptiEnableDomain,                                                \
	  (uint32_t enable, void *subscriber, uint32_t domain))                            \
	X(register_buffers, cuptiActivityRegisterCallbacks,                                \
	  (ct_cupti_request, ct_cupti_complete))                                           \
	X(enable, cuptiActivityEnable, (uint32_t kind))                                    \
	X(disable, cuptiActivityDisable, (uint32_t kind))                                  \
	X(flush_all, cuptiActivityFlushAll, (uint32_t flags))                              \
	X(next_record, cuptiActivityGetNextRecord,                                         \
	  (uint8_t * buffer, size_t valid_bytes, struct ct_cupti_record * *record))        \
	X(n_dropped, cuptiActivityGetNumDroppedRecords,                                    \
	  (void *context, uint32_t stream, size_t *dropped))                               \
	X(get_timestamp, cuptiGetTimestamp, (uint64_t * ns))                               \
	X(register_clock, cuptiActivityRegisterTimestampCallback, (ct_cupti_clock))

#define CT_CUPTI_OPTIONAL(X)                                                               \
	X(subscribe_v2, cuptiSubscribe_v2,                                                 \
	  (void **subscriber, ct_cupti_callback, void *user,                               \
	   struct ct_cupti_subscriber_params *))                                           \
	X(unsubscribe, cuptiUnsubscribe, (void *subscriber))                               \
	X(result_string, cuptiGetResultString, (int result, const char **text))            \
	X(set_attribute, cuptiActivitySetAttribute,                                        \
	  (uint32_t attribute, size_t * bytes, void *value))                               \
	X(thread_id_type, cuptiSetThreadIdType, (int type))                                \
	X(enable_driver_api, cuptiActivityEnableDriverApi,                                 \
	  (uint32_t call, uint8_t enable))                                                 \
	X(enable_runtime_api, cuptiActivityEnableRuntimeApi,                               \
	  (uint32_t call, uint8_t enable))                                                 \
	X(enable_launch_attributes, cuptiActivityEnableLaunchAttributes, (uint8_t enable)) \
	X(enable_all_sync, cuptiActivityEnableAllSyncRecords, (uint8_t enable))            \
	X(context_id, cuptiGetContextId, (void *context, uint32_t *id))                    \
	X(stream_id, cuptiGetStreamIdEx,                                                   \
	  (void *context, void *stream, uint8_t per_thread, uint32_t *id))                 \
	X(graph_id, cuptiGetGraphId, (void *graph, uint32_t *id))                          \
	X(graph_node_id, cuptiGetGraphNodeId, (void *node, uint64_t *id))                  \
	X(graph_exec_id, cuptiGetGraphExecId, (void *executable, uint32_t *id))

struct ct_cupti {
	void *library; /* of dlopen(); NULL: none is bound */
	uint32_t version;
#define CT_CUPTI_MEMBER(member, symbol, parameters) int(*member) parameters;
	CT_CUPTI_NEEDED(CT_CUPTI_MEMBER)
	CT_CUPTI_OPTIONAL(CT_CUPTI_MEMBER)
#undef CT_CUPTI_MEMBER
};

#endif
