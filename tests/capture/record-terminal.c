/*
 * record-terminal - a terminal with a shell of one command, for what keys do to it.
 *
 * record-terminal KEY READY COMMAND...: runs COMMAND as a shell with job control does, in a
 * process group of its own in the foreground of a new terminal, types KEY ('c', 'z' or '\',
 * with control) when the file READY is there, and ends with COMMAND's code, or 128 and its
 * signal.  After Ctrl-Z it looks whether all of the group stopped, and continues it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* How many of GROUP live, and how many of them are stopped; one that has ended, and whose
 * parent stopped before it could wait for it, is not of them. */
static void count(pid_t group, int *n, int *n_stopped)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	*n = *n_stopped = 0;
	while (dir && (entry = readdir(dir))) {
		char path[300], line[512] = "", state;
		int of = -1, fd;
		char *end;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		fd = atoi(entry->d_name) > 0 ? open(path, O_RDONLY) : -1;
		if (fd < 0)
			continue;
		if (read(fd, line, sizeof(line) - 1) < 0)
			line[0] = '\0';
		close(fd);
		end = strrchr(line, ')');
		if (!end || sscanf(end + 1, " %c %*d %d", &state, &of) != 2 ||
		    of != group || state == 'Z' || state == 'X')
			continue;
		++*n;
		*n_stopped += state == 'T';
	}
	if (dir)
		closedir(dir);
}

static int shell(char **command)
{
	pid_t pid = fork();
	int status, n, n_stopped;

	if (pid == 0) {
		signal(SIGTTOU, SIG_IGN); /* for the line after the next */
		setpgid(0, 0);
		tcsetpgrp(STDIN_FILENO, getpgrp());
		signal(SIGTTOU, SIG_DFL);
		execvp(command[0], command);
		_exit(127);
	}
	signal(SIGTTOU, SIG_IGN);
	while (waitpid(pid, &status, WUNTRACED) > 0 && WIFSTOPPED(status)) {
		for (int i = 0; i < 100; i++) {
			count(pid, &n, &n_stopped);
			if (n == n_stopped)
				break;
			pause_ms(20);
		}
		printf("stopped: %d of %d\n", n_stopped, n);
		fflush(stdout);
		tcsetpgrp(STDIN_FILENO, pid);
		kill(-pid, SIGCONT);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void type_key(int terminal, char key, const char *ready)
{
	char byte = (char)(key & 0x1f);

	for (int i = 0; i < 500 && access(ready, F_OK); i++)
		pause_ms(20);
	pause_ms(50);
	if (write(terminal, &byte, 1) != 1)
		perror("record-terminal");
}

int main(int argc, char **argv)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), status;
	char buffer[4096];
	ssize_t got;
	pid_t pid;

	if (argc < 4 || terminal < 0 || grantpt(terminal) || unlockpt(terminal))
		return 77;
	pid = fork();
	if (pid == 0) {
		int side;

		setsid();
		side = open(ptsname(terminal), O_RDWR);
		if (side < 0)
			_exit(77);
		ioctl(side, TIOCSCTTY, 0);
		for (int fd = 0; fd < 3; fd++)
			dup2(side, fd);
		if (side > 2)
			close(side);
		close(terminal);
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		exit(shell(argv + 3));
	}
	type_key(terminal, argv[1][0], argv[2]);
	while ((got = read(terminal, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, (size_t)got, stdout);
	if (waitpid(pid, &status, 0) != pid)
		return 77;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
