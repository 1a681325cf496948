/*
 * metrics - quantiles, slowdown, throughput and fairness of a system, confidence.
 */
#include "sim/metrics.h"

#include <math.h>

int64_t ct_quantile(const int64_t *sorted, size_t n, double p)
{
	size_t rank;

	g_assert(n > 0 && p > 0 && p <= 1);
	rank = (size_t)ceil(p * (double)n);
	/* p * n may lie a rounding error above the whole number that it is */
	if (rank > 1 && (double)(rank - 1) >= p * (double)n * (1 - 1e-12))
		rank--;
	return sorted[CLAMP(rank, 1, n) - 1];
}

double ct_slowdown(double shared_ns, double alone_ns)
{
	return shared_ns > 0 && alone_ns > 0 ? shared_ns / alone_ns : NAN;
}

double ct_system_throughput(const double *slowdown, size_t n)
{
	double sum = n ? 0 : NAN;

	for (size_t i = 0; i < n; i++)
		sum += 1 / slowdown[i];
	return sum;
}

double ct_mean_slowdown(const double *slowdown, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += slowdown[i];
	return sum / (double)n;
}

double ct_fairness(const double *slowdown, size_t n)
{
	double least = INFINITY, largest = 0;

	for (size_t i = 0; i < n; i++) {
		if (isnan(slowdown[i]))
			return NAN;
		least = fmin(least, slowdown[i]);
		largest = fmax(largest, slowdown[i]);
	}
	return n ? least / largest : NAN;
}

double ct_jain(const double *slowdown, size_t n)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += 1 / slowdown[i];
		squares += 1 / (slowdown[i] * slowdown[i]);
	}
	return sum * sum / ((double)n * squares);
}

/* Two-sided 95 % quantile of Student's t; beyond the table within 0.1 %. */
static double student_t(size_t freedom)
{
	static const double table[] = {
		12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060,
		2.2622,  2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199,
		2.1098,  2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639,
		2.0595,  2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
	};

	if (freedom <= G_N_ELEMENTS(table))
		return table[freedom - 1];
	return 1.95996 + 2.3723 / (double)freedom +
	       2.8225 / ((double)freedom * (double)freedom);
}

struct ct_mean ct_mean_of(const double *value, size_t n)
{
	struct ct_mean m = { NAN, NAN, 0 };
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		if (isnan(value[i]))
			continue;
		sum += value[i];
		m.n++;
	}
	if (m.n == 0)
		return m;
	m.mean = sum / (double)m.n;
	for (size_t i = 0; i < n; i++)
		if (!isnan(value[i]))
			squares += (value[i] - m.mean) * (value[i] - m.mean);
	if (m.n > 1)
		m.half_width = student_t(m.n - 1) *
			       sqrt(squares / (double)(m.n - 1) / (double)m.n);
	return m;
}
