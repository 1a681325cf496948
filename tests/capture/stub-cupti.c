/* stub-cupti - the least CUPTI that a collector can be brought up with. */
#define _GNU_SOURCE
#include "tests/capture/stub-cupti.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/collector/cupti.h"

#define EXPORT __attribute__((visibility("default")))
#define LAUNCH 307

static struct {
	pthread_mutex_t lock;
	ct_cupti_callback callback;
	void *user;
	ct_cupti_request request;
	ct_cupti_complete complete;
	ct_cupti_clock clock;
	uint8_t *buffer;
	size_t used, room;
	uint32_t correlation;
	int n_enabled, listens, stolen;
} stub = { .lock = PTHREAD_MUTEX_INITIALIZER };

#define FUNCTION(name, ...)                                                                \
	EXPORT int name(__VA_ARGS__);                                                      \
	EXPORT int name(__VA_ARGS__)

static int is_told(const char *word)
{
	const char *told = getenv("STUB_CUPTI");

	return told && !strcmp(told, word);
}

FUNCTION(cuptiGetVersion, uint32_t *version)
{
	*version = 130001;
	return 0;
}

FUNCTION(cuptiSubscribe, void **subscriber, ct_cupti_callback callback, void *user)
{
	stub.callback = callback;
	stub.user = user;
	*subscriber = &stub;
	return 0;
}

FUNCTION(cuptiUnsubscribe, void *subscriber)
{
	stub.callback = NULL;
	return 0;
}

FUNCTION(cuptiSubscribe_v2, void **subscriber, ct_cupti_callback callback, void *user,
	 struct ct_cupti_subscriber_params *params)
{
	if (is_told("busy")) {
		snprintf(params->old_name, params->old_name_bytes, "Another Tool");
		return CT_CUPTI_MULTIPLE_SUBSCRIBERS;
	}
	return cuptiSubscribe(subscriber, callback, user);
}

FUNCTION(cuptiEnableCallback, uint32_t enable, void *subscriber, uint32_t domain,
	 uint32_t id)
{
	if (domain == CT_CUPTI_DOMAIN_DRIVER && id == LAUNCH)
		__atomic_store_n(&stub.listens, (int)enable, __ATOMIC_SEQ_CST);
	return 0;
}

FUNCTION(cuptiEnableDomain, uint32_t enable, void *subscriber, uint32_t domain)
{
	return CT_CUPTI_UNKNOWN;
}

FUNCTION(cuptiActivityRegisterCallbacks, ct_cupti_request request,
	 ct_cupti_complete complete)
{
	stub.request = request;
	stub.complete = complete;
	return 0;
}

FUNCTION(cuptiActivityEnable, uint32_t kind)
{
	if (kind == CT_CUPTI_KIND_KERNEL && is_told("denied"))
		return CT_CUPTI_INSUFFICIENT_PRIVILEGES;
	__atomic_add_fetch(&stub.n_enabled, 1, __ATOMIC_SEQ_CST);
	return 0;
}

FUNCTION(cuptiActivityDisable, uint32_t kind)
{
	if (kind != CT_CUPTI_KIND_KERNEL || !is_told("denied"))
		__atomic_sub_fetch(&stub.n_enabled, 1, __ATOMIC_SEQ_CST);
	return 0;
}

FUNCTION(cuptiActivityEnableDriverApi, uint32_t call, uint8_t enable)
{
	__atomic_add_fetch(&stub.n_enabled, enable ? 1 : -1, __ATOMIC_SEQ_CST);
	return 0;
}

FUNCTION(cuptiActivityEnableRuntimeApi, uint32_t call, uint8_t enable)
{
	return cuptiActivityEnableDriverApi(call, enable);
}

static void hand_over(void)
{
	uint8_t *buffer = stub.buffer;
	size_t used = stub.used;

	stub.buffer = NULL;
	if (buffer && !stub.stolen)
		stub.complete(NULL, 0, buffer, stub.room, used);
}

FUNCTION(cuptiActivityFlushAll, uint32_t flags)
{
	pthread_mutex_lock(&stub.lock);
	if (stub.used > 0)
		hand_over();
	stub.used = 0;
	pthread_mutex_unlock(&stub.lock);
	return 0;
}

static size_t stride(uint32_t kind)
{
	return kind == CT_CUPTI_KIND_KERNEL ? sizeof(struct ct_cupti_kernel)
					    : sizeof(struct ct_cupti_api);
}

FUNCTION(cuptiActivityGetNextRecord, uint8_t *buffer, size_t valid_bytes,
	 struct ct_cupti_record **record)
{
	uint8_t *next = *record ? (uint8_t *)*record + stride((*record)->kind) : buffer;

	if (next >= buffer + valid_bytes)
		return CT_CUPTI_MAX_LIMIT_REACHED;
	*record = (void *)next;
	return 0;
}

FUNCTION(cuptiActivityGetNumDroppedRecords, void *context, uint32_t stream, size_t *dropped)
{
	*dropped = 0;
	return 0;
}

FUNCTION(cuptiGetTimestamp, uint64_t *ns)
{
	*ns = stub.clock();
	return 0;
}

FUNCTION(cuptiActivityRegisterTimestampCallback, ct_cupti_clock clock)
{
	stub.clock = clock;
	return 0;
}

static void *add(uint32_t kind)
{
	struct ct_cupti_record *record;
	size_t max_records;

	if (stub.buffer && stub.used + stride(kind) > stub.room)
		hand_over();
	if (!stub.buffer) {
		stub.request(&stub.buffer, &stub.room, &max_records);
		stub.used = 0;
	}
	record = (void *)(stub.buffer + stub.used);
	memset(record, 0, stride(kind));
	record->kind = kind;
	stub.used += stride(kind);
	return record;
}

static void launch_one(void)
{
	uint64_t now = stub.clock();
	struct ct_cupti_kernel *kernel;
	struct ct_cupti_api *call;

	if (stub.stolen)
		return;
	stub.correlation++;
	call = add(CT_CUPTI_KIND_DRIVER);
	call->call = LAUNCH;
	call->correlation = stub.correlation;
	call->start_ns = now;
	call->end_ns = now + 1;
	call->thread = (uint32_t)syscall(SYS_gettid);
	kernel = add(CT_CUPTI_KIND_KERNEL);
	kernel->correlation = stub.correlation;
	kernel->name = "kernel";
	kernel->start_ns = now + 2;
	kernel->end_ns = now + 3;
}

static void launch(uint32_t n)
{
	for (; n > 0; n--) {
		if (__atomic_load_n(&stub.listens, __ATOMIC_SEQ_CST))
			stub.callback(stub.user, CT_CUPTI_DOMAIN_DRIVER, LAUNCH, NULL);
		pthread_mutex_lock(&stub.lock);
		launch_one();
		pthread_mutex_unlock(&stub.lock);
	}
}

static void steal(void)
{
	pthread_mutex_lock(&stub.lock);
	stub.stolen = 1;
	pthread_mutex_unlock(&stub.lock);
}

static void give_up(void)
{
	struct ct_cupti_state state = { .result = CT_CUPTI_UNKNOWN, .message = "enough" };

	stub.callback(stub.user, CT_CUPTI_DOMAIN_STATE, CT_CUPTI_STATE_FATAL, &state);
}

static int n_enabled(void)
{
	return __atomic_load_n(&stub.n_enabled, __ATOMIC_SEQ_CST);
}

static int is_subscribed(void)
{
	return stub.callback != NULL;
}

EXPORT extern const struct ct_stub ct_stub;
const struct ct_stub ct_stub = { launch, steal, give_up, n_enabled, is_subscribed };
