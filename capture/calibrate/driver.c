/*
 * driver - finds the CUDA driver of this machine, and what it runs.
 */
#include "capture/calibrate/driver.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DRIVER "libcuda.so.1"

const char *ct_cal_driver_bind(struct ct_cal_driver *driver)
{
	static char why[128];
	void *library = dlopen(DRIVER, RTLD_NOW | RTLD_LOCAL), *at;

	if (!library)
		return "there is no NVIDIA driver here (" DRIVER ")";
		/* POSIX has it that a function's address fits into a pointer to void. */
#define FIND(name, arguments)                                                              \
	at = dlsym(library, #name);                                                        \
	memcpy(&driver->name, &at, sizeof(at));
#define NEED(name, arguments)                                                              \
	FIND(name, arguments)                                                              \
	if (!at) {                                                                         \
		snprintf(why, sizeof(why), "the driver is too old: it has no %s", #name);  \
		return why;                                                                \
	}
	CT_CAL_CALLS(NEED)
	CT_CAL_NEWER_CALLS(FIND)
	return NULL;
}

void ct_cal_spin_name(char *text, size_t room, int64_t ns)
{
	snprintf(text, room, "spin_%" PRId64, ns);
}

/* As old a PTX as has what is needed: every driver reads it. */
void ct_cal_spin_ptx(char *text, size_t room, int64_t ns)
{
	snprintf(text, room,
		 ".version 6.0\n"
		 ".target sm_50\n"
		 ".address_size 64\n"
		 ".visible .entry spin_%" PRId64 "()\n"
		 "{\n"
		 "\t.reg .u64 %%begin, %%now, %%passed;\n"
		 "\t.reg .pred %%more;\n"
		 "\tmov.u64 %%begin, %%globaltimer;\n"
		 "WAIT:\n"
		 "\tmov.u64 %%now, %%globaltimer;\n"
		 "\tsub.u64 %%passed, %%now, %%begin;\n"
		 "\tsetp.lt.u64 %%more, %%passed, %" PRId64 ";\n"
		 "\t@%%more bra WAIT;\n"
		 "\tret;\n"
		 "}\n",
		 ns, ns);
}
