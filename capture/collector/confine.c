/*
 * confine - green contexts instead of primary ones, thread by thread; see confine.h.
 *
 * Contexts that were met are remembered, so that a call finds out by one comparison that
 * there is nothing to do.  A context is looked into once, under a lock; the driver holds no
 * lock of its own when it calls back on entering a function.
 */
#define _GNU_SOURCE
#include "capture/collector/confine.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/collector/confine-calls.h"
#include "traces/spool.h"

#define MAX_CONTEXTS 256
#define MAX_GROUPS   1024
#define TEXT_BYTES   160

enum kind { PRIMARY = 1, GREEN, OTHER };

struct met {
	_Atomic(void *) context; /* NULL: gone */
	void *instead;           /* of a primary context: the green one's context */
	void *green;             /* its handle */
	int device;
	enum kind kind;
};

static struct {
	const struct ct_confine_driver *driver;
	ct_confine_note *note;
	uint32_t sms;
	pthread_mutex_t lock;
	_Atomic unsigned int n;
	struct met met[MAX_CONTEXTS];
	atomic_flag said_thread;
} confine = { .lock = PTHREAD_MUTEX_INITIALIZER, .said_thread = ATOMIC_FLAG_INIT };

#define NUMBER(name, number) number,
const uint16_t ct_confine_call[] = { CT_CONFINE_CALLS(NUMBER) CT_CONFINE_RESETS(NUMBER) };
const size_t ct_confine_n_calls = sizeof(ct_confine_call) / sizeof(ct_confine_call[0]);
#undef NUMBER

static bool is_reset(uint32_t call)
{
#define IS(name, number) || call == number
	return false CT_CONFINE_RESETS(IS);
#undef IS
}

int ct_confine_bind(struct ct_confine_driver *driver, ct_confine_note *note)
{
	static const char *const names[] = { CT_CONFINE_DRIVER_NAMES };
	void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD), *functions[16];
	size_t n = sizeof(names) / sizeof(names[0]);
	char text[TEXT_BYTES];

	_Static_assert(sizeof(*driver) == sizeof(names) / sizeof(names[0]) * sizeof(void *),
		       "one name for each function");
	for (size_t i = 0; i < n; i++) {
		functions[i] = library ? dlsym(library, names[i]) : NULL;
		if (functions[i])
			continue;
		snprintf(text, sizeof(text), "the driver has no %s", names[i]);
		note(CT_SPOOL_NOT_CONFINED, 0, text);
		return -ENOSYS;
	}
	memcpy(driver, functions, sizeof(*driver));
	return 0; /* the library stays: it is the program's own */
}

void ct_confine_start(const struct ct_confine_driver *driver, uint32_t sms,
		      ct_confine_note *note)
{
	confine.driver = driver;
	confine.note = note;
	confine.sms = sms;
}

/* Groups of an equal number of SMs, of one split; how many make up what is wanted, or 0. */
static unsigned int groups_of(const struct ct_cu_resource *all,
			      struct ct_cu_resource *groups, unsigned int flags,
			      uint32_t least_sms, int *result)
{
	unsigned int n = MAX_GROUPS, wanted;
	uint32_t each_sms;

	*result = confine.driver->split(NULL, &n, all, NULL, flags, least_sms);
	if (*result || !n)
		return 0;
	n = n > MAX_GROUPS ? MAX_GROUPS : n;
	*result = confine.driver->split(groups, &n, all, NULL, flags, least_sms);
	each_sms = *result || !n ? 0 : groups[0].sm.sms;
	if (!each_sms || confine.sms % each_sms)
		return 0;
	wanted = confine.sms / each_sms;
	return wanted <= n ? wanted : 0;
}

/* NULL if the green context is made; else what failed, with its result. */
static const char *make_green(struct met *met, struct ct_cu_resource *groups, char *text,
			      int *result)
{
	const struct ct_confine_driver *driver = confine.driver;
	struct ct_cu_resource all = { 0 }, got = { 0 };
	void *description = NULL;
	unsigned int n;

	*result = driver->device_resource(met->device, &all, CT_CU_RESOURCE_SM);
	if (*result)
		return "cuDeviceGetDevResource";
	n = groups_of(&all, groups, 0, all.sm.smallest ? all.sm.smallest : 1, result);
	if (!n && !*result)
		n = groups_of(&all, groups, CT_CU_SPLIT_ANY_SM, 1, result);
	if (*result)
		return "cuDevSmResourceSplitByCount";
	if (!n)
		return "no groups of SMs add up to that";
	*result = driver->describe(&description, groups, n);
	if (*result)
		return "cuDevResourceGenerateDesc";
	*result = driver->green_create(&met->green, description, met->device,
				       CT_CU_GREEN_DEFAULT_STREAM);
	if (*result)
		return "cuGreenCtxCreate";
	*result = driver->green_resource(met->green, &got, CT_CU_RESOURCE_SM);
	if (*result || got.sm.sms != confine.sms) {
		driver->green_destroy(met->green);
		return "cuGreenCtxGetDevResource says another number of SMs";
	}
	*result = driver->context_of(&met->instead, met->green);
	if (*result) {
		driver->green_destroy(met->green);
		return "cuCtxFromGreenCtx";
	}
	snprintf(text, TEXT_BYTES, "%u of %u SMs of device %d, %u groups of %u",
		 (unsigned int)confine.sms, (unsigned int)all.sm.sms, met->device, n,
		 (unsigned int)groups[0].sm.sms);
	return NULL;
}

