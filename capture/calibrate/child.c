/*
 * child - starts a benchmark, listens to it, and ends it.
 */
#include "capture/calibrate/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/error.h"

#define MOST_LINE  (1 << 20) /* bytes; a benchmark says far less */
#define GRACE_US   2000000   /* for a killed process to die */
#define GRACE_STEP 10000

/* A profiler or a debugging aid in there would be what is measured. */
static const char *const unwanted[] = { "CUDA_INJECTION64_PATH", "NVTX_INJECTION64_PATH",
					"CUDA_LAUNCH_BLOCKING", NULL };

static pid_t start(const char *name, int ordinal, gboolean quick, int *from)
{
	g_autofree char *gpu = g_strdup_printf("--gpu=%d", ordinal);
	g_autofree char *which = g_strdup_printf(CT_CAL_CHILD "=%s", name);
	char *argv[] = { (char *)"cotenant-calibrate", which, gpu,
			 quick ? (char *)"--quick" : NULL, NULL };
	pid_t parent = getpid(), child;
	int ends[2];

	if (pipe(ends))
		return -1;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(CT_EXIT_FAILED);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		for (const char *const *u = unwanted; *u; u++)
			unsetenv(*u);
		execv("/proc/self/exe", argv);
		_exit(CT_EXIT_FAILED);
	}
	close(ends[1]);
	if (child < 0)
		close(ends[0]);
	*from = ends[0];
	return child;
}

static void take_line(const char *text, FILE *raw, struct ct_cal_said *said)
{
	json_t *line = json_loads(text, 0, NULL);
	const char *error = json_string_value(json_object_get(line, "error"));

	if (!json_is_object(line)) {
		json_decref(line);
		return;
	}
	if (raw)
		fprintf(raw, "%s\n", text);
	if (error && !said->failure)
		said->failure = g_strdup(error);
	json_array_append_new(said->lines, line);
}

/* Takes the whole lines out of TEXT. */
static void take_lines(GString *text, FILE *raw, struct ct_cal_said *said)
{
	char *end;

	while ((end = strchr(text->str, '\n'))) {
		*end = '\0';
		take_line(text->str, raw, said);
		g_string_erase(text, 0, end + 1 - text->str);
	}
}

/* FALSE: it was still saying something at the deadline. */
static gboolean listen_until(int from, gint64 deadline_us, FILE *raw,
			     struct ct_cal_said *said)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char bytes[65536];

	for (;;) {
		struct pollfd watched = { .fd = from, .events = POLLIN };
		gint64 left_us = deadline_us - g_get_monotonic_time();
		ssize_t n;

		if (left_us <= 0 || text->len > MOST_LINE)
			return FALSE;
		if (poll(&watched, 1, (int)(left_us / 1000) + 1) <= 0)
			continue; /* the time is looked at above */
		n = read(from, bytes, sizeof(bytes));
		if (n == 0)
			return TRUE;
		if (n < 0 && errno != EINTR)
			return TRUE;
		for (ssize_t i = 0; i < n; i++)
			g_string_append_c(text, bytes[i] ? bytes[i] : ' ');
		take_lines(text, raw, said);
	}
}

/* FALSE: it does not die. */
static gboolean reap(pid_t child, gint64 deadline_us, int *status)
{
	while (waitpid(child, status, WNOHANG) == 0) {
		if (g_get_monotonic_time() > deadline_us)
			return FALSE;
		g_usleep(GRACE_STEP);
	}
	return TRUE;
}

void ct_cal_listen(const char *name, int ordinal, gboolean quick, unsigned limit_s,
		   FILE *raw, struct ct_cal_said *said)
{
	gint64 begin_us = g_get_monotonic_time();
	gint64 deadline_us = begin_us + (gint64)limit_s * G_USEC_PER_SEC;
	int from = -1, status = 0;
	pid_t child = start(name, ordinal, quick, &from);

	*said = (struct ct_cal_said){ .lines = json_array(), .code = CT_EXIT_FAILED };
	if (child < 0) {
		said->failure = g_strdup_printf("cannot be started: %s", g_strerror(errno));
		return;
	}
	/* What closes its output and stays has no more to say than what hangs. */
	if (!listen_until(from, deadline_us, raw, said) ||
	    !reap(child, deadline_us, &status)) {
		kill(child, SIGKILL);
		g_clear_pointer(&said->failure, g_free);
		said->failure = g_strdup_printf(
			"took longer than %u s and was killed%s", limit_s,
			reap(child, g_get_monotonic_time() + GRACE_US, &status)
				? ""
				: ", but does not die: it waits for the device");
	} else if (WIFEXITED(status)) {
		said->code = WEXITSTATUS(status);
		if (said->code && !said->failure)
			said->failure = g_strdup_printf("ended with code %d", said->code);
	} else if (WIFSIGNALED(status)) {
		g_free(said->failure);
		said->failure =
			g_strdup_printf("was ended by signal %d (%s)", WTERMSIG(status),
					strsignal(WTERMSIG(status)));
	}
	close(from);
	said->seconds = (double)(g_get_monotonic_time() - begin_us) / G_USEC_PER_SEC;
}

void ct_cal_forget(struct ct_cal_said *said)
{
	json_decref(said->lines);
	g_free(said->failure);
}
