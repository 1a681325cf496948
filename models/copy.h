/*
 * copy.h - how long a copy takes alone, where nobody has measured it.
 *
 * T = latency + bytes / rate: the host link's rate in the direction of the copy, less if
 * the memory on the host is not pinned; DRAM for copies within the device, which read and
 * write each byte, and for memsets; NVLink, or the host link if there is none, to other
 * devices.  A recorded copy keeps its recorded time instead.
 */
#ifndef CT_MODELS_COPY_H
#define CT_MODELS_COPY_H

#include "models/device.h"

enum ct_copy_way {
	CT_COPY_TO_DEVICE,
	CT_COPY_TO_HOST,
	CT_COPY_WITHIN, /* the device */
	CT_COPY_TO_PEER,
	CT_COPY_WAYS
};

int64_t ct_copy_ns(const struct ct_device *, enum ct_copy_way, uint64_t bytes,
		   gboolean pageable);
int64_t ct_memset_ns(const struct ct_device *, uint64_t bytes);

#endif
