/*
 * cupti-queue - from what happened to buffers handed over.
 *
 * Items wait until they are complete, which is when the device has come to their end.  A
 * thread of our own packs complete ones into the client's buffers and hands those over when
 * they are full or a flush asks for them.  A buffer is asked for on the thread that has the
 * first item for it, the program's own as a rule, with our lock held: a client that calls
 * back into CUPTI from there, or takes a lock there which it holds elsewhere while calling
 * CUPTI, hangs here as it does with the real one.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/fakes/profiler.h"

#define TICK_NS    5000000
#define TAIL_BYTES 8

struct lent { /* a buffer of the client's */
	uint8_t *at;
	size_t bytes, used, n_records, max_records;
	ct_cupti_complete complete;
	struct lent *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER, done = PTHREAD_COND_INITIALIZER;
static struct ct_fake_item *items, **items_end = &items;
static struct lent current, *full, **full_end = &full;
static ct_cupti_request request;
static ct_cupti_complete complete;
static size_t n_dropped;
static uint64_t n_seen, n_kernels, n_asked, n_done;
static bool is_forced, is_stopped, has_thread;
static pthread_t thread;
static pid_t home;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *why)
{
	fprintf(stderr, "fake CUPTI: %s\n", why);
	abort();
}

static bool has_room(size_t bytes)
{
	return current.at && current.used + bytes <= current.bytes &&
	       (!current.max_records || current.n_records < current.max_records);
}

static void ship(void)
{
	struct lent *buffer;

	if (!current.at)
		return;
	if (ct_fake_faults()->tail && current.used + TAIL_BYTES <= current.bytes) {
		memset(current.at + current.used, 0, TAIL_BYTES);
		current.used += TAIL_BYTES;
	}
	buffer = malloc(sizeof(*buffer));
	*buffer = current;
	*full_end = buffer;
	full_end = &buffer->next;
	memset(&current, 0, sizeof(current));
}

static void ask(void)
{
	if (current.at || !request)
		return;
	request(&current.at, &current.bytes, &current.max_records);
	current.used = current.n_records = 0;
	current.complete = complete;
	current.next = NULL;
}

static void put(const struct ct_fake_item *item)
{
	uint32_t version = ct_fake_faults()->version;
	size_t bytes = ct_fake_record_bytes(item->kind, version);

	if (!has_room(bytes)) {
		ship();
		ask();
	}
	if (!has_room(bytes)) {
		n_dropped++;
		return;
	}
	ct_fake_make_record(current.at + current.used, item, version);
	current.used += bytes;
	current.n_records++;
}

static void pack_one(struct ct_fake_item *item, bool forced, int64_t time_ns)
{
	const struct ct_fake_faults *faults = ct_fake_faults();
	struct ct_fake_item strange = { .kind = CT_FAKE_UNHEARD };
	struct ct_fake_activity *activity = &item->activity;

	n_seen++;
	if (faults->unknown && n_seen % (uint64_t)faults->unknown == 0)
		put(&strange);
	if (faults->drop && n_seen % (uint64_t)faults->drop == 0) {
		n_dropped++;
		return;
	}
	/* What still runs is handed out unfinished, once and never again. */
	if (forced && activity->end_ns > time_ns) {
		activity->end_ns = 0;
		if (activity->start_ns > time_ns)
			activity->start_ns = 0;
	}
	if (item->kind == CT_CUPTI_KIND_KERNEL && faults->zero &&
	    ++n_kernels % (uint64_t)faults->zero == 0)
		activity->start_ns = activity->end_ns = 0;
	put(item);
}

/* Takes what is complete out of the queue, and with FORCE everything. */
static void pack(bool force)
{
	int64_t time_ns = now_ns();
	struct ct_fake_item **at = &items, *item, *ready = NULL, **ready_end = &ready;

	while ((item = *at)) {
		if (!force && item->ready_ns > time_ns) {
			at = &item->next;
			continue;
		}
		*at = item->next;
		if (!item->next)
			items_end = at;
		if (ct_fake_faults()->shuffle) {
			item->next = ready;
			ready = item;
		} else {
			item->next = NULL;
			*ready_end = item;
			ready_end = &item->next;
		}
	}
	while ((item = ready)) {
		ready = item->next;
		if (!is_stopped)
			pack_one(item, force, time_ns);
		free(item);
	}
}

/* With the lock, which is not held while the client has the buffer. */
static void hand_over(void)
{
	struct lent *buffer;

	while ((buffer = full)) {
		full = buffer->next;
		if (!full)
			full_end = &full;
		pthread_mutex_unlock(&lock);
		buffer->complete(NULL, 0, buffer->at, buffer->bytes, buffer->used);
		free(buffer);
		pthread_mutex_lock(&lock);
	}
	if (!current.used)
		ct_fake_names_may_change();
}

static void *run(void *unused)
{
	struct timespec until;
	uint64_t asked;
	bool forced;

	pthread_mutex_lock(&lock);
	for (;;) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TICK_NS;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		if (n_asked == n_done && !full)
			pthread_cond_timedwait(&wake, &lock, &until);
		asked = n_asked;
		forced = is_forced;
		is_forced = false;
		pack(forced);
		if (asked != n_done && (current.used || forced))
			ship();
		hand_over();
		n_done = asked;
		pthread_cond_broadcast(&done);
	}
	return unused;
}

/* With the lock. */
static void start_thread(void)
{
	sigset_t all, before;

	if (has_thread)
		return;
	home = getpid();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	has_thread = !pthread_create(&thread, NULL, run, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (has_thread)
		pthread_detach(thread);
}

void ct_fake_post(const struct ct_fake_item *item)
{
	struct ct_fake_item *copy = malloc(sizeof(*copy));

	*copy = *item;
	copy->next = NULL;
	copy->ready_ns += (int64_t)ct_fake_faults()->late_ms * 1000000;
	pthread_mutex_lock(&lock);
	start_thread();
	if (is_stopped) {
		free(copy);
	} else {
		*items_end = copy;
		items_end = &copy->next;
		ask();
	}
	pthread_mutex_unlock(&lock);
}

int ct_fake_flush(uint32_t flags)
{
	uint64_t mine;

	if (home && home != getpid())
		die("flushed in the child of a fork, which hangs with the real one");
	pthread_mutex_lock(&lock);
	if (!request || is_stopped) {
		pthread_mutex_unlock(&lock);
		return CT_CUPTI_UNKNOWN;
	}
	start_thread();
	if (pthread_equal(thread, pthread_self()))
		die("flushed while a buffer is handed over, which hangs with the real one");
	mine = ++n_asked;
	is_forced |= (flags & CT_CUPTI_FLUSH_FORCED) != 0;
	pthread_cond_signal(&wake);
	while (n_done < mine)
		pthread_cond_wait(&done, &lock);
	pthread_mutex_unlock(&lock);
	return CT_CUPTI_OK;
}

/* Buffers of whoever was here before come back to him when they are full. */
void ct_fake_register(ct_cupti_request new_request, ct_cupti_complete new_complete)
{
	pthread_mutex_lock(&lock);
	request = new_request;
	complete = new_complete;
	pthread_mutex_unlock(&lock);
}

size_t ct_fake_take_dropped(void)
{
	size_t n;

	pthread_mutex_lock(&lock);
	n = n_dropped;
	n_dropped = 0;
	pthread_mutex_unlock(&lock);
	return n;
}

void ct_fake_queue_stops(void)
{
	pthread_mutex_lock(&lock);
	is_stopped = true;
	pthread_mutex_unlock(&lock);
}
