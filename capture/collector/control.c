/*
 * control - when a recording begins and ends, as all its processes see it.
 */
#define _GNU_SOURCE
#include "capture/collector/control.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	char text[CT_SESSION_TEXT_BYTES]; /* of the marker that starts, without its star */
	size_t length;
	bool prefix;
	_Atomic bool awaited; /* as far as this process knows */
	bool start_noted, stop_noted;
} control;

void ct_control_open(const struct ct_session_page *page)
{
	size_t length;

	memcpy(control.text, page->start_marker, sizeof(control.text));
	length = strnlen(control.text, sizeof(control.text));
	control.prefix = length > 0 && control.text[length - 1] == '*';
	control.length = control.prefix ? length - 1 : length;
	control.start_noted = control.stop_noted = false;
	/* Without a name it is the recorder that starts. */
	atomic_store(&control.awaited,
		     length > 0 && (page->flags & CT_SESSION_WAIT_MARKER));
}

void ct_control_start(struct ct_session_page *page, int64_t time_ns)
{
	int64_t none = 0;

	atomic_compare_exchange_strong(&page->start_ns, &none, time_ns);
}

/*
 * First the reason, then the moment: who sees the moment sees a reason.  A process that
 * dies between the two leaves its reason to the next one that stops.
 */
void ct_control_stop(struct ct_session_page *page, enum ct_spool_note_code reason)
{
	int64_t none = 0;
	uint32_t no_reason = 0;
	int kept = errno;

	atomic_compare_exchange_strong(&page->stop_reason, &no_reason, (uint32_t)reason);
	if (!atomic_compare_exchange_strong(&page->stop_ns, &none, ct_collector_now()))
		return;
	atomic_fetch_add(&page->wake, 1);
	syscall(SYS_futex, &page->wake, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	errno = kept;
}

static bool is_start(const char *text, size_t length)
{
	return (control.prefix ? length >= control.length : length == control.length) &&
	       memcmp(text, control.text, control.length) == 0;
}

void ct_control_marker(struct ct_session_page *page, const char *text, size_t length,
		       int64_t time_ns)
{
	if (!atomic_load_explicit(&control.awaited, memory_order_relaxed))
		return;
	if (is_start(text, length))
		ct_control_start(page, time_ns);
	else if (atomic_load_explicit(&page->start_ns, memory_order_relaxed) == 0)
		return;
	atomic_store_explicit(&control.awaited, false, memory_order_relaxed);
}

static void note(struct ct_spooler *spool, uint32_t code, int64_t time_ns)
{
	struct ct_spool_note *note = ct_spooler_append(spool, CT_SPOOL_NOTE, sizeof(*note));

	if (!note)
		return;
	note->code = code;
	note->time_ns = time_ns;
	note->text = CT_NONE;
}

/* The spool's lock is also that of what has been noted: the end may come on any thread. */
static void note_moments(struct ct_collector *collector)
{
	int64_t start_ns = atomic_load(&collector->page->start_ns);
	int64_t stop_ns = atomic_load(&collector->page->stop_ns);
	uint32_t reason = atomic_load(&collector->page->stop_reason);

	ct_spooler_lock(&collector->spool);
	if (start_ns != 0 && !control.start_noted) {
		control.start_noted = true;
		note(&collector->spool, CT_SPOOL_STARTED, start_ns);
	}
	if (stop_ns != 0 && !control.stop_noted) {
		control.stop_noted = true;
		note(&collector->spool, reason ? reason : CT_SPOOL_STOPPED, stop_ns);
	}
	ct_spooler_unlock(&collector->spool);
}

const struct ct_collector_hook ct_control_hook = {
	.tick = note_moments,
	.finish = note_moments,
};
