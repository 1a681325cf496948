/*
 * statistics - quantiles of small sets, and least squares
 *
 * The normal equations are enough: forms have a handful of parameters whose columns were
 * chosen to differ, and a column that depends on others to one part in 10^10 is left out.
 */
#include "experiments/ground-truth/statistics.h"

#include <math.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double statistics_quantile(GArray *set, double p)
{
	guint rank;

	if (set->len == 0)
		return NAN;
	g_array_sort(set, by_value);
	rank = (guint)ceil(p * set->len);
	return g_array_index(set, double, CLAMP(rank, 1, set->len) - 1);
}

double statistics_constant(GArray *set)
{
	double all = 0, below = 0;
	guint i;

	if (set->len == 0)
		return NAN;
	g_array_sort(set, by_value);
	for (i = 0; i < set->len; i++)
		all += 1 / g_array_index(set, double, i);
	/* It is the median of the values, each weighted by what its error counts. */
	for (i = 0; i < set->len - 1; i++) {
		below += 1 / g_array_index(set, double, i);
		if (below >= all / 2)
			break;
	}
	return g_array_index(set, double, i);
}

struct statistics_squares {
	unsigned n;
	double *product; /* n rows of n + 1: X'X, and X'y behind it */
};

struct statistics_squares *statistics_squares_new(unsigned parameters)
{
	struct statistics_squares *s = g_new0(struct statistics_squares, 1);

	s->n = parameters;
	s->product = g_new0(double, (gsize)parameters *(parameters + 1));
	return s;
}

void statistics_squares_free(struct statistics_squares *s)
{
	g_free(s->product);
	g_free(s);
}

void statistics_squares_add(struct statistics_squares *s, const double *x, double y,
			    double weight)
{
	double w = weight * weight;

	for (unsigned i = 0; i < s->n; i++) {
		double *row = s->product + (gsize)i * (s->n + 1);

		for (unsigned j = 0; j < s->n; j++)
			row[j] += w * x[i] * x[j];
		row[s->n] += w * x[i] * y;
	}
}

/* Clears column C from all rows but ROW. */
static void eliminate(double *a, unsigned n, unsigned row, unsigned c)
{
	const double *pivot = a + (gsize)row * (n + 1);

	for (unsigned r = 0; r < n; r++) {
		double *other = a + (gsize)r * (n + 1);
		double factor = other[c] / pivot[c];

		if (r == row || factor == 0)
			continue;
		for (unsigned k = 0; k <= n; k++)
			other[k] -= factor * pivot[k];
	}
}

void statistics_squares_solve(const struct statistics_squares *s, double *parameter)
{
	unsigned n = s->n;
	gsize cells = (gsize)n * (n + 1);
	g_autofree double *a = g_memdup2(s->product, cells * sizeof(double));
	g_autofree double *scale = g_new(double, n);
	g_autofree gboolean *known = g_new0(gboolean, n);

	for (unsigned i = 0; i < n; i++)
		scale[i] = a[(gsize)i * (n + 1) + i];
	/* X'X is positive semi-definite: its diagonal has good pivots. */
	for (unsigned step = 0; step < n; step++) {
		double best = 1e-10;
		unsigned at = n;

		for (unsigned i = 0; i < n; i++) {
			double left =
				scale[i] > 0 ? a[(gsize)i * (n + 1) + i] / scale[i] : 0;

			if (!known[i] && left > best) {
				best = left;
				at = i;
			}
		}
		if (at == n)
			break;
		known[at] = TRUE;
		eliminate(a, n, at, at);
	}
	for (unsigned i = 0; i < n; i++)
		parameter[i] =
			known[i] ? a[(gsize)i * (n + 1) + n] / a[(gsize)i * (n + 1) + i]
				 : 0;
}
