/*
 * occupancy - against NVIDIA's own calculator, row by row.
 *
 * tests/data/occupancy_golden.csv.gz holds what cuda_occupancy.h (CUDA 13.0) answers
 * for 18,564 kernels on eight compute capabilities; each is asked of a shipped board of
 * that capability, so the device files are tested as well.
 */
#include "models/occupancy.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define ROWS        18564
#define NO_LIMIT    2147483647 /* as the golden file writes it */
#define MAX_REPORTS 10

static const struct {
	const char *capability, *board;
} boards[] = {
	{ "sm_70", "v100-sxm2" }, { "sm_75", "t4" },       { "sm_80", "a100-sxm-80" },
	{ "sm_86", "rtx3090" },   { "sm_89", "rtx4090" },  { "sm_90", "h200-sxm" },
	{ "sm_100", "b200" },     { "sm_120", "rtx5090" },
};

enum { BLOCKS_PER_SM, WARPS, REGISTERS, SMEM, BLOCKS, REGISTERS_USED, SMEM_USED, COLUMNS };

static uint32_t as_golden(uint32_t limit)
{
	return limit == UINT32_MAX ? NO_LIMIT : limit;
}

static int compare_row(const struct ct_device *device, const char *line)
{
	struct ct_occupancy_request want = { 0 };
	uint32_t expected[COLUMNS], failed;
	struct ct_occupancy got;

	if (sscanf(line, "sm_%*u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u,%u", &want.threads_per_block,
		   &want.registers_per_thread, &want.smem_dynamic_bytes,
		   &expected[BLOCKS_PER_SM], &expected[WARPS], &expected[REGISTERS],
		   &expected[SMEM], &expected[BLOCKS], &expected[REGISTERS_USED],
		   &expected[SMEM_USED], &failed) != 11 ||
	    failed)
		return 1;
	ct_occupancy(&device->sm, &want, &got);
	return got.blocks_per_sm != expected[BLOCKS_PER_SM] ||
	       got.limit_warps != expected[WARPS] ||
	       as_golden(got.limit_registers) != expected[REGISTERS] ||
	       as_golden(got.limit_smem) != expected[SMEM] ||
	       got.limit_blocks != expected[BLOCKS] ||
	       got.registers_per_block != expected[REGISTERS_USED] ||
	       got.smem_per_block_bytes != expected[SMEM_USED];
}

static int golden(void)
{
	g_autofree char *path = g_strdup_printf("%s/tests/data/occupancy_golden.csv.gz",
						g_getenv("CT_SRCDIR"));
	struct ct_device *devices[G_N_ELEMENTS(boards)];
	int rows = 0, wrong = 0;
	char line[256];
	gzFile file;

	for (size_t i = 0; i < G_N_ELEMENTS(boards); i++) {
		g_autoptr(GError) error = NULL;

		devices[i] = ct_device_load(boards[i].board, &error);
		if (!devices[i]) {
			fprintf(stderr, "%s\n", error->message);
			return 1;
		}
	}
	file = gzopen(path, "rb");
	if (!file || !gzgets(file, line, sizeof(line))) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return 1;
	}
	for (; gzgets(file, line, sizeof(line)); rows++) {
		size_t length = strcspn(line, ","), i = 0;

		while (i < G_N_ELEMENTS(boards) &&
		       (strlen(boards[i].capability) != length ||
			strncmp(boards[i].capability, line, length) != 0))
			i++;
		if (i == G_N_ELEMENTS(boards) || compare_row(devices[i], line)) {
			if (wrong++ < MAX_REPORTS)
				fprintf(stderr, "row %d differs: %s", rows + 1, line);
		}
	}
	gzclose(file);
	for (size_t i = 0; i < G_N_ELEMENTS(boards); i++)
		ct_device_free(devices[i]);
	printf("%d of %d rows agree\n", rows - wrong, rows);
	return wrong != 0 || rows != ROWS;
}

/* What recorders can write but no device takes: refused, and nothing divides by it. */
static int impossible(void)
{
	static const struct ct_occupancy_request wants[] = {
		{ .threads_per_block = 0 },
		{ .threads_per_block = 1025 },
		{ .threads_per_block = UINT32_MAX },
		{ .threads_per_block = 32, .registers_per_thread = 256 },
		{ .threads_per_block = 32, .registers_per_thread = UINT32_MAX },
		{ .threads_per_block = 32, .smem_dynamic_bytes = UINT32_MAX },
		{ .threads_per_block = 32,
		  .smem_static_bytes = UINT32_MAX,
		  .smem_dynamic_bytes = UINT32_MAX },
	};
	struct ct_device *device = ct_device_load("h200-sxm", NULL);
	int wrong = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(wants); i++) {
		struct ct_occupancy got;

		ct_occupancy(&device->sm, &wants[i], &got);
		if (got.blocks_per_sm != 0) {
			fprintf(stderr, "impossible kernel %zu: %u blocks\n", i,
				got.blocks_per_sm);
			wrong = 1;
		}
	}
	ct_device_free(device);
	return wrong;
}

/* A smaller carve-out leaves less room, and the rest of the answer alone. */
static int carveout(void)
{
	struct ct_device *device = ct_device_load("h200-sxm", NULL);
	struct ct_occupancy_request want = { .threads_per_block = 64,
					     .smem_dynamic_bytes = 15 * 1024 };
	struct ct_occupancy all, some;

	ct_occupancy(&device->sm, &want, &all);
	want.smem_configured_bytes = 100 * 1024;
	ct_occupancy(&device->sm, &want, &some);
	ct_device_free(device);
	if (all.blocks_per_sm == 14 && some.blocks_per_sm == 6 &&
	    all.limit_registers == some.limit_registers)
		return 0;
	fprintf(stderr, "carve-out: %u and %u blocks\n", all.blocks_per_sm,
		some.blocks_per_sm);
	return 1;
}

int main(void)
{
	return golden() | impossible() | carveout();
}
