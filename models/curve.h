/*
 * curve.h - how long a kernel takes on some of the SMs, as measured.
 *
 * The idea.  Wave quantisation and the bandwidth curve of work.h are formulas: they know
 * nothing of what a kernel really does with fewer SMs.  Where somebody has measured it,
 * that is taken instead, and blocks get as much work as makes the kernel, alone on n SMs
 * of the board, last
 *
 *	T(n) = T(all) * c(n) / c(all)
 *
 * with c(n) a curve through the measured points; only its ratios count, so the points may
 * be of another length or jitter than the launch.  Between two neighbours c is m/n + b,
 * the form that LithOS fits to kernels on TPCs (Coppock et al., "LithOS: An Operating
 * System for Efficient Machine Learning on GPUs", SOSP 2025), here through both points.
 *
 * DANGER: below the first point c grows as 1/n does, c(n1) * n1/n, as if every block were
 * limited by its SM alone.  A kernel that memory limits takes less, so measure far down.
 *
 * A kernel that takes longer than the formula says asks for its bytes and instructions
 * over that longer time: its demands change so that demand * work stays, and pipes are
 * never asked for more than they are.
 */
#ifndef CT_MODELS_CURVE_H
#define CT_MODELS_CURVE_H

#include "models/work.h"

#define CT_CURVE_MAX_POINTS 64
#define CT_CURVE_MAX_SMS    1024

struct ct_curve_point {
	uint32_t sms; /* 1..CT_CURVE_MAX_SMS */
	int64_t ns;   /* 1..CT_KERNEL_MAX_NS */
};

struct ct_curve {
	char *name, *from; /* of the kernels, "name" or "prefix*"; the source */
	uint32_t n;        /* at least 1; SMs rise, and the last has all of the board */
	struct ct_curve_point point[CT_CURVE_MAX_POINTS];
};

gboolean ct_curve_fits(const struct ct_curve *, const char *kernel);

/* c(SMS), SMS >= 1, in 2^-CT_CURVE_BITS ns; beyond the last point it stays. */
#define CT_CURVE_BITS 12
uint64_t ct_curve_at(const struct ct_curve *, uint32_t sms);

/* WORK lasts on FROM_SMS of the board alone as long as it should there: now it lasts as
 * long as it should on TO_SMS of it.  Where those cannot hold a cluster, nothing changes.
 * NEED is of the whole launch. */
void ct_curve_move(const struct ct_curve *, const struct ct_device *board,
		   const struct ct_block_need *need, uint32_t from_sms, uint32_t to_sms,
		   struct ct_kernel_work *work);

#endif
