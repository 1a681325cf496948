/*
 * naive-gpu.h - the reference: every block by itself.
 */
#ifndef CT_TESTS_NAIVE_GPU_H
#define CT_TESTS_NAIVE_GPU_H

#include "tests/unit/gpu-case.h"

void naive_run(const struct gpu_case *, struct case_result *);

#endif
