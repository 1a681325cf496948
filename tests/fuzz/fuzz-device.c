/*
 * fuzz-device - no file whatever crashes the loader of boards, and a board it accepts
 * crashes nothing that is computed from it.
 */
#include "models/actuator.h"
#include "models/device.h"
#include "models/work.h"
#include "sim/base/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/dram-work.h"

static char *board_path;

static void use(const struct ct_device *d)
{
	static const struct ct_kernel_shape shapes[] = {
		{ 0 },
		{ .blocks = 1, .threads_per_block = 1 },
		{ .blocks = 100000, .threads_per_block = 256, .registers_per_thread = 64 },
		{ .blocks = UINT64_MAX,
		  .threads_per_block = 32,
		  .smem_static_bytes = 50000 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
		struct ct_kernel_work work;
		struct ct_block_need need;
		const char *why;

		if (!ct_block_need(d, &shapes[i], &need, &why))
			continue;
		g_assert(need.blocks > 0 && need.blocks_per_sm > 0 && need.warps > 0);
		g_assert((uint64_t)need.blocks_per_sm * need.warps <= d->sm.warps);
		dram_work(d, &need, 1000000, 1000000000, &work);
		g_assert(work.block_work >= CT_WORK_ONE && work.memory_share <= 256);
		g_assert(ct_time_on_sms(d, &need, &work, d->sms) > 0);
	}
}

/* Not g_file_set_contents(), which would wait for the disk each time. */
static void write_board(const guint8 *bytes, size_t length)
{
	FILE *file = fopen(board_path, "wb");

	g_assert(file && fwrite(bytes, 1, length, file) == length);
	fclose(file);
}

static void check(const guint8 *bytes, size_t length)
{
	g_autoptr(GError) error = NULL, other = NULL;
	struct ct_actuator_model *actuator;
	struct ct_device *device;
	struct ct_entry entry;

	write_board(bytes, length);
	device = ct_device_load(board_path, &error);
	g_assert((device == NULL) == (error != NULL));
	g_assert(!error || (error->domain == CT_ERROR && error->code == CT_EXIT_INPUT &&
			    g_str_has_prefix(error->message, board_path)));
	if (device) {
		for (size_t i = 0; ct_device_entry(device, i, &entry); i++)
			g_assert(!json_is_number(entry.value) || entry.from);
		use(device);
	}
	ct_device_free(device);
	actuator = ct_actuator_model_load(board_path, &other);
	g_assert((actuator == NULL) == (other != NULL));
	ct_actuator_model_free(actuator);
}

int main(void)
{
	static const char *const files[] = { "devices/h200-sxm", "devices/t4",
					     "actuators/cuda-gate", "actuators/reef" };
	static const char *const words[] = {
		"{",          "}",          "[",
		"]",          ",",          ":",
		"0",          "-1",         "1e9",
		"null",       "\"value\":", "\"from\":",
		"\"\"",       "\"unit\"",   "\"range\"",
		"4294967296", "\\u0000",    "99999999999999999999",
		NULL
	};
	g_autofree char *folder = g_dir_make_tmp("fuzz-device-XXXXXX", NULL);
	struct fuzz_seed seeds[G_N_ELEMENTS(files)];
	struct fuzz_target target = { seeds, G_N_ELEMENTS(seeds), words, 2000, check };
	int code;

	board_path = g_build_filename(folder, "board.json", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_strdup_printf("%s/models/%s.json",
							g_getenv("CT_SRCDIR"), files[i]);
		char *bytes;

		g_assert(g_file_get_contents(path, &bytes, &seeds[i].length, NULL));
		seeds[i].bytes = bytes;
	}
	code = fuzz_main(&target);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		g_free((void *)seeds[i].bytes);
	remove(board_path);
	remove(folder);
	g_free(board_path);
	return code;
}
