/*
 * api-call - names of functions, as profilers write them.
 */
#include "traces/api-call.h"

#include <check.h>
#include <glib.h>
#include <string.h>

static const struct {
	const char *name;
	struct ct_api_call call;
} operations[] = {
	{ "cudaLaunchKernel", { CT_OP_KERNEL, 0, 0 } },
	{ "cudaLaunchKernel_v7000", { CT_OP_KERNEL, 0, 0 } },
	{ "__cudaLaunchKernel_ptsz_v13000", { CT_OP_KERNEL, 0, 0 } },
	{ "cudaLaunchKernelExC_ptsz_v11060", { CT_OP_KERNEL, 0, 0 } },
	{ "cudaLaunchCooperativeKernel", { CT_OP_KERNEL, 0, 0 } },
	{ "cuLaunchKernelEx", { CT_OP_KERNEL, 0, 0 } },
	{ "hipExtModuleLaunchKernel", { CT_OP_KERNEL, 0, 0 } },
	{ "hipModuleLaunchKernel", { CT_OP_KERNEL, 0, 0 } },
	{ "cudaGraphLaunch", { CT_OP_GRAPH_LAUNCH, 0, 0 } },
	{ "cudaMemcpy", { CT_OP_MEMCPY, CT_OP_BLOCKING, 0 } },
	{ "cudaMemcpyAsync", { CT_OP_MEMCPY, 0, 0 } },
	{ "cuMemcpyHtoD_v2", { CT_OP_MEMCPY, CT_OP_BLOCKING, 0 } },
	{ "cuMemcpyHtoDAsync_v2", { CT_OP_MEMCPY, 0, 0 } },
	{ "hipMemcpyWithStream", { CT_OP_MEMCPY, CT_OP_BLOCKING, 0 } },
	{ "cudaMemsetAsync", { CT_OP_MEMSET, 0, 0 } },
	{ "cuMemsetD8Async", { CT_OP_MEMSET, 0, 0 } },
	{ "cudaEventRecordWithFlags", { CT_OP_EVENT_RECORD, 0, 1 } },
	{ "cudaStreamWaitEvent", { CT_OP_EVENT_WAIT, 0, 1 } },
	{ "cudaEventSynchronize", { CT_OP_EVENT_SYNC, 0, 1 } },
	{ "hipStreamSynchronize", { CT_OP_STREAM_SYNC, 0, 1 } },
	{ "cuCtxSynchronize", { CT_OP_DEVICE_SYNC, 0, 1 } },
	{ "cudaMalloc", { CT_OP_ALLOC, 0, 1 } },
	{ "cuMemAlloc_v2", { CT_OP_ALLOC, 0, 1 } },
	{ "cudaFree", { CT_OP_FREE, 0, 1 } },
	{ "cuMemFree_v2", { CT_OP_FREE, 0, 1 } },
};

static const char *const others[] = {
	"",
	"cuda",
	"cudaGetDevice",
	"cudaLaunchHostFunc",
	"cudaMallocHost",
	"cudaMallocAsync",
	"cudaFreeAsync",
	"cudaFreeHost",
	"cuMemAllocHost",
	"cuMemFreeHost",
	"cudaEventQuery",
	"cudaStreamIsCapturing",
	"hipHostMalloc",
	"cudaHostAlloc",
	"cudaFuncSetAttribute",
	"INVALID",
	"cudaEventCreate",
};

START_TEST(test_operation)
{
	const char *name = operations[_i].name;
	const struct ct_api_call *want = &operations[_i].call;
	struct ct_api_call got = { 0 };

	ck_assert_msg(ct_api_call(name, strlen(name), &got), "%s is no operation", name);
	ck_assert_msg(got.kind == want->kind, "%s is of kind %d", name, got.kind);
	ck_assert_msg(got.flags == want->flags, "%s has flags %d", name, got.flags);
	ck_assert_msg(got.keep == want->keep, "%s: keep is %d", name, got.keep);
}
END_TEST

START_TEST(test_other)
{
	struct ct_api_call call;

	ck_assert_msg(!ct_api_call(others[_i], strlen(others[_i]), &call),
		      "%s is of kind %d", others[_i], call.kind);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("api-call");
	TCase *tcase = tcase_create("api-call");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, test_operation, 0, G_N_ELEMENTS(operations));
	tcase_add_loop_test(tcase, test_other, 0, G_N_ELEMENTS(others));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
