/* closes - closes all files but the first three, whoever's they are, and opens its own. */
#include <fcntl.h>
#include <unistd.h>

#include "tests/capture/programs/program.h"

#define N_FILES 64
#define HIGHEST 4096

int main(void)
{
	int files[N_FILES], n_spoilt = 0;
	CUfunction f;

	begin();
	f = function("step_spin_1000");
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 10; i++)
			launch(f, 5, 32, NULL);
		OK(cuCtxSynchronize());
		usleep(300000);
		for (int fd = 3; fd < HIGHEST; fd++)
			close(fd);
		for (int i = 0; i < N_FILES; i++)
			files[i] = open("/dev/null", O_RDONLY);
	}
	for (int i = 0; i < N_FILES; i++)
		n_spoilt += lseek(files[i], 0, SEEK_CUR) != 0 || files[i] != 3 + i;
	printf("closes: %d of %d files are not as they were\n", n_spoilt, N_FILES);
	return n_spoilt ? 1 : 7;
}
