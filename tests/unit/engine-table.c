/*
 * engine-table - how far the fluid engine is from the block engine, pair by pair.
 */
#include "tests/unit/engine-table.h"

#include <math.h>
#include <stdio.h>

#include "tests/unit/engine-pair.h"

enum { MAX_LOADS = 8, PASSES = 3 };

/* "h100_bert-small_infer" is "bert-small". */
static char *short_name(const char *name)
{
	g_auto(GStrv) part = g_strsplit(name, "_", 3);

	return g_strdup(part[1] ? part[1] : part[0]);
}

static double percent(double fluid, double block)
{
	return (fluid / block - 1) * 100;
}

static void measure(const struct ct_device *device, GArray *const load[],
		    gboolean first_above, const char *title, GArray *distances)
{
	const uint32_t priority[PAIR_TENANTS] = { 0, first_above };
	struct pair_figures block[PAIR_TENANTS], fluid[PAIR_TENANTS];

	pair_run(CT_ENGINE_BLOCK, device, load, priority, PASSES, block);
	pair_run(CT_ENGINE_FLUID, device, load, priority, PASSES, fluid);
	printf("| %s | %s ", title, first_above ? "first above" : "equal");
	for (int i = 0; i < PAIR_TENANTS; i++) {
		double pct = percent(fluid[i].pass_ns, block[i].pass_ns), size = fabs(pct);

		g_array_append_val(distances, size);
		printf("| %+.2f ", pct);
	}
	for (int i = 0; i < PAIR_TENANTS; i++)
		printf("| %+.1f ",
		       percent(fluid[i].turnaround_p99_ns, block[i].turnaround_p99_ns));
	printf("|\n");
}

static int compare(gconstpointer a, gconstpointer b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(const GArray *sorted, double p)
{
	guint rank = (guint)ceil(p * sorted->len);

	return g_array_index(sorted, double, MAX(rank, 1) - 1);
}

/* Whether the distances keep the bounds; NULL: there are none. */
static gboolean sum_up(const char *what, GArray *distances,
		       const struct engine_bounds *bounds)
{
	double p50, p90;

	g_array_sort(distances, compare);
	p50 = quantile(distances, 0.5);
	p90 = quantile(distances, 0.9);
	printf("%s: %u tenants, distance p50 %.2f %%, p90 %.2f %%, max %.2f %%\n", what,
	       distances->len, p50, p90, quantile(distances, 1));
	if (!bounds || (p50 <= bounds->p50_pct && p90 <= bounds->p90_pct))
		return TRUE;
	printf("%s: more than p50 %.2f %% or p90 %.2f %%\n", what, bounds->p50_pct,
	       bounds->p90_pct);
	return FALSE;
}

static gboolean all_pairs(const struct ct_device *device, const char *const *names,
			  GArray *const load[], const struct engine_bounds *bounds)
{
	g_autoptr(GArray) equal = g_array_new(FALSE, FALSE, sizeof(double));
	g_autoptr(GArray) above = g_array_new(FALSE, FALSE, sizeof(double));

	printf("| first + second | priority | first %% | second %% | p99 first %% | p99 "
	       "second %% |\n|---|---|--:|--:|--:|--:|\n");
	for (int first_above = 0; first_above < 2; first_above++)
		for (int a = 0; names[a]; a++)
			for (int b = first_above ? 0 : a; names[b]; b++) {
				GArray *const pair[] = { load[a], load[b] };
				g_autofree char *x = short_name(names[a]);
				g_autofree char *y = short_name(names[b]);
				g_autofree char *title = g_strdup_printf("%s + %s", x, y);

				measure(device, pair, first_above, title,
					first_above ? above : equal);
			}
	printf("\n");
	sum_up("first above", above, NULL);
	return sum_up("equal priority", equal, bounds);
}

int engine_table(const char *const *names, const struct engine_bounds *bounds)
{
	g_autoptr(GError) error = NULL;
	struct ct_device *device = ct_device_load("h100-sxm", &error);
	GArray *load[MAX_LOADS];
	int n = 0, result = 0;

	if (!device)
		g_error("%s", error->message);
	for (; names[n]; n++) {
		g_assert(n < MAX_LOADS);
		load[n] = load_make(names[n], device, FALSE);
		if (!load[n])
			break;
	}
	if (names[n]) {
		printf("skipped: no %s in $CT_DATA/kineto\n", names[n]);
		result = 77;
	}
	if (!result)
		result = !all_pairs(device, names, load, bounds);
	while (n-- > 0)
		g_array_unref(load[n]);
	ct_device_free(device);
	return result;
}
