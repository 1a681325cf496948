/*
 * fuzz-ncu - damaged files of counters: what Nsight Compute writes, and what our own pass
 * does.
 *
 * Whatever the file: either it is read, and every number in the table is one that a
 * counter can have, or it is refused in one sentence that names it.
 */
#include <glib/gstdio.h>
#include <math.h>
#include <xxhash.h>

#include "sim/base/error.h"
#include "tests/fuzz/fuzz.h"
#include "traces/counter-table.h"
#include "traces/kernel-name.h"

#define HEAD "\"ID\",\"Process ID\",\"Kernel Name\",\"Block Size\",\"Grid Size\",\"CC\""

static const char by_metric[] =
	"==PROF== Connected to process 7\n" HEAD
	",\"Metric Name\",\"Metric Unit\",\"Metric Value\"\n"
	"\"0\",\"7\",\"void f<(int)4, (bool)1>(T1 *, \"\"x\"\")\",\"(128, 1, 1)\",\"(10, "
	"2, 1)\","
	"\"9.0\",\"dram__bytes_read.sum\",\"Mbyte\",\"1,234.5\"\n"
	"\"0\",\"7\",\"void f<(int)4, (bool)1>(T1 *, \"\"x\"\")\",\"(128, 1, 1)\",\"(10, "
	"2, 1)\","
	"\"9.0\",\"dram__bytes_write.sum\",\"byte\",\"1e3\"\n"
	"epoch 3\n"
	"\"1\",\"7\",\"_Z1gILi3EEvPf\",\"(128, 1, 1)\",\"(1, 1, 1)\",\"9.0\","
	"\"dram__bytes.sum\",\"byte\",\"n/a\"\n";

static const char raw[] = HEAD
	",\"dram__bytes_read.sum\",\"dram__bytes_write.sum\","
	"\"sm__cycles_active.avg.pct_of_peak_sustained_elapsed\"\r\n"
	"\"\",\"\",\"\",\"\",\"\",\"\",\"Kbyte\",\"byte\",\"%\"\r\n"
	"\"0\",\"7\",\"(anonymous namespace)::g(int)\",\"(1, 1, 1)\",\"(5, 1, 1)\",\"9.0\","
	"\"10,240\",\"2,048\",\"75\"\r\n";

/* header, two rows, text */
static struct {
	struct ct_counter_file_header header;
	struct ct_counter_file_row row[2];
	char text[24];
} own;

static struct fuzz_seed seeds[] = {
	{ by_metric, sizeof(by_metric) - 1 },
	{ raw, sizeof(raw) - 1 },
	{ &own, sizeof(own) },
};

static const char *const words[] = {
	",",     "\"", "\n", "==",    "(",       "<",  "n/a",
	"1e999", "0",  "-1", "Gbyte", "\"ID\",", NULL,
};

static char *directory, *in;

static void fill_own(void)
{
	memcpy(own.text, "one\0_Z3twov\0GH100\0call", 23);
	own.row[0] = (struct ct_counter_file_row){ .grid = { 1, 1, 1 },
						   .block = { 32, 1, 1 },
						   .samples = 3,
						   .mean = { 1, 2, 3, 0.5, NAN, NAN } };
	own.row[1] = own.row[0];
	own.row[1].name = 4;
	own.header = (struct ct_counter_file_header){
		.version = CT_COUNTER_FILE_VERSION,
		.header_bytes = sizeof(own.header),
		.n_rows = 2,
		.string_bytes = sizeof(own.text),
		.chip = 12,
		.call = 18,
		.trouble = CT_COUNTER_DECODE,
	};
	memcpy(own.header.magic, CT_COUNTER_FILE_MAGIC, sizeof(own.header.magic));
}

/* So that damage is met behind the checksums: those of what is still a whole file. */
static void seal(guint8 *bytes, size_t length)
{
	struct ct_counter_file_header *header = (void *)bytes;

	if (length < sizeof(*header))
		return;
	header->payload_checksum =
		XXH64(bytes + sizeof(*header), length - sizeof(*header), 0);
	header->checksum =
		XXH64(header, offsetof(struct ct_counter_file_header, checksum), 0);
}

static void check_row(const struct ct_counter_row *row)
{
	g_autofree char *key = ct_kernel_key(row->name), *base = ct_kernel_base(key);

	g_assert_cmpuint(row->samples, >, 0);
	g_assert_cmpstr(row->name, !=, "");
	g_assert_true(g_utf8_validate(row->name, -1, NULL));
	g_assert_cmpstr(key, !=, "");
	g_assert_cmpstr(base, !=, "");
	for (int i = 0; i < 3; i++)
		g_assert_true(row->grid[i] && row->block[i]);
	for (int c = 0; c < CT_COUNTERS; c++)
		g_assert_true(isnan(row->mean[c]) ||
			      (row->mean[c] >= 0 && row->mean[c] <= 1e18));
}

static void check(const guint8 *bytes, size_t length)
{
	struct ct_counter_table *table = ct_counter_table_new();
	g_autofree guint8 *copy = g_malloc(length + 1);
	g_autoptr(GError) error = NULL;
	FILE *file;

	if (length)
		memcpy(copy, bytes, length);
	if (length >= 8 && !memcmp(copy, CT_COUNTER_FILE_MAGIC, 8) && length % 8 == 0)
		seal(copy, length);
	file = fopen(in, "w");
	g_assert_cmpuint(fwrite(copy, 1, length, file), ==, length);
	g_assert_cmpint(fclose(file), ==, 0);
	if (ct_counter_table_read(table, in, &error)) {
		for (guint i = 0; i < table->rows->len; i++)
			check_row(&g_array_index(table->rows, struct ct_counter_row, i));
	} else {
		g_assert_error(error, CT_ERROR, CT_EXIT_INPUT);
		g_assert_nonnull(strstr(error->message, in));
	}
	ct_counter_table_free(table);
}

int main(void)
{
	const struct fuzz_target target = {
		.seeds = seeds,
		.n_seeds = G_N_ELEMENTS(seeds),
		.words = words,
		.runs = 3000,
		.check = check,
	};
	int code;

	fill_own();
	directory = g_dir_make_tmp("cotenant-fuzz-XXXXXX", NULL);
	in = g_build_filename(directory, "in", NULL);
	code = fuzz_main(&target);
	g_unlink(in);
	g_rmdir(directory);
	g_free(in);
	g_free(directory);
	return code;
}