static void remember(const struct met *met)
{
	unsigned int n = atomic_load_explicit(&confine.n, memory_order_relaxed), place;

	for (place = 0; place < n; place++)
		if (!atomic_load_explicit(&confine.met[place].context,
					  memory_order_relaxed))
			break;
	confine.met[place].instead = met->instead;
	confine.met[place].green = met->green;
	confine.met[place].device = met->device;
	confine.met[place].kind = met->kind;
	atomic_store_explicit(&confine.met[place].context,
			      atomic_load_explicit(&met->context, memory_order_relaxed),
			      memory_order_release);
	if (place == n)
		atomic_store_explicit(&confine.n, n + 1, memory_order_release);
}

static const struct met *find(const void *context)
{
	unsigned int n = atomic_load_explicit(&confine.n, memory_order_acquire);

	for (unsigned int i = 0; i < n; i++)
		if (atomic_load_explicit(&confine.met[i].context, memory_order_acquire) ==
		    context)
			return &confine.met[i];
	return NULL;
}

/* CONTEXT, current to this thread, is met for the first time. */
static void look_into(void *context)
{
	const struct ct_confine_driver *driver = confine.driver;
	struct ct_cu_resource *groups = calloc(MAX_GROUPS, sizeof(*groups));
	struct met met = { .kind = OTHER, .device = -1 }, green = { .kind = GREEN };
	char text[TEXT_BYTES] = "a context that is not its device's primary one";
	int active = 0, result = 0;
	const char *failed = text;
	unsigned int flags;
	void *primary = NULL;

	if (confine.n > MAX_CONTEXTS - 2) {
		free(groups);
		return; /* nobody has so many; their kernels are seen to be elsewhere */
	}
	atomic_init(&met.context, context);
	if (groups && !driver->get_device(&met.device) &&
	    !driver->primary_state(met.device, &flags, &active) && active &&
	    !driver->primary_retain(&primary, met.device)) {
		if (primary == context)
			failed = make_green(&met, groups, text, &result);
		driver->primary_release(met.device); /* the green one holds it as well */
	}
	if (!failed) {
		met.kind = PRIMARY;
		green.device = met.device;
		atomic_init(&green.context, met.instead);
		remember(&green);
	}
	remember(&met);
	free(groups);
	confine.note(failed ? CT_SPOOL_NOT_CONFINED : CT_SPOOL_CONFINED, result,
		     failed ? failed : text);
}

/* The program resets DEVICE: its contexts, and ours with them, are gone after that. */
static void forget(int device)
{
	for (unsigned int i = 0; i < MAX_CONTEXTS; i++) {
		struct met *one = &confine.met[i];
		void *was = atomic_load_explicit(&one->context, memory_order_relaxed);

		if (!was || one->device != device)
			continue;
		if (one->kind == PRIMARY) {
			confine.driver->set_current(was);
			confine.driver->green_destroy(one->green);
		}
		atomic_store_explicit(&one->context, NULL, memory_order_release);
	}
}

static void put_on(const struct met *met)
{
	void *now = NULL;
	int result;

	if (!confine.driver->get_current(&now) && now == met->instead)
		return; /* the profiler calls a green context by its primary's name */
	result = confine.driver->set_current(met->instead);
	if (result && !atomic_flag_test_and_set(&confine.said_thread))
		confine.note(CT_SPOOL_NOT_CONFINED, result,
			     "cuCtxSetCurrent of the green context");
}

/* The one parameter of the calls that reset. */
static int device_of(const void *parameters)
{
	int device;

	memcpy(&device, parameters, sizeof(device));
	return device;
}

void ct_confine_enter(uint32_t call, void *context, const void *parameters)
{
	const struct met *met;
	int before = errno;

	if (!confine.sms)
		return;
	if (is_reset(call)) {
		pthread_mutex_lock(&confine.lock);
		forget(device_of(parameters));
		pthread_mutex_unlock(&confine.lock);
	} else if (context) {
		met = find(context);
		if (!met) {
			pthread_mutex_lock(&confine.lock);
			if (!find(context))
				look_into(context);
			pthread_mutex_unlock(&confine.lock);
			met = find(context);
		}
		if (met && met->kind == PRIMARY)
			put_on(met);
	}
	errno = before;
}
