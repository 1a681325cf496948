/* streams - three streams of different priority that wait for each other by events. */
#include "tests/capture/programs/program.h"

int main(void)
{
	CUstream low, high, blocking;
	CUevent forked, joined;
	CUfunction a, b, c, d;
	float ms;

	begin();
	a = function("a_spin_20000");
	b = function("b_spin_30000");
	c = function("c_spin_10000");
	d = function("d_spin_5000");
	OK(cuStreamCreateWithPriority(&low, CU_STREAM_NON_BLOCKING, 0));
	OK(cuStreamCreateWithPriority(&high, CU_STREAM_NON_BLOCKING, -5));
	OK(cuStreamCreateWithPriority(&blocking, CU_STREAM_DEFAULT, -2));
	OK(cuEventCreate(&forked, CU_EVENT_DEFAULT));
	OK(cuEventCreate(&joined, CU_EVENT_DEFAULT));
	for (int i = 0; i < 3; i++) {
		launch(a, 8, 64, low);
		OK(cuEventRecord(forked, low));
		OK(cuStreamWaitEvent(high, forked, 0));
		launch(b, 132, 1024, high);
		launch(c, 16, 32, low);
		OK(cuEventRecord(joined, high));
		OK(cuStreamWaitEvent(low, joined, 0));
		launch(d, 1, 32, low);
	}
	launch(c, 4, 32, blocking);
	launch(d, 4, 32, NULL);
	OK(cuEventSynchronize(joined));
	OK(cuEventElapsedTime_v2(&ms, forked, joined));
	OK(cuCtxSynchronize());
	puts("streams: done");
	return ms >= 0.03f ? 0 : 1; /* b is between the two */
}
