/* cuda-abi - what the fake driver declares is what the toolkit's headers say. */
#include <cuda.h>
#include <cupti_driver_cbid.h>
#include <stddef.h>

/* Prototypes: two that differ do not compile. */
#undef cuGetProcAddress
#undef cuEventElapsedTime
#undef cuGraphAddDependencies
#include "tests/fakes/cuda-functions.h"

#define CT_FAKE_NUMBER(name, value) _Static_assert((int)(name) == (value), #name);
#include "tests/fakes/cuda-numbers.h"

#define CT_FAKE_CALL(name, number)                                                         \
	_Static_assert((int)(CUPTI_DRIVER_TRACE_CBID_##name) == (number), #name);
#include "tests/fakes/cuda-calls.h"

#define CT_FAKE_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type);
#define CT_FAKE_FIELD(type, field, at)                                                     \
	_Static_assert(offsetof(type, field) == (at), #type "." #field);
#include "tests/fakes/cuda-layout.h"

int main(void)
{
	return 0;
}
