/*
 * igniter.h - a server beside another, as the iGniter measurements describe it.
 */
#ifndef CT_GROUND_TRUTH_IGNITER_H
#define CT_GROUND_TRUTH_IGNITER_H

#include "experiments/ground-truth/fit.h"

enum { IGNITER_MODELS = 4 };

struct server {
	guint model; /* < IGNITER_MODELS */
	guint batch, pct;
	double alone_ms, l2, dram; /* utilisation alone at that percentage, 0..1 */
};

struct victim {
	struct server self, other;
};

/* Over struct victim; the first is the constant. */
extern const struct fit_form igniter_forms[];
extern const size_t igniter_n_forms;

#endif
