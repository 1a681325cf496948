/*
 * program-demand - what a program's kernels demand, and where its numbers come from.
 *
 * Counters of a launch come first, then those of its shape, then what the estimator makes
 * of name and shape.  A report has to say how much of a tenant's kernel time stands on
 * each, so the shares are taken here, by the time that the kernels were recorded with.
 */
#include "sim/program.h"

#include <string.h>

void ct_program_counted(const struct ct_counter_record *counter,
			struct ct_kernel_demand *demand)
{
	double tensor = (double)counter->tensor_active;

	demand->dram_bytes = (struct ct_demand){
		(int64_t)MIN(counter->dram_read_bytes + counter->dram_write_bytes,
			     INT64_MAX),
		CT_DEMAND_MEASURED,
	};
	if (counter->l2_bytes)
		demand->l2_bytes =
			(struct ct_demand){ (int64_t)MIN(counter->l2_bytes, INT64_MAX),
					    CT_DEMAND_MEASURED };
	if (tensor >= 0)
		demand->pipe_permille[CT_PIPE_TENSOR] =
			(struct ct_demand){ (int64_t)(MIN(tensor, 1) * 1000),
					    CT_DEMAND_MEASURED };
}

void ct_program_demand(const struct ct_program *p, const struct ct_op *op,
		       int64_t isolated_ns, struct ct_kernel_demand *demand)
{
	*demand = p->demand[op->shape];
	if (op->counter != CT_NONE)
		ct_program_counted(&p->trace->counter[op->counter], demand);
	if (p->estimate)
		ct_estimate_demand(p->device, &p->estimate[op->shape], p->level,
				   isolated_ns, demand);
}

static gint by_time(gconstpointer a, gconstpointer b)
{
	const struct ct_program_rule *x = a, *y = b;

	if (x->percent != y->percent)
		return x->percent < y->percent ? 1 : -1;
	return strcmp(x->kind, y->kind);
}

static void count_rule(GArray *rules, const struct ct_demand_guess *e, double percent)
{
	struct ct_program_rule rule = { e->kind, e->from, e->dram, percent };

	for (guint i = 0; i < rules->len; i++) {
		struct ct_program_rule *r =
			&g_array_index(rules, struct ct_program_rule, i);

		if (strcmp(r->kind, e->kind) == 0) {
			r->percent += percent;
			return;
		}
	}
	g_array_append_val(rules, rule);
}

/* By recorded time: what is known of DRAM, the demand that matters most. */
static void count_sources(struct ct_program *p)
{
	double total_ns = 0;

	memset(p->demand_pct, 0, sizeof(p->demand_pct));
	for (uint32_t i = 0; i < p->trace->n_shapes; i++)
		total_ns += p->shape_time[i].ns;
	for (uint32_t i = 0; i < p->trace->n_shapes && total_ns > 0; i++) {
		const struct ct_shape_time *time = &p->shape_time[i];
		double counted_pct = time->counted_ns / total_ns * 100;
		double rest_pct = (time->ns - time->counted_ns) / total_ns * 100;
		enum ct_demand_source source = p->demand[i].dram_bytes.source;

		p->demand_pct[CT_DEMAND_MEASURED] += counted_pct;
		if (source == CT_DEMAND_UNKNOWN && p->estimate[i].kind) {
			source = CT_DEMAND_GUESS;
			if (rest_pct > 0)
				count_rule(p->rules, &p->estimate[i], rest_pct);
		}
		p->demand_pct[source] += rest_pct;
	}
	g_array_sort(p->rules, by_time);
}

void ct_program_estimate(struct ct_program *p, const struct ct_estimator *estimator)
{
	g_assert(!p->base);
	p->estimator = estimator;
	g_free(p->estimate);
	p->estimate = g_new0(struct ct_demand_guess, p->trace->n_shapes + 1);
	g_array_set_size(p->rules, 0);
	for (uint32_t i = 0; i < p->trace->n_shapes; i++)
		estimator->estimate(p->device,
				    ct_trace_string(p->trace, p->trace->shape[i].name),
				    &p->need[i], &p->estimate[i]);
	count_sources(p);
}

struct ct_program *ct_program_variant(const struct ct_program *base,
				      const struct ct_device *device,
				      enum ct_estimate_level level)
{
	struct ct_program *p = g_memdup2(base, sizeof(*base));

	p->base = base;
	p->device = device;
	p->level = level;
	ct_program_green_variant(p);
	return p;
}
