/*
 * run.h - one run of the program under a collector.
 *
 * Puts together what the others know: the environment that makes the driver load the
 * collector, the launch, the limits of time, and the end, after which the folder holds
 * all that there will be.  The recording ends with the program: what it leaves running is
 * told to write down what it has, gets a moment for it, and goes on unrecorded.
 */
#ifndef CT_CAPTURE_RECORD_RUN_H
#define CT_CAPTURE_RECORD_RUN_H

#include <glib.h>

#include "capture/record/launch.h"
#include "capture/record/options.h"
#include "capture/record/recording.h"

struct ct_run {
	const struct ct_record_options *options;
	struct ct_recording *recording;
	const char *injection;  /* what the driver is to load */
	const char *const *set; /* "NAME", "VALUE", ..., NULL for the program; or NULL */
	const char *output;     /* as in struct ct_launch */
};

gboolean ct_run_program(const struct ct_run *, struct ct_ending *, GError **);

#endif
