/*
 * stub-cupti.h - the least CUPTI that a collector can be brought up with.
 *
 * A library that hands over launches when it is told to, and fails where it is told to;
 * what it does not do (devices, streams, graphs, other generations) is not its matter.
 * STUB_CUPTI in the environment: "busy" or "denied".
 */
#ifndef CT_TESTS_CAPTURE_STUB_CUPTI_H
#define CT_TESTS_CAPTURE_STUB_CUPTI_H

#include <stdint.h>

struct ct_stub {
	/* N launches by this thread, now, each with its kernel. */
	void (*launch)(uint32_t n);
	/* Another tool takes the buffers over. */
	void (*steal)(void);
	/* CUPTI gives up. */
	void (*give_up)(void);
	/* How many kinds and calls are enabled. */
	int (*n_enabled)(void);
	/* Whether somebody has the place of a subscriber. */
	int (*is_subscribed)(void);
};

/* The symbol that is a struct ct_stub. */
#define CT_STUB_SYMBOL "ct_stub"

#endif
