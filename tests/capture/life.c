/*
 * life - how a recording begins and ends in a process, whatever ends the process.
 *
 * Each test starts this program again, as the one that is recorded, and reads its spool.
 */
#define _GNU_SOURCE
#include <check.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/collector/collector.h"
#include "tests/capture/recording.h"
#include "tests/capture/spool-read.h"
#include "tests/capture/stub-cupti.h"

#define FLUSH_MS   20
#define DISK_BYTES 50000

int InitializeInjection(void);

/* --- the program --- */

static const struct ct_stub *stub;

static void pause_ms(int ms)
{
	g_usleep((gulong)ms * 1000);
}

static void *launch_often(void *stop)
{
	while (!atomic_load((_Atomic int *)stop)) {
		stub->launch(10);
		pause_ms(1);
	}
	return NULL;
}

/* While the recording is stopped the program goes on; 5: the end did not come then. */
static int go_on(void)
{
	struct ct_session_page *page = ct_collector.page;
	int i;

	for (i = 0; i < 2000 && atomic_load(&page->n_collecting) > 0; i++) {
		stub->launch(1);
		pause_ms(1);
	}
	stub->launch(100);
	if (atomic_load(&page->n_collecting) > 0)
		return 5;
	return stub->n_enabled() == 0 ? 3 : 6;
}

static int with_threads(void)
{
	_Atomic int stop = 0;
	pthread_t thread[4];
	int i;

	for (i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, launch_often, &stop);
	pause_ms(200);
	atomic_store(&stop, 1);
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	return 3;
}

static int with_child(void)
{
	int status;
	pid_t child;

	stub->launch(10);
	child = fork();
	if (child == 0) {
		InitializeInjection();
		exit(7); /* with handlers, as a worker of Python may */
	}
	if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 7)
		return 5;
	stub->launch(10);
	return 3;
}

static guint64 blocked(const char *status)
{
	const char *line = strstr(status, "SigBlk:\t");

	return line ? g_ascii_strtoull(line + strlen("SigBlk:\t"), NULL, 16) : 0;
}

/* Our signals and our errno are what they were, and the thread takes none. */
static int undisturbed(void)
{
	char *text, path[64];
	guint64 all = 0;
	gboolean found = FALSE;
	const char *name;
	int number;
	GDir *dir = g_dir_open("/proc/self/task", 0, NULL);

	for (number = 1; number < 32; number++)
		if (number != SIGKILL && number != SIGSTOP)
			all |= G_GUINT64_CONSTANT(1) << (number - 1);
	while ((name = g_dir_read_name(dir))) {
		g_snprintf(path, sizeof(path), "/proc/self/task/%s/status", name);
		if (!g_file_get_contents(path, &text, NULL, NULL))
			continue;
		if (strstr(text, "Name:\tcotenant-flush"))
			found = (blocked(text) & all) == all;
		else if (atoi(name) == getpid() && blocked(text) != 0)
			return 5;
		g_free(text);
	}
	g_dir_close(dir);
	return found ? 3 : 6;
}

static int play(const char *what)
{
	void *library = dlopen(g_getenv(CT_SESSION_CUPTI_ENV), RTLD_NOW | RTLD_LOCAL);
	struct rlimit limit = { .rlim_cur = DISK_BYTES, .rlim_max = DISK_BYTES };

	stub = dlsym(library, CT_STUB_SYMBOL);
	errno = 42;
	if (InitializeInjection() != 1 || InitializeInjection() != 1 || errno != 42)
		return 4;
	if (!strcmp(what, "disk")) {
		setrlimit(RLIMIT_FSIZE, &limit);
		stub->launch(1000);
		return go_on();
	}
	if (!strcmp(what, "refused") || !strcmp(what, "unrecorded")) {
		return stub->is_subscribed() ? 5 : stub->n_enabled() ? 6 : 3;
	} else if (!strcmp(what, "go on")) {
		return go_on();
	} else if (!strcmp(what, "threads")) {
		return with_threads();
	} else if (!strcmp(what, "child")) {
		return with_child();
	} else if (!strcmp(what, "undisturbed")) {
		return undisturbed();
	}
	stub->launch(10000);
	if (!strcmp(what, "leave")) {
		pause_ms(10 * FLUSH_MS);
		_exit(3);
	} else if (!strcmp(what, "die")) {
		pause_ms(10 * FLUSH_MS);
		kill(getpid(), SIGKILL);
	} else if (!strcmp(what, "quick")) {
		quick_exit(3);
	} else if (!strcmp(what, "robbed")) {
		pause_ms(10 * FLUSH_MS);
		stub->steal();
		pause_ms(2500); /* after which the collector listens */
		stub->launch(10);
	} else if (!strcmp(what, "fatal")) {
		stub->give_up();
		pause_ms(10 * FLUSH_MS);
	} else if (!strcmp(what, "idle")) {
		pause_ms(2500);
	}
	return 3;
}

