/*
 * nvtx - a program's own markers, as it makes them.
 *
 * CUPTI could hand them over as activity records, but only where it is the NVTX tool
 * itself, from the first buffer on, and with its own clock conversion; and markers are
 * wanted before cuInit() and where CUPTI is missing.  So we are the tool: each call of
 * NVTX leaves one record, with the thread and CLOCK_MONOTONIC.
 *
 * Here is what stands in NVTX's tables.  Categories, named threads and resources are not
 * listened to, and then cost the program one null test; of attributes only the message is
 * read.
 *
 * NVTX documents that push and pop return the level of the range in its domain and thread,
 * counted from 0, and something negative for an error; and that the numbers of ranges that
 * are started are unique in the process.  Levels go on being counted when nothing is
 * recorded any more, since the program sees them.
 *
 * DANGER: a domain that is destroyed lives on, because of what may still be open in it on
 * another thread.  Levels are counted in the first 31 domains and in the default one.
 */
#include "capture/collector/nvtx.h"

#include <errno.h>
#include <string.h>

#include "capture/collector/collector.h"
#include "capture/collector/nvtx-handles.h"
#include "capture/collector/nvtx-marker.h"
#include "capture/collector/utf32.h"

#define LEVELS 32 /* domains whose levels are counted */

static _Thread_local int32_t levels[LEVELS];
static _Atomic uint64_t last_range;

static struct ct_nvtx_text *domain_of(const void *handle)
{
	return ct_nvtx_text(CT_NVTX_DOMAIN, handle);
}

/* NULL: not counted in this domain. */
static int32_t *level_of(const struct ct_nvtx_text *domain)
{
	uint32_t place = domain ? domain->place : 0;

	return place < LEVELS ? &levels[place] : NULL;
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
	ct_nvtx_put(CT_SPOOL_POP, domain, 0);
	return level ? --*level : CT_NVTX_NOT_TRACKED;
}

static uint64_t new_range(void)
{
	return atomic_fetch_add_explicit(&last_range, 1, memory_order_relaxed) + 1;
}

/* What is stored in NVTX's tables. */

static void mark_ex(const struct ct_nvtx_attributes *event)
{
	ct_nvtx_put_event(CT_SPOOL_MARK, NULL, event, 0);
}

static void mark_a(const char *text)
{
	ct_nvtx_put_text(CT_SPOOL_MARK, NULL, text, 0);
}

static void mark_w(const wchar_t *text)
{
	ct_nvtx_put_wide(CT_SPOOL_MARK, NULL, text, 0);
}

static uint64_t start_ex(const struct ct_nvtx_attributes *event)
{
	uint64_t range = new_range();

	ct_nvtx_put_event(CT_SPOOL_START, NULL, event, range);
	return range;
}

static uint64_t start_a(const char *text)
{
	uint64_t range = new_range();

	ct_nvtx_put_text(CT_SPOOL_START, NULL, text, range);
	return range;
}

static uint64_t start_w(const wchar_t *text)
{
	uint64_t range = new_range();

	ct_nvtx_put_wide(CT_SPOOL_START, NULL, text, range);
	return range;
}

static void end(uint64_t range)
{
	if (range > 0)
		ct_nvtx_put(CT_SPOOL_STOP, NULL, range);
}

static int push_ex(const struct ct_nvtx_attributes *event)
{
	ct_nvtx_put_event(CT_SPOOL_PUSH, NULL, event, 0);
	return deeper(NULL);
}

static int push_a(const char *text)
{
	ct_nvtx_put_text(CT_SPOOL_PUSH, NULL, text, 0);
	return deeper(NULL);
}

static int push_w(const wchar_t *text)
{
	ct_nvtx_put_wide(CT_SPOOL_PUSH, NULL, text, 0);
	return deeper(NULL);
}

static int pop_default(void)
{
	return pop(NULL);
}

static void domain_mark_ex(const void *domain, const struct ct_nvtx_attributes *event)
{
	ct_nvtx_put_event(CT_SPOOL_MARK, domain_of(domain), event, 0);
}

static uint64_t domain_start_ex(const void *domain, const struct ct_nvtx_attributes *event)
{
	uint64_t range = new_range();

	ct_nvtx_put_event(CT_SPOOL_START, domain_of(domain), event, range);
	return range;
}

static void domain_end(const void *domain, uint64_t range)
{
	if (range > 0)
		ct_nvtx_put(CT_SPOOL_STOP, domain_of(domain), range);
}

static int domain_push_ex(const void *domain, const struct ct_nvtx_attributes *event)
{
	struct ct_nvtx_text *of = domain_of(domain);

	ct_nvtx_put_event(CT_SPOOL_PUSH, of, event, 0);
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
		ct_utf32_use(wide, register_utf8, &registering);
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
