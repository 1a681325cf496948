/* green - the same kernel on all SMs and on 24 of them. */
#include "tests/capture/programs/program.h"

int main(void)
{
	CUdevResource all, groups[16];
	CUdevResourceDesc desc;
	CUcontext primary, part;
	CUgreenCtx green;
	CUstream stream;
	CUfunction f;
	unsigned n = 16;

	primary = begin();
	f = function("scale_24000");
	OK(cuDeviceGetDevResource(0, &all, CU_DEV_RESOURCE_TYPE_SM));
	OK(cuDevSmResourceSplitByCount(groups, &n, &all, NULL, 0, 8));
	OK(cuDevResourceGenerateDesc(&desc, groups, 3));
	OK(cuGreenCtxCreate(&green, desc, 0, CU_GREEN_CTX_DEFAULT_STREAM));
	OK(cuGreenCtxStreamCreate(&stream, green, CU_STREAM_NON_BLOCKING, -1));
	OK(cuCtxFromGreenCtx(&part, green));
	launch(f, 1000, 256, NULL);
	launch(f, 1000, 256, stream);
	OK(cuCtxSetCurrent(part));
	launch(f, 500, 256, NULL);
	OK(cuStreamSynchronize(stream));
	OK(cuCtxSynchronize());
	OK(cuCtxSetCurrent(primary));
	OK(cuCtxSynchronize());
	printf("green: %u SMs of %u\n", 3 * groups[0].sm.smCount, all.sm.smCount);
	return 0;
}
