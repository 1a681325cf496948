/*
 * record-bench - what the collector takes of a program's time for each record.
 *
 * The real way from a buffer that CUPTI gave back to blocks on a file (/dev/shm, so that
 * the disk is not measured), on buffers of launches: a call and its kernel, with names and
 * shapes as a training step has them.  Prints processor time per record, beside the floor
 * that nobody gets below: copying what is read and what is written once each.
 */
#define _GNU_SOURCE
#include "capture/collector/buffers.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "tests/bench/measure.h"
#include "tests/bench/rows.h"
#include "tests/capture/activity.h"

#define BUFFER_BYTES (1u << 20)
#define ROUNDS       400
#define REPEATS      7
#define LAUNCH_CALL  307 /* cuLaunchKernel */
#define MAX_NAMES    4096

static char *names[MAX_NAMES];

/* As long as those of CUTLASS are when LONG, a kernel of PyTorch otherwise. */
static void make_names(int n, int length)
{
	int i;

	for (i = 0; i < n; i++) {
		g_free(names[i]);
		names[i] = g_malloc0((gsize)length + 1);
		memset(names[i], 'a' + i % 26, (size_t)length);
		g_snprintf(names[i], 12, "_Z%08d", i);
		names[i][strlen(names[i])] = '_';
	}
}

/* Launches in the order in which a step repeats them. */
static uint32_t fill(struct ct_activity *activity, int n_names)
{
	struct ct_cupti_kernel *kernel;
	struct ct_cupti_api *call;
	uint32_t n = 0;

	for (;; n++) {
		call = ct_activity_add(activity, CT_CUPTI_KIND_DRIVER);
		kernel = call ? ct_activity_add(activity, CT_CUPTI_KIND_KERNEL) : NULL;
		if (!kernel)
			return n;
		call->call = LAUNCH_CALL;
		call->correlation = kernel->correlation = n + 1;
		call->start_ns = n * 5000 + 1;
		call->end_ns = call->start_ns + 2500;
		call->thread = 4711;
		kernel->name = names[n % (uint32_t)n_names];
		kernel->start_ns = call->start_ns + 4000;
		kernel->end_ns = kernel->start_ns + 3000;
		kernel->grid[0] = (int32_t)(n % 7 + 1);
		kernel->grid[1] = kernel->grid[2] = 1;
		kernel->block[0] = 256;
		kernel->block[1] = kernel->block[2] = 1;
		kernel->registers = 64;
		kernel->stream = 7;
	}
}

static double floor_ns(const struct ct_activity *activity, uint32_t n)
{
	static char from[BUFFER_BYTES], to[BUFFER_BYTES];
	double start = measure_cpu_s();
	int i;

	for (i = 0; i < ROUNDS; i++) {
		memcpy(to, activity->buffer, activity->used);
		memcpy(from, to, 104 * n);
		__asm__ volatile("" : : "r"(to), "r"(from) : "memory");
	}
	return (measure_cpu_s() - start) * 1e9 / ROUNDS / (2.0 * n);
}

/* ROW: its name in the table of the suite; NULL: for people. */
static void measure(const char *row, const char *what, uint32_t version, int n_names,
		    int length)
{
	static struct ct_translator translator;
	struct ct_spool_header header = { .pid = 1, .begin_ns = 1 };
	struct ct_cupti cupti = ct_activity_cupti(version);
	struct ct_activity activity;
	struct ct_spooler spool;
	struct ct_spool_end end = { 0 };
	double ns[REPEATS], start, least[REPEATS];
	char *folder = g_strdup("/dev/shm/ct-record-bench-XXXXXX");
	uint32_t n;
	int i, k;

	if (!g_mkdtemp(folder) || ct_spooler_init(&spool, folder, &header))
		exit(1);
	make_names(n_names, length);
	ct_activity_init(&activity, version, BUFFER_BYTES);
	ct_translator_init(&translator, &spool, NULL, version);
	n = fill(&activity, n_names);
	ct_buffers_take(&cupti, &translator, activity.buffer, activity.used);
	for (k = 0; k < REPEATS; k++) {
		start = measure_cpu_s();
		for (i = 0; i < ROUNDS; i++) {
			ct_buffers_take(&cupti, &translator, activity.buffer,
					activity.used);
			/* Not to fill the memory: the file is emptied, now and then. */
			if (i % 50 == 0)
				spool.bytes = ftruncate(spool.file, 0) ? 0 : sizeof(header);
		}
		ns[k] = (measure_cpu_s() - start) * 1e9 / ROUNDS / (2.0 * n);
		least[k] = floor_ns(&activity, n);
	}
	if (row)
		rows_print(row, measure_median(ns, REPEATS), "ns/record",
			   measure_median(least, REPEATS), 150,
			   "floor, copying in and out");
	else
		printf("%-44s %6.1f ns per record, floor %.1f, %.0f bytes per launch\n",
		       what, measure_median(ns, REPEATS), measure_median(least, REPEATS),
		       (double)(sizeof(struct ct_spool_kernel) +
				sizeof(struct ct_spool_call)));
	ct_spooler_close(&spool, &end);
	g_unlink(spool.path);
	g_rmdir(folder);
	g_free(folder);
	ct_activity_clear(&activity);
}

int main(int argc, char **argv)
{
	int rows = rows_wanted(argc, argv);

	measure(rows ? "record" : NULL, "CUDA 13.0, 60 names of 80 bytes", 130001, 60, 80);
	measure(rows ? "record.cuda12_8" : NULL, "CUDA 12.8, 60 names of 80 bytes", 26, 60,
		80);
	measure(rows ? "record.long_names" : NULL, "CUDA 13.0, 60 names of 1000 bytes",
		130001, 60, 1000);
	measure(rows ? "record.many_names" : NULL, "CUDA 13.0, 2000 names of 300 bytes",
		130001, 2000, 300);
	return 0;
}