/* --- the tests --- */

static struct ct_recording recording;
static struct ct_spool_file file;

static void begin(void)
{
	ct_recording_init(&recording);
	recording.page->flush_ms = FLUSH_MS;
	g_unsetenv("STUB_CUPTI");
}

static GPid start(const char *what)
{
	char *arguments[] = { "/proc/self/exe", (char *)what, NULL };
	GError *error = NULL;
	GPid pid;

	g_spawn_async(NULL, arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
		      &error);
	g_assert_no_error(error);
	return pid;
}

/* How it ended: its exit code, or 128 and the signal. */
static int finish(GPid pid)
{
	char **spools;
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	spools = ct_recording_spools(&recording);
	ck_assert_uint_le(g_strv_length(spools), 1);
	memset(&file, 0, sizeof(file));
	if (spools[0])
		ct_spool_file_read(&file, spools[0]);
	g_strfreev(spools);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void end_test(void)
{
	ct_spool_file_free(&file);
	ct_recording_clear(&recording);
}

static const struct ct_spool_note *note_of(uint32_t code)
{
	size_t n = ct_spool_file_count(&file, CT_SPOOL_NOTE), i;

	for (i = 0; i < n; i++) {
		const struct ct_spool_note *note =
			ct_spool_file_get(&file, CT_SPOOL_NOTE, i);

		if (note->code == code)
			return note;
	}
	return NULL;
}

static void check_kernels(size_t n)
{
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_KERNEL), n);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_CALL), n);
}

static const struct ct_spool_end *check_end(void)
{
	const struct ct_spool_end *end = ct_spool_file_get(&file, CT_SPOOL_END, 0);

	ck_assert_ptr_eq((const void *)end, file.record[file.n_records - 1]);
	ck_assert_uint_eq(end->n_dropped, 0);
	ck_assert_uint_eq(atomic_load(&recording.page->n_collecting), 0);
	ck_assert_uint_eq(atomic_load(&recording.page->n_collectors), 1);
	return end;
}

START_TEST(exits)
{
	const struct ct_spool_end *end;

	begin();
	ck_assert_int_eq(finish(start("exit")), 3);
	check_kernels(10000);
	end = check_end();
	ck_assert_uint_eq(end->n_launches, 10000);
	ck_assert_uint_eq(end->n_records, 20000);
	ck_assert_uint_eq(end->n_zero_times, 0);
	ck_assert_uint_eq(end->n_buffers_lent, end->n_buffers_back);
	ck_assert_uint_eq(file.header->cupti_version, 130001);
	ck_assert_uint_ge(ct_spool_file_count(&file, CT_SPOOL_ANCHOR), 2);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_NOTE), 0);
	end_test();
}
END_TEST

START_TEST(exits_quickly)
{
	begin();
	ck_assert_int_eq(finish(start("quick")), 3);
	check_kernels(10000);
	check_end();
	end_test();
}
END_TEST

/* What was flushed is there, and nobody says that it ended. */
START_TEST(ends_without_handlers)
{
	begin();
	ck_assert_int_eq(finish(start(_i ? "die" : "leave")), _i ? 128 + SIGKILL : 3);
	check_kernels(10000);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_END), 0);
	ck_assert_uint_eq(atomic_load(&recording.page->n_collecting), 1);
	end_test();
}
END_TEST

/* By the recorder, or because the spools are long enough. */
START_TEST(stops)
{
	struct ct_session_page *page;
	const struct ct_spool_call *call;
	GPid pid;
	size_t n, i;

	begin();
	page = recording.page;
	if (_i)
		page->max_bytes = 4000;
	pid = start("go on");
	if (!_i) {
		while (atomic_load(&page->n_collecting) == 0)
			pause_ms(1);
		pause_ms(5 * FLUSH_MS);
		atomic_store(&page->stop_reason, CT_SPOOL_STOPPED);
		atomic_store(&page->stop_ns, ct_collector_now());
		atomic_fetch_add(&page->wake, 1);
	}
	ck_assert_int_eq(finish(pid), 3);
	check_end();
	ck_assert_int_ne(atomic_load(&page->stop_ns), 0);
	ck_assert_uint_eq(atomic_load(&page->stop_reason),
			  _i ? CT_SPOOL_FULL : CT_SPOOL_STOPPED);
	ck_assert_ptr_nonnull(note_of(_i ? CT_SPOOL_FULL : CT_SPOOL_STOPPED));
	n = ct_spool_file_count(&file, CT_SPOOL_CALL);
	ck_assert_uint_gt(n, 5);
	check_kernels(n);
	for (i = 0; i < n; i++) {
		call = ct_spool_file_get(&file, CT_SPOOL_CALL, i);
		ck_assert_int_lt(call->start_ns, atomic_load(&page->stop_ns));
	}
	end_test();
}
END_TEST

