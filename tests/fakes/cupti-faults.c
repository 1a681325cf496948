/*
 * cupti-faults - what is to go wrong, from the environment; profiler.h lists it.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/profiler.h"

static struct ct_fake_faults faults;

static const char *text(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static int number(const char *name, int otherwise)
{
	return text(name) ? atoi(text(name)) : otherwise;
}

static void read_faults(void)
{
	const char *denied = text("FAKE_CUPTI_DENIED");

	faults.version = (uint32_t)number("FAKE_CUPTI_VERSION", CT_FAKE_CUPTI_VERSION);
	if (text("FAKE_CUPTI_BUSY"))
		faults.busy = strdup(text("FAKE_CUPTI_BUSY"));
	faults.denied_subscribe = denied && !strcmp(denied, "subscribe");
	faults.denied_enable = denied && !strcmp(denied, "enable");
	faults.no_kind = number("FAKE_CUPTI_NO_KIND", 0);
	faults.drop = number("FAKE_CUPTI_DROP", 0);
	faults.zero = number("FAKE_CUPTI_ZERO", 0);
	faults.unknown = number("FAKE_CUPTI_UNKNOWN", 0);
	faults.tail = number("FAKE_CUPTI_TAIL", 0) != 0;
	faults.late_ms = number("FAKE_CUPTI_LATE_MS", 0);
	faults.shuffle = number("FAKE_CUPTI_SHUFFLE", 0) != 0;
	faults.steal_after = number("FAKE_CUPTI_STEAL_AFTER", 0);
	faults.fatal_after = number("FAKE_CUPTI_FATAL_AFTER", 0);
	faults.reuse_names = number("FAKE_CUPTI_REUSE_NAMES", 0) != 0;
}

const struct ct_fake_faults *ct_fake_faults(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_faults);
	return &faults;
}
