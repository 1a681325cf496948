/*
 * metrics.h - the numbers a study is judged by, as pure functions.
 *
 * System metrics follow Eyerman and Eeckhout, "System-Level Performance Metrics for
 * Multiprogram Workloads", IEEE Micro 28(3), 2008, with turnaround time taken as the
 * mean latency of a tenant's requests; Jain's index follows Jain, Chiu and Hawe, DEC
 * TR-301, 1984.  What is not defined (no request finished, nothing to compare with) is
 * NaN here and null in reports.
 */
#ifndef CT_SIM_METRICS_H
#define CT_SIM_METRICS_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* Nearest rank: the smallest value such that a share P of all is not above it.  SORTED
 * ascends and is not empty. */
int64_t ct_quantile(const int64_t *sorted, size_t n, double p);

/* Normalised turnaround time: mean latency over that of the tenant alone. */
double ct_slowdown(double shared_ns, double alone_ns);

/* Over the slowdowns of all tenants; NaN if one of them is. */
double ct_system_throughput(const double *slowdown, size_t n); /* STP: sum of progress */
double ct_mean_slowdown(const double *slowdown, size_t n);     /* ANTT */
double ct_fairness(const double *slowdown, size_t n); /* least over largest progress */
double ct_jain(const double *slowdown, size_t n);     /* Jain's index over progress */

/* Mean of what is not NaN, and half the width of its 95 % confidence interval (Student's
 * t; NaN for fewer than two values). */
struct ct_mean {
	double mean, half_width;
	size_t n;
};
struct ct_mean ct_mean_of(const double *value, size_t n);

#endif
