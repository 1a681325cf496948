/*
 * gpu-bench - kernels per second through the engine, beside what is the least possible.
 *
 *	gpu-bench [LOAD TENANTS KERNELS [fluid]]
 *
 * Tenants launch their kernels in a closed loop, each 1 us after the one before it has
 * ended, on one H100.  Without arguments, all loads with 1 to 64 tenants, medians of
 * REPEATS, once without DRAM demands and once with, and the real ones by the fluid engine
 * too.  The last load is a mix: tenant i launches the kernels of load i.
 *
 * The floors are measured in the same run: a heap that holds an event per block is the
 * least that a block-by-block engine pays, for every block; reading a record is the
 * least that any replay pays, for every kernel.
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/gpu.h"
#include "tests/bench/gpu-load.h"

#define REPEATS     3
#define MAX_TENANTS 64
#define MAX_LIVE    4096
#define KERNELS     20000
#define GAP_NS      1000

/* Of this program's own time: others may use the machine. */
static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *value, size_t n)
{
	qsort(value, n, sizeof *value, compare_doubles);
	return value[n / 2];
}

struct event {
	int64_t ns;
	uint32_t number;
};

struct heap {
	struct event at[MAX_LIVE];
	uint32_t n;
};

static void push(struct heap *h, struct event e)
{
	uint32_t i = h->n++;

	for (; i && e.ns < h->at[(i - 1) / 2].ns; i = (i - 1) / 2)
		h->at[i] = h->at[(i - 1) / 2];
	h->at[i] = e;
}

static struct event pop(struct heap *h)
{
	struct event first = h->at[0], last = h->at[--h->n];
	uint32_t i = 0, child;

	while ((child = 2 * i + 1) < h->n) {
		child += child + 1 < h->n && h->at[child + 1].ns < h->at[child].ns;
		if (h->at[child].ns >= last.ns)
			break;
		h->at[i] = h->at[child];
		i = child;
	}
	h->at[i] = last;
	return first;
}

static double heap_ns(uint32_t live)
{
	const int turns = 1000000;
	struct heap h = { .n = 0 };
	uint64_t random = 1;
	double start;

	for (uint32_t i = 0; i < live; i++)
		push(&h, (struct event){ i * 37 % 1000, i });
	start = seconds();
	for (int i = 0; i < turns; i++) {
		struct event e = pop(&h);

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		e.ns += 1 + (int64_t)(random >> 40) % 100000;
		push(&h, e);
	}
	return (seconds() - start) / turns * 1e9;
}

static double read_ns(void)
{
	const size_t n = 2000000;
	g_autofree struct load_kernel *kernel = g_new(struct load_kernel, n);
	volatile uint64_t sink;
	uint64_t sum = 0;
	double start;

	memset(kernel, 1, n * sizeof *kernel);
	start = seconds();
	for (size_t i = 0; i < n; i++)
		sum += kernel[i].need.blocks + kernel[i].work.block_work;
	sink = sum;
	(void)sink;
	return (seconds() - start) / (double)n * 1e9;
}

static void print_floors(void)
{
	static const uint32_t live[] = { 4, 16, 64, 528, 2112 };

	printf("floors: record read %.1f ns; heap pop and push", read_ns());
	for (size_t i = 0; i < G_N_ELEMENTS(live); i++)
		printf("%s %.1f ns of %u", i ? "," : "", heap_ns(live[i]), live[i]);
	printf("\n");
}

static enum ct_gpu_engine_kind engine;

struct tenant {
	const struct load_kernel *kernels;
	uint32_t n, next;
	struct ct_grid grid;
};

static void launch(struct ct_gpu *gpu, struct tenant *t)
{
	const struct load_kernel *kernel = &t->kernels[t->next];

	t->next = t->next + 1 == t->n ? 0 : t->next + 1;
	t->grid.need = kernel->need;
	t->grid.work = kernel->work;
	t->grid.owner = t;
	ct_gpu_submit(gpu, &t->grid);
}

