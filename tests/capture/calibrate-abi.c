/* calibrate-abi - what the benchmarks declare of the driver is what cuda.h says. */
#include <cuda.h>

#define CT_CAL_HAVE_CUDA_H
#include "capture/calibrate/driver.h"

/* A pointer to the function, and ours: two types that differ are told apart. */
#define SAME_CALL(name, arguments)                                                         \
	_Static_assert(                                                                    \
		__builtin_types_compatible_p(__typeof__(&name), CUresult(*) arguments),    \
		#name);
CT_CAL_CALLS(SAME_CALL)
#if CUDA_VERSION >= 12040
CT_CAL_NEWER_CALLS(SAME_CALL)
#endif

#define SAME_ATTRIBUTE(name, number)                                                       \
	_Static_assert((int)CU_DEVICE_ATTRIBUTE_##name == (number), #name);
CT_CAL_ATTRIBUTES(SAME_ATTRIBUTE)

_Static_assert((int)CUDA_ERROR_NOT_READY == CT_CAL_NOT_READY, "not ready");
_Static_assert((int)CU_STREAM_NON_BLOCKING == (int)CT_CAL_NON_BLOCKING, "non-blocking");
_Static_assert((int)CU_DEV_RESOURCE_TYPE_SM == (int)CT_CAL_RESOURCE_SM, "SMs");
_Static_assert((int)CU_STREAM_CAPTURE_MODE_THREAD_LOCAL == (int)CT_CAL_CAPTURE_THREAD,
	       "capture");
_Static_assert(sizeof(CUresult) == sizeof(int), "results are read as int");

int main(void)
{
	return 0;
}
