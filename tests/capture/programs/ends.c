/* ends - works for a while and then goes without saying goodbye.
 * ends exit|kill|return|running [MS] */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/capture/programs/program.h"

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "return";
	int64_t until_ms = now_ms() + number(argc, argv, 2, 500);
	int n = 0;
	CUfunction f;

	begin();
	f = function("step_spin_1000");
	do {
		launch(f, 5, 32, NULL);
		OK(cuCtxSynchronize());
		n++;
		usleep(1000);
	} while (now_ms() < until_ms);
	printf("ends: %d steps until %lld ms\n", n, (long long)now_ms());
	fflush(stdout);
	if (!strcmp(how, "running")) /* its last kernel has not ended */
		launch(function("last_spin_2000000000"), 5, 32, NULL);
	if (!strcmp(how, "exit"))
		_exit(3);
	if (!strcmp(how, "kill"))
		kill(getpid(), SIGKILL);
	return 4;
}
