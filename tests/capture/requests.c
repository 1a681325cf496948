/*
 * requests - a program as others write them, for the fake driver: it answers requests.
 *
 *	requests NAME [--requests N] [anything else is ignored]
 *
 * The device's primary context, the NULL stream, NVTX ranges "request", and a line of JSON
 * at the end.  A NAME with "graph" in it replays a graph that was captured in a stream of
 * its own; with "train", half of the work comes from a second thread; "pair" runs two
 * processes at once.  REQUESTS_GRID_BY_SMS set: the blocks of one kernel are ten for
 * each SM of the context, as libraries do.  REQUESTS_OWN_CONTEXT set: not the primary one.
 * REQUESTS_EXPECT_SMS set: ends with 6 if the context has another number of SMs in the end.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/capture/nvtx-client.h"
#include "tests/fakes/cuda-driver.h"

#define N_GEMM 8
#define N_NORM 4
#define BYTES  65536

#define CHECK(call)                                                                        \
	do {                                                                               \
		CUresult result = (call);                                                  \
		if (result) {                                                              \
			fprintf(stderr, "requests: %s: %d\n", #call, (int)result);         \
			exit(3);                                                           \
		}                                                                          \
	} while (0)

extern char **environ;

static struct {
	CUcontext context;
	CUfunction gemm, norm, wave;
	CUstream side;
	CUgraphExec graph;
	CUdeviceptr memory;
	unsigned wave_blocks;
	int trains;
} program;

static void *from_host;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* As NVTX's own header does it, at its first call. */
static void begin_nvtx(void)
{
	const char *path = getenv("NVTX_INJECTION64_PATH");
	void *library = path && *path ? dlopen(path, RTLD_LAZY) : NULL;
	int (*tool)(ct_nvtx_get_export) = NULL;

	if (library)
		*(void **)&tool = dlsym(library, "InitializeInjectionNvtx2");
	if (tool)
		ct_client_init(0, CT_NVTX_CORE_SLOTS, CT_NVTX_CORE2_SLOTS, tool);
}

static void launch(CUfunction function, unsigned blocks, CUstream stream)
{
	CHECK(cuLaunchKernel(function, blocks, 1, 1, 128, 1, 1, 0, stream, NULL, NULL));
}

static void forward(CUstream stream)
{
	for (int i = 0; i < N_GEMM; i++)
		launch(program.gemm, 256, stream);
	launch(program.wave, program.wave_blocks, stream);
}

static void backward(CUstream stream)
{
	for (int i = 0; i < N_NORM; i++)
		launch(program.norm, 64, stream);
}

static void *other_thread(void *unused)
{
	(void)unused;
	CHECK(cuCtxSetCurrent(program.context));
	backward(NULL);
	return NULL;
}

static void request(void)
{
	pthread_t thread;

	CHECK(cuCtxSetCurrent(program.context)); /* as cudaSetDevice() does */
	if (program.graph) {
		CHECK(cuGraphLaunch(program.graph, program.side));
		CHECK(cuStreamSynchronize(program.side));
		return;
	}
	CHECK(cuMemcpyHtoDAsync_v2(program.memory, from_host, BYTES, NULL));
	forward(NULL);
	if (program.trains) {
		if (pthread_create(&thread, NULL, other_thread, NULL))
			exit(4);
		pthread_join(thread, NULL);
	} else {
		backward(NULL);
	}
	CHECK(cuCtxSynchronize());
}

static unsigned current_sms(void)
{
	CUdevResource sms;
	CUcontext now;

	CHECK(cuCtxGetCurrent(&now));
	CHECK(cuCtxGetDevResource(now, &sms, CU_DEV_RESOURCE_TYPE_SM));
	return sms.sm.smCount;
}

static void capture(void)
{
	CUgraph graph;

	CHECK(cuStreamBeginCapture_v2(program.side, 0));
	forward(program.side);
	backward(program.side);
	CHECK(cuStreamEndCapture(program.side, &graph));
	CHECK(cuGraphInstantiateWithFlags(&program.graph, graph, 0));
}

static void begin(const char *name)
{
	CUmodule module;

	begin_nvtx();
	CHECK(cuInit(0));
	if (getenv("REQUESTS_OWN_CONTEXT"))
		CHECK(cuCtxCreate_v2(&program.context, 0, 0));
	else
		CHECK(cuDevicePrimaryCtxRetain(&program.context, 0));
	CHECK(cuCtxSetCurrent(program.context));
	CHECK(cuModuleLoadData(&module, "requests"));
	CHECK(cuModuleGetFunction(&program.gemm, module, "gemm_scale_13200"));
	CHECK(cuModuleGetFunction(&program.norm, module, "norm_spin_5000"));
	CHECK(cuModuleGetFunction(&program.wave, module, "wave"));
	CHECK(cuMemAlloc_v2(&program.memory, BYTES));
	CHECK(cuMemAllocHost_v2(&from_host, BYTES));
	CHECK(cuStreamCreate(&program.side, CU_STREAM_NON_BLOCKING));
	program.trains = strstr(name, "train") != NULL;
	program.wave_blocks = 1320;
	if (getenv("REQUESTS_GRID_BY_SMS"))
		program.wave_blocks = 10 * current_sms();
	if (strstr(name, "graph"))
		capture();
}

static int run_pair(char *self, char *option, char *n)
{
	char *const first[] = { self, "one", option, n, NULL };
	char *const second[] = { self, "two", option, n, NULL };
	int worst = 0, status;
	pid_t pid[2];

	if (posix_spawnp(&pid[0], self, NULL, NULL, first, environ) ||
	    posix_spawnp(&pid[1], self, NULL, NULL, second, environ))
		return 5;
	for (int i = 0; i < 2; i++) {
		while (waitpid(pid[i], &status, 0) < 0 && errno == EINTR)
			;
		worst = status ? 1 : worst;
	}
	return worst;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "plain";
	int n = 5;

	for (int i = 2; i + 1 < argc; i++)
		if (!strcmp(argv[i], "--requests"))
			n = atoi(argv[i + 1]);
	if (!strcmp(name, "pair"))
		return run_pair(argv[0], argc > 2 ? argv[2] : NULL,
				argc > 3 ? argv[3] : NULL);
	begin(name);
	ct_push("warmup");
	request();
	ct_pop();
	printf("{\"workload\": \"%s\", \"requests\": %d, \"ms\": [", name, n);
	for (int i = 0; i < n; i++) {
		int64_t begin_ns = now_ns();

		ct_push("request");
		request();
		ct_pop();
		printf("%s%.6f", i ? ", " : "", (double)(now_ns() - begin_ns) / 1e6);
	}
	printf("]}\n");
	if (getenv("REQUESTS_EXPECT_SMS") &&
	    current_sms() != (unsigned)atoi(getenv("REQUESTS_EXPECT_SMS")))
		return 6;
	return 0;
}
