/*
 * recording.h - a recorded program, imported and ready to run.
 */
#ifndef CT_GROUND_TRUTH_RECORDING_H
#define CT_GROUND_TRUTH_RECORDING_H

#include "sim/program.h"

struct recording {
	struct ct_trace *trace;
	struct ct_program *program;
	char *path; /* of the imported trace, a temporary file */
};

/* Imports the foreign trace at PATH for DEVICE (borrowed). */
gboolean recording_open(struct recording *, const char *path,
			const struct ct_device *device, GError **error);
void recording_close(struct recording *);

#endif
