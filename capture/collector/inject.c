/*
 * inject - what the driver calls, inside the first cuInit() of the program.
 *
 * The order of what happens here is not free:
 * 1. A copy of CUPTI that the program has loaded is used, not another one (bind.h).
 * 2. The clock is set before anything else, and once: CUPTI derives from it how it turns
 *    the device's clock into the host's, in some generations when a tool subscribes, and
 *    each change spoils a record (pytorch issues 190354 and 192021).
 * 3. Then the one place of a subscriber is taken, or left to who has it.
 * 4. Thread numbers and buffers come before the first kind, or the first records differ.
 * 5. Our end must come before the driver's, which registers its own on the way to here.
 */
#define _GNU_SOURCE
#include "capture/collector/collector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/collector/bind.h"
#include "capture/collector/buffers.h"
#include "capture/collector/confine-hook.h"
#include "capture/collector/flusher.h"
#include "capture/collector/kinds.h"
#include "capture/collector/theft.h"

CT_COLLECTOR_EXPORT int InitializeInjection(void);

static uint64_t clock_ns(void)
{
	return (uint64_t)ct_collector_now();
}

static void call_resource(struct ct_collector *collector, uint32_t id, const void *data)
{
	const struct ct_collector_hook *const *hook;
	const uint32_t *wanted;

	for (hook = ct_collector_hooks; *hook; hook++)
		for (wanted = (*hook)->resource_ids; wanted && *wanted; wanted++)
			if (*wanted == id && (*hook)->resource)
				(*hook)->resource(collector, id, data);
}

static void on_callback(void *user, uint32_t domain, uint32_t id, const void *data)
{
	struct ct_collector *collector = user;
	const struct ct_cupti_state *state = data;
	int kept = errno;

	/* Also when nothing is recorded any more: a thread that went back to the primary
	 * context would no longer be ordered with the others. */
	if (domain == CT_CUPTI_DOMAIN_DRIVER && collector->page->confine_sms) {
		ct_confine_callback(id, data);
		errno = kept;
		return;
	}
	if (!ct_collector_recording())
		return;
	switch (domain) {
	case CT_CUPTI_DOMAIN_DRIVER:
	case CT_CUPTI_DOMAIN_RUNTIME:
		ct_theft_launch();
		break;
	case CT_CUPTI_DOMAIN_RESOURCE:
		call_resource(collector, id, data);
		break;
	case CT_CUPTI_DOMAIN_STATE:
		if (id == CT_CUPTI_STATE_FATAL && data)
			ct_flusher_give_up(collector, state->result);
		break;
	}
	errno = kept;
}

static bool subscribe(struct ct_collector *collector)
{
	const struct ct_cupti *cupti = &collector->cupti;
	char other[CT_CUPTI_OLD_SUBSCRIBER_BYTES] = "";
	char what[2 * CT_CUPTI_OLD_SUBSCRIBER_BYTES];
	struct ct_cupti_subscriber_params params = {
		.struct_bytes = sizeof(params),
		.name = "cotenant",
		.old_name = other,
		.old_name_bytes = sizeof(other),
	};
	int result;

	if (cupti->subscribe_v2)
		result = cupti->subscribe_v2(&collector->subscriber, on_callback, collector,
					     &params);
	else
		result = cupti->subscribe(&collector->subscriber, on_callback, collector);
	if (result == CT_CUPTI_OK)
		return true;
	if (result == CT_CUPTI_MULTIPLE_SUBSCRIBERS) {
		other[sizeof(other) - 1] = '\0';
		snprintf(what, sizeof(what), "another profiler is subscribed%s%s",
			 *other ? ": " : "", other);
		ct_kinds_note(collector, CT_SPOOL_BUSY, result, what);
	} else {
		ct_kinds_note(collector, CT_SPOOL_FAILED, result, "cuptiSubscribe");
	}
	collector->subscriber = NULL;
	return false;
}

