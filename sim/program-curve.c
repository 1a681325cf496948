/*
 * program-curve - which kernels of a program have a measured curve, and how much of its
 * kernel time is theirs.
 *
 * A trace may hold points of its shapes.  They count where they end at all SMs of the
 * board that is simulated: on a board with other SMs they say nothing.  A file says
 * something else than the trace on purpose, so it comes first.
 */
#include "sim/program.h"

#include <stdlib.h>
#include <string.h>

#include "models/curve.h"

/* A record of the trace, to be put in order. */
struct point {
	uint32_t shape, sms, place;
	int64_t ns;
};

static int compare_point(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->shape != y->shape)
		return x->shape < y->shape ? -1 : 1;
	if (x->sms != y->sms)
		return x->sms < y->sms ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Of N points of one shape, those that a curve has room for, the first and last kept. */
static void fill_curve(const struct point *point, uint32_t n, struct ct_curve *curve)
{
	curve->n = MIN(n, CT_CURVE_MAX_POINTS);
	for (uint32_t i = 0; i < curve->n; i++) {
		const struct point *p = &point[(uint64_t)i * (n - 1) / (curve->n - 1)];

		curve->point[i] =
			(struct ct_curve_point){ p->sms, MIN(p->ns, CT_KERNEL_MAX_NS) };
	}
}

/* The points of the trace in order, the last record of a shape and its SMs alone. */
static uint32_t order_points(const struct ct_trace *trace, struct point *point)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < trace->n_curves; i++)
		point[i] = (struct point){ trace->curve[i].shape, trace->curve[i].sms, i,
					   trace->curve[i].ns };
	qsort(point, trace->n_curves, sizeof(*point), compare_point);
	for (uint32_t i = 0; i < trace->n_curves; i++) {
		if (n && point[n - 1].shape == point[i].shape &&
		    point[n - 1].sms == point[i].sms)
			n--;
		point[n++] = point[i];
	}
	return n;
}

static void count_time(struct ct_program *p)
{
	double measured_ns = 0, trace_ns = 0, total_ns = 0;

	for (uint32_t i = 0; i < p->trace->n_shapes; i++) {
		total_ns += p->shape_time[i].ns;
		if (p->curve[i])
			measured_ns += p->shape_time[i].ns;
		if (p->curve[i] && !p->curve[i]->name)
			trace_ns += p->shape_time[i].ns;
	}
	if (total_ns > 0) {
		p->curve_pct = measured_ns / total_ns * 100;
		p->trace_curve_pct = trace_ns / total_ns * 100;
	}
}

void ct_program_trace_curves(struct ct_program *p)
{
	const struct ct_trace *trace = p->trace;
	g_autofree struct point *point = g_new(struct point, (gsize)trace->n_curves + 1);
	uint32_t n = order_points(trace, point), n_curves = 0, end;

	if (!n)
		return;
	p->trace_curve = g_new0(struct ct_curve, n);
	p->curve = g_new0(const struct ct_curve *, trace->n_shapes + 1);
	for (uint32_t i = 0; i < n; i = end) {
		struct ct_curve *curve = &p->trace_curve[n_curves];

		for (end = i + 1; end < n && point[end].shape == point[i].shape;)
			end++;
		if (point[end - 1].sms != p->device->sms) {
			p->n_unused_curves++;
			p->unused_curve_sms = point[end - 1].sms;
		} else if (end - i >= 2 && !p->is_collective[point[i].shape]) {
			fill_curve(&point[i], end - i, curve);
			p->curve[point[i].shape] = curve;
			n_curves++;
		}
	}
	if (!n_curves) {
		g_clear_pointer(&p->curve, g_free);
		g_clear_pointer(&p->trace_curve, g_free);
		return;
	}
	count_time(p);
}

gboolean ct_program_curves(struct ct_program *p, const struct ct_curves *curves,
			   GError **error)
{
	g_assert(!p->base && !p->curves);
	if (!ct_curves_check(curves, p->device, error))
		return FALSE;
	p->curves = curves;
	if (!p->curve)
		p->curve = g_new0(const struct ct_curve *, p->trace->n_shapes + 1);
	for (uint32_t i = 0; i < p->trace->n_shapes; i++) {
		uint32_t name = p->trace->shape[i].name;
		const struct ct_curve *curve = NULL;

		if (name != CT_NONE && !p->is_collective[i])
			curve = ct_curves_find(curves, ct_trace_string(p->trace, name));
		if (curve)
			p->curve[i] = curve;
	}
	count_time(p);
	return TRUE;
}
