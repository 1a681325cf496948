/*
 * program.h - what the small CUDA programs that tests record have in common.
 *
 * Each does one thing, prints what it did, and exits with a code of its own, so that a
 * recorder that disturbs it shows.  They know nothing of recorders.
 */
#ifndef CT_TESTS_CAPTURE_PROGRAMS_PROGRAM_H
#define CT_TESTS_CAPTURE_PROGRAMS_PROGRAM_H

#include <stdio.h>
#include <stdlib.h>

#include "tests/fakes/cuda-driver.h"

#define OK(call)                                                                           \
	do {                                                                               \
		CUresult program_result = (call);                                          \
		if (program_result) {                                                      \
			fprintf(stderr, "%s: line %d: %s: %d\n", __FILE__, __LINE__,       \
				#call, (int)program_result);                               \
			exit(99);                                                          \
		}                                                                          \
	} while (0)

/* Initialises the driver and makes device 0's primary context current. */
static inline CUcontext begin(void)
{
	CUcontext context;

	OK(cuInit(0));
	OK(cuDevicePrimaryCtxRetain(&context, 0));
	OK(cuCtxSetCurrent(context));
	return context;
}

static inline CUfunction function(const char *name)
{
	CUmodule module;
	CUfunction f;

	OK(cuModuleLoadData(&module, "image"));
	OK(cuModuleGetFunction(&f, module, name));
	return f;
}

static inline void launch(CUfunction f, unsigned blocks, unsigned threads, CUstream stream)
{
	OK(cuLaunchKernel(f, blocks, 1, 1, threads, 1, 1, 0, stream, NULL, NULL));
}

static inline int number(int argc, char **argv, int i, int otherwise)
{
	return argc > i ? atoi(argv[i]) : otherwise;
}

#endif