/* One by one: disabling all of a domain took other tools' with it, before 12.6.1. */
static void enable_callbacks(struct ct_collector *collector)
{
	const struct ct_cupti *cupti = &collector->cupti;
	const struct ct_collector_hook *const *hook;
	const uint32_t *id;
	int result;

	/* Only since 12.2. */
	cupti->enable_callback(1, collector->subscriber, CT_CUPTI_DOMAIN_STATE,
			       CT_CUPTI_STATE_FATAL);
	for (hook = ct_collector_hooks; *hook; hook++) {
		for (id = (*hook)->resource_ids; id && *id; id++) {
			result = cupti->enable_callback(1, collector->subscriber,
							CT_CUPTI_DOMAIN_RESOURCE, *id);
			if (result != CT_CUPTI_OK)
				ct_kinds_note(collector, CT_SPOOL_FAILED, result,
					      "cuptiEnableCallback");
		}
	}
}

static bool bind(struct ct_collector *collector)
{
	char why[1024];
	int failed = ct_bind(&collector->cupti, why, sizeof(why));

	ct_spooler_lock(&collector->spool);
	ct_spooler_versions(&collector->spool, collector->cupti.version, 0);
	if (failed)
		ct_spooler_note(&collector->spool, failed, 0, why);
	ct_spooler_unlock(&collector->spool);
	return !failed;
}

/* False: a note says why not, and the program goes on as if alone. */
static bool bring_up(struct ct_collector *collector)
{
	const struct ct_collector_hook *const *hook;
	int failed;

	if (!bind(collector))
		return false;
	/* Should a library want to be subscribed to before, it is asked again. */
	failed = collector->cupti.register_clock(clock_ns);
	if (!subscribe(collector))
		return false;
	if (failed)
		failed = collector->cupti.register_clock(clock_ns);
	if (failed) {
		ct_kinds_note(collector, CT_SPOOL_FAILED, failed,
			      "cuptiActivityRegisterTimestampCallback");
		return false;
	}
	ct_spooler_lock(&collector->spool);
	ct_translator_init(&collector->translator, &collector->spool, collector->page,
			   collector->cupti.version);
	ct_spooler_unlock(&collector->spool);
	ct_kinds_prepare(collector);
	enable_callbacks(collector);
	for (hook = ct_collector_hooks; *hook; hook++)
		if ((*hook)->start)
			(*hook)->start(collector);
	if (!ct_kinds_enable(collector))
		return false;
	atomic_store(&collector->state, CT_COLLECTOR_ON);
	ct_theft_start(collector);
	ct_flusher_anchor(collector);
	failed = ct_flusher_start(collector);
	if (failed) {
		ct_spooler_lock(&collector->spool);
		ct_spooler_note(&collector->spool, CT_SPOOL_FAILED, failed,
				"pthread_create: records come at the end only");
		ct_spooler_unlock(&collector->spool);
	}
	return true;
}

/* Nothing will be recorded: the place of the subscriber is for the program's own tools. */
static void withdraw(struct ct_collector *collector)
{
	const struct ct_cupti *cupti = &collector->cupti;

	if (!collector->subscriber || !cupti->unsubscribe)
		return;
	ct_kinds_disable(collector);
	cupti->unsubscribe(collector->subscriber);
	collector->subscriber = NULL;
}

static void finish(void)
{
	if (ct_collector.pid != 0)
		ct_flusher_finish(&ct_collector);
}

/* Where exit handlers have not run. */
static __attribute__((destructor)) void finish_late(void)
{
	int state = atomic_load(&ct_collector.state);

	if (state == CT_COLLECTOR_ON)
		finish();
}

/* Returns 1, as the examples of NVIDIA do. */
int InitializeInjection(void)
{
	static _Atomic pid_t begun;
	struct ct_collector *collector = &ct_collector;
	int kept = errno;

	/* Several threads may come, and the child of a fork once more. */
	if (!ct_collector_open() ||
	    atomic_exchange(&begun, collector->pid) == collector->pid)
		return 1;
	atomic_fetch_add(&collector->page->n_collectors, 1);
	atomic_fetch_add(&collector->page->n_collecting, 1);
	if (bring_up(collector)) {
		atexit(finish);
		at_quick_exit(finish);
	} else {
		finish();
		withdraw(collector);
	}
	errno = kept;
	return 1;
}
