/*
 * engine-pair - two tenants on one gpu in closed loops, by either engine.
 */
#include "tests/unit/engine-pair.h"

#include "sim/metrics.h"

enum { GAP_NS = 1000 };

struct tenant {
	GArray *load;
	GArray *turnaround; /* int64_t */
	struct ct_grid grid;
	uint32_t next, passes;
	int64_t ready_ns; /* INT64_MAX: it is on the gpu */
	int64_t passed_ns;
};

static void launch(struct ct_gpu *gpu, struct tenant *t)
{
	const struct load_kernel *k = &g_array_index(t->load, struct load_kernel, t->next);

	t->grid.need = k->need;
	t->grid.work = k->work;
	t->ready_ns = INT64_MAX;
	ct_gpu_submit(gpu, &t->grid);
}

static void ended(struct tenant *t, int64_t now_ns)
{
	int64_t turnaround_ns = now_ns - t->grid.submitted_ns;

	g_array_append_val(t->turnaround, turnaround_ns);
	t->ready_ns = now_ns + GAP_NS;
	if (++t->next < t->load->len)
		return;
	t->next = 0;
	t->passes++;
	t->passed_ns = now_ns;
}

static int compare(gconstpointer a, gconstpointer b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void sum_up(struct tenant *t, struct pair_figures *out)
{
	const int64_t *sorted;

	g_array_sort(t->turnaround, compare);
	sorted = (const int64_t *)(void *)t->turnaround->data;
	out->pass_ns = (double)t->passed_ns / t->passes;
	out->turnaround_p50_ns = (double)ct_quantile(sorted, t->turnaround->len, 0.5);
	out->turnaround_p99_ns = (double)ct_quantile(sorted, t->turnaround->len, 0.99);
	g_array_unref(t->turnaround);
}

void pair_run(enum ct_gpu_engine_kind kind, const struct ct_device *device,
	      GArray *const load[], const uint32_t priority[], uint32_t passes,
	      struct pair_figures out[])
{
	struct ct_gpu_options options = { .engine = kind };
	struct ct_gpu *gpu = ct_gpu_new(device, &options);
	struct tenant t[PAIR_TENANTS] = { 0 };

	for (int i = 0; i < PAIR_TENANTS; i++) {
		t[i].load = load[i];
		t[i].turnaround = g_array_new(FALSE, FALSE, sizeof(int64_t));
		t[i].grid.priority = priority[i];
		t[i].grid.owner = &t[i];
	}
	while (t[0].passes < passes || t[1].passes < passes) {
		int64_t now_ns = ct_gpu_run(gpu, MIN(t[0].ready_ns, t[1].ready_ns));

		for (struct ct_grid *g = ct_gpu_take_ended(gpu); g; g = g->next)
			ended(g->owner, now_ns);
		for (int i = 0; i < PAIR_TENANTS; i++)
			if (t[i].ready_ns == now_ns)
				launch(gpu, &t[i]);
		ct_gpu_settle(gpu);
	}
	for (int i = 0; i < PAIR_TENANTS; i++)
		sum_up(&t[i], &out[i]);
	ct_gpu_free(gpu);
}
