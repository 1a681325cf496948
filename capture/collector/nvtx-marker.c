/*
 * nvtx-marker - one record for each marker.
 *
 * What a marker costs is a clock reading, a lookup of its name and 40 bytes under the
 * spool's lock (figures in tests/bench/README.md).
 */
#define _GNU_SOURCE
#include "capture/collector/nvtx-marker.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/collector/collector.h"
#include "capture/collector/control.h"
#include "capture/collector/utf32.h"

static _Thread_local struct {
	int64_t spool_ns; /* when the spool began for which TID was asked */
	uint32_t tid;
	bool inside; /* this thread is making a record: NVTX calls in malloc() */
} self;

struct message {
	const char *text; /* NULL: none */
	size_t length;
	struct ct_nvtx_text *registered; /* NULL: is not */
};

/* Not kept over a fork: the child has a spool of its own, or none. */
static uint32_t thread_id(void)
{
	if (self.spool_ns != ct_collector.begin_ns) {
		self.tid = (uint32_t)syscall(SYS_gettid);
		self.spool_ns = ct_collector.begin_ns;
	}
	return self.tid;
}

static uint32_t registered_string(struct ct_spooler *spool, struct ct_nvtx_text *text)
{
	if (text->spool_ns != ct_collector.begin_ns) {
		text->number = ct_spooler_string(spool, text->text, text->length);
		/* One that was lost is tried again. */
		text->spool_ns = text->number == CT_NONE ? 0 : ct_collector.begin_ns;
	}
	return text->number;
}

static uint32_t message_string(struct ct_spooler *spool, const struct message *message)
{
	if (message->registered)
		return registered_string(spool, message->registered);
	return message->text ? ct_spooler_string(spool, message->text, message->length)
			     : CT_NONE;
}

static void append(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		   const struct message *message, uint64_t range, int64_t now)
{
	struct ct_spooler *spool = &ct_collector.spool;
	uint32_t tid = thread_id(), name, domain_name;
	struct ct_spool_marker *marker;

	/* Not if this thread has it already, in a malloc() or signal handler that marks. */
	if (pthread_mutex_lock(&spool->lock))
		return;
	name = message_string(spool, message);
	domain_name = domain ? registered_string(spool, domain) : CT_NONE;
	marker = ct_spooler_append(spool, CT_SPOOL_MARKER, sizeof(*marker));
	if (marker) {
		marker->kind = kind;
		marker->time_ns = now;
		marker->range = range;
		marker->thread = tid;
		marker->name = name;
		marker->domain = domain_name;
	}
	ct_spooler_unlock(spool);
}

/* NVTX is attached in a process that is recorded; in its child, forked before it used
 * CUDA, we come here first. */
static bool is_recording(void)
{
	if (ct_collector_recording())
		return true;
	return atomic_load_explicit(&ct_collector.state, memory_order_relaxed) ==
		       CT_COLLECTOR_OFF &&
	       ct_collector_open();
}

/*
 * Ranges are written also while the recording waits for its start, as they may be open
 * when it comes.
 */
static void put_now(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		    const struct message *message, uint64_t range)
{
	int64_t now = ct_collector_now();

	if (message->text)
		ct_control_marker(ct_collector.page, message->text, message->length, now);
	if (!ct_control_stopped(ct_collector.page, now))
		append(kind, domain, message, range, now);
}

static void put(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		const struct message *message, uint64_t range)
{
	int kept = errno;

	if (self.inside)
		return;
	self.inside = true;
	if (is_recording())
		put_now(kind, domain, message, range);
	self.inside = false;
	errno = kept;
}

static const struct message no_message;

void ct_nvtx_put(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		 uint64_t range)
{
	put(kind, domain, &no_message, range);
}

void ct_nvtx_put_text(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		      const char *text, uint64_t range)
{
	struct message message = { .text = text, .length = text ? strlen(text) : 0 };

	put(kind, domain, &message, range);
}

struct wide {
	enum ct_spool_marker_kind kind;
	struct ct_nvtx_text *domain;
	uint64_t range;
};

static void put_utf8(const char *text, size_t length, void *data)
{
	const struct wide *wide = data;
	struct message message = { .text = text, .length = length };

	put(wide->kind, wide->domain, &message, wide->range);
}

void ct_nvtx_put_wide(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		      const wchar_t *text, uint64_t range)
{
	struct wide wide = { .kind = kind, .domain = domain, .range = range };

	ct_utf32_use(text, put_utf8, &wide);
}

/* Attributes of other than today's size have not been seen; a smaller one has no message
 * where we look for it. */
void ct_nvtx_put_event(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		       const struct ct_nvtx_attributes *event, uint64_t range)
{
	struct message message = no_message;

	if (!event || (event->bytes > 0 && event->bytes < sizeof(*event)))
		put(kind, domain, &message, range);
	else if (event->message_type == CT_NVTX_MESSAGE_ASCII)
		ct_nvtx_put_text(kind, domain, event->message.ascii, range);
	else if (event->message_type == CT_NVTX_MESSAGE_WIDE)
		ct_nvtx_put_wide(kind, domain, event->message.wide, range);
	else {
		if (event->message_type == CT_NVTX_MESSAGE_REGISTERED)
			message.registered =
				ct_nvtx_text(CT_NVTX_STRING, event->message.registered);
		if (message.registered) {
			message.text = message.registered->text;
			message.length = message.registered->length;
		}
		put(kind, domain, &message, range);
	}
}

/* A process that marks and never uses CUDA has nothing that ends its spool; as long as
 * that is no file, nobody misses it. */
static __attribute__((destructor)) void end_alone(void)
{
	struct ct_spooler *spool = &ct_collector.spool;
	struct ct_spool_end end = { .time_ns = ct_collector_now() };

	if (atomic_load(&ct_collector.state) != CT_COLLECTOR_OPEN ||
	    spool->header.pid != (uint32_t)getpid())
		return;
	ct_spooler_lock(spool);
	while (spool->writing)
		pthread_cond_wait(&spool->written, &spool->lock);
	ct_spooler_unlock(spool);
	if (spool->bytes == 0)
		return;
	ct_control_hook.finish(&ct_collector);
	ct_spooler_close(spool, &end);
	atomic_store(&ct_collector.state, CT_COLLECTOR_ENDED);
}
