/*
 * driver-test - the fake driver keeps the rules that the tests of the recorder rely on.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fakes/tap.h"

#define MAX_SEEN 256

#define CHECK(condition)                                                                   \
	do {                                                                               \
		if (!(condition)) {                                                        \
			fprintf(stderr, "driver-test: line %d: not %s\n", __LINE__,        \
				#condition);                                               \
			exit(1);                                                           \
		}                                                                          \
	} while (0)
#define OK(call) CHECK((call) == CUDA_SUCCESS)

static struct {
	struct ct_fake_activity activity[MAX_SEEN];
	int n;
	struct ct_fake_resource resource[MAX_SEEN];
	int n_resources;
	int n_begun, n_ended;
	uint32_t last_call;
	CUdevice param;
} seen;

static void on_call(struct ct_fake_call *call, int is_end)
{
	if (is_end) {
		CHECK(call->end_ns >= call->start_ns && call->note == call->correlation);
		seen.n_ended++;
		return;
	}
	call->note = call->correlation;
	seen.n_begun++;
	seen.last_call = call->number;
	if (call->number == 386) { /* cuDevicePrimaryCtxRetain */
		const struct {
			CUcontext *out;
			CUdevice device;
		} *params = call->params;

		seen.param = params->device + 1;
	}
}

static void on_resource(const struct ct_fake_resource *resource)
{
	CHECK(seen.n_resources < MAX_SEEN);
	seen.resource[seen.n_resources++] = *resource;
}

static void on_activity(const struct ct_fake_activity *activity)
{
	CHECK(seen.n < MAX_SEEN);
	seen.activity[seen.n++] = *activity;
}

static const struct ct_fake_activity *last(enum ct_fake_kind kind)
{
	for (int i = seen.n - 1; i >= 0; i--) {
		if (seen.activity[i].kind == kind)
			return &seen.activity[i];
	}
	CHECK(!"there is one");
	return NULL;
}

static CUfunction function(const char *name)
{
	static CUmodule module;
	CUfunction f;

	if (!module)
		OK(cuModuleLoadData(&module, "image"));
	OK(cuModuleGetFunction(&f, module, name));
	return f;
}

static const struct ct_fake_activity *launch(const char *name, CUstream stream)
{
	OK(cuLaunchKernel(function(name), 4, 1, 1, 64, 1, 1, 0, stream, NULL, NULL));
	return last(CT_FAKE_KERNEL);
}

static void test_streams(void)
{
	struct ct_fake_activity a, b, c;
	CUstream one, two, blocking;
	CUevent event;
	int priority;

	OK(cuStreamCreateWithPriority(&one, CU_STREAM_NON_BLOCKING, -9));
	OK(cuStreamGetPriority(one, &priority));
	CHECK(priority == -5);
	OK(cuStreamCreate(&two, CU_STREAM_NON_BLOCKING));
	OK(cuStreamCreate(&blocking, 0));
	CHECK(last(CT_FAKE_STREAM)->flags == 1);

	/* In order within a stream, side by side across. */
	a = *launch("spin_3000000", one);
	b = *launch("spin_1000", one);
	c = *launch("spin_1000", two);
	CHECK(a.end_ns - a.start_ns == 3000000);
	CHECK(b.start_ns >= a.end_ns && c.end_ns < a.end_ns);
	CHECK(cuStreamQuery(one) == CUDA_ERROR_NOT_READY);

	/* What waits for an event starts after it. */
	OK(cuEventCreate(&event, 0));
	OK(cuEventRecord(event, one));
	CHECK(last(CT_FAKE_EVENT)->event_record &&
	      last(CT_FAKE_EVENT)->start_ns == b.end_ns);
	OK(cuStreamWaitEvent(two, event, 0));
	c = *launch("spin_1000", two);
	CHECK(c.start_ns >= b.end_ns);
	CHECK(last(CT_FAKE_SYNC)->event_record == last(CT_FAKE_EVENT)->event_record);

	/* The NULL stream and blocking streams wait for each other, others do not. */
	a = *launch("spin_2000000", blocking);
	b = *launch("spin_1000", NULL);
	CHECK(b.start_ns >= a.end_ns);
	c = *launch("spin_1000", blocking);
	CHECK(c.start_ns >= b.end_ns);

	OK(cuCtxSynchronize());
	CHECK(cuStreamQuery(one) == CUDA_SUCCESS && cuStreamQuery(NULL) == CUDA_SUCCESS);
	CHECK(last(CT_FAKE_SYNC)->type == CT_FAKE_SYNC_CONTEXT);
	CHECK(last(CT_FAKE_SYNC)->end_ns >= c.end_ns);
	OK(cuStreamDestroy_v2(two));
	CHECK(cuStreamQuery(two) == CUDA_ERROR_INVALID_HANDLE);
}

