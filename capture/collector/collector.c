/*
 * collector - finds the recording that this process is part of.
 */
#define _GNU_SOURCE
#include "capture/collector/collector.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/collector/control.h"

struct ct_collector ct_collector;

/* Not the others: a shell that starts programs does not use CUDA, but some of them
 * start helpers that do. */
static bool is_wanted(const struct ct_session_page *page)
{
	return (page->flags & CT_SESSION_CHILDREN) || page->first_pid == 0 ||
	       page->first_pid == (uint32_t)getpid();
}

static int64_t unix_offset_ns(void)
{
	struct timespec real;
	int64_t before = ct_collector_now(), after;

	clock_gettime(CLOCK_REALTIME, &real);
	after = ct_collector_now();
	return (int64_t)real.tv_sec * 1000000000 + real.tv_nsec - before -
	       (after - before) / 2;
}

static void when_full(void)
{
	ct_control_stop(ct_collector.page, CT_SPOOL_FULL);
}

static pthread_once_t opened = PTHREAD_ONCE_INIT;

/* Before CUPTI was bound there was no cuInit() either, and the child may call it: then, or
 * at its next marker, it is a process of the recording like any other. */
static void in_child(void)
{
	int state = atomic_load(&ct_collector.state);

	if (state == CT_COLLECTOR_OPEN) {
		opened = (pthread_once_t)PTHREAD_ONCE_INIT;
		atomic_store(&ct_collector.state, CT_COLLECTOR_OFF);
	} else if (state != CT_COLLECTOR_OFF) {
		atomic_store(&ct_collector.state, CT_COLLECTOR_FORKED);
	}
}

static void in_parent(void)
{
	if (atomic_load(&ct_collector.state) == CT_COLLECTOR_ON)
		atomic_fetch_add(&ct_collector.n_forks, 1);
}

/* Once, also when the child of a fork opens anew. */
static void watch_forks(void)
{
	pthread_atfork(NULL, in_parent, in_child);
}

static void open_once(void)
{
	static pthread_once_t watching = PTHREAD_ONCE_INIT;
	struct ct_collector *collector = &ct_collector;
	const char *folder = secure_getenv(CT_SESSION_FOLDER_ENV);
	struct ct_spool_header header = { 0 };
	struct ct_session_page *page;

	if (!folder || !*folder)
		return;
	page = ct_session_map(folder);
	if (!page)
		return;
	if (!is_wanted(page)) {
		munmap(page, sizeof(*page));
		return;
	}
	collector->page = page;
	ct_control_open(page);
	collector->begin_ns = ct_collector_now();
	collector->pid = getpid();
	header.pid = (uint32_t)collector->pid;
	header.parent_pid = (uint32_t)getppid();
	header.begin_ns = collector->begin_ns;
	header.unix_offset_ns = unix_offset_ns();
	if (ct_spooler_init(&collector->spool, folder, &header))
		return;
	collector->spool.total_bytes = &page->bytes;
	collector->spool.max_bytes = page->max_bytes;
	collector->spool.full = when_full;
	pthread_once(&watching, watch_forks);
	atomic_store(&collector->state, CT_COLLECTOR_OPEN);
}

bool ct_collector_open(void)
{
	int kept = errno;

	pthread_once(&opened, open_once);
	errno = kept;
	return ct_collector_recording();
}
