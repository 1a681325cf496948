/* copies - copies and fills that block and that do not, and memory of every kind. */
#include <string.h>

#include "tests/capture/programs/program.h"

#define BYTES (64u << 10)

int main(void)
{
	CUmemAllocationProp prop = { .type = CU_MEM_ALLOCATION_TYPE_PINNED };
	CUmemAccessDesc access = { .flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE };
	CUmemGenericAllocationHandle handle;
	static char there[BYTES], back[BYTES];
	CUdeviceptr a, b, in_order, mapped;
	CUstream stream;
	void *pinned;

	begin();
	memset(there, 'x', sizeof(there));
	OK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	OK(cuMemAlloc_v2(&a, BYTES));
	OK(cuMemAlloc_v2(&b, BYTES));
	OK(cuMemAllocHost_v2(&pinned, BYTES));
	OK(cuMemcpyHtoD_v2(a, there, BYTES));
	OK(cuMemcpyDtoDAsync_v2(b, a, BYTES, stream));
	OK(cuMemcpyDtoHAsync_v2(pinned, b, BYTES / 2, stream));
	OK(cuStreamSynchronize(stream));
	OK(cuMemcpyDtoH_v2(back, b, BYTES));
	OK(cuMemsetD8Async(a, 1, 1000, stream));
	OK(cuMemsetD32_v2(a, 2, 500));
	OK(cuMemcpyHtoDAsync_v2(a, pinned, 4096, stream));
	OK(cuMemAllocAsync(&in_order, 8192, stream));
	OK(cuMemcpyDtoDAsync_v2(in_order, a, 8192, stream));
	OK(cuMemFreeAsync(in_order, stream));
	OK(cuMemAddressReserve(&mapped, 2u << 20, 0, 0, 0));
	OK(cuMemCreate(&handle, 2u << 20, &prop, 0));
	OK(cuMemMap(mapped, 2u << 20, 0, handle, 0));
	OK(cuMemSetAccess(mapped, 2u << 20, &access, 1));
	OK(cuStreamSynchronize(stream));
	OK(cuMemUnmap(mapped, 2u << 20));
	OK(cuMemRelease(handle));
	OK(cuMemAddressFree(mapped, 2u << 20));
	OK(cuMemFree_v2(a));
	OK(cuMemFree_v2(b));
	OK(cuMemFreeHost(pinned));
	printf("copies: %s\n", memcmp(there, back, BYTES) ? "differ" : "the same bytes");
	return 0;
}
