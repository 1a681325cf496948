/*
 * suite-model - the event core beside those of ns-3 and SimPy, imports beside yajl.
 *
 * A peer runs as a program of its own and prints its rate and the simulated time at
 * which it ended; another time than ours means it did other work, and fails the suite.
 */
#include <math.h>
#include <stdio.h>

#include "tests/bench/fifo-model.h"
#include "tests/bench/import-rate.h"
#include "tests/bench/measure.h"
#include "tests/bench/suite.h"

enum { IMPORT_MEGABYTES = 60, MODEL_GOAL = 2 };

static double own_rate(uint64_t kernels, int64_t *end_ns)
{
	double start_s = measure_cpu_s();

	*end_ns = fifo_model_run(kernels);
	return (double)kernels / (measure_cpu_s() - start_s);
}

/* NaN if the peer does not work. */
static double peer_rate(struct suite *s, char **command, int64_t end_ns)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *out = NULL;
	double rate = NAN;
	gint64 ended_ns = 0;

	if (!g_spawn_sync(NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL,
			  NULL, &error) ||
	    sscanf(out, "%lf %" G_GINT64_FORMAT, &rate, &ended_ns) != 2) {
		fprintf(stderr, "suite: %s: %s\n", command[0],
			error ? error->message : "did not print a rate and a time");
		s->failed = TRUE;
		return NAN;
	}
	if (ended_ns != end_ns) {
		fprintf(stderr,
			"suite: %s: ended at %" G_GINT64_FORMAT
			" ns, ours at %" G_GINT64_FORMAT " ns: not the same work\n",
			command[0], ended_ns, end_ns);
		s->failed = TRUE;
		return NAN;
	}
	return rate;
}

/* COMMAND: NULL if the peer is not there. */
static void beside(struct suite *s, const char *name, const char *peer, char **command,
		   guint64 kernels, double times)
{
	double own[SUITE_TURNS], other[SUITE_TURNS];
	g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, kernels);
	struct suite_row row = { .name = name, .unit = "kernels/s", .goal = NAN };
	int64_t end_ns;

	if (!suite_wants(s, name))
		return;
	for (int i = 0; i < SUITE_TURNS; i++) {
		own[i] = own_rate(kernels, &end_ns);
		other[i] = NAN;
		if (!command)
			continue;
		command[g_strv_length(command) - 1] = number;
		other[i] = peer_rate(s, command, end_ns);
		if (isnan(other[i]))
			command = NULL;
	}
	row.value = measure_median(own, SUITE_TURNS);
	row.peer_value = command ? measure_median(other, SUITE_TURNS) : NAN;
	row.peer = command ? g_strdup(peer) : g_strdup_printf("%s: not there", peer);
	row.goal = times * row.peer_value;
	suite_add(s, row);
}

void suite_model(struct suite *s)
{
	char *ns3[] = { (char *)s->ns3_path, (char *)"", NULL };
	char *simpy[] = { (char *)"python3", (char *)s->simpy_path, (char *)"", NULL };

	if (s->python)
		simpy[0] = (char *)s->python;
	beside(s, "model.fifo8", "ns-3 core", s->ns3_path ? ns3 : NULL, 500000, MODEL_GOAL);
	beside(s, "model.fifo8.simpy", "SimPy core", s->simpy_path ? simpy : NULL, 50000,
	       NAN);
}

void suite_import(struct suite *s)
{
	struct suite_row row = { .name = "import.kineto_mb_per_s",
				 .unit = "MB/s",
				 .goal = NAN };
	g_autoptr(GError) error = NULL;
	struct import_rate rate;

	if (!suite_wants(s, row.name))
		return;
	if (!import_rate(IMPORT_MEGABYTES, &rate, &error)) {
		fprintf(stderr, "suite: %s\n", error->message);
		s->failed = TRUE;
		return;
	}
	row.value = rate.megabytes / rate.import.cpu_s;
	row.peer_value = rate.megabytes / rate.parse.cpu_s;
	row.peer = g_strdup("yajl, empty callbacks");
	suite_add(s, row);
}
