/*
 * run - one run of the program under a collector.
 */
#include "config.h"

#include "capture/record/run.h"

#include "capture/record/find.h"
#include "traces/spool.h"

#define TICK_MS 20
/* A collector needs 1.2 s where the program goes on launching, and up to 5 s for kernels
 * that run on (collector/flusher.c); whoever sends SIGTERM often waits for 10 s only. */
#define LAST_MS 3000

static void tick(void *data)
{
	const struct ct_run *run = data;

	if (ct_recording_elapsed_ns(run->recording) >= run->options->duration_ns)
		ct_recording_stop(run->recording, CT_SPOOL_STOPPED);
}

static void ending(void *data)
{
	const struct ct_run *run = data;

	ct_recording_stop(run->recording, CT_SPOOL_STOPPED);
	ct_recording_drain(run->recording, LAST_MS);
}

/* NVTX loads one library only, and one that the user chose keeps its place: then ranges
 * are not recorded, kernels are. */
static char **make_environment(const struct ct_run *run)
{
	char **environment = g_get_environ();
	const char *nvtx = g_environ_getenv(environment, CT_NVTX_INJECTION_ENV);

	environment = g_environ_setenv(environment, CT_INJECTION_ENV, run->injection, TRUE);
	environment = g_environ_setenv(environment, CT_SESSION_FOLDER_ENV,
				       run->recording->folder, TRUE);
	if (!nvtx || !*nvtx)
		environment = g_environ_setenv(environment, CT_NVTX_INJECTION_ENV,
					       run->injection, TRUE);
	for (const char *const *set = run->set; set && *set; set += 2)
		environment = g_environ_setenv(environment, set[0], set[1], TRUE);
	return environment;
}

gboolean ct_run_program(const struct ct_run *run, struct ct_ending *end, GError **error)
{
	g_auto(GStrv) environment = make_environment(run);
	struct ct_launch launch = {
		.argv = run->options->program,
		.environment = environment,
		.pid_to = &run->recording->page->first_pid,
		.output = run->output,
		.tick_ms = TICK_MS,
		.tick = run->options->duration_ns > 0 ? tick : NULL,
		.ending = ending,
		.data = (void *)run,
	};

	if (!ct_launch_run(&launch, end, error))
		return FALSE;
	/* A moment first for those that are about to end by themselves, as its children
	 * do that it has just told to. */
	ct_recording_stop(run->recording, CT_SPOOL_STOPPED);
	ct_recording_drain(run->recording, LAST_MS);
	return TRUE;
}
