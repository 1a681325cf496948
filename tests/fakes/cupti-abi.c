/* cupti-abi - records of the fake CUPTI are as long as the toolkit's headers say. */
#include <cuda.h>
#include <cupti.h>

#define CT_FAKE_RECORD(kind, since, bytes, type)                                           \
	_Static_assert(sizeof(type) == (bytes), #type);
#include "tests/fakes/cupti-lengths.h"

int main(void)
{
	return 0;
}
