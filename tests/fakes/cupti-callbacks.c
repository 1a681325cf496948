/*
 * cupti-callbacks - the fake driver's tap: who is called back, and what becomes a record.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/profiler.h"

#define THIEF_BYTES (64u << 10)

/* What a callback of the driver's domain is given, as CUpti_CallbackData. */
struct callback_data {
	int site; /* 0 on entering, 1 on leaving */
	const char *function;
	const void *params;
	const void *result;
	const char *symbol;
	void *context;
	uint32_t context_id;
	uint64_t *note;
	uint32_t correlation;
};

static atomic_bool enabled[CT_FAKE_KINDS], all_calls, some_calls[CT_FAKE_CALLS];
static atomic_bool call_back[CT_FAKE_CALLS], resource_back[CT_FAKE_KINDS], state_back[8];
static atomic_int n_launches;
static atomic_bool has_failed;

static struct {
	pthread_mutex_t lock;
	_Atomic(ct_cupti_callback) callback;
	void *user;
} subscriber = { .lock = PTHREAD_MUTEX_INITIALIZER };

bool ct_fake_is_enabled(uint32_t kind)
{
	return kind < CT_FAKE_KINDS && atomic_load(&enabled[kind]);
}

void ct_fake_set_enabled(uint32_t kind, bool is_on)
{
	if (kind == CT_CUPTI_KIND_DRIVER)
		atomic_store(&all_calls, is_on);
	atomic_store(&enabled[kind], is_on);
}

void ct_fake_enable_call(uint32_t call, bool is_on)
{
	atomic_store(&some_calls[call], is_on);
}

bool ct_fake_has_failed(void)
{
	return atomic_load(&has_failed);
}

static void call_client(uint32_t domain, uint32_t id, const void *data)
{
	ct_cupti_callback callback = atomic_load(&subscriber.callback);

	if (callback)
		callback(subscriber.user, domain, id, data);
}

static void thief_lends(uint8_t **buffer, size_t *bytes, size_t *max_records)
{
	*buffer = malloc(THIEF_BYTES);
	*bytes = *buffer ? THIEF_BYTES : 0;
	*max_records = 0;
}

static void thief_takes(void *context, uint32_t stream, uint8_t *buffer, size_t bytes,
			size_t valid_bytes)
{
	free(buffer);
}

static void fail(void)
{
	struct ct_cupti_state state = { .result = CT_CUPTI_UNKNOWN,
					.message = "the fake CUPTI was told to fail" };

	if (atomic_exchange(&has_failed, true))
		return;
	ct_fake_queue_stops();
	if (atomic_load(&state_back[CT_CUPTI_STATE_FATAL]))
		call_client(CT_CUPTI_DOMAIN_STATE, CT_CUPTI_STATE_FATAL, &state);
}

static bool is_launch(const char *name)
{
	return !strncmp(name, "cuLaunch", 8) || !strncmp(name, "cuGraphLaunch", 13);
}

/* The kernel that a call launches, as CUPTI tells it; NULL: it launches none. */
static const char *symbol_of(const struct ct_fake_call *call)
{
	void *const *argument = call->params;
	void *function = NULL;

	if (!strncmp(call->name, "cuLaunchKernelEx", 16))
		function = argument[1];
	else if (!strncmp(call->name, "cuLaunchKernel", 14) ||
		 !strncmp(call->name, "cuLaunchCooperativeKernel", 25))
		function = argument[0];
	return ct_fake_the_driver()->function_name(function);
}

static void count_launch(void)
{
	int n = atomic_fetch_add(&n_launches, 1) + 1;

	if (n == ct_fake_faults()->steal_after)
		ct_fake_register(thief_lends, thief_takes);
	if (n == ct_fake_faults()->fatal_after)
		fail();
}

static void on_call(struct ct_fake_call *call, int is_end)
{
	struct callback_data data = { .site = is_end,
				      .function = call->name,
				      .params = call->params,
				      .result = is_end ? &call->result : NULL,
				      .symbol = symbol_of(call),
				      .context = call->context,
				      .context_id = call->context_id,
				      .note = &call->note,
				      .correlation = call->correlation };
	struct ct_fake_item item = { .kind = CT_CUPTI_KIND_DRIVER,
				     .call = call->number,
				     .thread = call->thread,
				     .result = (uint32_t)call->result };

	if (call->number < CT_FAKE_CALLS && atomic_load(&call_back[call->number]))
		call_client(CT_CUPTI_DOMAIN_DRIVER, call->number, &data);
	if (!is_end || ct_fake_has_failed())
		return;
	if (is_launch(call->name))
		count_launch();
	if (!atomic_load(&all_calls) && !atomic_load(&some_calls[call->number]))
		return;
	item.activity.correlation = call->correlation;
	item.activity.start_ns = call->start_ns;
	item.activity.end_ns = item.ready_ns = call->end_ns;
	ct_fake_post(&item);
}

static void on_resource(const struct ct_fake_resource *r)
{
	struct ct_cupti_graph graph = { .graph = r->graph,
					.original_graph = r->original_graph,
					.node = r->node,
					.original_node = r->original,
					.node_type = r->node_type,
					.dependency = r->dependency,
					.executable = r->exec };
	struct {
		uint32_t id;
		size_t bytes;
		const void *image;
	} module = { r->module, r->image_bytes, r->image };
	struct ct_cupti_resource data = { .context = r->context, .stream = r->stream };

	if (!atomic_load(&resource_back[r->event]))
		return;
	if (r->event == CT_FAKE_MODULE_LOADED || r->event == CT_FAKE_MODULE_UNLOADED)
		data.descriptor = &module;
	else if (r->event >= CT_FAKE_GRAPH_CREATED)
		data.descriptor = &graph;
	call_client(CT_CUPTI_DOMAIN_RESOURCE, r->event, &data);
}

