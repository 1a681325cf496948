/*
 * counters - the library of the pass for counters: measures every launch of the program.
 *
 * The driver loads it in the first cuInit(), as it does the collector.  Unlike that it
 * changes how the program runs, which is why it has a run of its own: every launch waits
 * until its kernel has ended, launches of all threads one after the other, so that what
 * is counted is one kernel's.
 *
 * What is passed by: launches into a stream that is being captured (nothing runs), those
 * of graphs (one call, many kernels: they are waited for and counted), kernels that wait
 * for other kernels (NCCL).  DANGER: those last ones, and copies in other streams, move
 * bytes while a kernel is measured, which are then counted as its own.  DANGER: a kernel
 * that waits for one that is launched later, or for the host, waits for ever, as it does
 * under every profiler that serialises.
 *
 * It never ends the program, prints, or leaves errno changed; what fails is written to
 * the file, and the program runs on without being measured.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture/counters/launch.h"
#include "capture/counters/ranges.h"
#include "capture/session.h"

#define EXPORT        __attribute__((visibility("default")))
#define WRITE_EACH_NS 500000000
#define EXIT_WAIT_S   2

enum { BETWEEN_NOTHING, BETWEEN_KERNEL = 0x4354, BETWEEN_GRAPH };

static struct {
	struct ct_session_page *page;
	char path[PATH_MAX]; /* of the file */
	struct ct_profiler_calls calls;
	struct ct_driver_calls driver;
	void *subscriber;
	pid_t pid;

	pthread_mutex_t lock; /* from the beginning of a launch to the end of its kernel */
	struct ct_tally tally;
	struct ct_ranges *ranges;
	struct ct_metric_set set;
	int has_set, is_initialized;
	char chip[32];
	uint8_t *availability;
	struct ct_trouble trouble; /* the first */
	struct ct_counter_file_header header;
	int64_t written_ns;
	_Atomic int is_over;
} me = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void note(const struct ct_trouble *trouble)
{
	if (trouble->trouble && !me.trouble.trouble)
		me.trouble = *trouble;
}

static void note_new(enum ct_counter_trouble trouble, const char *call, int result)
{
	note(&(struct ct_trouble){ trouble, call, result });
}

/* With the lock.  A file that cannot be written is a file that is missing: the recorder
 * says so. */
static void write_file(int complete)
{
	struct ct_counter_file_header header = me.header;

	for (const struct ct_ranges *r = me.ranges; r; r = r->next) {
		header.n_measured += r->n_measured;
		header.n_lost += r->n_lost;
		note(&r->trouble);
	}
	header.pid = (uint32_t)me.pid;
	header.parent_pid = (uint32_t)getppid();
	header.trouble = me.trouble.trouble;
	header.result = me.trouble.result;
	header.complete = (uint32_t)complete;
	(void)ct_tally_write(&me.tally, &header, me.chip,
			     me.trouble.call ? me.trouble.call : "", me.path);
	me.written_ns = now_ns();
}

static int initialize_once(void)
{
	struct ct_profiler_simple p = { .size = CT_PARAMS_BYTES(ct_profiler_simple, priv) };
	int result;

	if (me.is_initialized)
		return 0;
	result = me.calls.initialize(&p);
	if (result != CT_CUPTI_OK) {
		note_new(CT_COUNTER_FAILED, "cuptiProfilerInitialize", result);
		return -1;
	}
	me.is_initialized = 1;
	return 0;
}

/* Why DEVICE cannot be profiled; NULL if it can, or nobody knows. */
static const char *obstacle(int device)
{
	struct ct_profiler_supported p = {
		.size = CT_PARAMS_BYTES(ct_profiler_supported, api), .device = device
	};

	if (me.calls.supported(&p) != CT_CUPTI_OK || p.supported == CT_SUPPORT_FULL ||
	    p.supported == CT_SUPPORT_UNKNOWN)
		return NULL;
	if (p.vgpu == CT_SUPPORT_DISABLED)
		return "cuptiProfilerDeviceSupported (profiling of the vGPU is disabled)";
	if (p.confidential == CT_SUPPORT_NONE || p.confidential == CT_SUPPORT_DISABLED)
		return "cuptiProfilerDeviceSupported (confidential computing is on)";
	return "cuptiProfilerDeviceSupported";
}

/* What of the chip this device allows; without it, all of the chip is asked for. */
static const uint8_t *get_availability(void *context)
{
	struct ct_profiler_availability p = {
		.size = CT_PARAMS_BYTES(ct_profiler_availability, image), .context = context
	};

	if (me.calls.availability(&p) != CT_CUPTI_OK || !p.bytes)
		return NULL;
	me.availability = calloc(1, p.bytes);
	p.image = me.availability;
	if (!p.image || me.calls.availability(&p) != CT_CUPTI_OK) {
		free(me.availability);
		me.availability = NULL;
	}
	return me.availability;
}

