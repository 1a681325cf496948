/*
 * gpu-load.h - what the tenants of gpu-bench launch.
 */
#ifndef CT_TESTS_GPU_LOAD_H
#define CT_TESTS_GPU_LOAD_H

#include <glib.h>

#include "models/device.h"
#include "models/work.h"

struct load_kernel {
	struct ct_block_need need;
	struct ct_kernel_work work;
};

/* Names of the synthetic loads, of those of rare kinds, which are in no mix, and of the
 * real ones, NULL-terminated. */
extern const char *const synthetic_loads[], *const special_loads[], *const real_loads[];

/*
 * The launches of one tenant, struct load_kernel, over and over.  With BYTES every third
 * kernel is bound by the DRAM and the others use little of it.  NULL if NAME is real and
 * CT_DATA does not have it.
 */
GArray *load_make(const char *name, const struct ct_device *, gboolean bytes);

#endif