static void test_green(CUdevice device)
{
	CUdevResource all, groups[64], rest;
	CUdevResourceDesc desc;
	CUgreenCtx green;
	CUcontext context, before;
	CUstream stream;
	unsigned n = 64;

	OK(cuDeviceGetDevResource(device, &all, CU_DEV_RESOURCE_TYPE_SM));
	CHECK(all.sm.smCount == 132);
	OK(cuDevSmResourceSplitByCount(groups, &n, &all, &rest, 0, 1));
	CHECK(n == 16 && groups[15].sm.smCount == 8 && rest.sm.smCount == 4);
	OK(cuDevResourceGenerateDesc(&desc, groups, 3));
	n = 61;
	OK(cuDevSmResourceSplitByCount(groups + 3, &n, &all, NULL, 1, 1));
	CHECK(groups[3].sm.smCount == 2);
	CHECK(cuDevResourceGenerateDesc(&desc, groups + 2, 30) != CUDA_SUCCESS);
	OK(cuDevResourceGenerateDesc(&desc, groups, 3));
	OK(cuGreenCtxCreate(&green, desc, device, CU_GREEN_CTX_DEFAULT_STREAM));
	CHECK(last(CT_FAKE_CONTEXT)->is_green && last(CT_FAKE_CONTEXT)->sms == 24);
	OK(cuCtxFromGreenCtx(&context, green));
	OK(cuCtxGetCurrent(&before));
	CHECK(launch("scale_24000", NULL)->end_ns - last(CT_FAKE_KERNEL)->start_ns ==
	      24000);
	OK(cuCtxSetCurrent(context));
	OK(cuGreenCtxStreamCreate(&stream, green, CU_STREAM_NON_BLOCKING, 0));
	launch("scale_24000", stream);
	CHECK(last(CT_FAKE_KERNEL)->end_ns - last(CT_FAKE_KERNEL)->start_ns == 132000);
	OK(cuCtxSetCurrent(before));
}

