/* graph - one graph built node by node, one captured; both branch; launched several times. */
#include <string.h>

#include "tests/capture/programs/program.h"

static CUgraphExec built(CUdeviceptr at)
{
	CUDA_KERNEL_NODE_PARAMS kernel = { .func = function("left_spin_9000"),
					   .gridDimX = 4,
					   .gridDimY = 2,
					   .gridDimZ = 1,
					   .blockDimX = 64,
					   .blockDimY = 1,
					   .blockDimZ = 1 };
	CUDA_MEMSET_NODE_PARAMS set = {
		.dst = at, .elementSize = 4, .width = 256, .height = 1
	};
	static char there[1024];
	CUDA_MEMCPY3D copy = { .srcMemoryType = CU_MEMORYTYPE_DEVICE,
			       .srcDevice = at,
			       .dstMemoryType = CU_MEMORYTYPE_HOST,
			       .dstHost = there,
			       .WidthInBytes = sizeof(there),
			       .Height = 1,
			       .Depth = 1 };
	CUgraphNode root, sides[2], join;
	CUgraphExec exec;
	CUcontext context;
	CUgraph graph;

	OK(cuCtxGetCurrent(&context));
	OK(cuGraphCreate(&graph, 0));
	OK(cuGraphAddMemsetNode(&root, graph, NULL, 0, &set, context));
	OK(cuGraphAddKernelNode_v2(&sides[0], graph, &root, 1, &kernel));
	kernel.func = function("right_spin_4000");
	kernel.sharedMemBytes = 2048;
	OK(cuGraphAddKernelNode_v2(&sides[1], graph, NULL, 0, &kernel));
	OK(cuGraphAddDependencies_v2(graph, &root, &sides[1], NULL, 1));
	OK(cuGraphAddMemcpyNode(&join, graph, sides, 2, &copy, context));
	OK(cuGraphInstantiateWithFlags(&exec, graph, 0));
	OK(cuGraphDestroy(graph));
	return exec;
}

static CUgraphExec captured(CUstream stream)
{
	CUfunction f = function("captured_spin_3000");
	CUstream other;
	CUevent out, back;
	CUgraphExec exec;
	CUgraph graph;

	OK(cuStreamCreate(&other, CU_STREAM_NON_BLOCKING));
	OK(cuEventCreate(&out, CU_EVENT_DISABLE_TIMING));
	OK(cuEventCreate(&back, CU_EVENT_DISABLE_TIMING));
	OK(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
	launch(f, 1, 32, stream);
	OK(cuEventRecord(out, stream));
	OK(cuStreamWaitEvent(other, out, 0));
	launch(f, 2, 32, other);
	launch(f, 3, 32, stream);
	OK(cuEventRecord(back, other));
	OK(cuStreamWaitEvent(stream, back, 0));
	launch(f, 4, 32, stream);
	OK(cuStreamEndCapture(stream, &graph));
	OK(cuGraphInstantiateWithFlags(&exec, graph, 0));
	return exec;
}

int main(void)
{
	CUgraphExec one, two;
	CUdeviceptr at;
	CUstream stream;

	begin();
	OK(cuMemAlloc_v2(&at, 1 << 16));
	OK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	one = built(at);
	two = captured(stream);
	for (int i = 0; i < 3; i++) {
		OK(cuGraphLaunch(one, stream));
		OK(cuGraphLaunch(two, stream));
	}
	launch(function("plain_spin_1000"), 1, 32, stream);
	OK(cuStreamSynchronize(stream));
	puts("graph: 3 launches of each");
	return 0;
}
