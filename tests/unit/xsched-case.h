/*
 * xsched-case.h - a task of long kernels, and how long it takes to stop it.
 *
 * XSched (Shen et al., OSDI'25) preempts a task whose commands take T each, eight of them
 * in flight, and reports how long that takes at the 99th percentile.  Here: a low tenant
 * that launches kernels of T without end in one stream of a V100, and a high one whose
 * single short kernel comes at random times; its latency beyond that of the kernel alone
 * is the time until the low one had stopped, and the costs of the gate.
 */
#ifndef CT_TESTS_XSCHED_CASE_H
#define CT_TESTS_XSCHED_CASE_H

#include <stdint.h>

enum { XSCHED_IN_FLIGHT = 8 };

/* ACTUATOR is a shipped one, LEVEL the gate-priority policy's, MODE an enum
 * ct_sharing_mode. */
int64_t xsched_p99_ns(const char *actuator, const char *level, uint32_t mode, int64_t t_ns);

#endif
