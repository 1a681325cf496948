/*
 * copy - how long a copy takes alone, where nobody has measured it.
 */
#include "models/copy.h"

#define NS_PER_S INT64_C(1000000000)
#define MAX_NS   (INT64_C(1) << 61) /* a corrupt size is long, not negative */

static int64_t time_ns(const struct ct_device *d, unsigned __int128 bytes,
		       int64_t bytes_per_s)
{
	unsigned __int128 ns =
		(bytes * NS_PER_S + (uint64_t)bytes_per_s - 1) / (uint64_t)bytes_per_s;

	return d->copy_latency_ns + (int64_t)MIN(ns, (unsigned __int128)MAX_NS);
}

static int64_t permille(int64_t rate, uint32_t part)
{
	return MAX((int64_t)((__int128)rate * part / 1000), 1);
}

static int64_t dram_bytes_per_s(const struct ct_device *d)
{
	return permille(d->dram_bytes_per_s, d->dram_efficiency_permille);
}

static int64_t host_bytes_per_s(const struct ct_device *d, enum ct_copy_way way,
				gboolean pageable)
{
	int64_t rate = way == CT_COPY_TO_DEVICE ? d->h2d_bytes_per_s : d->d2h_bytes_per_s;

	return permille(rate, pageable ? d->pageable_permille : 1000);
}

int64_t ct_copy_ns(const struct ct_device *d, enum ct_copy_way way, uint64_t bytes,
		   gboolean pageable)
{
	if (way == CT_COPY_WITHIN)
		return time_ns(d, (unsigned __int128)bytes * 2, dram_bytes_per_s(d));
	if (way == CT_COPY_TO_PEER && d->nvlink_bytes_per_s)
		return time_ns(d, bytes, d->nvlink_bytes_per_s);
	return time_ns(d, bytes, host_bytes_per_s(d, way, pageable));
}

int64_t ct_memset_ns(const struct ct_device *d, uint64_t bytes)
{
	return time_ns(d, bytes, dram_bytes_per_s(d));
}