static int choose_metrics(void *context)
{
	struct ct_chip_name p = { .size = CT_PARAMS_BYTES(ct_chip_name, name) };
	struct ct_trouble trouble = { 0 };
	const char *why;
	int device, result;

	if (me.driver.context_device(&device))
		device = 0;
	p.device = (size_t)device;
	result = me.calls.chip_name(&p);
	if (result != CT_CUPTI_OK || !p.name) {
		note_new(CT_COUNTER_NO_CHIP, "cuptiDeviceGetChipName", result);
		return -1;
	}
	if (me.has_set && strcmp(me.chip, p.name)) {
		note_new(CT_COUNTER_NO_CHIP, "a device of another kind than the first", 0);
		return -1;
	}
	if (me.has_set)
		return 0;
	snprintf(me.chip, sizeof(me.chip), "%s", p.name);
	why = obstacle(device);
	if (why) {
		note_new(CT_COUNTER_NO_CHIP, why, 0);
		return -1;
	}
	if (ct_metrics_choose(&me.set, &me.calls, me.chip, get_availability(context),
			      &trouble)) {
		note(&trouble);
		return -1;
	}
	me.has_set = 1;
	return 0;
}

/* With the lock, and CONTEXT current. */
static struct ct_ranges *find_ranges(void *context)
{
	struct ct_ranges *r = me.ranges;

	while (r && r->context != context)
		r = r->next;
	if (r)
		return r;
	if (initialize_once() || choose_metrics(context)) {
		/* Remembered as broken, so that it is not tried at every launch. */
		r = calloc(1, sizeof(*r));
		if (r) {
			r->calls = &me.calls;
			r->context = context;
			r->is_broken = 1;
		}
	} else {
		r = ct_ranges_new(&me.calls, &me.set, context);
	}
	if (!r) {
		note_new(CT_COUNTER_NO_MEMORY, NULL, 0);
		return NULL;
	}
	note(&r->trouble);
	r->next = me.ranges;
	me.ranges = r;
	return r;
}

static int is_capturing(const struct ct_launch *launch)
{
	int status = 0;

	return me.driver.stream_is_capturing(launch->stream, &status) != 0 || status != 0;
}

/* With the lock: what is pending in the stream is over, so that it is not counted. */
static void enter_kernel(const struct ct_call_data *data, const struct ct_launch *launch)
{
	struct ct_ranges *r;
	int64_t row;

	me.header.n_launches++;
	r = find_ranges(data->context);
	if (!r || r->is_broken)
		return;
	row = ct_tally_row(&me.tally, launch);
	if (row < 0) {
		note_new(CT_COUNTER_NO_MEMORY, NULL, 0);
		return;
	}
	(void)me.driver.stream_synchronize(launch->stream);
	if (ct_ranges_push(r, (uint32_t)row))
		note(&r->trouble);
}

static void exit_kernel(const struct ct_call_data *data, const struct ct_launch *launch)
{
	int launched = data->result && *(const int *)data->result == 0;
	struct ct_ranges *r = find_ranges(data->context);

	if (launched)
		(void)me.driver.stream_synchronize(launch->stream);
	if (!r)
		return;
	ct_ranges_pop(r, launched, &me.tally);
	note(&r->trouble);
	if (now_ns() - me.written_ns > WRITE_EACH_NS) {
		ct_ranges_finish(r, &me.tally);
		write_file(0);
	}
}

/* What is passed by is counted without the lock held on. */
static int is_passed_by(enum ct_launch_kind kind, const struct ct_launch *launch)
{
	int is_captured = is_capturing(launch);

	if (!is_captured && (kind == CT_LAUNCH_GRAPH || !ct_launch_is_collective(launch)))
		return 0;
	pthread_mutex_lock(&me.lock);
	if (kind == CT_LAUNCH_KERNEL) {
		me.header.n_launches += !is_captured;
		me.header.n_captured += is_captured != 0;
		me.header.n_collective += !is_captured;
	}
	pthread_mutex_unlock(&me.lock);
	return 1;
}

static void on_call(uint32_t call, const struct ct_call_data *data)
{
	struct ct_launch launch;
	enum ct_launch_kind kind = ct_launch_read(call, data, &launch);

	if (kind == CT_LAUNCH_OTHER || !data->between)
		return;
	if (data->site == CT_SITE_ENTER) {
		*data->between = BETWEEN_NOTHING;
		if (me.is_over || is_passed_by(kind, &launch))
			return;
		pthread_mutex_lock(&me.lock);
		if (kind == CT_LAUNCH_KERNEL)
			enter_kernel(data, &launch);
		else
			me.header.n_graph_launches++;
		*data->between = kind == CT_LAUNCH_KERNEL ? BETWEEN_KERNEL : BETWEEN_GRAPH;
	} else if (*data->between == BETWEEN_KERNEL) {
		exit_kernel(data, &launch);
		pthread_mutex_unlock(&me.lock);
	} else if (*data->between == BETWEEN_GRAPH) {
		(void)me.driver.stream_synchronize(launch.stream);
		pthread_mutex_unlock(&me.lock);
	}
}