/* Seconds for that many kernels. */
static double replay(const struct ct_device *device, GArray *const *loads, uint32_t n_loads,
		     uint32_t n_tenants, uint64_t kernels, struct ct_gpu_use *use)
{
	struct ct_gpu_options options = { .engine = engine };
	g_autofree struct tenant *tenant = g_new0(struct tenant, n_tenants);
	struct ct_gpu *gpu = ct_gpu_new(device, &options);
	struct heap ready = { .n = 0 };
	double start;

	for (uint32_t i = 0; i < n_tenants; i++) {
		GArray *load = loads[i % n_loads];

		tenant[i].kernels = (const struct load_kernel *)(void *)load->data;
		tenant[i].n = load->len;
		push(&ready, (struct event){ 0, i });
	}
	start = seconds();
	while (kernels) {
		int64_t now_ns = ct_gpu_run(gpu, ready.n ? ready.at[0].ns : INT64_MAX);
		struct ct_grid *grid = ct_gpu_take_ended(gpu);

		for (; grid && kernels; grid = grid->next, kernels--) {
			struct tenant *t = grid->owner;

			push(&ready,
			     (struct event){ now_ns + GAP_NS, (uint32_t)(t - tenant) });
		}
		while (ready.n && ready.at[0].ns == now_ns)
			launch(gpu, &tenant[pop(&ready).number]);
		ct_gpu_settle(gpu);
	}
	start = seconds() - start;
	ct_gpu_use(gpu, use);
	ct_gpu_free(gpu);
	return start;
}

static void bench(const char *name, gboolean bytes, const struct ct_device *device,
		  GArray *const *loads, uint32_t n_loads, uint32_t tenants,
		  uint64_t kernels)
{
	struct ct_gpu_use use;
	double s[REPEATS], per = 1 / (double)kernels;

	for (int i = 0; i < REPEATS; i++)
		s[i] = replay(device, loads, n_loads, tenants, kernels, &use);
	median(s, REPEATS);
	printf("%-22s %-4s %7u %9.1f %9.3f %9.1f %9.2f %9.2f %7" PRIu64 "\n", name,
	       bytes ? "dram" : "-", tenants, s[REPEATS / 2] * per * 1e9,
	       (double)kernels / s[REPEATS / 2] / 1e6, (double)use.blocks * per,
	       (double)use.instants * per, (double)use.batches * per, use.classes_max);
	fflush(stdout);
}

static void bench_loads(const char *name, gboolean bytes, const struct ct_device *device,
			GArray *const *loads, uint32_t n_loads)
{
	static const uint32_t tenants[] = { 1, 2, 4, 8, 64 };

	for (size_t i = 0; i < G_N_ELEMENTS(tenants); i++)
		if (tenants[i] >= n_loads)
			bench(name, bytes, device, loads, n_loads, tenants[i], KERNELS);
}

/* Every load by itself, then, unless MIX is NULL, all together. */
static void bench_family(const char *const *names, const char *mix, gboolean bytes,
			 const struct ct_device *device)
{
	g_autoptr(GPtrArray) loads =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);

	for (; *names; names++) {
		GArray *load = load_make(*names, device, bytes);

		if (!load) {
			printf("%s: not in $CT_DATA/kineto, left out\n", *names);
			continue;
		}
		g_ptr_array_add(loads, load);
		bench_loads(*names, bytes, device, &load, 1);
	}
	if (mix && loads->len > 1)
		bench_loads(mix, bytes, device, (GArray **)loads->pdata, loads->len);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct ct_device *device = ct_device_load("h100-sxm", &error);

	if (!device) {
		fprintf(stderr, "%s\n", error->message);
		return 1;
	}
	if (argc == 1)
		print_floors();
	printf("%-22s %-4s %7s %9s %9s %9s %9s %9s %7s\n", "load", "", "tenants",
	       "ns/kernel", "M/s", "blocks", "instants", "batches", "classes");
	if (argc == 5)
		engine = CT_ENGINE_FLUID;
	if (argc >= 4) {
		GArray *load = load_make(argv[1], device, FALSE);

		if (load)
			bench(argv[1], FALSE, device, &load, 1, (uint32_t)atoi(argv[2]),
			      (uint64_t)atoll(argv[3]));
		return load == NULL;
	}
	for (int bytes = 0; bytes < 2; bytes++) {
		bench_family(synthetic_loads, "synthetic mix", bytes, device);
		bench_family(special_loads, NULL, bytes, device);
		bench_family(real_loads, "real mix", bytes, device);
	}
	printf("by the fluid engine\n");
	engine = CT_ENGINE_FLUID;
	for (int bytes = 0; bytes < 2; bytes++)
		bench_family(real_loads, "real mix", bytes, device);
	ct_device_free(device);
	return 0;
}
