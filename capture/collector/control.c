/*
 * control - when a recording begins and ends, as all its processes see it.
 */
#define _GNU_SOURCE
#include "capture/collector/control.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void ct_control_start(struct ct_session_page *page, int64_t time_ns)
{
	int64_t none = 0;

	atomic_compare_exchange_strong(&page->start_ns, &none, time_ns);
}

void ct_control_stop(struct ct_session_page *page, enum ct_spool_note_code reason)
{
	int64_t none = 0;
	uint32_t no_reason = 0;
	int kept = errno;

	if (!atomic_compare_exchange_strong(&page->stop_ns, &none, ct_collector_now()))
		return;
	atomic_compare_exchange_strong(&page->stop_reason, &no_reason, (uint32_t)reason);
	atomic_fetch_add(&page->wake, 1);
	syscall(SYS_futex, &page->wake, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	errno = kept;
}
