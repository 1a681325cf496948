/*
 * join-curves.h - how long kernels took on some of the SMs, put into the trace of them.
 *
 * The idea.  A program is recorded on the whole device, and run again on fewer SMs, each
 * time with a trace of its own.  Two launches are the same work if name, grid, block,
 * cluster, registers and shared memory are equal: a class.  For the classes that make
 * most of the kernels' time, the medians over their launches in each trace are points of
 * a curve, the recording itself its last one, and the curves are stored beside the shapes
 * they belong to.
 *
 * A point must be of the same work, done alone.  So it is left out, and counted, where
 *
 *  - launches shared the device with other kernels for more than 1 % of their time; if
 *    others of the class did not, those are taken;
 *  - the class was launched less than half or more than twice as often as in the
 *    recording: then the program did something else;
 *  - the class does not occur, while the name does: somebody asked the device for its SMs
 *    and chose another grid or another kernel's parameters for them;
 *  - not even the name occurs.
 *
 * DANGER: fewer SMs draw less power, so clocks may be higher than on the whole device,
 * and host threads that feed the device no faster may leave L2 colder between kernels.
 */
#ifndef CT_TRACES_JOIN_CURVES_H
#define CT_TRACES_JOIN_CURVES_H

#include "traces/reader.h"

struct ct_curve_run {
	const struct ct_trace *trace; /* of the program on so many SMs */
	uint32_t sms;                 /* that it really had; fewer than the device has */
};

struct ct_curves_summary {
	uint32_t n_classes;  /* that make up the wanted share of kernel time */
	uint32_t n_curves;   /* of them that have a point besides the recording's */
	uint32_t n_points;   /* in all, the recordings' included */
	double share_pct;    /* of kernel time, in classes that have a curve */
	uint32_t n_together; /* points left out, by reason */
	uint32_t n_other_count, n_other_grid, n_missing;
};

/* Writes BASE with the curves to OUT, which may be BASE's own file.  SHARE is of the
 * kernels' summed time, 0..1.  BASE must say how many SMs its devices have, and those
 * that ran kernels must have the same number, more than any run. */
gboolean ct_join_curves(const struct ct_trace *base, const struct ct_curve_run *runs,
			guint n_runs, double share, int zstd_level, const char *out,
			struct ct_curves_summary *, GError **error);

#endif
