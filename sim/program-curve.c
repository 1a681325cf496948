/*
 * program-curve - which kernels of a program have a measured curve, and how much of its
 * kernel time is theirs.
 */
#include "sim/program.h"

gboolean ct_program_curves(struct ct_program *p, const struct ct_curves *curves,
			   GError **error)
{
	double measured_ns = 0, total_ns = 0;

	g_assert(!p->base && !p->curve);
	if (!ct_curves_check(curves, p->device, error))
		return FALSE;
	p->curves = curves;
	p->curve = g_new0(const struct ct_curve *, p->trace->n_shapes + 1);
	for (uint32_t i = 0; i < p->trace->n_shapes; i++) {
		uint32_t name = p->trace->shape[i].name;

		if (name != CT_NONE && !p->is_collective[i])
			p->curve[i] =
				ct_curves_find(curves, ct_trace_string(p->trace, name));
		total_ns += p->shape_time[i].ns;
		if (p->curve[i])
			measured_ns += p->shape_time[i].ns;
	}
	if (total_ns > 0)
		p->curve_pct = measured_ns / total_ns * 100;
	return TRUE;
}
