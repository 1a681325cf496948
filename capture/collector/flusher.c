/*
 * flusher - our thread in the program: hands over what is complete, and ends it.
 */
#define _GNU_SOURCE
#include "capture/collector/flusher.h"

#include <errno.h>
#include <linux/futex.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/collector/bind.h"
#include "capture/collector/buffers.h"
#include "capture/collector/kinds.h"
#include "capture/collector/theft.h"

#define FLUSH_MS    200
#define ANCHOR_NS   10000000000
#define DRAIN_NS    5000000000 /* after a stop, for kernels that run on */
#define JOIN_S      5
#define STACK_BYTES (1u << 20) /* CUPTI's code runs on it; only what is used is there */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool running; /* guarded by LOCK */
	_Atomic bool stopping, ended;
	_Atomic int fatal; /* CUPTI's result; 0: none */
} flusher = { .lock = PTHREAD_MUTEX_INITIALIZER };

void ct_flusher_anchor(struct ct_collector *collector)
{
	struct ct_spool_anchor *anchor;
	int64_t before_ns = ct_collector_now(), after_ns;
	struct timespec real;
	uint64_t profiler_ns = 0;

	clock_gettime(CLOCK_REALTIME, &real);
	if (collector->cupti.get_timestamp(&profiler_ns) != CT_CUPTI_OK)
		profiler_ns = 0;
	after_ns = ct_collector_now();
	ct_spooler_lock(&collector->spool);
	anchor = ct_spooler_append(&collector->spool, CT_SPOOL_ANCHOR, sizeof(*anchor));
	if (anchor) {
		anchor->before_ns = before_ns;
		anchor->after_ns = after_ns;
		anchor->unix_ns = (int64_t)real.tv_sec * 1000000000 + real.tv_nsec;
		anchor->profiler_ns = (int64_t)profiler_ns;
	}
	ct_spooler_unlock(&collector->spool);
}

static void call_hooks(struct ct_collector *collector, bool finish)
{
	const struct ct_collector_hook *const *hook;

	for (hook = ct_collector_hooks; *hook; hook++) {
		if (finish && (*hook)->finish)
			(*hook)->finish(collector);
		if (!finish && (*hook)->tick)
			(*hook)->tick(collector);
	}
}

static void put_notes(struct ct_collector *collector)
{
	int fatal = atomic_load(&flusher.fatal);
	uint32_t n_forks = atomic_load(&collector->n_forks);

	if (fatal)
		ct_kinds_note(collector, CT_SPOOL_FATAL, fatal, "CUPTI gave up");
	if (n_forks == 0)
		return;
	ct_spooler_lock(&collector->spool);
	ct_spooler_note(&collector->spool, CT_SPOOL_FORKED, (int)n_forks,
			"a child that was forked after cuInit() is not recorded");
	ct_spooler_unlock(&collector->spool);
}

static void close_spool(struct ct_collector *collector)
{
	struct ct_buffers_counts buffers = ct_buffers_counts();
	struct ct_translator *translator = &collector->translator;
	struct ct_spool_end end = { 0 };

	ct_spooler_lock(&collector->spool);
	end.n_records = translator->n_records;
	end.n_zero_times = translator->n_zero_times;
	end.n_unknown_kinds = translator->n_unknown_kinds;
	end.n_launches = translator->n_launches;
	ct_spooler_unlock(&collector->spool);
	end.n_buffers_lent = buffers.n_lent;
	end.n_buffers_back = buffers.n_back;
	end.n_dropped = buffers.n_dropped;
	end.time_ns = ct_collector_now();
	ct_spooler_close(&collector->spool, &end);
}

/*
 * Once.  STUCK: a thread does not come back from CUPTI, which is better not called then.
 * Only here the flush is forced: it hands out kernels that run, with no end, and never
 * again.
 */
static void end(struct ct_collector *collector, bool disable, bool stuck)
{
	bool usable = atomic_load(&collector->state) == CT_COLLECTOR_ON && !stuck &&
		      !atomic_load(&flusher.fatal);

	if (atomic_exchange(&flusher.ended, true))
		return;
	if (usable) {
		if (disable)
			ct_kinds_disable(collector);
		collector->cupti.flush_all(0);
		collector->cupti.flush_all(CT_CUPTI_FLUSH_FORCED);
		ct_theft_finish(collector);
		ct_flusher_anchor(collector);
	}
	call_hooks(collector, true);
	put_notes(collector);
	close_spool(collector);
	atomic_store(&collector->state, CT_COLLECTOR_ENDED);
	atomic_fetch_sub(&collector->page->n_collecting, 1);
}

