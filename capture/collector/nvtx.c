/*
 * nvtx - a program's own markers, as it makes them.
 *
 * CUPTI could hand them over as activity records, but only where it is the NVTX tool
 * itself, from the first buffer on, and with its own clock conversion; and markers are
 * wanted before cuInit() and where CUPTI is missing.  So we are the tool: each call of
 * NVTX leaves one record, with the thread and CLOCK_MONOTONIC.
 *
 * What a marker costs is a clock reading, a lookup of its name and 40 bytes under the
 * spool's lock (figures in tests/bench/README.md).  Categories, colours, payloads, named
 * threads and resources are not listened to, and then cost the program one null test.
 *
 * NVTX documents that push and pop return the level of the range in its domain and thread,
 * counted from 0, and something negative for an error; and that the numbers of ranges that
 * are started are unique in the process.  Levels go on being counted when nothing is
 * recorded any more, since the program sees them.
 *
 * DANGER: a domain that is destroyed lives on, because of what may still be open in it on
 * another thread.  Levels are counted in the first 31 domains and in the default one.
 */
#define _GNU_SOURCE
#include "capture/collector/nvtx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/collector/collector.h"
#include "capture/collector/control.h"
#include "capture/collector/nvtx-abi.h"
#include "capture/collector/nvtx-handles.h"
#include "capture/collector/utf32.h"

#define LEVELS     32  /* domains whose levels are counted */
#define WIDE_ON_US 128 /* characters of a wide text that need no memory */

static _Thread_local struct {
	int64_t spool_ns; /* when the spool began for which TID was asked */
	uint32_t tid;
	bool inside; /* this thread is making a record: NVTX calls in malloc() */
	int32_t level[LEVELS];
} self;

static _Atomic uint64_t last_range;

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

	ct_spooler_lock(spool);
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

static void put_text(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		     const char *text, uint64_t range)
{
	struct message message = { .text = text, .length = text ? strlen(text) : 0 };

	put(kind, domain, &message, range);
}

