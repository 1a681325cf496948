/*
 * record-actor - a program that is recorded, and its collector, in one: for tests of the
 * recorder alone.
 *
 * It does what its arguments say, one after the other, and writes the spool that a
 * collector would have written, with times of its own that do not depend on the machine.
 * Without COTENANT_CAPTURE_DIR it does everything but that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/collector/spooler.h"
#include "capture/session.h"

#define STEP_NS   20000 /* from one launch to the next */
#define FUNCTION  307   /* cuLaunchKernel, as CUPTI numbers it */
#define SM_SHAPES 3

static struct ct_session_page *page;
static struct ct_spooler spool;
static int is_up;
static int64_t now_ns; /* of the virtual clock */
static uint32_t correlation;

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

static struct ct_session_page *map_page(const char *folder)
{
	char path[4096];
	void *mapped;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, CT_SESSION_PAGE_NAME);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	mapped = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return mapped == MAP_FAILED ? NULL : mapped;
}

static void add_tables(void)
{
	struct ct_spool_device *device;
	struct ct_spool_context *context;
	struct ct_spool_stream *stream;
	uint32_t name = ct_spooler_string(&spool, "A Device", 8);

	device = ct_spooler_append(&spool, CT_SPOOL_DEVICE, sizeof(*device));
	device->device.name = name;
	device->device.sms = 132;
	device->device.vendor = CT_VENDOR_NVIDIA;
	context = ct_spooler_append(&spool, CT_SPOOL_CONTEXT, sizeof(*context));
	context->context = 1;
	context->parent = CT_NONE;
	stream = ct_spooler_append(&spool, CT_SPOOL_STREAM, sizeof(*stream));
	stream->context = 1;
	stream->stream = 7;
	stream->flags = CT_STREAM_NULL;
}

static void up(void)
{
	const char *folder = getenv(CT_SESSION_FOLDER_ENV);
	struct ct_spool_header header = { .pid = (uint32_t)getpid(),
					  .parent_pid = (uint32_t)getppid(),
					  .begin_ns = clock_ns() };

	page = folder ? map_page(folder) : NULL;
	if (!page ||
	    (!(page->flags & CT_SESSION_CHILDREN) && page->first_pid != (uint32_t)getpid()))
		return;
	if (ct_spooler_init(&spool, folder, &header))
		abort();
	atomic_fetch_add(&page->n_collectors, 1);
	atomic_fetch_add(&page->n_collecting, 1);
	is_up = 1;
	now_ns = header.begin_ns;
	ct_spooler_lock(&spool);
	add_tables();
	ct_spooler_flush(&spool);
	ct_spooler_unlock(&spool);
}

static void launch(const char *name)
{
	struct ct_shape_record shape = { .grid = { 264, 1, 1 },
					 .block = { 128, 1, 1 },
					 .registers = 32,
					 .flags = CT_SHAPE_HAS_GRID |
						  CT_SHAPE_HAS_REGISTERS };
	struct ct_spool_call *call;
	struct ct_spool_kernel *kernel;
	uint32_t number;

	shape.name = ct_spooler_string(&spool, name, strlen(name));
	shape.grid[0] += correlation % SM_SHAPES;
	number = ct_spooler_shape(&spool, &shape);
	call = ct_spooler_append(&spool, CT_SPOOL_CALL, sizeof(*call));
	call->correlation = ++correlation;
	call->start_ns = now_ns;
	call->end_ns = now_ns + 3000;
	call->thread = (uint32_t)syscall(SYS_gettid);
	call->call = FUNCTION;
	call->domain = 1;
	kernel = ct_spooler_append(&spool, CT_SPOOL_KERNEL, sizeof(*kernel));
	kernel->correlation = correlation;
	kernel->start_ns = now_ns + 5000;
	kernel->end_ns = now_ns + 15000;
	kernel->context = 1;
	kernel->stream = 7;
	kernel->shape = number;
	now_ns += STEP_NS;
}

