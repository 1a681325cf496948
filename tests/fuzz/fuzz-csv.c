/*
 * fuzz-csv - damaged reports of nsys stats.
 */
#include "tests/fuzz/fuzz-import.h"

static const char report[] =
	"Start (ns),Duration (ns),CorrId,GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Reg/Trd,"
	"StcSMem (MB),DymSMem (MB),Bytes (MB),Throughput (MBps),SrcMemKd,DstMemKd,"
	"Device,Ctx,GreenCtx,Strm,Name\n"
	"1000,500,7,2,3,1,128,1,1,32,0.001,0.002,,,,,NVIDIA A100 (0),1,,14,"
	"\"void f<int, \"\"x\"\">(T1, T2)\"\r\n"
	"1600,50,8,,,,,,,,,,160.885,5913.3,Pageable,Device,NVIDIA A100 (0),1,,14,"
	"[CUDA memcpy Host-to-Device]\n"
	"1700,50,9,,,,,,,,,,0.1,1,Device,,NVIDIA A100 (0),1,,14,[CUDA memset]\n";

static const struct fuzz_seed seeds[] = { { report, sizeof(report) - 1 } };

static const char *const words[] = {
	",",     "\"",        "\n",   "\r\n", "-1",     "9223372036854775807",
	"1e999", "0.0000001", "(ns)", "(us)", "[CUDA ", "(4294967295)",
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

	return fuzz_import_main(&target, "nsys-csv");
}
