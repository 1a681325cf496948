/* loop - N rounds of two kernels in one stream and a wait for them.  loop [ROUNDS] */
#include "tests/capture/programs/program.h"

int main(int argc, char **argv)
{
	int n = number(argc, argv, 1, 10);
	CUfunction first, second;
	CUstream stream;

	begin();
	first = function("first_spin_5000");
	second = function("_Z6secondPKfPfi");
	OK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	for (int i = 0; i < n; i++) {
		launch(first, 16, 128, stream);
		launch(second, 264, 256, stream);
		OK(cuStreamSynchronize(stream));
	}
	printf("loop: %d rounds\n", n);
	return 5;
}
