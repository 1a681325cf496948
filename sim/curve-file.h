/*
 * curve-file.h - a file of measured curves (models/curve.h), read strictly.
 *
 *	{ "cotenant": "curves/1", "device": "h100-sxm", "kernels": [
 *	  { "name": "ampere_sgemm*", "from": "how this was measured",
 *	    "points": [[33, 39100], [66, 20200], [132, 10400]] } ] }
 *
 * Points are SMs and nanoseconds alone on so many of them, with all of the device's
 * memory; SMs rise, and the last point is the whole device.  The first entry whose name
 * fits a kernel counts.
 */
#ifndef CT_SIM_CURVE_FILE_H
#define CT_SIM_CURVE_FILE_H

#include "models/curve.h"

struct ct_curves {
	char *path, *sha256;
	char *device; /* that they were measured on, as named there */
	uint32_t n;   /* at least 1 */
	struct ct_curve *curve;
};

struct ct_curves *ct_curves_load(const char *path, GError **error);
void ct_curves_free(struct ct_curves *);

/* NULL: none fits. */
const struct ct_curve *ct_curves_find(const struct ct_curves *, const char *kernel);

/* FALSE, with the entry at fault, if some curve does not end at all SMs of the device. */
gboolean ct_curves_check(const struct ct_curves *, const struct ct_device *,
			 GError **error);

#endif
