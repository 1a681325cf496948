/*
 * bind - finds CUPTI in a program, or for it.
 */
#define _GNU_SOURCE
#include "capture/collector/bind.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/session.h"
#include "traces/spool.h"

#define N_NAMES 2
static const char *const names[N_NAMES] = { "libcupti.so.13", "libcupti.so.12" };
static const char *const runtimes[N_NAMES] = { "libcudart.so.13", "libcudart.so.12" };
static const char *const folders[] = { "/usr/local/cuda/lib64",
				       "/usr/local/cuda/extras/CUPTI/lib64" };

static void say(char *why, size_t room, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds to WHY what fits. */
static void say(char *why, size_t room, const char *format, ...)
{
	size_t used = strlen(why);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why + used, room - used, format, arguments);
	va_end(arguments);
}

static void *try(const char *path, char *why, size_t room)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library) {
		dlerror(); /* so that the program's own next question gets its answer */
		say(why, room, "%s%s", *why ? ", " : "tried ", path);
	}
	return library;
}

/* Python wheels put each library in a folder of its own, side by side: the one of a
 * runtime that is loaded says where the one of CUPTI is. */
static void *try_wheel(char *why, size_t room)
{
	void *runtime, *function, *library = NULL;
	char path[PATH_MAX];
	const char *end;
	Dl_info info;
	int i;

	for (i = 0; i < N_NAMES && !library; i++) {
		runtime = dlopen(runtimes[i], RTLD_NOW | RTLD_NOLOAD);
		if (!runtime)
			continue;
		function = dlsym(runtime, "cudaGetLastError");
		if (function && dladdr(function, &info) && info.dli_fname) {
			end = strstr(info.dli_fname, "/cuda_runtime/lib/");
			if (end) {
				snprintf(path, sizeof(path), "%.*s/cuda_cupti/lib/%s",
					 (int)(end - info.dli_fname), info.dli_fname,
					 names[i]);
				library = try(path, why, room);
			}
		}
		dlclose(runtime);
	}
	dlerror();
	return library;
}

static void *find(char *why, size_t room)
{
	const char *named = secure_getenv(CT_SESSION_CUPTI_ENV);
	void *library = NULL;
	char path[PATH_MAX];
	size_t i, k;

	/* What was asked for is not replaced by something else. */
	if (named && *named)
		return try(named, why, room);
	for (i = 0; i < N_NAMES && !library; i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_NOLOAD);
	if (!library)
		library = try_wheel(why, room);
	for (i = 0; i < N_NAMES && !library; i++)
		library = try(names[i], why, room);
	for (k = 0; k < sizeof(folders) / sizeof(*folders); k++) {
		for (i = 0; i < N_NAMES && !library; i++) {
			snprintf(path, sizeof(path), "%s/%s", folders[k], names[i]);
			library = try(path, why, room);
		}
	}
	return library;
}

/* Function pointers come as void *, which C does not convert. */
static void bind_symbol(void *library, const char *symbol, void *member)
{
	void *address = dlsym(library, symbol);

	memcpy(member, &address, sizeof(address));
}

int ct_bind(struct ct_cupti *cupti, char *why, size_t why_bytes)
{
	const char *missing = NULL;
	void *library;

	memset(cupti, 0, sizeof(*cupti));
	*why = '\0';
	library = find(why, why_bytes);
	if (!library) {
		dlerror();
		return CT_SPOOL_NO_CUPTI;
	}
#define BIND(member, symbol, parameters) bind_symbol(library, #symbol, &cupti->member);
	CT_CUPTI_NEEDED(BIND)
	CT_CUPTI_OPTIONAL(BIND)
#undef BIND
#define CHECK(member, symbol, parameters)                                                  \
	if (!cupti->member)                                                                \
		missing = #symbol;
	CT_CUPTI_NEEDED(CHECK)
#undef CHECK
	dlerror();
	if (missing) {
		say(why, why_bytes, "%s%s has no %s", *why ? "; " : "", "the library",
		    missing);
		return CT_SPOOL_OLD_CUPTI;
	}
	if (cupti->get_version(&cupti->version) != CT_CUPTI_OK ||
	    cupti->version < CT_CUPTI_12_0) {
		say(why, why_bytes,
		    "%sCUPTI API version %u is older than that of CUDA 12.0",
		    *why ? "; " : "", cupti->version);
		return CT_SPOOL_OLD_CUPTI;
	}
	cupti->library = library;
	return 0;
}

uint32_t ct_bind_driver_version(void)
{
	void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
	int (*get_version)(int *) = NULL;
	int version = 0;

	if (driver) {
		bind_symbol(driver, "cuDriverGetVersion", &get_version);
		if (get_version && get_version(&version))
			version = 0;
		dlclose(driver);
	}
	/* The first returns what glibc keeps for this thread, the second frees it: a child has
	 * no such thread, and a process may end in the middle of this one's end. */
	dlerror();
	dlerror();
	return (uint32_t)version;
}