static void test_graph(void)
{
	CUDA_KERNEL_NODE_PARAMS params = { .func = function("spin_10000"),
					   .gridDimX = 1,
					   .gridDimY = 1,
					   .gridDimZ = 1,
					   .blockDimX = 32,
					   .blockDimY = 1,
					   .blockDimZ = 1 };
	CUgraphNode root, left, right, join, branches[2];
	CUstream one, two;
	CUgraphExec exec;
	CUevent fork, back;
	CUgraph graph;
	int n_before;

	OK(cuGraphCreate(&graph, 0));
	OK(cuGraphAddKernelNode_v2(&root, graph, NULL, 0, &params));
	OK(cuGraphAddKernelNode_v2(&left, graph, &root, 1, &params));
	OK(cuGraphAddKernelNode_v2(&right, graph, &root, 1, &params));
	branches[0] = left;
	branches[1] = right;
	OK(cuGraphAddEmptyNode(&join, graph, branches, 2));
	OK(cuGraphInstantiateWithFlags(&exec, graph, 0));
	CHECK(seen.resource[seen.n_resources - 1].event == CT_FAKE_EXEC_CREATED);
	n_before = seen.n;
	OK(cuGraphLaunch(exec, NULL));
	CHECK(seen.n == n_before + 3);
	CHECK(seen.activity[n_before + 1].start_ns == seen.activity[n_before + 2].start_ns);
	CHECK(seen.activity[n_before + 1].start_ns > seen.activity[n_before].end_ns);
	CHECK(seen.activity[n_before].node >> 32 == seen.activity[n_before].graph);
	CHECK(seen.activity[n_before].node != ct_fake_driver()->node_id(root));

	/* The same by capture: nothing runs until it is launched. */
	OK(cuStreamCreate(&one, CU_STREAM_NON_BLOCKING));
	OK(cuStreamCreate(&two, CU_STREAM_NON_BLOCKING));
	OK(cuEventCreate(&fork, 2));
	OK(cuEventCreate(&back, 2));
	n_before = seen.n;
	OK(cuStreamBeginCapture_v2(one, CU_STREAM_CAPTURE_MODE_GLOBAL));
	OK(cuLaunchKernel(params.func, 1, 1, 1, 32, 1, 1, 0, one, NULL, NULL));
	OK(cuEventRecord(fork, one));
	OK(cuStreamWaitEvent(two, fork, 0));
	OK(cuLaunchKernel(params.func, 1, 1, 1, 32, 1, 1, 0, two, NULL, NULL));
	OK(cuLaunchKernel(params.func, 1, 1, 1, 32, 1, 1, 0, one, NULL, NULL));
	OK(cuEventRecord(back, two));
	OK(cuStreamWaitEvent(one, back, 0));
	OK(cuLaunchKernel(params.func, 1, 1, 1, 32, 1, 1, 0, one, NULL, NULL));
	CHECK(cuStreamSynchronize(one) == CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
	OK(cuStreamEndCapture(one, &graph));
	CHECK(seen.n == n_before);
	OK(cuGraphInstantiateWithFlags(&exec, graph, 0));
	OK(cuGraphLaunch(exec, one));
	CHECK(seen.n == n_before + 4);
	CHECK(seen.activity[n_before + 1].start_ns == seen.activity[n_before + 2].start_ns);
	CHECK(seen.activity[n_before + 3].start_ns > seen.activity[n_before + 2].end_ns);
	OK(cuStreamSynchronize(one));
}

static void test_memory(void)
{
	char there[64] = "as it was", back[64] = "";
	CUdeviceptr at, mapped;
	CUmemGenericAllocationHandle handle;
	CUmemAllocationProp prop = { .type = CU_MEM_ALLOCATION_TYPE_PINNED };
	CUmemAccessDesc access = { .flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE };
	void *pinned;

	OK(cuMemAlloc_v2(&at, 1 << 20));
	OK(cuMemAllocHost_v2(&pinned, 4096));
	OK(cuMemcpyHtoD_v2(at, there, sizeof(there)));
	CHECK(last(CT_FAKE_COPY)->copy_kind == CT_FAKE_HTOD);
	CHECK(last(CT_FAKE_COPY)->from_kind == CT_FAKE_PAGEABLE);
	OK(cuMemcpyDtoHAsync_v2(pinned, at, 4096, NULL));
	CHECK(last(CT_FAKE_COPY)->to_kind == CT_FAKE_PINNED && last(CT_FAKE_COPY)->async);
	OK(cuMemcpyDtoH_v2(back, at, sizeof(back)));
	CHECK(!strcmp(back, there));
	OK(cuMemsetD8Async(at, 7, 4096, NULL));
	CHECK(last(CT_FAKE_SET)->bytes == 4096);
	OK(cuMemFree_v2(at));
	CHECK(cuMemFree_v2(at) == CUDA_ERROR_INVALID_VALUE);
	OK(cuMemFreeHost(pinned));
	OK(cuMemAllocAsync(&at, 4096, NULL));
	CHECK(last(CT_FAKE_MEMORY)->async && last(CT_FAKE_MEMORY)->pool);
	OK(cuMemFreeAsync(at, NULL));

	OK(cuMemAddressReserve(&mapped, 2u << 20, 0, 0, 0));
	OK(cuMemCreate(&handle, 2u << 20, &prop, 0));
	OK(cuMemMap(mapped, 2u << 20, 0, handle, 0));
	OK(cuMemSetAccess(mapped, 2u << 20, &access, 1));
	*(char *)(uintptr_t)mapped = 1;
	OK(cuMemUnmap(mapped, 2u << 20));
	OK(cuMemRelease(handle));
	OK(cuMemAddressFree(mapped, 2u << 20));
}

static void test_lookup(void)
{
	CUdriverProcAddressQueryResult found;
	void *f;

	OK(cuGetProcAddress_v2("cuLaunchKernel", &f, 12000, 0, &found));
	CHECK(f == (void *)cuLaunchKernel && found == CU_GET_PROC_ADDRESS_SUCCESS);
	OK(cuGetProcAddress_v2("cuLaunchKernel", &f, 12000, 2, &found));
	CHECK(f == (void *)cuLaunchKernel_ptsz);
	OK(cuGetProcAddress_v2("cuMemAlloc", &f, 12000, 2, &found));
	CHECK(f == (void *)cuMemAlloc_v2);
	CHECK(cuGetProcAddress_v2("", &f, 12000, 0, &found) == CUDA_ERROR_NOT_FOUND);
}

static void test_fork(void)
{
	int status;
	pid_t child = fork();

	CHECK(child >= 0);
	if (!child) {
		int n = cuInit(0) == CUDA_ERROR_NOT_INITIALIZED &&
			cuDeviceGetCount(&n) == CUDA_ERROR_NOT_INITIALIZED;

		_exit(n ? 0 : 1);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void *in_thread(void *context)
{
	unsigned long long mine, theirs;

	OK(cuCtxSetCurrent(context));
	for (int i = 0; i < 8; i++)
		OK(cuLaunchKernel_ptsz(function("spin_1000"), 1, 1, 1, 32, 1, 1, 0, NULL,
				       NULL, NULL));
	OK(cuStreamGetId_ptsz(NULL, &mine));
	OK(cuStreamGetId(NULL, &theirs));
	CHECK(mine != theirs);
	OK(cuStreamSynchronize_ptsz(NULL));
	return NULL;
}

int main(void)
{
	static const struct ct_fake_tap tap = { on_call, on_resource, on_activity };
	pthread_t threads[4];
	CUcontext context;
	CUdevice device;
	int n;

	CHECK(cuDeviceGetCount(&n) == CUDA_ERROR_NOT_INITIALIZED);
	OK(cuInit(0));
	ct_fake_driver()->set_tap(&tap);
	OK(cuDeviceGetCount(&n));
	CHECK(n == 1);
	OK(cuDeviceGet(&device, 0));
	CHECK(cuCtxSynchronize() == CUDA_ERROR_INVALID_CONTEXT);
	OK(cuDevicePrimaryCtxRetain(&context, device));
	CHECK(seen.param == device + 1 && last(CT_FAKE_STREAM)->flags == 3);
	OK(cuCtxSetCurrent(context));
	test_streams();
	test_green(device);
	test_graph();
	test_memory();
	test_lookup();
	CHECK(seen.n_begun == seen.n_ended);
	test_fork();

	/* Threads, without the tap: it counts for one only. */
	ct_fake_driver()->set_tap(NULL);
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_create(&threads[i], NULL, in_thread, context));
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_join(threads[i], NULL));
	OK(cuDevicePrimaryCtxRelease_v2(device));
	CHECK(cuDevicePrimaryCtxRelease_v2(device) == CUDA_ERROR_INVALID_CONTEXT);
	return 0;
}
