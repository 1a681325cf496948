/*
 * driver-call - the frame around every call of the fake driver.
 *
 * Each call has a number of its own, is told to the tap before and after, and fails as the
 * real driver's do where the process has not called cuInit() or is a child forked after it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/fakes/driver.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(const struct ct_fake_tap *) tap;
static atomic_uint last_correlation;
static atomic_bool is_ready, is_forked;

void ct_fake_lock(void)
{
	pthread_mutex_lock(&lock);
}

void ct_fake_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

int64_t ct_fake_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void ct_fake_sleep_until(int64_t time_ns)
{
	struct timespec t = { .tv_sec = time_ns / 1000000000,
			      .tv_nsec = time_ns % 1000000000 };

	if (time_ns <= ct_fake_now_ns())
		return;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static struct ct_fake_settings settings;

static int number(const char *name, int otherwise)
{
	const char *text = getenv(name);

	return text && *text ? atoi(text) : otherwise;
}

static void read_settings(void)
{
	settings.n_devices = number("FAKE_CUDA_DEVICES", 1);
	if (settings.n_devices < 0 || settings.n_devices > CT_FAKE_DEVICES)
		settings.n_devices = CT_FAKE_DEVICES;
	settings.sms = number("FAKE_CUDA_SMS", 132);
	settings.driver_version = number("FAKE_CUDA_VERSION", 13000);
	settings.launch_ns = number("FAKE_CUDA_LAUNCH_NS", 3000);
	settings.gap_ns = number("FAKE_CUDA_GAP_NS", 500);
	settings.call_ns = number("FAKE_CUDA_CALL_NS", 0);
	settings.refused = getenv("FAKE_CUDA_REFUSED");
	settings.hung = getenv("FAKE_CUDA_HUNG");
}

const struct ct_fake_settings *ct_fake_settings(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_settings);
	return &settings;
}

uint32_t ct_fake_thread(void)
{
	return (uint32_t)syscall(SYS_gettid);
}

void ct_fake_set_tap(const struct ct_fake_tap *other)
{
	atomic_store(&tap, other);
}

static void in_child(void)
{
	if (atomic_load(&is_ready))
		atomic_store(&is_forked, true);
}

void ct_fake_set_ready(void)
{
	pthread_atfork(NULL, NULL, in_child);
	atomic_store(&is_ready, true);
}

bool ct_fake_was_forked(void)
{
	return atomic_load(&is_forked);
}

static bool is_named(const char *name, const struct ct_fake_call *call)
{
	return name && !strcmp(name, call->name);
}

CUresult ct_fake_enter(struct ct_fake_call *call)
{
	const struct ct_fake_tap *now = atomic_load(&tap);

	call->start_ns = ct_fake_now_ns();
	if (!atomic_load(&is_ready) || atomic_load(&is_forked))
		return CUDA_ERROR_NOT_INITIALIZED;
	call->correlation = atomic_fetch_add(&last_correlation, 1) + 1;
	call->thread = ct_fake_thread();
	call->context = ct_fake_current();
	call->context_id = call->context ? call->context->id : 0;
	if (now)
		now->call(call, 0);
	while (is_named(ct_fake_settings()->hung, call))
		pause();
	return is_named(ct_fake_settings()->refused, call) ? CUDA_ERROR_UNKNOWN
							   : CUDA_SUCCESS;
}

CUresult ct_fake_leave(struct ct_fake_call *call, CUresult result)
{
	const struct ct_fake_tap *now = atomic_load(&tap);
	int64_t until_ns = call->start_ns + ct_fake_settings()->call_ns;

	while (ct_fake_settings()->call_ns && ct_fake_now_ns() < until_ns)
		;
	call->result = result;
	call->end_ns = ct_fake_now_ns();
	if (now && call->correlation)
		now->call(call, 1);
	return result;
}

void ct_fake_tell(const struct ct_fake_activity *activity)
{
	const struct ct_fake_tap *now = atomic_load(&tap);

	if (now)
		now->activity(activity);
}

void ct_fake_tell_resource(const struct ct_fake_resource *resource)
{
	const struct ct_fake_tap *now = atomic_load(&tap);

	if (now)
		now->resource(resource);
}