/* Calls USE with TEXT as UTF-8; a text that there is no memory for is cut. */
static void with_utf8(const wchar_t *text, void (*use)(const char *, size_t, void *),
		      void *data)
{
	size_t n = text ? wcslen(text) : 0;
	char here[4 * WIDE_ON_US];
	char *utf8 = here;

	if (n > WIDE_ON_US) {
		int kept = errno;

		utf8 = n <= SIZE_MAX / 4 ? malloc(4 * n) : NULL;
		errno = kept;
		if (!utf8) {
			utf8 = here;
			n = WIDE_ON_US;
		}
	}
	use(text ? utf8 : NULL, ct_utf32_to_utf8(utf8, text, n), data);
	if (utf8 != here)
		free(utf8);
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

static void put_wide(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		     const wchar_t *text, uint64_t range)
{
	struct wide wide = { .kind = kind, .domain = domain, .range = range };

	with_utf8(text, put_utf8, &wide);
}

/* Attributes of other than today's size have not been seen; a smaller one has no message
 * where we look for it. */
static void put_event(enum ct_spool_marker_kind kind, struct ct_nvtx_text *domain,
		      const struct ct_nvtx_attributes *event, uint64_t range)
{
	struct message message = no_message;

	if (!event || (event->bytes > 0 && event->bytes < sizeof(*event)))
		put(kind, domain, &message, range);
	else if (event->message_type == CT_NVTX_MESSAGE_ASCII)
		put_text(kind, domain, event->message.ascii, range);
	else if (event->message_type == CT_NVTX_MESSAGE_WIDE)
		put_wide(kind, domain, event->message.wide, range);
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

static struct ct_nvtx_text *domain_of(const void *handle)
{
	return ct_nvtx_text(CT_NVTX_DOMAIN, handle);
}

/* NULL: not counted in this domain. */
static int32_t *level_of(const struct ct_nvtx_text *domain)
{
	uint32_t place = domain ? domain->place : 0;

	return place < LEVELS ? &self.level[place] : NULL;
}

static int deeper(const struct ct_nvtx_text *domain)
{
	int32_t *level = level_of(domain);

	return level ? (*level)++ : CT_NVTX_NOT_TRACKED;
}

static int pop(struct ct_nvtx_text *domain)
{
	int32_t *level = level_of(domain);

	if (level && *level == 0)
		return -1;
	put(CT_SPOOL_POP, domain, &no_message, 0);
	return level ? --*level : CT_NVTX_NOT_TRACKED;
}

static uint64_t new_range(void)
{
	return atomic_fetch_add_explicit(&last_range, 1, memory_order_relaxed) + 1;
}

/* What is stored in NVTX's tables. */

static void mark_ex(const struct ct_nvtx_attributes *event)
{
	put_event(CT_SPOOL_MARK, NULL, event, 0);
}

static void mark_a(const char *text)
{
	put_text(CT_SPOOL_MARK, NULL, text, 0);
}

static void mark_w(const wchar_t *text)
{
	put_wide(CT_SPOOL_MARK, NULL, text, 0);
}

static uint64_t start_ex(const struct ct_nvtx_attributes *event)
{
	uint64_t range = new_range();

	put_event(CT_SPOOL_START, NULL, event, range);
	return range;
}

static uint64_t start_a(const char *text)
{
	uint64_t range = new_range();

	put_text(CT_SPOOL_START, NULL, text, range);
	return range;
}

static uint64_t start_w(const wchar_t *text)
{
	uint64_t range = new_range();

	put_wide(CT_SPOOL_START, NULL, text, range);
	return range;
}

static void end(uint64_t range)
{
	if (range > 0)
		put(CT_SPOOL_STOP, NULL, &no_message, range);
}

static int push_ex(const struct ct_nvtx_attributes *event)
{
	put_event(CT_SPOOL_PUSH, NULL, event, 0);
	return deeper(NULL);
}

static int push_a(const char *text)
{
	put_text(CT_SPOOL_PUSH, NULL, text, 0);
	return deeper(NULL);
}

static int push_w(const wchar_t *text)
{
	put_wide(CT_SPOOL_PUSH, NULL, text, 0);
	return deeper(NULL);
}

static int pop_default(void)
{
	return pop(NULL);
}

static void domain_mark_ex(const void *domain, const struct ct_nvtx_attributes *event)
{
	put_event(CT_SPOOL_MARK, domain_of(domain), event, 0);
}

static uint64_t domain_start_ex(const void *domain, const struct ct_nvtx_attributes *event)
{
	uint64_t range = new_range();

	put_event(CT_SPOOL_START, domain_of(domain), event, range);
	return range;
}

static void domain_end(const void *domain, uint64_t range)
{
	if (range > 0)
		put(CT_SPOOL_STOP, domain_of(domain), &no_message, range);
}

static int domain_push_ex(const void *domain, const struct ct_nvtx_attributes *event)
{
	struct ct_nvtx_text *of = domain_of(domain);

	put_event(CT_SPOOL_PUSH, of, event, 0);
	return deeper(of);
}

static int domain_pop(const void *domain)
{
	return pop(domain_of(domain));
}

struct registering {
	enum ct_nvtx_handle_kind kind;
	uint32_t place;
	void *handle;
};

static void register_utf8(const char *text, size_t length, void *data)
{
	struct registering *registering = data;

	registering->handle = NULL;
	if (text)
		registering->handle =
			ct_nvtx_handle(registering->kind, registering->place, text, length);
}

static void *registered(enum ct_nvtx_handle_kind kind, const void *domain, const char *text,
			const wchar_t *wide)
{
	struct ct_nvtx_text *of = domain_of(domain);
	struct registering registering = { .kind = kind, .place = of ? of->place : 0 };
	int kept = errno;

	if (wide)
		with_utf8(wide, register_utf8, &registering);
	else
		register_utf8(text, text ? strlen(text) : 0, &registering);
	errno = kept;
	return registering.handle;
}

static void *register_a(const void *domain, const char *text)
{
	return registered(CT_NVTX_STRING, domain, text, NULL);
}

static void *register_w(const void *domain, const wchar_t *text)
{
	return registered(CT_NVTX_STRING, domain, NULL, text);
}

static void *domain_create_a(const char *name)
{
	return registered(CT_NVTX_DOMAIN, NULL, name, NULL);
}

static void *domain_create_w(const wchar_t *name)
{
	return registered(CT_NVTX_DOMAIN, NULL, NULL, name);
}

static void domain_destroy(const void *domain)
{
	(void)domain;
}

struct listener {
	uint32_t slot;
	ct_nvtx_function function;
};

#define LISTENER(slot, function)                                                           \
	{                                                                                  \
		slot, (ct_nvtx_function)(function)                                         \
	}

static const struct listener core[] = {
	LISTENER(CT_NVTX_MARK_EX, mark_ex), LISTENER(CT_NVTX_MARK_A, mark_a),
	LISTENER(CT_NVTX_MARK_W, mark_w),   LISTENER(CT_NVTX_START_EX, start_ex),
	LISTENER(CT_NVTX_START_A, start_a), LISTENER(CT_NVTX_START_W, start_w),
	LISTENER(CT_NVTX_END, end),         LISTENER(CT_NVTX_PUSH_EX, push_ex),
	LISTENER(CT_NVTX_PUSH_A, push_a),   LISTENER(CT_NVTX_PUSH_W, push_w),
	LISTENER(CT_NVTX_POP, pop_default), { 0, NULL }
};

static const struct listener core2[] = { LISTENER(CT_NVTX_DOMAIN_MARK_EX, domain_mark_ex),
					 LISTENER(CT_NVTX_DOMAIN_START_EX, domain_start_ex),
					 LISTENER(CT_NVTX_DOMAIN_END, domain_end),
					 LISTENER(CT_NVTX_DOMAIN_PUSH_EX, domain_push_ex),
					 LISTENER(CT_NVTX_DOMAIN_POP, domain_pop),
					 LISTENER(CT_NVTX_REGISTER_A, register_a),
					 LISTENER(CT_NVTX_REGISTER_W, register_w),
					 LISTENER(CT_NVTX_DOMAIN_CREATE_A, domain_create_a),
					 LISTENER(CT_NVTX_DOMAIN_CREATE_W, domain_create_w),
					 LISTENER(CT_NVTX_DOMAIN_DESTROY, domain_destroy),
					 { 0, NULL } };

/* A copy of NVTX that is older than a function has a smaller table. */
static void listen(const struct ct_nvtx_callbacks *callbacks, int module,
		   const struct listener *listener)
{
	ct_nvtx_function **table = NULL;
	unsigned int size = 0;

	if (callbacks->module_table(module, &table, &size) != 1 || !table)
		return;
	for (; listener->function; listener++)
		if (listener->slot < size && table[listener->slot])
			*table[listener->slot] = listener->function;
}

CT_COLLECTOR_EXPORT int InitializeInjectionNvtx2(ct_nvtx_get_export);

/* 0 tells NVTX to let all its calls do nothing. */
int InitializeInjectionNvtx2(ct_nvtx_get_export get_export)
{
	const struct ct_nvtx_callbacks *callbacks =
		get_export ? get_export(CT_NVTX_EXPORT_CALLBACKS) : NULL;
	int kept = errno;
	bool open;

	if (!callbacks || callbacks->struct_bytes < sizeof(*callbacks) ||
	    !callbacks->module_table)
		return 0;
	open = ct_collector_open();
	errno = kept;
	if (!open)
		return 0;
	listen(callbacks, CT_NVTX_CORE, core);
	listen(callbacks, CT_NVTX_CORE2, core2);
	return 1;
}
