/* shapes - every way to launch a kernel, and every dimension of one. */
#include "tests/capture/programs/program.h"

int main(void)
{
	CUlaunchAttribute attrs[] = {
		{ .id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION,
		  .value.clusterDim = { 2, 2, 1 } },
		{ .id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION,
		  .value.programmaticStreamSerializationAllowed = 1 },
	};
	CUlaunchConfig config = { .gridDimX = 4,
				  .gridDimY = 6,
				  .gridDimZ = 3,
				  .blockDimX = 32,
				  .blockDimY = 4,
				  .blockDimZ = 2,
				  .sharedMemBytes = 4096,
				  .attrs = attrs,
				  .numAttrs = 2 };
	CUlibrary library;
	CUfunction f, g;
	CUkernel kernel;

	begin();
	f = function("shape_spin_40000");
	OK(cuStreamCreate(&config.hStream, CU_STREAM_NON_BLOCKING));
	OK(cuLaunchKernel(f, 65535, 2, 1, 1024, 1, 1, 49152, config.hStream, NULL, NULL));
	OK(cuLaunchKernelEx(&config, f, NULL, NULL));
	OK(cuLaunchKernelEx_ptsz(&config, f, NULL, NULL));
	OK(cuLaunchCooperativeKernel(f, 132, 1, 1, 256, 1, 1, 0, config.hStream, NULL));
	OK(cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL));
	OK(cuLibraryLoadData(&library, "code", NULL, NULL, 0, NULL, NULL, 0));
	OK(cuLibraryGetKernel(&kernel, library, "of_a_library_spin_7000"));
	OK(cuKernelGetFunction(&g, kernel));
	launch(g, 2, 64, config.hStream);
	/* refused, and so never seen on the device */
	if (!cuLaunchKernel(f, 0, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL))
		return 1;
	OK(cuCtxSynchronize());
	puts("shapes: six launches and one that failed");
	return 0;
}
