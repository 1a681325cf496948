/*
 * confine-hook - what connects confine.c to the rest of the collector.
 *
 * Only a recording that asks for fewer SMs has callbacks of the driver's domain at all.
 * They are enabled for the calls that matter one by one, as all others cost time too.
 */
#include "capture/collector/confine-hook.h"

#include "capture/collector/confine.h"

static void note(uint32_t code, int32_t result, const char *text)
{
	struct ct_spooler *spool = &ct_collector.spool;

	if (!ct_collector_recording())
		return;
	ct_spooler_lock(spool);
	ct_spooler_note(spool, code, result, text);
	ct_spooler_unlock(spool);
}

static void start(struct ct_collector *collector)
{
	static struct ct_confine_driver driver;
	const struct ct_cupti *cupti = &collector->cupti;

	if (!collector->page->confine_sms || ct_confine_bind(&driver, note))
		return;
	ct_confine_start(&driver, collector->page->confine_sms, note);
	for (size_t i = 0; i < ct_confine_n_calls; i++)
		cupti->enable_callback(1, collector->subscriber, CT_CUPTI_DOMAIN_DRIVER,
				       ct_confine_call[i]);
}

/* Also when records are not wanted (yet): a stream made before the marker is used after
 * it. */
void ct_confine_callback(uint32_t id, const void *data)
{
	const struct ct_confine_call_data *call = data;

	if (call->site == 0 && atomic_load(&ct_collector.state) != CT_COLLECTOR_FORKED)
		ct_confine_enter(id, call->context, call->parameters);
}

const struct ct_collector_hook ct_confine_hook = { .start = start };
