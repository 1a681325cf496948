/*
 * fuzz-curves - no file whatever crashes the reader of measured curves, and one that it
 * accepts makes kernels no shorter than they can be, on any number of SMs.
 */
#include "models/curve.h"
#include "sim/base/error.h"
#include "sim/curve-file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/dram-work.h"

static char *file_path;
static struct ct_device *board;

static const char full[] =
	"{ \"cotenant\": \"curves/1\", \"device\": \"h100-sxm\", \"kernels\": ["
	"  { \"name\": \"gemm*\", \"from\": \"green contexts\","
	"    \"points\": [[8, 51000], [16, 27000], [66, 12000], [132, 10000]] },"
	"  { \"name\": \"copy\", \"from\": \"the same\","
	"    \"points\": [[1, 549755813887], [132, 1]] } ] }";

static void use(const struct ct_curve *curve)
{
	const struct ct_kernel_shape shape = { .blocks = 999, .threads_per_block = 256 };
	struct ct_kernel_work work;
	struct ct_block_need need;
	const char *why;

	g_assert(curve->n >= 2 && curve->n <= CT_CURVE_MAX_POINTS && *curve->from);
	ct_curve_fits(curve, "gemm_nt");
	g_assert(ct_block_need(board, &shape, &need, &why));
	for (uint32_t sms = 1; sms <= board->sms; sms += 1 + sms / 2) {
		g_assert(ct_curve_at(curve, sms) >= UINT64_C(1) << CT_CURVE_BITS);
		dram_work(board, &need, 100000, 100000000, &work);
		ct_curve_move(curve, board, &need, board->sms, sms, &work);
		g_assert(work.block_work >= CT_WORK_ONE && work.block_work <= INT64_MAX);
		g_assert(work.demand_mbps > 0);
	}
}

static void check(const guint8 *bytes, size_t length)
{
	g_autoptr(GError) error = NULL;
	FILE *file = fopen(file_path, "wb");
	struct ct_curves *curves;

	g_assert(file && fwrite(bytes, 1, length, file) == length);
	fclose(file);
	curves = ct_curves_load(file_path, &error);
	g_assert((curves == NULL) == (error != NULL));
	g_assert(!error || (error->domain == CT_ERROR && error->code == CT_EXIT_INPUT &&
			    g_str_has_prefix(error->message, file_path)));
	for (uint32_t i = 0; curves && i < curves->n; i++)
		use(&curves->curve[i]);
	ct_curves_free(curves);
}

int main(void)
{
	static const char *const words[] = {
		"{",    "}",    "[",     "]",        ",",       ":",
		"0",    "-1",   "1e9",   "null",     "[1, 1],", "\"\"",
		"1024", "1025", "\"*\"", "\"from\"", "\\u0000", "549755813888",
		NULL
	};
	const struct fuzz_seed seed = { full, sizeof(full) - 1 };
	struct fuzz_target target = { &seed, 1, words, 3000, check };
	g_autofree char *folder = g_dir_make_tmp("fuzz-curves-XXXXXX", NULL);
	int code;

	board = ct_device_load("h100-sxm", NULL);
	g_assert(board);
	file_path = g_build_filename(folder, "curves.json", NULL);
	code = fuzz_main(&target);
	remove(file_path);
	remove(folder);
	g_free(file_path);
	ct_device_free(board);
	return code;
}