/* The last moment at which its values can be had. */
static void forget_context(void *context)
{
	struct ct_ranges **link = &me.ranges, *r;

	pthread_mutex_lock(&me.lock);
	while (*link && (*link)->context != context)
		link = &(*link)->next;
	r = *link;
	if (r) {
		ct_ranges_finish(r, &me.tally);
		note(&r->trouble);
		me.header.n_measured += r->n_measured;
		me.header.n_lost += r->n_lost;
		*link = r->next;
		ct_ranges_free(r);
		write_file(0);
	}
	pthread_mutex_unlock(&me.lock);
}

static void finish(void);

static int is_stopped(void)
{
	int64_t stop_ns = atomic_load_explicit(&me.page->stop_ns, memory_order_relaxed);

	return stop_ns && stop_ns <= now_ns();
}

/* Not between the two sides of a launch, when this thread has the lock. */
static int is_time_to_stop(int domain, const void *data)
{
	const struct ct_call_data *call = data;

	return domain == CT_DOMAIN_DRIVER && call->site == CT_SITE_ENTER && !me.is_over &&
	       is_stopped();
}

static void on_callback(void *user, int domain, uint32_t call, const void *data)
{
	const struct ct_resource_data *resource = data;
	int kept = errno;

	if (getpid() == me.pid && data) {
		if (is_time_to_stop(domain, data))
			finish();
		if (domain == CT_DOMAIN_DRIVER)
			on_call(call, data);
		else if (domain == CT_DOMAIN_RESOURCE &&
			 call == CT_RESOURCE_CONTEXT_DESTROY)
			forget_context(resource->context);
	}
	errno = kept;
}

static void finish_all(void)
{
	while (me.ranges) {
		struct ct_ranges *r = me.ranges;
		int pushed = !me.driver.context_push(r->context);
		void *context;

		ct_ranges_finish(r, &me.tally);
		note(&r->trouble);
		me.header.n_measured += r->n_measured;
		me.header.n_lost += r->n_lost;
		me.ranges = r->next;
		ct_ranges_free(r);
		if (pushed)
			me.driver.context_pop(&context);
	}
}

/* At exit, or when the recorder wants no more.  A thread that is in a launch for ever must
 * not keep the program from ending. */
static void finish(void)
{
	struct timespec until;

	if (getpid() != me.pid || atomic_exchange(&me.is_over, 1))
		return;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += EXIT_WAIT_S;
	if (pthread_mutex_timedlock(&me.lock, &until) == 0) {
		finish_all();
		write_file(1);
		pthread_mutex_unlock(&me.lock);
	}
	atomic_fetch_sub(&me.page->n_collecting, 1);
}

static int subscribe(void)
{
	int result = me.calls.subscribe(&me.subscriber, on_callback, NULL);

	if (result != CT_CUPTI_OK) {
		note_new(result == CT_CUPTI_MULTIPLE_SUBSCRIBERS ? CT_COUNTER_BUSY
								 : CT_COUNTER_FAILED,
			 "cuptiSubscribe", result);
		return -1;
	}
	for (const uint32_t *call = ct_launch_calls; *call; call++) {
		result = me.calls.enable(1, me.subscriber, CT_DOMAIN_DRIVER, *call);
		if (result != CT_CUPTI_OK && !me.trouble.trouble)
			note_new(CT_COUNTER_FAILED, "cuptiEnableCallback", result);
	}
	me.calls.enable(1, me.subscriber, CT_DOMAIN_RESOURCE, CT_RESOURCE_CONTEXT_DESTROY);
	return 0;
}

static void open_once(void)
{
	const char *folder = secure_getenv(CT_SESSION_FOLDER_ENV), *missing;

	me.page = folder ? ct_session_map(folder) : NULL;
	me.pid = getpid();
	if (!me.page || (!(me.page->flags & CT_SESSION_CHILDREN) && me.page->first_pid &&
			 me.page->first_pid != (uint32_t)me.pid))
		return;
	if (snprintf(me.path, sizeof(me.path), "%s/%ld%s", folder, (long)me.pid,
		     CT_COUNTER_FILE_SUFFIX) >= (int)sizeof(me.path))
		return;
	atomic_fetch_add(&me.page->n_collectors, 1);
	atomic_fetch_add(&me.page->n_collecting, 1);
	missing = ct_bind_driver(&me.driver);
	if (!missing)
		missing = ct_bind_profiler(&me.calls);
	if (missing)
		note_new(CT_COUNTER_NO_CUPTI, missing, 0);
	else if (me.calls.version(&me.header.cupti_version) == CT_CUPTI_OK)
		subscribe();
	write_file(0);
	/* Registered inside cuInit(): it runs before what was there earlier. */
	atexit(finish);
}

EXPORT int InitializeInjection(void);

int InitializeInjection(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int kept = errno;

	pthread_once(&once, open_once);
	errno = kept;
	return 1;
}
