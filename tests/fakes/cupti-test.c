/*
 * cupti-test - the fake CUPTI hands over what happened, and goes wrong as ordered.
 *
 * Every case runs in a child of its own, as the environment is read once.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fakes/profiler.h"

#define CT_DECLARE(member, symbol, parameters) int symbol parameters;
CT_CUPTI_NEEDED(CT_DECLARE)
CT_CUPTI_OPTIONAL(CT_DECLARE)

#define BUFFER_BYTES 4096
#define MAX_NAMES    16

#define CHECK(condition)                                                                   \
	do {                                                                               \
		if (!(condition)) {                                                        \
			fprintf(stderr, "cupti-test: %s: line %d: not %s\n", the_case,     \
				__LINE__, #condition);                                     \
			exit(1);                                                           \
		}                                                                          \
	} while (0)
#define OK(call) CHECK((call) == 0)

static const char *the_case;
static uint32_t version;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	int n_requested, n_completed, n[CT_FAKE_KINDS], n_unknown, n_tails, n_zero,
		n_unended;
	uint64_t last_start_ns;
	size_t n_dropped;
	struct ct_cupti_kernel kernel;
	struct ct_cupti_api call;
	struct ct_cupti_sync sync;
	char name[64];
	const char *name_at[MAX_NAMES];
	int n_names, n_fatal, n_entered, n_resources;
	bool in_order;
} got;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void lend(uint8_t **buffer, size_t *bytes, size_t *max_records)
{
	*buffer = calloc(1, BUFFER_BYTES);
	*bytes = BUFFER_BYTES;
	*max_records = 0;
	pthread_mutex_lock(&lock);
	got.n_requested++;
	pthread_mutex_unlock(&lock);
}

static void look_at(struct ct_cupti_record *record)
{
	if (record->kind >= CT_FAKE_KINDS) {
		got.n_unknown++;
		return;
	}
	got.n[record->kind]++;
	switch (record->kind) {
	case CT_CUPTI_KIND_KERNEL:
		memcpy(&got.kernel, record, 208);
		got.n_zero += !got.kernel.start_ns;
		got.n_unended += !got.kernel.end_ns;
		got.in_order &= got.kernel.start_ns >= got.last_start_ns;
		got.last_start_ns = got.kernel.start_ns;
		strncpy(got.name, got.kernel.name, sizeof(got.name) - 1);
		if (got.n_names < MAX_NAMES)
			got.name_at[got.n_names++] = got.kernel.name;
		break;
	case CT_CUPTI_KIND_DRIVER:
		memcpy(&got.call, record, sizeof(got.call));
		break;
	case CT_CUPTI_KIND_DEVICE:
		if (version >= CT_CUPTI_13_0)
			free((void *)((struct ct_cupti_device *)record)->name);
		break;
	case CT_CUPTI_KIND_OVERHEAD:
		if (version >= CT_CUPTI_12_4)
			free(((struct ct_cupti_overhead *)record)->data);
		break;
	default:
		break;
	}
}

static void take(void *context, uint32_t stream, uint8_t *buffer, size_t bytes,
		 size_t valid_bytes)
{
	struct ct_cupti_record *record = NULL;
	size_t dropped = 0;
	int end;

	pthread_mutex_lock(&lock);
	got.n_completed++;
	while (!(end = cuptiActivityGetNextRecord(buffer, valid_bytes, &record)))
		look_at(record);
	got.n_tails += end != CT_CUPTI_MAX_LIMIT_REACHED;
	pthread_mutex_unlock(&lock);
	cuptiActivityGetNumDroppedRecords(NULL, 0, &dropped);
	pthread_mutex_lock(&lock);
	got.n_dropped += dropped;
	pthread_mutex_unlock(&lock);
	free(buffer);
}

static void on_callback(void *user, uint32_t domain, uint32_t id, const void *data)
{
	got.n_fatal += domain == CT_CUPTI_DOMAIN_STATE && id == CT_CUPTI_STATE_FATAL;
	got.n_entered += domain == CT_CUPTI_DOMAIN_DRIVER && *(const int *)data == 0;
	got.n_resources += domain == CT_CUPTI_DOMAIN_RESOURCE;
}

static void *subscriber;

static void attach(void)
{
	static const uint32_t kinds[] = { 1, 2, 4, 8, 9, 10, 17, 36, 37, 38, 49 };

	got.in_order = true;
	OK(cuptiGetVersion(&version));
	OK(cuptiActivityRegisterTimestampCallback(now));
	OK(cuptiSubscribe(&subscriber, on_callback, NULL));
	OK(cuptiEnableDomain(1, subscriber, CT_CUPTI_DOMAIN_RESOURCE));
	OK(cuptiEnableDomain(1, subscriber, CT_CUPTI_DOMAIN_STATE));
	OK(cuptiEnableCallback(1, subscriber, CT_CUPTI_DOMAIN_DRIVER, 307));
	OK(cuptiActivityRegisterCallbacks(lend, take));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		OK(cuptiActivityEnable(kinds[i]));
}

static CUcontext context;

static void launch(int n, const char *name)
{
	CUmodule module;
	CUfunction f;

	if (!context) {
		OK(cuInit(0));
		OK(cuDevicePrimaryCtxRetain(&context, 0));
	}
	OK(cuCtxSetCurrent(context));
	OK(cuModuleLoadData(&module, "image"));
	OK(cuModuleGetFunction(&f, module, name));
	for (int i = 0; i < n; i++)
		OK(cuLaunchKernel(f, 7, 8, 9, 32, 2, 1, 40, NULL, NULL, NULL));
}

static void run(int n)
{
	launch(n, "spin_1000");
	OK(cuCtxSynchronize());
	OK(cuptiActivityFlushAll(0));
}

static void plain(void)
{
	attach();
	run(50);
	CHECK(got.n[CT_CUPTI_KIND_KERNEL] == 50 && got.n[CT_CUPTI_KIND_DEVICE] == 1);
	CHECK(got.n[CT_CUPTI_KIND_CONTEXT] == 1 && got.n[CT_CUPTI_KIND_STREAM] == 1);
	CHECK(got.n[CT_CUPTI_KIND_SYNCHRONIZATION] == 1);
	CHECK(got.n[CT_CUPTI_KIND_DRIVER] >= 50 && got.in_order && !got.n_unknown);
	CHECK(got.kernel.grid[2] == 9 && got.kernel.block[1] == 2 &&
	      got.kernel.smem_dynamic_bytes == 40 && got.kernel.stream == 7);
	CHECK(got.kernel.end_ns - got.kernel.start_ns == 1000 &&
	      !strcmp(got.name, "spin_1000"));
	CHECK(got.n_requested - got.n_completed <= 1 && got.n_completed > 1);
	CHECK(got.n_entered == 50 && got.n_resources >= 3);
	CHECK(!got.n_dropped && !got.n_tails && !got.n_zero);
}

static void unfinished(void)
{
	attach();
	launch(1, "spin_200000000");
	OK(cuptiActivityFlushAll(0));
	CHECK(!got.n[CT_CUPTI_KIND_KERNEL]);
	OK(cuptiActivityFlushAll(CT_CUPTI_FLUSH_FORCED));
	CHECK(got.n[CT_CUPTI_KIND_KERNEL] == 1 && got.n_unended == 1);
	CHECK(got.n_requested == got.n_completed);
	OK(cuCtxSynchronize());
	OK(cuptiActivityFlushAll(CT_CUPTI_FLUSH_FORCED));
	CHECK(got.n[CT_CUPTI_KIND_KERNEL] == 1);
}

static void second(void)
{
	char other[64] = "";
	struct ct_cupti_subscriber_params params = { .struct_bytes = sizeof(params),
						     .name = "one",
						     .old_name = other,
						     .old_name_bytes = sizeof(other) };

	OK(cuptiSubscribe_v2(&subscriber, on_callback, NULL, &params));
	params.name = "two";
	CHECK(cuptiSubscribe_v2(&subscriber, on_callback, NULL, &params) ==
	      CT_CUPTI_MULTIPLE_SUBSCRIBERS);
	CHECK(!strcmp(other, "one"));
	OK(cuptiUnsubscribe(subscriber));
	OK(cuptiSubscribe(&subscriber, on_callback, NULL));
}

static void busy(void)
{
	CHECK(cuptiSubscribe(&subscriber, on_callback, NULL) ==
	      CT_CUPTI_MULTIPLE_SUBSCRIBERS);
}

static void denied(void)
{
	OK(cuptiSubscribe(&subscriber, on_callback, NULL));
	CHECK(cuptiActivityEnable(CT_CUPTI_KIND_KERNEL) ==
	      CT_CUPTI_INSUFFICIENT_PRIVILEGES);
	OK(cuptiActivityEnable(CT_CUPTI_KIND_MEMCPY));
}

static void no_kind(void)
{
	CHECK(cuptiActivityEnable(38) == CT_CUPTI_NOT_COMPATIBLE);
	OK(cuptiActivityEnable(36));
}

static void drops(void)
{
	attach();
	run(100);
	CHECK(got.n_dropped > 20 && got.n[CT_CUPTI_KIND_KERNEL] < 100);
}

static void zero(void)
{
	attach();
	run(100);
	CHECK(got.n_zero == 10 && got.n[CT_CUPTI_KIND_KERNEL] == 100);
}

static void unknown(void)
{
	attach();
	run(100);
	CHECK(got.n_unknown > 10 && got.n[CT_CUPTI_KIND_KERNEL] == 100);
}

static void tail(void)
{
	attach();
	run(100);
	CHECK(got.n_tails > 1 && got.n[CT_CUPTI_KIND_KERNEL] == 100);
}

static void late(void)
{
	attach();
	run(10);
	CHECK(!got.n[CT_CUPTI_KIND_KERNEL]);
	usleep(120000);
	OK(cuptiActivityFlushAll(0));
	CHECK(got.n[CT_CUPTI_KIND_KERNEL] == 10);
}

static void shuffle(void)
{
	attach();
	run(20);
	CHECK(got.n[CT_CUPTI_KIND_KERNEL] == 20 && !got.in_order);
}

static void stolen(void)
{
	attach();
	run(40);
	CHECK(got.n[CT_CUPTI_KIND_KERNEL] < 40);
}

static void fatal(void)
{
	attach();
	launch(40, "spin_1000");
	CHECK(got.n_fatal == 1);
	CHECK(cuptiActivityFlushAll(0) != 0 && cuptiActivityEnable(10) != 0);
}

static void reused(void)
{
	attach();
	launch(1, "a");
	OK(cuCtxSynchronize());
	OK(cuptiActivityFlushAll(0));
	CHECK(!strcmp(got.name, "a"));
	launch(1, "b");
	OK(cuCtxSynchronize());
	OK(cuptiActivityFlushAll(0));
	CHECK(!strcmp(got.name, "b") && got.name_at[0] == got.name_at[1]);
}

static void forked(void)
{
	int status;
	pid_t child;

	attach();
	run(1);
	child = fork();
	if (!child) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		cuptiActivityFlushAll(0);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
}

static const struct {
	const char *name, *variable, *value;
	void (*run)(void);
} cases[] = {
	{ "12.0", "FAKE_CUPTI_VERSION", "19", plain },
	{ "12.9", "FAKE_CUPTI_VERSION", "28", plain },
	{ "13.0", "FAKE_CUPTI_VERSION", "130001", plain },
	{ "13.1", "FAKE_CUPTI_VERSION", "130100", plain },
	{ "13.3", "FAKE_CUPTI_VERSION", "130300", plain },
	{ "far", "FAKE_CUPTI_VERSION", "990000", plain },
	{ "unfinished", NULL, NULL, unfinished },
	{ "second", NULL, NULL, second },
	{ "busy", "FAKE_CUPTI_BUSY", "somebody", busy },
	{ "denied", "FAKE_CUPTI_DENIED", "enable", denied },
	{ "no kind", "FAKE_CUPTI_NO_KIND", "38", no_kind },
	{ "drops", "FAKE_CUPTI_DROP", "10", drops },
	{ "zero", "FAKE_CUPTI_ZERO", "10", zero },
	{ "unknown", "FAKE_CUPTI_UNKNOWN", "10", unknown },
	{ "tail", "FAKE_CUPTI_TAIL", "1", tail },
	{ "late", "FAKE_CUPTI_LATE_MS", "100", late },
	{ "shuffle", "FAKE_CUPTI_SHUFFLE", "1", shuffle },
	{ "stolen", "FAKE_CUPTI_STEAL_AFTER", "5", stolen },
	{ "fatal", "FAKE_CUPTI_FATAL_AFTER", "20", fatal },
	{ "reused", "FAKE_CUPTI_REUSE_NAMES", "1", reused },
	{ "forked", NULL, NULL, forked },
};

int main(void)
{
	int status, failed = 0;
	pid_t child;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		the_case = cases[i].name;
		child = fork();
		if (!child) {
			if (cases[i].variable)
				setenv(cases[i].variable, cases[i].value, 1);
			cases[i].run();
			exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status) {
			fprintf(stderr, "cupti-test: %s: failed\n", the_case);
			failed = 1;
		}
	}
	return failed;
}
