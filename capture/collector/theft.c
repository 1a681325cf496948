/*
 * theft - finds out that another tool has taken CUPTI's records over.
 */
#include "capture/collector/theft.h"

#include "capture/collector/buffers.h"
#include "traces/driver-call.h"

#define QUIET_NS   400000000   /* nothing came: listen for launches */
#define CERTAIN_NS 60000000000 /* a launch, and nothing came: no kernel takes as long */

static struct {
	uint64_t n_back;
	int64_t heard_ns; /* when something came last */
	bool listening, noted;
	_Atomic int64_t launch_ns; /* of the first launch that was heard; 0: none */
} theft;

void ct_theft_launch(void)
{
	int64_t none = 0;

	if (atomic_load_explicit(&theft.launch_ns, memory_order_relaxed) == 0)
		atomic_compare_exchange_strong(&theft.launch_ns, &none, ct_collector_now());
}

static void listen(struct ct_collector *collector, uint32_t enable)
{
	const struct ct_driver_call *call;
	uint32_t domain;
	size_t n, i;

	/* A confined program's calls of the driver are always listened to, by confine-hook.c,
	 * and are not ours to disable. */
	domain = collector->page->confine_sms ? CT_DOMAIN_RUNTIME : CT_DOMAIN_DRIVER;
	for (; domain <= CT_DOMAIN_RUNTIME; domain++) {
		call = ct_driver_calls(domain, &n);
		for (i = 0; i < n; i++)
			if (ct_driver_call_launches(&call[i]))
				collector->cupti.enable_callback(enable,
								 collector->subscriber,
								 domain, call[i].number);
	}
	theft.listening = enable;
}

void ct_theft_start(struct ct_collector *collector)
{
	theft.heard_ns = ct_collector_now();
	listen(collector, 1);
}

static void note(struct ct_collector *collector, const char *text)
{
	if (theft.noted)
		return;
	theft.noted = true;
	ct_spooler_lock(&collector->spool);
	ct_spooler_note(&collector->spool, CT_SPOOL_STOLEN, 0, text);
	ct_spooler_unlock(&collector->spool);
}

void ct_theft_tick(struct ct_collector *collector)
{
	uint64_t n_back = ct_buffers_counts().n_back;
	int64_t now_ns = ct_collector_now(), launch_ns;

	if (n_back != theft.n_back) {
		theft.n_back = n_back;
		theft.heard_ns = now_ns;
		if (theft.listening)
			listen(collector, 0);
		atomic_store(&theft.launch_ns, 0);
		return;
	}
	if (!theft.listening && now_ns - theft.heard_ns > QUIET_NS)
		listen(collector, 1);
	launch_ns = atomic_load(&theft.launch_ns);
	if (launch_ns != 0 && now_ns - launch_ns > CERTAIN_NS)
		note(collector, "launches were heard, and no record came for a minute");
}

void ct_theft_finish(struct ct_collector *collector)
{
	if (theft.listening)
		listen(collector, 0);
	if (atomic_load(&theft.launch_ns) != 0 &&
	    ct_buffers_counts().n_back == theft.n_back)
		note(collector, "launches were heard, and no record of them came");
}
