/*
 * fifo-model.h - a model so small that only the event core is measured.
 *
 * Eight tenants launch kernels one after the other onto 132 SMs.  A kernel stands in one
 * queue until there are SMs for it; whoever fits goes, in order of the queue (first come
 * first served with backfill).  Two events a kernel: it arrives, it ends.
 *
 * The same model stands in tests/bench/peers/ over the cores of ns-3 and SimPy.  All of
 * them order events by (time, order of scheduling) and draw from the same numbers, so
 * they must end at the same nanosecond: that is the proof that they do the same work.
 *
 *	numbers	SplitMix64 per tenant, seeded with its index + 1; one per kernel
 *	gap	bits 0-13, ns, from the end of the tenant's last kernel to the arrival
 *	length	2000 + bits 14-30, ns
 *	width	1 + (bits 32-63 mod 132), SMs
 */
#ifndef CT_TESTS_FIFO_MODEL_H
#define CT_TESTS_FIFO_MODEL_H

#include <stdint.h>

/* Runs until KERNELS have ended; the simulated time at that moment. */
int64_t fifo_model_run(uint64_t kernels);

#endif
