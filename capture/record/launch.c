/*
 * launch - runs a program as if nobody stood before it.
 */
#include "config.h"

#include "capture/record/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/error.h"

#define NOT_EXECUTABLE 126
#define NOT_FOUND      127

static const int held[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
			    SIGUSR1, SIGUSR2, SIGPIPE, SIGCHLD };

static sigset_t given_mask, held_mask;
static struct sigaction given_child;
static char last_words[8192];

void ct_launch_prepare(void)
{
	/* With SIGCHLD ignored there would be nothing to wait for. */
	struct sigaction child = { .sa_handler = SIG_DFL };

	sigaction(SIGCHLD, &child, &given_child);
	sigemptyset(&held_mask);
	for (gsize i = 0; i < G_N_ELEMENTS(held); i++)
		sigaddset(&held_mask, held[i]);
	sigprocmask(SIG_BLOCK, &held_mask, &given_mask);
}

static void give_back(void)
{
	sigaction(SIGCHLD, &given_child, NULL);
	sigprocmask(SIG_SETMASK, &given_mask, NULL);
}

int ct_launch_become(char *const *argv)
{
	int failure;

	give_back();
	execvp(argv[0], argv);
	failure = errno;
	ct_launch_prepare();
	return failure;
}

static int redirect(const char *output)
{
	int in = open("/dev/null", O_RDONLY), out = open(output, O_WRONLY | O_APPEND);

	if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		return errno;
	if (in > STDERR_FILENO)
		close(in);
	if (out > STDERR_FILENO)
		close(out);
	return 0;
}

static void run_child(const struct ct_launch *launch, int report) G_GNUC_NORETURN;

static void run_child(const struct ct_launch *launch, int report)
{
	int failure = launch->output ? redirect(launch->output) : 0;

	if (launch->pid_to)
		*launch->pid_to = (uint32_t)getpid();
	give_back();
	if (failure == 0) {
		execvpe(launch->argv[0], launch->argv, launch->environment);
		failure = errno;
	}
	while (write(report, &failure, sizeof(failure)) < 0 && errno == EINTR)
		;
	_exit(NOT_FOUND);
}

/* Whether whoever sent it stands in our process group: then the program, which does too,
 * was either meant and has it, or sent it. */
static gboolean from_our_group(const siginfo_t *info)
{
	return info->si_pid == 0 || getpgid(info->si_pid) == getpgrp();
}

static void pass_on(const struct ct_launch *launch, pid_t pid, const siginfo_t *info,
		    struct ct_ending *ending)
{
	int number = info->si_signo;

	if (number == SIGPIPE)
		return;
	/* What the kernel sends (a key, a hang-up) it sends to the whole group. */
	if (info->si_code > 0 || from_our_group(info))
		return;
	ending->received = number;
	if ((number == SIGTERM || number == SIGHUP) && launch->ending)
		launch->ending(launch->data);
	kill(pid, number);
}

/* All that have ended, for we may be the first process of a container. */
static gboolean reap(pid_t pid, int *status)
{
	gboolean ended = FALSE;
	int one;
	pid_t who;

	while ((who = waitpid(-1, &one, WNOHANG)) > 0) {
		if (who != pid)
			continue;
		*status = one;
		ended = TRUE;
	}
	return ended;
}

static void wait_for(const struct ct_launch *launch, pid_t pid, struct ct_ending *ending)
{
	struct timespec pause = { .tv_sec = launch->tick_ms / 1000,
				  .tv_nsec = launch->tick_ms % 1000 * 1000000L };
	siginfo_t info;

	for (;;) {
		int number = launch->tick ? sigtimedwait(&held_mask, &info, &pause)
					  : sigwaitinfo(&held_mask, &info);

		if (number == SIGCHLD) {
			if (reap(pid, &ending->status))
				return;
		} else if (number > 0) {
			pass_on(launch, pid, &info, ending);
		}
		if (launch->tick)
			launch->tick(launch->data);
	}
}

gboolean ct_launch_run(const struct ct_launch *launch, struct ct_ending *ending,
		       GError **error)
{
	int report[2];
	sigset_t before;
	pid_t pid = -1;
	gssize got;

	memset(ending, 0, sizeof(*ending));
	sigprocmask(SIG_BLOCK, &held_mask, &before);
	if (pipe2(report, O_CLOEXEC) == 0) {
		pid = fork();
		if (pid == 0)
			run_child(launch, report[1]);
		if (pid < 0)
			close(report[0]);
		close(report[1]);
	}
	if (pid < 0) {
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "no process can be made: %s",
			    g_strerror(errno));
		sigprocmask(SIG_SETMASK, &before, NULL);
		return FALSE;
	}
	do {
		got = read(report[0], &ending->error, sizeof(ending->error));
	} while (got < 0 && errno == EINTR);
	close(report[0]);
	wait_for(launch, pid, ending);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return TRUE;
}

static void say_and_end(int number)
{
	gssize unused = write(STDERR_FILENO, last_words, strlen(last_words));

	(void)unused;
	raise(number); /* SA_RESETHAND: as it would have ended without us */
}

void ct_launch_allow_signals(const char *words)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	const struct timespec now = { 0, 0 };
	struct sigaction action = { .sa_handler = say_and_end, .sa_flags = SA_RESETHAND },
			 old;
	sigset_t set;

	g_strlcpy(last_words, words, sizeof(last_words));
	sigemptyset(&action.sa_mask);
	sigemptyset(&set);
	/* One that came while the program ended was meant for it. */
	while (sigtimedwait(&held_mask, NULL, &now) > 0)
		;
	for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
		/* What nohup ignores stays ignored. */
		if (!sigaction(numbers[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
		sigaddset(&set, numbers[i]);
	}
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void ct_launch_end_alike(const struct ct_ending *ending)
{
	int number;
	sigset_t set;

	if (!WIFSIGNALED(ending->status))
		exit(WEXITSTATUS(ending->status));
	number = WTERMSIG(ending->status);
	prctl(PR_SET_DUMPABLE, 0); /* the program may have left a core; we add none */
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	exit(128 + number); /* the first process of a container cannot kill itself */
}

int ct_launch_failure_code(int error)
{
	return error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}