START_TEST(refused)
{
	const struct ct_spool_note *note;

	begin();
	g_setenv("STUB_CUPTI", _i ? "denied" : "busy", TRUE);
	ck_assert_int_eq(finish(start("refused")), 3);
	note = note_of(_i ? CT_SPOOL_DENIED : CT_SPOOL_BUSY);
	ck_assert_ptr_nonnull(note);
	ck_assert_ptr_nonnull(strstr(ct_spool_file_text(&file, note->text),
				     _i ? "CONCURRENT_KERNEL" : "Another Tool"));
	check_end();
	end_test();
}
END_TEST

START_TEST(robbed)
{
	begin();
	ck_assert_int_eq(finish(start("robbed")), 3);
	check_kernels(10000);
	ck_assert_ptr_nonnull(note_of(CT_SPOOL_STOLEN));
	check_end();
	end_test();
}
END_TEST

START_TEST(idle)
{
	begin();
	ck_assert_int_eq(finish(start("idle")), 3);
	check_kernels(10000);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_NOTE), 0);
	end_test();
}
END_TEST

START_TEST(fatal)
{
	const struct ct_spool_note *note;

	begin();
	ck_assert_int_eq(finish(start("fatal")), 3);
	note = note_of(CT_SPOOL_FATAL);
	ck_assert_ptr_nonnull(note);
	ck_assert_int_eq(note->result, CT_CUPTI_UNKNOWN);
	check_end();
	end_test();
}
END_TEST

START_TEST(forks)
{
	begin();
	ck_assert_int_eq(finish(start("child")), 3);
	check_kernels(20);
	ck_assert_ptr_nonnull(note_of(CT_SPOOL_FORKED));
	check_end();
	end_test();
}
END_TEST

START_TEST(threads)
{
	size_t n;

	begin();
	ck_assert_int_eq(finish(start("threads")), 3);
	n = ct_spool_file_count(&file, CT_SPOOL_CALL);
	ck_assert_uint_gt(n, 100);
	check_kernels(n);
	ck_assert_uint_eq(check_end()->n_launches, n);
	end_test();
}
END_TEST

START_TEST(disturbs_nobody)
{
	begin();
	ck_assert_int_eq(finish(start("undisturbed")), 3);
	check_end();
	end_test();
}
END_TEST

/* The program goes on, and is not even recorded any more. */
START_TEST(disk_full)
{
	const struct ct_spool_end *end;

	begin();
	ck_assert_int_eq(finish(start("disk")), 3);
	/* Where the last whole block left no room for a note, there is none. */
	if (file.length + 200 > DISK_BYTES) {
		end_test();
		return;
	}
	ck_assert_int_eq(note_of(CT_SPOOL_WRITE_FAILED)->result, EFBIG);
	end = ct_spool_file_get(&file, CT_SPOOL_END, 0);
	ck_assert_uint_gt(end->n_dropped, 0);
	ck_assert_uint_eq(atomic_load(&recording.page->n_collecting), 0);
	end_test();
}
END_TEST

/* Of another process than the first, or in a folder that is none. */
START_TEST(not_recorded)
{
	begin();
	if (_i == 0)
		recording.page->flags = 0;
	else if (_i == 1)
		recording.page->version++;
	else
		g_setenv(CT_SESSION_FOLDER_ENV, "/no/such/folder", TRUE);
	ck_assert_int_eq(finish(start("unrecorded")), 3);
	ck_assert_ptr_null(file.bytes);
	ck_assert_uint_eq(atomic_load(&recording.page->n_collectors), 0);
	end_test();
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("life");
	TCase *c = tcase_create("life");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, exits);
	tcase_add_test(c, exits_quickly);
	tcase_add_loop_test(c, ends_without_handlers, 0, 2);
	tcase_add_loop_test(c, stops, 0, 2);
	tcase_add_loop_test(c, refused, 0, 2);
	tcase_add_test(c, robbed);
	tcase_add_test(c, idle);
	tcase_add_test(c, fatal);
	tcase_add_test(c, forks);
	tcase_add_test(c, threads);
	tcase_add_test(c, disk_full);
	tcase_add_test(c, disturbs_nobody);
	tcase_add_loop_test(c, not_recorded, 0, 3);
	suite_add_tcase(s, c);
	return s;
}

int main(int argc, char **argv)
{
	SRunner *runner;
	char *path;
	int failed;

	path = g_strdup_printf("%s/tests/capture/stub-cupti.so", g_getenv("CT_BUILDDIR"));
	g_setenv(CT_SESSION_CUPTI_ENV, path, TRUE);
	g_free(path);
	if (argc > 1)
		return play(argv[1]);
	runner = srunner_create(suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
