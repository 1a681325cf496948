/*
 * gpu-mutants - tests gpu-exact: would it notice a bug?
 *
 * The engine is compiled in here with the deliberate bugs of sim/gpu-mutant.h, one of
 * which is switched on at a time.  Each runs in a process of its own, since a bug may
 * also crash or hang, which counts as noticed.
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/gpu-mutant.h"
#include "tests/unit/naive-gpu.h"

#define CASES      600
#define PATIENCE_S 60

enum gpu_mutant ct_gpu_mutant;

/* The child: how many cases pass before one differs; exits 0 if none does. */
static void run_cases(const char *name)
{
	g_autofree struct gpu_case *c = g_new(struct gpu_case, 1);
	g_autofree struct case_result *engine = g_new(struct case_result, 1);
	g_autofree struct case_result *naive = g_new(struct case_result, 1);

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		case_make(c, seed);
		case_run(c, engine);
		naive_run(c, naive);
		if (case_same(c, engine, naive, true))
			continue;
		printf("%s: case %" PRIu64 " differs\n", name, seed);
		fflush(stdout);
		_exit(1);
	}
	_exit(0);
}

static bool noticed(enum gpu_mutant mutant, const char *name)
{
	struct rlimit no_core = { 0, 0 };
	pid_t child;
	int status = 0;

	fflush(stdout);
	child = fork();
	g_assert(child >= 0);
	if (!child) {
		setrlimit(RLIMIT_CORE, &no_core);
		alarm(PATIENCE_S);
		ct_gpu_mutant = mutant;
		run_cases(name);
	}
	g_assert(waitpid(child, &status, 0) == child);
	if (WIFSIGNALED(status))
		printf("%s: ended by signal %d\n", name, WTERMSIG(status));
	return status != 0;
}

int main(void)
{
	static const char *const names[] = { "none", GPU_MUTANT_LIST(GPU_MUTANT_NAME) };
	int missed = noticed(MUTANT_NONE, "the engine itself");

	for (int i = MUTANT_NONE + 1; i < MUTANTS; i++) {
		if (noticed((enum gpu_mutant)i, names[i]))
			continue;
		printf("%s: NOT NOTICED in %d cases\n", names[i], CASES);
		missed++;
	}
	return missed != 0;
}