static void on_activity(const struct ct_fake_activity *activity)
{
	static const uint32_t kinds[] = {
		[CT_FAKE_KERNEL] = CT_CUPTI_KIND_KERNEL,
		[CT_FAKE_COPY] = CT_CUPTI_KIND_MEMCPY,
		[CT_FAKE_SET] = CT_CUPTI_KIND_MEMSET,
		[CT_FAKE_SYNC] = CT_CUPTI_KIND_SYNCHRONIZATION,
		[CT_FAKE_EVENT] = CT_CUPTI_KIND_CUDA_EVENT,
		[CT_FAKE_MEMORY] = CT_CUPTI_KIND_MEMORY2,
		[CT_FAKE_POOL] = CT_CUPTI_KIND_MEMORY_POOL,
		[CT_FAKE_CONTEXT] = CT_CUPTI_KIND_CONTEXT,
		[CT_FAKE_STREAM] = CT_CUPTI_KIND_STREAM,
	};
	struct ct_fake_item item = { .kind = kinds[activity->kind],
				     .activity = *activity,
				     .ready_ns = activity->end_ns };

	if (activity->kind == CT_FAKE_KERNEL)
		ct_fake_ranges_kernel(activity);
	if (item.kind == CT_CUPTI_KIND_MEMCPY && activity->copy_kind == CT_FAKE_PTOP)
		item.kind = CT_CUPTI_KIND_MEMCPY2;
	if (ct_fake_is_enabled(item.kind) && !ct_fake_has_failed())
		ct_fake_post(&item);
}

const struct ct_fake_tap *ct_fake_profiler_tap(void)
{
	static const struct ct_fake_tap tap = { on_call, on_resource, on_activity };

	return &tap;
}

/* One subscriber; who comes second is refused and may learn the name of the first. */

static char name[CT_CUPTI_OLD_SUBSCRIBER_BYTES];

static int subscribe(void **handle, ct_cupti_callback callback, void *user, const char *as,
		     char *old, size_t old_bytes)
{
	const struct ct_fake_faults *faults = ct_fake_faults();
	int result = CT_CUPTI_OK;

	if (!ct_fake_the_driver() || !handle || !callback)
		return CT_CUPTI_UNKNOWN;
	if (faults->denied_subscribe)
		return CT_CUPTI_INSUFFICIENT_PRIVILEGES;
	pthread_mutex_lock(&subscriber.lock);
	if (faults->busy || atomic_load(&subscriber.callback)) {
		if (old && old_bytes) {
			strncpy(old, faults->busy ? faults->busy : name, old_bytes - 1);
			old[old_bytes - 1] = '\0';
		}
		result = CT_CUPTI_MULTIPLE_SUBSCRIBERS;
	} else {
		strncpy(name, as ? as : "", sizeof(name) - 1);
		subscriber.user = user;
		atomic_store(&subscriber.callback, callback);
		*handle = &subscriber;
	}
	pthread_mutex_unlock(&subscriber.lock);
	return result;
}

int cuptiSubscribe(void **handle, ct_cupti_callback callback, void *user);
int cuptiSubscribe_v2(void **handle, ct_cupti_callback callback, void *user,
		      struct ct_cupti_subscriber_params *params);
int cuptiUnsubscribe(void *handle);
int cuptiEnableCallback(uint32_t enable, void *handle, uint32_t domain, uint32_t id);
int cuptiEnableDomain(uint32_t enable, void *handle, uint32_t domain);

CT_FAKE_EXPORT int cuptiSubscribe(void **handle, ct_cupti_callback callback, void *user)
{
	return subscribe(handle, callback, user, NULL, NULL, 0);
}

#if CT_FAKE_CUPTI_VERSION >= 130000
CT_FAKE_EXPORT int cuptiSubscribe_v2(void **handle, ct_cupti_callback callback, void *user,
				     struct ct_cupti_subscriber_params *params)
{
	if (!params || params->struct_bytes < sizeof(*params))
		return 1; /* CUPTI_ERROR_INVALID_PARAMETER */
	return subscribe(handle, callback, user, params->name, params->old_name,
			 params->old_name_bytes);
}
#endif

CT_FAKE_EXPORT int cuptiUnsubscribe(void *handle)
{
	if (handle != &subscriber)
		return 1;
	atomic_store(&subscriber.callback, NULL);
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiEnableCallback(uint32_t enable, void *handle, uint32_t domain,
				       uint32_t id)
{
	if (handle != &subscriber)
		return 1;
	if (domain == CT_CUPTI_DOMAIN_DRIVER && id < CT_FAKE_CALLS)
		atomic_store(&call_back[id], enable != 0);
	else if (domain == CT_CUPTI_DOMAIN_RESOURCE && id < CT_FAKE_KINDS)
		atomic_store(&resource_back[id], enable != 0);
	else if (domain == CT_CUPTI_DOMAIN_STATE && id < 8)
		atomic_store(&state_back[id], enable != 0);
	else if (domain != CT_CUPTI_DOMAIN_RUNTIME)
		return 1;
	return CT_CUPTI_OK;
}

CT_FAKE_EXPORT int cuptiEnableDomain(uint32_t enable, void *handle, uint32_t domain)
{
	uint32_t n = domain == CT_CUPTI_DOMAIN_DRIVER     ? CT_FAKE_CALLS
		     : domain == CT_CUPTI_DOMAIN_RESOURCE ? CT_FAKE_KINDS
							  : 8;
	int result = CT_CUPTI_OK;

	for (uint32_t id = 0; id < n && !result; id++)
		result = cuptiEnableCallback(enable, handle, domain, id);
	return result;
}
