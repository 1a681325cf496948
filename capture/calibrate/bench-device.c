/*
 * bench-device - what the device is, for choosing the shipped board to start from.
 */
#include <jansson.h>
#include <stdio.h>

#include "capture/calibrate/suite.h"

gboolean ct_bench_device(struct ct_cal_run *run)
{
	char name[128] = "";
	int version, major, minor, sms;
	size_t bytes;
	json_t *line;

	if (!CT_CAL(run, cuDeviceGetName, name, sizeof(name) - 1, run->device) ||
	    !CT_CAL(run, cuDriverGetVersion, &version) ||
	    !CT_CAL(run, cuDeviceGetAttribute, &major, CT_CAL_COMPUTE_CAPABILITY_MAJOR,
		    run->device) ||
	    !CT_CAL(run, cuDeviceGetAttribute, &minor, CT_CAL_COMPUTE_CAPABILITY_MINOR,
		    run->device) ||
	    !CT_CAL(run, cuDeviceGetAttribute, &sms, CT_CAL_MULTIPROCESSOR_COUNT,
		    run->device) ||
	    !CT_CAL(run, cuDeviceTotalMem_v2, &bytes, run->device))
		return FALSE;
	line = json_pack("{s:s, s:i, s:i, s:i, s:i, s:I}", "device",
			 g_utf8_validate(name, -1, NULL) ? name : "GPU", "version", version,
			 "cc_major", major, "cc_minor", minor, "sms", sms, "memory_bytes",
			 (json_int_t)bytes);
	json_dumpf(line, run->out, JSON_COMPACT);
	fputc('\n', run->out);
	fflush(run->out);
	json_decref(line);
	return TRUE;
}
