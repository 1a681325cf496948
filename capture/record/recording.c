/*
 * recording - the folder that collectors write into, and its page of shared memory.
 */
#include "config.h"

#include "capture/record/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "traces/spool.h"

#define PAGE_BYTES 4096
#define POLL_MS    5

int64_t ct_recording_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Others may not look into it: kernel names and marker texts tell what was run. */
static char *make_folder(const char *target, GError **error)
{
	int failure;

	for (int tries = 0; tries < 100; tries++) {
		g_autofree char *folder =
			g_strdup_printf("%s.%08x.spools", target, g_random_int());

		if (mkdir(folder, 0700) == 0)
			return g_steal_pointer(&folder);
		if (errno != EEXIST)
			break;
	}
	failure = errno;
	ct_usage_error(error, "%s: cannot be made: %s", target, g_strerror(failure));
	return NULL;
}

static struct ct_session_page *make_page(const char *folder, GError **error)
{
	g_autofree char *path = g_build_filename(folder, CT_SESSION_PAGE_NAME, NULL);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	void *page = MAP_FAILED;
	int failure;

	/* Not ftruncate(): a disk without room is to be met here and not as SIGBUS. */
	if (fd >= 0 && (errno = posix_fallocate(fd, 0, PAGE_BYTES)) == 0)
		page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	failure = errno;
	if (fd >= 0)
		close(fd);
	if (page != MAP_FAILED)
		return page;
	ct_usage_error(error, "%s: cannot be made: %s", path, g_strerror(failure));
	return NULL;
}

struct ct_recording *ct_recording_new(const char *target,
				      const struct ct_record_options *options,
				      GError **error)
{
	struct ct_recording *recording = g_new0(struct ct_recording, 1);
	struct ct_session_page *page;

	recording->folder = make_folder(target, error);
	if (!recording->folder) {
		ct_recording_free(recording, FALSE);
		return NULL;
	}
	page = recording->page = make_page(recording->folder, error);
	if (!page) {
		ct_recording_free(recording, TRUE);
		return NULL;
	}
	page->flags = (options->children ? CT_SESSION_CHILDREN : 0u) |
		      (options->start_marker ? CT_SESSION_WAIT_MARKER : 0u);
	page->flush_ms = options->flush_ms;
	page->max_bytes = options->max_bytes;
	page->confine_sms = options->confine_sms;
	if (options->start_marker)
		g_strlcpy(page->start_marker, options->start_marker,
			  sizeof(page->start_marker));
	page->version = CT_SESSION_VERSION;
	page->magic = CT_SESSION_MAGIC;
	return recording;
}

void ct_recording_stop(struct ct_recording *recording, uint32_t reason)
{
	struct ct_session_page *page = recording->page;
	int64_t never = 0;
	uint32_t none = 0;

	/* First the reason: who sees the moment sees a reason. */
	atomic_compare_exchange_strong(&page->stop_reason, &none, reason);
	if (!atomic_compare_exchange_strong(&page->stop_ns, &never, ct_recording_now_ns()))
		return;
	atomic_fetch_add(&page->wake, 1);
	syscall(SYS_futex, &page->wake, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

int64_t ct_recording_elapsed_ns(struct ct_recording *recording)
{
	struct ct_session_page *page = recording->page;
	int64_t start_ns = atomic_load(&page->start_ns), now_ns = ct_recording_now_ns();

	if (page->flags & CT_SESSION_WAIT_MARKER)
		return start_ns > 0 && start_ns <= now_ns ? now_ns - start_ns : -1;
	if (atomic_load(&page->n_collectors) == 0)
		return -1;
	if (recording->first_ns == 0)
		recording->first_ns = now_ns;
	return now_ns - recording->first_ns;
}

/* Not ended, nor ended and not yet waited for by its parent. */
static gboolean is_alive(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
	g_autofree char *line = NULL;
	const char *state;

	if (kill(pid, 0) != 0)
		return errno == EPERM;
	if (!g_file_get_contents(path, &line, NULL, NULL))
		return TRUE;
	state = strrchr(line, ')');
	return !state || !g_str_has_prefix(state, ") Z");
}

/* Whether a process that has a spool is still there; one that was killed will not say
 * that it has finished. */
static gboolean anybody_alive(const char *folder)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	gboolean alive = FALSE;
	const char *name;

	while (dir && !alive && (name = g_dir_read_name(dir))) {
		gint64 pid = g_ascii_strtoll(name, NULL, 10);

		if (g_str_has_suffix(name, CT_SPOOL_SUFFIX) && pid > 0 && pid <= INT_MAX)
			alive = is_alive((pid_t)pid);
	}
	if (dir)
		g_dir_close(dir);
	return alive;
}

void ct_recording_drain(struct ct_recording *recording, int limit_ms)
{
	int64_t end_ns = ct_recording_now_ns() + limit_ms * INT64_C(1000000);

	while (atomic_load(&recording->page->n_collecting) > 0 &&
	       ct_recording_now_ns() < end_ns && anybody_alive(recording->folder))
		g_usleep(POLL_MS * 1000);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	remove(path);
	return 0;
}

void ct_recording_free(struct ct_recording *recording, gboolean remove)
{
	if (recording->page)
		munmap(recording->page, PAGE_BYTES);
	if (recording->folder && remove)
		nftw(recording->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	g_free(recording->folder);
	g_free(recording);
}