/* Whether all that was called before the stop has come in, as far as can be known. */
static bool is_drained(struct ct_collector *collector, int64_t stop_ns)
{
	static int n_quiet;
	static uint64_t n_before;
	int64_t since_ns = ct_collector_now() - stop_ns;
	uint64_t n_records, n_open;

	ct_spooler_lock(&collector->spool);
	n_records = collector->translator.n_records;
	n_open = collector->translator.n_launches - collector->translator.n_launched;
	ct_spooler_unlock(&collector->spool);
	n_quiet = n_records == n_before ? n_quiet + 1 : 0;
	n_before = n_records;
	if (since_ns > DRAIN_NS)
		return true;
	/* A program that goes on launching is never quiet; its calls are not counted. */
	return (int64_t)n_open <= 0 && (n_quiet >= 2 || since_ns > DRAIN_NS / 5);
}

/* Until MS have passed, the recording is stopped, or the process ends. */
static void wait_ms(struct ct_collector *collector, uint32_t ms, bool stopped)
{
	struct ct_session_page *page = collector->page;
	uint32_t wake = atomic_load(&page->wake);
	struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };

	if (atomic_load(&flusher.stopping) || (!stopped && atomic_load(&page->stop_ns)))
		return;
	syscall(SYS_futex, &page->wake, FUTEX_WAIT, wake, &time, NULL, 0);
}

/* One round; false: it was the last. */
static bool flush(struct ct_collector *collector, int64_t *anchored_ns)
{
	int64_t stop_ns = atomic_load(&collector->page->stop_ns);
	bool failed;

	call_hooks(collector, false);
	if (atomic_load(&flusher.fatal)) {
		end(collector, false, false);
		return false;
	}
	collector->cupti.flush_all(0);
	ct_theft_tick(collector);
	if (ct_collector_now() - *anchored_ns > ANCHOR_NS) {
		ct_flusher_anchor(collector);
		*anchored_ns = ct_collector_now();
	}
	ct_spooler_lock(&collector->spool);
	ct_spooler_flush(&collector->spool);
	failed = collector->spool.fault != 0;
	ct_spooler_unlock(&collector->spool);
	if (failed || (stop_ns && is_drained(collector, stop_ns))) {
		end(collector, true, false);
		return false;
	}
	return true;
}

static void *run(void *argument)
{
	struct ct_collector *collector = argument;
	uint32_t ms = collector->page->flush_ms ? collector->page->flush_ms : FLUSH_MS;
	int64_t anchored_ns = ct_collector_now();
	uint32_t driver_version = ct_bind_driver_version();

	ct_spooler_lock(&collector->spool);
	ct_spooler_versions(&collector->spool, collector->cupti.version, driver_version);
	ct_spooler_unlock(&collector->spool);
	do
		wait_ms(collector, ms, atomic_load(&collector->page->stop_ns) != 0);
	while (!atomic_load(&flusher.stopping) && flush(collector, &anchored_ns));

	pthread_mutex_lock(&flusher.lock);
	flusher.running = false;
	pthread_cond_broadcast(&flusher.done);
	pthread_mutex_unlock(&flusher.lock);
	return NULL;
}

int ct_flusher_start(struct ct_collector *collector)
{
	pthread_condattr_t clock;
	pthread_attr_t how;
	pthread_t thread;
	sigset_t all, before;
	int failed;

	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&flusher.done, &clock);
	pthread_condattr_destroy(&clock);

	pthread_attr_init(&how);
	pthread_attr_setstacksize(&how, STACK_BYTES);
	pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
	/* A thread inherits the mask: the program's signals go to the program's threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	pthread_mutex_lock(&flusher.lock);
	failed = pthread_create(&thread, &how, run, collector);
	flusher.running = failed == 0;
	if (!failed)
		pthread_setname_np(thread, "cotenant-flush");
	pthread_mutex_unlock(&flusher.lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&how);
	return -failed;
}

void ct_flusher_give_up(struct ct_collector *collector, int result)
{
	int none = 0;

	(void)collector;
	atomic_compare_exchange_strong(&flusher.fatal, &none, result ? result : -1);
}

/* Whether the thread has left; not before it stops. */
static bool join(struct ct_collector *collector)
{
	struct timespec until;
	bool running;
	int failed = 0;

	atomic_store(&flusher.stopping, true);
	atomic_fetch_add(&collector->page->wake, 1);
	syscall(SYS_futex, &collector->page->wake, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += JOIN_S;
	pthread_mutex_lock(&flusher.lock);
	while (flusher.running && !failed)
		failed = pthread_cond_timedwait(&flusher.done, &flusher.lock, &until);
	running = flusher.running;
	pthread_mutex_unlock(&flusher.lock);
	return !running;
}

void ct_flusher_finish(struct ct_collector *collector)
{
	int kept = errno;

	if (atomic_load(&collector->state) != CT_COLLECTOR_FORKED &&
	    collector->pid == getpid())
		end(collector, false, !join(collector));
	errno = kept;
}
