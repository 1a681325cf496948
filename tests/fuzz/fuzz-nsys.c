/*
 * fuzz-nsys - damaged databases of Nsight Systems.
 *
 * Pages are small, so that damage hits the structure of the file as often as values.
 */
#include "tests/fuzz/fuzz-import.h"

#include <sqlite3.h>

static const char schema[] =
	"PRAGMA page_size = 512;"
	"CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT);"
	"INSERT INTO StringIds VALUES (1, 'gemm'), (2, 'cudaLaunchKernel_v7000'),"
	" (3, 'cudaStreamSynchronize_v3020');"
	"CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start, end, deviceId, contextId, "
	"streamId,"
	" correlationId, globalPid, shortName, registersPerThread, gridX, gridY, gridZ,"
	" blockX, blockY, blockZ, staticSharedMemory, dynamicSharedMemory);"
	"INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
	" SELECT i + 1 FROM n WHERE i < 20) SELECT i * 1000, i * 1000 + 500, 0, 1, 7, i,"
	" 16777216, 1, 32, 4, 1, 1, 128, 1, 1, 0, 1024 FROM n;"
	"CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start, end, globalTid, correlationId,"
	" nameId, returnValue);"
	"INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME SELECT start - 500, start - 400, 16777217,"
	" correlationId, 2, 0 FROM CUPTI_ACTIVITY_KIND_KERNEL;"
	"INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (30000, 30100, 16777217, 40, 3, 0);"
	"CREATE TABLE CUPTI_ACTIVITY_KIND_SYNCHRONIZATION (deviceId, contextId, streamId,"
	" correlationId, globalPid, eventId);"
	"INSERT INTO CUPTI_ACTIVITY_KIND_SYNCHRONIZATION VALUES (0, 1, 7, 40, 16777216, "
	"0);";

static const char *const words[] = {
	"SQLite format 3",
	"CREATE VIEW ",
	"CUPTI_ACTIVITY_KIND_KERNEL",
	"WITH RECURSIVE",
	"\xff\xff\xff\xff",
	"\x7f\xff",
	"start",
	NULL,
};

static void make_seed(struct fuzz_seed *seed)
{
	unsigned char *image;
	sqlite3_int64 size;
	sqlite3 *db;

	g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, schema, NULL, NULL, NULL), ==, SQLITE_OK);
	image = sqlite3_serialize(db, "main", &size, 0);
	g_assert_nonnull(image);
	seed->bytes = g_memdup2(image, (gsize)size);
	seed->length = (size_t)size;
	sqlite3_free(image);
	sqlite3_close(db);
}

int main(void)
{
	struct fuzz_seed seed;
	const struct fuzz_target target = {
		.seeds = &seed,
		.n_seeds = 1,
		.words = words,
		.runs = 500,
		.check = fuzz_import_check,
	};
	int code;

	make_seed(&seed);
	code = fuzz_import_main(&target, "nsys-sqlite");
	g_free((void *)seed.bytes);
	return code;
}
