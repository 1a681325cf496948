/*
 * fuzz-device - no file whatever crashes the loader of boards, and a board it accepts
 * crashes nothing that is computed from it.
 */
#include "models/actuator.h"
#include "models/copy.h"
#include "models/device.h"
#include "models/mig.h"
#include "models/split.h"
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

static void use_parts(const struct ct_device *d)
{
	for (uint32_t sms = 0; sms <= d->sms + 1; sms += 1 + sms / 4) {
		struct ct_split split = ct_split_sms(d, UINT32_MAX, sms, sms & 1);

		g_assert((uint64_t)split.groups * split.group_sms + split.rest_sms ==
			 d->sms);
		g_assert(split.group_sms == 0 || split.group_sms >= sms);
	}
}

static void use_copies(const struct ct_device *d)
{
	for (int way = 0; way < CT_COPY_WAYS; way++) {
		g_assert(ct_copy_ns(d, (enum ct_copy_way)way, 0, FALSE) >= 0);
		g_assert(ct_copy_ns(d, (enum ct_copy_way)way, UINT64_MAX, TRUE) > 0);
	}
	g_assert(ct_memset_ns(d, UINT64_MAX) > 0);
}

/* Each instance is a board too, and has no more than the board. */
static void use_layout(const struct ct_device *d, const struct ct_mig_layout *layout)
{
	g_autofree uint8_t *owner = g_malloc(d->sms);
	g_autofree char *text = ct_mig_text(&d->mig, layout);

	g_assert(layout->n > 0 && layout->n <= d->mig.memory_slices && *text);
	ct_mig_owners(d, layout, owner);
	for (uint32_t sm = 0; sm < d->sms; sm++)
		g_assert(owner[sm] <= layout->n);
	for (uint32_t i = 0; i < layout->n; i++) {
		struct ct_device *it = ct_mig_device(d, layout, i);

		g_assert(it->sms > 0 && it->sms <= d->sms && it->memory_bytes > 0);
		g_assert(it->dram_saturation_sms > 0 && it->dram_saturation_sms <= it->sms);
		g_assert(it->copy_engines > 0 && it->l2_bytes <= it->memory_bytes);
		g_assert(it->mps_granule_sms > 0 && it->partition_min_sms <= it->sms);
		use(it);
		use_parts(it);
		ct_device_free(it);
	}
}

/* Every profile, again and again until it finds no place, and then the others. */
static void use_mig(const struct ct_device *d)
{
	const struct ct_mig *mig = &d->mig;

	for (uint32_t i = 0; i < mig->n_profiles; i++) {
		g_autoptr(GString) list = g_string_new(mig->profile[i].name);
		struct ct_mig_layout layout;

		for (uint32_t k = 0; k < CT_MIG_MAX_SLICES + 1; k++) {
			g_autoptr(GError) error = NULL;

			if (!ct_mig_place(d, list->str, &layout, &error)) {
				g_assert(error->code == CT_EXIT_INPUT);
				break;
			}
			g_assert(layout.n <= mig->memory_slices);
			use_layout(d, &layout);
			g_string_append_printf(
				list, ",%s",
				mig->profile[(i + k / 2) % mig->n_profiles].name);
		}
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
		use_parts(device);
		use_copies(device);
		use_mig(device);
	}
	ct_device_free(device);
	actuator = ct_actuator_model_load(board_path, &other);
	g_assert((actuator == NULL) == (other != NULL));
	ct_actuator_model_free(actuator);
}

int main(void)
{
	static const char *const files[] = { "devices/h200-sxm", "devices/t4",
					     "devices/a30", "actuators/cuda-gate",
					     "actuators/reef" };
	static const char *const words[] = { "{", "}", "[", "]", ",", ":", "0", "-1", "1e9",
					     "null", "\"value\":", "\"from\":", "\"\"",
					     "\"unit\"", "\"range\"", "4294967296",
					     "\\u0000", "99999999999999999999",
					     /* in rows of MIG profiles */
					     "\"1g\"", "16", "\"starts\": [15],",
					     "\"most\": 16,", "\"sms\": 1024,",
					     "\"memory_slices\": 16,", NULL };
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
