/* threads - threads that launch at once, each in a stream of its own and in its thread's
 * own.  threads [THREADS] [LAUNCHES] */
#include <pthread.h>

#include "tests/capture/programs/program.h"

#define MAX_THREADS 16

static CUcontext context;
static int n_launches;

static void *run(void *name)
{
	CUfunction f;
	CUstream stream;

	OK(cuCtxSetCurrent(context));
	f = function(name);
	OK(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	for (int i = 0; i < n_launches; i++) {
		launch(f, 32, 128, stream);
		OK(cuLaunchKernel_ptsz(f, 2, 2, 2, 64, 1, 1, 0, NULL, NULL, NULL));
		if (i % 16 == 15)
			OK(cuStreamSynchronize(stream));
	}
	OK(cuStreamSynchronize_ptsz(NULL));
	OK(cuStreamSynchronize(stream));
	return NULL;
}

int main(int argc, char **argv)
{
	int n = number(argc, argv, 1, 4);
	char names[MAX_THREADS][32];
	pthread_t threads[MAX_THREADS];

	n_launches = number(argc, argv, 2, 40);
	if (n > MAX_THREADS)
		return 2;
	context = begin();
	for (int i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "thread_%d_spin_2000", i);
		if (pthread_create(&threads[i], NULL, run, names[i]))
			return 1;
	}
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	printf("threads: %d x %d\n", n, 2 * n_launches);
	return 0;
}
