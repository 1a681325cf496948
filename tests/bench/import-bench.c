/*
 * import-bench - how fast a trace of the PyTorch profiler is imported.
 *
 *	import-bench [MEGABYTES]
 *
 * Beside it, in the same run, stand reading the file (default 300 MB) and parsing it with
 * yajl and empty callbacks.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/import-rate.h"

static void print(const char *what, double megabytes, struct import_cost cost)
{
	printf("%-8s%7.0f MB/s, %7.0f MB per second of processor\n", what,
	       megabytes / cost.wall_s, megabytes / cost.cpu_s);
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct import_rate rate;

	if (!import_rate(argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 300, &rate,
			 &error)) {
		fprintf(stderr, "import-bench: %s\n", error->message);
		return EXIT_FAILURE;
	}
	print("read", rate.megabytes, rate.read);
	print("yajl", rate.megabytes, rate.parse);
	print("import", rate.megabytes, rate.import);
	printf("import runs at %.2f of yajl's speed, in %ld MiB of memory at most\n",
	       rate.parse.cpu_s / rate.import.cpu_s, rate.peak_mib);
	return EXIT_SUCCESS;
}
