/*
 * bench-partition - the sizes of the parts that a device is split into.
 *
 * The driver is asked for parts of at least 1, 2, ... SMs; it answers with sizes of its
 * own.  The least is the smallest part, and all are multiples of what parts grow by.  No
 * part is made into a green context here, and what runs in one is not looked at.
 */
#include <string.h>

#include "capture/calibrate/suite.h"

#define MOST_GROUPS 1024

static unsigned divisor(unsigned a, unsigned b)
{
	while (b) {
		unsigned rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* The size of the parts of at least SMS; 0: refused. */
static unsigned part_of(struct ct_cal_run *run, const CUdevResource *all, unsigned sms,
			unsigned *n)
{
	static CUdevResource groups[MOST_GROUPS];
	CUdevResource rest;

	*n = 0;
	if (run->cu.cuDevSmResourceSplitByCount(NULL, n, all, NULL, 0, sms) || !*n ||
	    *n > MOST_GROUPS)
		return 0;
	memset(&rest, 0, sizeof(rest));
	if (run->cu.cuDevSmResourceSplitByCount(groups, n, all, &rest, 0, sms) || !*n)
		return 0;
	return groups[0].sm.sms;
}

gboolean ct_bench_partition(struct ct_cal_run *run)
{
	CUdevResource all;
	unsigned least = 0, granule = 0, last = 0, size, n;

	if (!run->cu.cuDeviceGetDevResource || !run->cu.cuDevSmResourceSplitByCount) {
		ct_cal_error(run, "this driver has no green contexts (CUDA 12.4 has)");
		return FALSE;
	}
	memset(&all, 0, sizeof(all));
	if (!CT_CAL(run, cuDeviceGetDevResource, run->device, &all, CT_CAL_RESOURCE_SM))
		return FALSE;
	/* Parts of more than half of the device are alone, and their sizes the driver's
	 * choice of what fits: they say little. */
	for (unsigned sms = 1; sms <= all.sm.sms / 2; sms++) {
		g_autofree char *key = g_strdup_printf("partition.parts_of_%u", sms);

		size = part_of(run, &all, sms, &n);
		if (!size)
			continue;
		if (!least || size < least)
			least = size;
		granule = divisor(granule, size);
		if (size != last)
			ct_cal_told(run, key, n, "parts", "the driver's word: how many");
		last = size;
	}
	if (!least) {
		ct_cal_error(run, "the driver splits %u SMs into no parts", all.sm.sms);
		return FALSE;
	}
	ct_cal_told(run, "partition.min_sms", least, "SMs",
		    "the driver's word: the smallest part it splits off");
	ct_cal_told(run, "partition.granule_sms", granule, "SMs",
		    "the driver's word: the greatest divisor of the parts it splits off");
	return TRUE;
}
