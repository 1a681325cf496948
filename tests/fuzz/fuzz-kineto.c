/*
 * fuzz-kineto - no JSON whatever crashes the importer, or makes it write a bad trace.
 */
#include "tests/fuzz/fuzz-import.h"

/* JSON in C: ' stands for ", until main() puts it right. */
static char nvidia[] =
	"{'deviceProperties': [{'id': 0, 'name': 'NVIDIA A100', 'numSms': 108,"
	" 'totalGlobalMem': 42297524224, 'computeMajor': 8}], 'traceEvents': [{'ph': 'X',"
	" 'cat': 'cuda_runtime', 'name': 'cudaLaunchKernel', 'pid': 100, 'tid': 101,"
	" 'ts': 1712867402348289, 'dur': 3, 'args': {'cbid': 211, 'correlation': 15}},"
	" {'ph': 'X', 'cat': 'kernel', 'name': 'gemm', 'pid': 0, 'tid': 20,"
	" 'ts': 1712867402348300.125, 'dur': 123, 'args': {'device': 0, 'context': 1,"
	" 'stream': 20, 'correlation': 15, 'registers per thread': 122,"
	" 'shared memory': 12544, 'grid': [8, 16, 5], 'block': [128, 1, 1]}},"
	" {'ph': 's', 'id': 15, 'cat': 'ac2g'}, {'ph': 'X', 'cat': 'cuda_sync',"
	" 'name': 'Stream Sync', 'ts': 1, 'args': {'stream': 20, 'correlation': 17,"
	" 'device': 0, 'context': 1}}, {'ph': 'X', 'cat': 'cuda_runtime',"
	" 'name': 'cudaStreamSynchronize', 'pid': 100, 'tid': 101,"
	" 'ts': 1712867402348310, 'dur': 120, 'args': {'correlation': 17}}],"
	" 'baseTimeNanoseconds': 1751410836000000000}";

static char amd[] =
	"[{'ph': 'X', 'cat': 'cuda_runtime', 'name': 'hipGraphLaunch', 'pid': 251,"
	" 'tid': 251, 'ts': 4909914680019.238, 'dur': 1572.609, 'args': {'cid': 215,"
	" 'correlation': 92178}}, {'ph': 'X', 'cat': 'kernel', 'name': 'a', 'pid': 9,"
	" 'tid': 3, 'ts': 4909914680033.304, 'dur': 13.499, 'args': {'device': 9,"
	" 'stream': 3, 'correlation': 92178}}, {'ph': 'X', 'cat': 'kernel', 'name': 'b',"
	" 'pid': 9, 'tid': 3, 'ts': 4909914680050.5, 'dur': 2, 'args': {'device': 9,"
	" 'stream': 3, 'correlation': 92178}}, {'ph': 'X', 'cat': 'gpu_memcpy',"
	" 'name': 'Memcpy DtoH (Device -> Host)', 'pid': 9, 'tid': 3,"
	" 'ts': 4909914680060.5, 'dur': 2, 'args': {'bytes': 256}}, {'ph': 'X',"
	" 'cat': 'user_annotation', 'name': 'step', 'pid': 251, 'tid': 'main',"
	" 'ts': 4909914680010, 'dur': 100}]";

static const struct fuzz_seed seeds[] = {
	{ nvidia, sizeof(nvidia) - 1 },
	{ amd, sizeof(amd) - 1 },
};

static const char *const words[] = {
	"-1",
	"1e308",
	"9223372036854775807",
	"99999999999999999999",
	"0.0005",
	"4294967296",
	"[",
	"]",
	"{",
	"}",
	"\"",
	",",
	":",
	"null",
	"\\u0000",
	"\\ud800",
	"\xff",
	"\"dur\": -1,",
	"\"ts\": 9223372036854775.807,",
	"\"ph\": \"X\", \"cat\": \"kernel\",",
	"\"args\": {\"grid\": [0]},",
	"\"pid\": \"x\",",
	"\"traceEvents\": [{}],",
	NULL,
};

int main(void)
{
	const struct fuzz_target target = {
		.seeds = seeds,
		.n_seeds = G_N_ELEMENTS(seeds),
		.words = words,
		.runs = 1000,
		.check = fuzz_import_check,
	};

	g_strdelimit(nvidia, "'", '"');
	g_strdelimit(amd, "'", '"');
	return fuzz_import_main(&target, "kineto");
}
