/*
 * extended-trace - writes a small trace with every table to the file it is given, for
 * tests from outside.
 */
#include <stdio.h>

#include "tests/unit/trace-sample.h"

int main(int argc, char **argv)
{
	struct ct_writer *w;
	struct ct_op op;

	if (argc != 2) {
		fprintf(stderr, "extended-trace: one file is needed\n");
		return 2;
	}
	w = sample_begin(argv[1], 0);
	sample_extend(w);
	for (uint64_t i = 0; i < 10; i++) {
		op = sample_op(0, i);
		if (ct_writer_op(w, 0, &op))
			return 1;
	}
	return ct_writer_close(w, 0) != 0;
}
