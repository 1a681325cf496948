/* names - kernels of ever other names, with pauses between.  names [KERNELS] [PAUSE_MS] */
#include <unistd.h>

#include "tests/capture/programs/program.h"

int main(int argc, char **argv)
{
	int n = number(argc, argv, 1, 6), pause_ms = number(argc, argv, 2, 60);
	char name[64];

	begin();
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "kernel_%c_spin_%d", 'a' + i % 26, 1000 + i);
		launch(function(name), 1, 32, NULL);
		OK(cuCtxSynchronize());
		usleep(1000 * (unsigned)pause_ms);
	}
	printf("names: %d kernels\n", n);
	return 0;
}
