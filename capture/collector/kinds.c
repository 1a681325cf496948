/*
 * kinds - which records CUPTI shall write.
 *
 * Not enabled: KERNEL, which makes kernels run one after the other; GRAPH_TRACE, which
 * replaces the records of a graph's nodes by one of the whole; OVERHEAD, of which a trace
 * keeps nothing and whose records own memory that must be freed in some generations;
 * MEMORY_POOL, for which a trace has no place either.
 */
#define _GNU_SOURCE
#include "capture/collector/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/collector/buffers.h"
#include "traces/driver-call.h"

static const struct {
	uint32_t kind;
	const char *name;
} kinds[] = {
	/* First what describes things, then what names them, and kernels last. */
	{ CT_CUPTI_KIND_DEVICE, "DEVICE" },
	{ CT_CUPTI_KIND_CONTEXT, "CONTEXT" },
	{ CT_CUPTI_KIND_STREAM, "STREAM" },
	{ CT_CUPTI_KIND_MEMCPY, "MEMCPY" },
	{ CT_CUPTI_KIND_MEMCPY2, "MEMCPY2" },
	{ CT_CUPTI_KIND_MEMSET, "MEMSET" },
	{ CT_CUPTI_KIND_MEMORY2, "MEMORY2" },
	{ CT_CUPTI_KIND_SYNCHRONIZATION, "SYNCHRONIZATION" },
	{ CT_CUPTI_KIND_CUDA_EVENT, "CUDA_EVENT" },
	{ CT_CUPTI_KIND_KERNEL, "CONCURRENT_KERNEL" },
};
#define N_KINDS (sizeof(kinds) / sizeof(*kinds))

static bool is_denied(int result)
{
	return result == CT_CUPTI_INSUFFICIENT_PRIVILEGES ||
	       result == CT_CUPTI_VIRTUAL_INSUFFICIENT_PRIVILEGES;
}

void ct_kinds_note(struct ct_collector *collector, enum ct_spool_note_code code, int result,
		   const char *what)
{
	const char *word = NULL;
	char text[256];

	if (collector->cupti.result_string &&
	    collector->cupti.result_string(result, &word) != CT_CUPTI_OK)
		word = NULL;
	snprintf(text, sizeof(text), "%s: %s (%d)", what, word ? word : "failed", result);
	ct_spooler_lock(&collector->spool);
	ct_spooler_note(&collector->spool, is_denied(result) ? CT_SPOOL_DENIED : code,
			result, text);
	ct_spooler_unlock(&collector->spool);
}

void ct_kinds_prepare(struct ct_collector *collector)
{
	const struct ct_cupti *cupti = &collector->cupti;
	int result;

	/* The kernel's number of a thread, as NVTX and other tools give it. */
	if (cupti->thread_id_type) {
		result = cupti->thread_id_type(CT_CUPTI_THREAD_SYSTEM);
		if (result != CT_CUPTI_OK)
			ct_kinds_note(collector, CT_SPOOL_FAILED, result,
				      "cuptiSetThreadIdType");
	}
	result = cupti->register_buffers(ct_buffers_request, ct_buffers_complete);
	if (result != CT_CUPTI_OK)
		ct_kinds_note(collector, CT_SPOOL_FAILED, result,
			      "cuptiActivityRegisterCallbacks");
}

static bool is_domain_wanted(const char *name)
{
	const char *only = secure_getenv(CT_KINDS_CALLS_ENV);

	return !only || !*only || !strcmp(only, "both") || !strcmp(only, name);
}

/* The calls that a recording needs, or, before 12.5, all of them. */
static void enable_calls(struct ct_collector *collector, uint32_t domain, uint32_t kind,
			 const char *name, int (*enable_one)(uint32_t, uint8_t))
{
	size_t n, i, n_enabled = 0;
	const struct ct_driver_call *call = ct_driver_calls(domain, &n);
	int result = CT_CUPTI_OK, last = CT_CUPTI_OK;

	if (!is_domain_wanted(name))
		return;
	/* Calls newer than the library are refused one by one. */
	for (i = 0; enable_one && i < n; i++) {
		result = enable_one(call[i].number, 1);
		n_enabled += result == CT_CUPTI_OK;
		if (result != CT_CUPTI_OK)
			last = result;
	}
	if (n_enabled > 0)
		return;
	result = collector->cupti.enable(kind);
	if (result != CT_CUPTI_OK)
		ct_kinds_note(collector, CT_SPOOL_KIND_MISSING, last ? last : result, name);
}

bool ct_kinds_enable(struct ct_collector *collector)
{
	const struct ct_cupti *cupti = &collector->cupti;
	int result = CT_CUPTI_OK;
	size_t i;

	enable_calls(collector, CT_DOMAIN_DRIVER, CT_CUPTI_KIND_DRIVER, "driver",
		     cupti->enable_driver_api);
	enable_calls(collector, CT_DOMAIN_RUNTIME, CT_CUPTI_KIND_RUNTIME, "runtime",
		     cupti->enable_runtime_api);
	for (i = 0; i < N_KINDS; i++) {
		result = cupti->enable(kinds[i].kind);
		if (result != CT_CUPTI_OK)
			ct_kinds_note(collector, CT_SPOOL_KIND_MISSING, result,
				      kinds[i].name);
	}
	return result == CT_CUPTI_OK; /* that of the kernels */
}

static void disable_calls(struct ct_collector *collector, uint32_t domain, uint32_t kind,
			  int (*enable_one)(uint32_t, uint8_t))
{
	size_t n, i;
	const struct ct_driver_call *call = ct_driver_calls(domain, &n);

	for (i = 0; enable_one && i < n; i++)
		enable_one(call[i].number, 0);
	if (!enable_one)
		collector->cupti.disable(kind);
}

/* Before 13.0.1 disabling the kernels could deadlock, say NVIDIA's release notes: there
 * they go on being recorded, and are passed over. */
void ct_kinds_disable(struct ct_collector *collector)
{
	const struct ct_cupti *cupti = &collector->cupti;
	size_t i;

	disable_calls(collector, CT_DOMAIN_DRIVER, CT_CUPTI_KIND_DRIVER,
		      cupti->enable_driver_api);
	disable_calls(collector, CT_DOMAIN_RUNTIME, CT_CUPTI_KIND_RUNTIME,
		      cupti->enable_runtime_api);
	for (i = 0; i < N_KINDS; i++)
		if (kinds[i].kind != CT_CUPTI_KIND_KERNEL ||
		    cupti->version >= CT_CUPTI_13_0_1)
			cupti->disable(kinds[i].kind);
}
