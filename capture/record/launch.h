/*
 * launch.h - runs a program as if nobody stood before it.
 *
 * It gets our terminal, process group, standard streams, and the signal mask and
 * dispositions that we were given; no file of ours is open in it.  While it runs we hold
 * all signals back and look at them one by one:
 *
 *  - what the terminal sends (SIGINT, SIGQUIT, SIGHUP) has reached the program as well,
 *    for it is in the same process group: we go on waiting;
 *  - what somebody sent to us alone is passed on;
 *  - SIGTSTP and SIGCONT do to us what they do to the program, so that job control is as
 *    always.
 *
 * A recorder that is killed leaves the program running.
 */
#ifndef CT_CAPTURE_RECORD_LAUNCH_H
#define CT_CAPTURE_RECORD_LAUNCH_H

#include <glib.h>
#include <stdint.h>
#include <sys/types.h>

struct ct_launch {
	char *const *argv;
	char **environment;
	uint32_t *pid_to;   /* written in the new process before it runs; may be NULL */
	const char *output; /* a file for its standard output, its input is empty; NULL:
			     * all streams are ours */

	/* Called at least every TICK_MS while it runs, if not NULL. */
	int tick_ms;
	void (*tick)(void *data);
	/* Called before SIGTERM or SIGHUP is passed on, if not NULL. */
	void (*ending)(void *data);
	void *data;
};

struct ct_ending {
	int error;    /* errno of execvp(); 0: it was run */
	int status;   /* as waitpid() says */
	int received; /* the last signal that we passed on, 0: none */
};

/* Before anything else of this program: remembers what it was given, and holds signals
 * back. */
void ct_launch_prepare(void);

/* Runs it to its end.  FALSE if no process could be made. */
gboolean ct_launch_run(const struct ct_launch *, struct ct_ending *, GError **);

/* Becomes the program.  Returns errno. */
int ct_launch_become(char *const *argv);

/* From here on SIGINT, SIGTERM and SIGHUP end this program, after WORDS on stderr. */
void ct_launch_allow_signals(const char *words);

/* Ends as the program ended: with its code, or by its signal, without a core. */
void ct_launch_end_alike(const struct ct_ending *) G_GNUC_NORETURN;

/* 126 or 127, as shells and env(1) say it. */
int ct_launch_failure_code(int error);

#endif
