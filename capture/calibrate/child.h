/*
 * child.h - a benchmark in a process of its own, with a deadline.
 *
 * The idea.  A driver call that never returns cannot be interrupted from inside.  So this
 * program starts itself again for one benchmark, reads what it says, and kills it when its
 * time is over.  A process that waits in the kernel for the device may not even die then; it
 * is left behind, and said.  What was said until then counts.
 */
#ifndef CT_CAPTURE_CALIBRATE_CHILD_H
#define CT_CAPTURE_CALIBRATE_CHILD_H

#include <glib.h>
#include <jansson.h>
#include <stdio.h>

/* The hidden option of the program by which a child knows that it is one. */
#define CT_CAL_CHILD "--benchmark"

struct ct_cal_said {
	json_t *lines; /* a list of objects, as suite.h has them */
	char *failure; /* NULL: it ended well; else in a sentence without a stop why not */
	int code;      /* an exit code; CT_EXIT_FAILED if it was killed */
	double seconds;
};

/* RAW, if not NULL, gets every line as it is. */
void ct_cal_listen(const char *name, int ordinal, gboolean quick, unsigned limit_s,
		   FILE *raw, struct ct_cal_said *);
void ct_cal_forget(struct ct_cal_said *);

#endif
