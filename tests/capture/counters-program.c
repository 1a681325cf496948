/*
 * counters-program - a program with known kernels, on a driver that needs no GPU.
 *
 * `counters-program FAKE.so [CODE]` loads the driver, launches "_Z4gemmILi4EEvPf" 6 times
 * and "_Z4copyPKfPf" twice, and ends with CODE.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fakes/fake-range-profiler.h"

static struct fake_kernel gemm = { "_Z4gemmILi4EEvPf", 1000, 500, 10, 75, 50, 25 };
static struct fake_kernel copy = { "_Z4copyPKfPf", 4000, 4000, 250, 100, 0, 25 };

int main(int argc, char **argv)
{
	void *driver = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
	fake_launch *launch = NULL;
	fake_init *init = NULL;

	if (!driver)
		return 99;
	*(void **)&init = dlsym(driver, "cuInit");
	*(void **)&launch = dlsym(driver, "cuLaunchKernel");
	if (init(0))
		return 98;
	printf("launching\n");
	for (int i = 0; i < 6; i++)
		launch(&gemm, 4, 1, 1, 128, 1, 1, 64, NULL, NULL, NULL);
	for (int i = 0; i < 2; i++)
		launch(&copy, 9, 2, 1, 64, 1, 1, 0, NULL, NULL, NULL);
	return argc > 2 ? atoi(argv[2]) : 0;
}