static void marker(uint32_t kind, const char *name)
{
	uint32_t text = name ? ct_spooler_string(&spool, name, strlen(name)) : CT_NONE;
	struct ct_spool_marker *record =
		ct_spooler_append(&spool, CT_SPOOL_MARKER, sizeof(*record));

	record->kind = kind;
	record->time_ns = now_ns;
	record->thread = (uint32_t)syscall(SYS_gettid);
	record->name = text;
	record->domain = CT_NONE;
	now_ns += 1000;
}

static void end(void)
{
	struct ct_spool_end record = { .time_ns = now_ns, .n_launches = correlation };

	ct_spooler_close(&spool, &record);
	atomic_fetch_sub(&page->n_collecting, 1);
	is_up = 0;
}

/* What a collector writes when it sees that the recording was ended. */
static void wait_stop(void)
{
	for (int i = 0; i < 1000 && atomic_load(&page->stop_ns) == 0; i++)
		pause_ms(10);
	ct_spooler_lock(&spool);
	ct_spooler_note(&spool, atomic_load(&page->stop_reason), 0, NULL);
	ct_spooler_flush(&spool);
	ct_spooler_unlock(&spool);
}

/* Each of N children does what is left to do; we end as the last of them that failed. */
static void spawn(int n)
{
	int status, code = 0;

	for (int i = 0; i < n; i++)
		if (fork() == 0)
			return;
	while (wait(&status) > 0)
		code = status ? WEXITSTATUS(status) : code;
	exit(code);
}

/* A child does what is left to do, and we end when it has come up. */
static void leave_behind(int code)
{
	if (fork() == 0)
		return;
	for (int i = 0; i < 1000 && access("up", F_OK); i++)
		pause_ms(10);
	_exit(code);
}

/* CODE:TEXT, or CODE alone. */
static void note(const char *value)
{
	const char *text = strchr(value, ':');

	ct_spooler_note(&spool, (enum ct_spool_note_code)atoi(value), 5,
			text ? text + 1 : NULL);
}

static int spool_word(const char *word, const char *value)
{
	if (!strcmp(word, "kernels"))
		for (int n = atoi(value); n > 0; n--)
			launch("kernel");
	else if (!strcmp(word, "begin"))
		marker(CT_SPOOL_PUSH, value);
	else if (!strcmp(word, "close"))
		marker(CT_SPOOL_POP, NULL);
	else if (!strcmp(word, "note"))
		note(value);
	else if (strcmp(word, "flush") != 0)
		return 0;
	return 1;
}

static void other_word(const char *word, const char *value)
{
	if (!strcmp(word, "up"))
		up();
	else if (!strcmp(word, "end") && is_up)
		end();
	else if (!strcmp(word, "wait-stop") && is_up)
		wait_stop();
	else if (!strcmp(word, "start") && is_up)
		atomic_store(&page->start_ns, clock_ns());
	else if (!strcmp(word, "spawn"))
		spawn(atoi(value));
	else if (!strcmp(word, "daemon"))
		leave_behind(atoi(value));
	else if (!strcmp(word, "say"))
		puts(value), fflush(stdout);
	else if (!strcmp(word, "touch"))
		close(open(value, O_WRONLY | O_CREAT, 0666));
	else if (!strcmp(word, "sleep"))
		pause_ms(atol(value));
	else if (!strcmp(word, "chdir") && chdir(value))
		abort();
	else if (!strcmp(word, "kill"))
		kill(getpid(), atoi(value));
	else if (!strcmp(word, "exit"))
		_exit(atoi(value));
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *value = strchr(argv[i], '=');
		int done = 0;

		if (value)
			*value++ = '\0';
		else
			value = argv[i] + strlen(argv[i]);
		if (is_up) {
			ct_spooler_lock(&spool);
			done = spool_word(argv[i], value);
			ct_spooler_flush(&spool);
			ct_spooler_unlock(&spool);
		}
		if (!done)
			other_word(argv[i], value);
	}
	return 0;
}
