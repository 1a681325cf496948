/* forks - a child is made before or after cuInit(), and tries to use CUDA; or it becomes
 * another program, which lists the files that are open.  forks before|after|exec */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/capture/programs/program.h"

static void work(const char *name)
{
	begin();
	for (int i = 0; i < 5; i++)
		launch(function(name), 3, 32, NULL);
	OK(cuCtxSynchronize());
}

static int child_after(void)
{
	CUcontext context;

	if (cuInit(0) != CUDA_ERROR_NOT_INITIALIZED ||
	    cuCtxGetCurrent(&context) != CUDA_ERROR_NOT_INITIALIZED)
		return 1;
	return 8;
}

int main(int argc, char **argv)
{
	int before = argc > 1 && !strcmp(argv[1], "before"), status;
	pid_t child;

	if (!before)
		work("parent_spin_1000");
	fflush(stdout);
	usleep(150000); /* whoever listens has opened what he opens */
	child = fork();
	if (!child) {
		if (argc > 1 && !strcmp(argv[1], "exec")) {
			execlp("ls", "ls", "/proc/self/fd", (char *)NULL);
			exit(1);
		}
		if (!before)
			exit(child_after());
		work("child_spin_1000");
		exit(8);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	work("parent_spin_1000");
	printf("forks: the child ended with %d\n",
	       WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	return 0;
}
