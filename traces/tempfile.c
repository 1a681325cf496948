/*
 * tempfile - a file that appears under its name only when it is complete.
 *
 * The signal handler may only look at memory that is there before it runs, so the paths
 * also stand in a fixed table.  Known to be wrong: a path that is too long for it, or a
 * seventeenth file at a time, is not removed when the program is interrupted.
 */
#include "config.h"
#include "traces/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/error.h"

#define N_SLOTS    16
#define PATH_BYTES 4096

static struct slot {
	volatile sig_atomic_t used;
	char path[PATH_BYTES];
} slots[N_SLOTS];
static GMutex lock;

static void remember(const char *path)
{
	int i;

	g_mutex_lock(&lock);
	for (i = 0; i < N_SLOTS && slots[i].used; i++)
		;
	if (i < N_SLOTS && g_strlcpy(slots[i].path, path, PATH_BYTES) < PATH_BYTES)
		slots[i].used = 1;
	g_mutex_unlock(&lock);
}

static void forget(const char *path)
{
	int i;

	g_mutex_lock(&lock);
	for (i = 0; i < N_SLOTS; i++) {
		if (slots[i].used && !strcmp(slots[i].path, path))
			slots[i].used = 0;
	}
	g_mutex_unlock(&lock);
}

static void on_signal(int number)
{
	int i;

	for (i = 0; i < N_SLOTS; i++) {
		if (slots[i].used)
			unlink(slots[i].path);
	}
	/* SA_RESETHAND put the default back: this ends the program as it would have. */
	raise(number);
}

void ct_tempfile_catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND },
			 old;
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < G_N_ELEMENTS(numbers); i++) {
		/* What nohup ignores stays ignored. */
		if (!sigaction(numbers[i], NULL, &old) && old.sa_handler == SIG_DFL)
			sigaction(numbers[i], &action, NULL);
	}
}

static void tempfile_free(struct ct_tempfile *file)
{
	forget(file->path);
	g_free(file->path);
	g_free(file->target);
	g_free(file);
}

/* What TARGET names in the end, through links, or NULL if it must not be replaced. */
static char *resolve(const char *target, GError **error)
{
	g_autofree char *real = NULL;
	struct stat st;

	if (stat(target, &st))
		return g_strdup(target);
	if (!S_ISREG(st.st_mode)) {
		ct_usage_error(error, "%s: exists and is not a regular file", target);
		return NULL;
	}
	real = realpath(target, NULL);
	return g_strdup(real ? real : target);
}

struct ct_tempfile *ct_tempfile_new(const char *target, GError **error)
{
	struct ct_tempfile *file;
	char *resolved = resolve(target, error);
	int fd, tries;

	if (!resolved)
		return NULL;
	file = g_new0(struct ct_tempfile, 1);
	file->target = resolved;
	/* Not mkstemp(): the result is to have the permissions of an ordinary file. */
	for (tries = 0; tries < 100; tries++) {
		g_free(file->path);
		file->path = g_strdup_printf("%s.part-%08x", resolved, g_random_int());
		remember(file->path);
		fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0) {
			close(fd);
			return file;
		}
		forget(file->path);
		if (errno != EEXIST)
			break;
	}
	g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: cannot be made: %s", target,
		    g_strerror(errno));
	tempfile_free(file);
	return NULL;
}

gboolean ct_tempfile_commit(struct ct_tempfile *file, GError **error)
{
	if (rename(file->path, file->target)) {
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: cannot be written: %s",
			    file->target, g_strerror(errno));
		ct_tempfile_discard(file);
		return FALSE;
	}
	tempfile_free(file);
	return TRUE;
}

void ct_tempfile_discard(struct ct_tempfile *file)
{
	unlink(file->path);
	tempfile_free(file);
}
