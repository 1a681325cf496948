/* spooler - a spool stays whole, whatever the disk, the program and its threads do. */
#define _GNU_SOURCE
#include "capture/collector/spooler.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/capture/spool-read.h"

static char *folder, *path;
static struct ct_spooler spool;

static void begin(void)
{
	struct ct_spool_header header = { .pid = 4, .begin_ns = 5 };

	folder = g_dir_make_tmp("ct-spooler-XXXXXX", NULL);
	ck_assert_int_eq(ct_spooler_init(&spool, folder, &header), 0);
	path = g_strdup(spool.path);
}

static void finish(struct ct_spool_file *file)
{
	struct ct_spool_end end = { .n_records = 1 };
	const struct ct_spool_record *last;

	ct_spooler_close(&spool, &end);
	ct_spool_file_read(file, path);
	last = file->record[file->n_records - 1];
	ck_assert_uint_eq(last->type, CT_SPOOL_END);
	g_unlink(path);
	g_rmdir(folder);
	g_free(path);
	g_free(folder);
}

static void put_call(uint32_t number)
{
	struct ct_spool_call *call =
		ct_spooler_append(&spool, CT_SPOOL_CALL, sizeof(*call));

	if (call)
		call->correlation = number;
}

static void put_calls(uint32_t n)
{
	uint32_t i;

	ct_spooler_lock(&spool);
	for (i = 0; i < n; i++)
		put_call(i);
	ct_spooler_unlock(&spool);
}

static void flush(void)
{
	ct_spooler_lock(&spool);
	ct_spooler_flush(&spool);
	ct_spooler_unlock(&spool);
}

START_TEST(no_file_before_the_first_write)
{
	struct ct_spool_file file;

	begin();
	put_calls(3);
	ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
	ck_assert(g_str_has_suffix(path, "/4-5.spool"));
	flush();
	ck_assert(g_file_test(path, G_FILE_TEST_EXISTS));
	ck_assert_int_ge(spool.file, 0);
	ck_assert_int_eq(fcntl(spool.file, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	finish(&file);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_CALL), 3);
	ck_assert_uint_eq(file.n_blocks, 2);
	ct_spool_file_free(&file);
}
END_TEST

/* More than the blocks hold, in order, each once. */
START_TEST(many)
{
	struct ct_spool_file file;
	const struct ct_spool_call *call;
	uint32_t i, n = 30000;

	begin();
	put_calls(n);
	finish(&file);
	ck_assert_uint_gt(file.n_blocks, 4);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_CALL), n);
	for (i = 0; i < n; i++) {
		call = (const void *)file.record[i];
		ck_assert_uint_eq(call->correlation, i);
	}
	ct_spool_file_free(&file);
}
END_TEST

static void *mark_when_cancelled(void *unused)
{
	pthread_cancel(pthread_self());
	put_calls(20000);
	pthread_testcancel();
	return unused;
}

/* A thread of the program is cancelled while it has a full block to write: it ends, but not
 * in here, where others would wait for it. */
START_TEST(cancelled)
{
	struct ct_spool_file file;
	pthread_t thread;
	void *result;

	begin();
	ck_assert_int_eq(pthread_create(&thread, NULL, mark_when_cancelled, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_eq(result, PTHREAD_CANCELED);
	put_calls(20000);
	finish(&file);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_CALL), 40000);
	ct_spool_file_free(&file);
}
END_TEST

/* The disk is full in the middle of a block: it is cut back to what is whole. */
START_TEST(disk_full)
{
	struct rlimit limit = { .rlim_cur = 600000, .rlim_max = RLIM_INFINITY };
	struct ct_spool_file file;
	const struct ct_spool_note *note;
	const struct ct_spool_end *end;
	uint32_t n = 30000;
	sigset_t pending;

	begin(); /* SIGXFSZ ends a process that does not expect it */
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	put_calls(n);
	ck_assert_int_eq(spool.fault, EFBIG);
	ck_assert_int_eq(sigpending(&pending), 0);
	ck_assert_int_eq(sigismember(&pending, SIGXFSZ), 0);
	finish(&file);
	note = ct_spool_file_get(&file, CT_SPOOL_NOTE, 0);
	ck_assert_uint_eq(note->code, CT_SPOOL_WRITE_FAILED);
	ck_assert_int_eq(note->result, EFBIG);
	end = ct_spool_file_get(&file, CT_SPOOL_END, 0);
	ck_assert_uint_gt(ct_spool_file_count(&file, CT_SPOOL_CALL), 10000);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_CALL) + end->n_dropped, n);
	ct_spool_file_free(&file);
}
END_TEST

/* A program closes all descriptors it does not know, and opens a file of its own. */
START_TEST(descriptor_taken)
{
	struct ct_spool_file file;
	char *theirs = NULL, *text;
	int fd;
	gsize length;

	begin();
	put_calls(3);
	flush();
	close(spool.file);
	fd = g_file_open_tmp("ct-theirs-XXXXXX", &theirs, NULL);
	ck_assert_int_eq(dup2(fd, spool.file), spool.file);
	put_calls(4);
	flush();
	finish(&file);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_CALL), 7);
	ck_assert(g_file_get_contents(theirs, &text, &length, NULL));
	ck_assert_uint_eq(length, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), 0);
	g_unlink(theirs);
	g_free(theirs);
	g_free(text);
	ct_spool_file_free(&file);
}
END_TEST

/* The folder is gone: everything is lost and counted, and nothing else happens. */
START_TEST(no_folder)
{
	struct ct_spool_end end = { 0 };

	begin();
	g_rmdir(folder);
	put_calls(30000);
	ck_assert_int_eq(spool.fault, ENOENT);
	ck_assert_uint_eq(ct_spooler_string(&spool, "text", 4), CT_NONE);
	ct_spooler_close(&spool, &end);
	ck_assert_uint_ge(end.n_dropped, 30000);
}
END_TEST

static int n_full;

static void full(void)
{
	n_full++;
}

START_TEST(limit)
{
	struct ct_spool_file file;
	_Atomic uint64_t total = 500000; /* by other processes */

	begin();
	spool.total_bytes = &total;
	spool.max_bytes = 1000000;
	spool.full = full;
	put_calls(12000);
	ck_assert_int_eq(n_full, 0);
	put_calls(12000);
	ck_assert_int_eq(n_full, 1);
	finish(&file);
	ck_assert_int_eq(n_full, 1);
	/* What still comes in is written: it was called before. */
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_CALL), 24000);
	ck_assert_uint_eq(atomic_load(&total), 500000 + file.length - sizeof(*file.header));
	ct_spool_file_free(&file);
}
END_TEST

#define N_THREADS 4
#define N_EACH    20000

static gpointer run(gpointer argument)
{
	uint32_t thread = GPOINTER_TO_UINT(argument), i;
	struct ct_spool_marker *marker;
	char text[32];

	for (i = 0; i < N_EACH; i++) {
		uint32_t name;

		g_snprintf(text, sizeof(text), "%u of %u", i % 1000, i % 3);
		ct_spooler_lock(&spool);
		name = ct_spooler_string(&spool, text, sizeof(text));
		marker = ct_spooler_append(&spool, CT_SPOOL_MARKER, sizeof(*marker));
		marker->thread = thread;
		marker->time_ns = i;
		marker->name = name;
		if (i % 1000 == 0)
			ct_spooler_flush(&spool);
		ct_spooler_unlock(&spool);
	}
	return NULL;
}

/* Each thread's records are in order and name what stands before them. */
START_TEST(threads)
{
	GThread *thread[N_THREADS];
	int64_t next[N_THREADS] = { 0 };
	struct ct_spool_file file;
	size_t i, n_strings = 0;
	char text[32];
	GPtrArray *strings = g_ptr_array_new();

	begin();
	for (i = 0; i < N_THREADS; i++)
		thread[i] = g_thread_new("t", run, GUINT_TO_POINTER(i));
	for (i = 0; i < N_THREADS; i++)
		g_thread_join(thread[i]);
	finish(&file);
	for (i = 0; i < file.n_records; i++) {
		const struct ct_spool_marker *m = (const void *)file.record[i];

		if (m->record.type == CT_SPOOL_STRING) {
			g_ptr_array_add(strings,
					(char *)m + sizeof(struct ct_spool_string));
			n_strings++;
		}
		if (m->record.type != CT_SPOOL_MARKER)
			continue;
		ck_assert_int_eq(m->time_ns, next[m->thread]++);
		ck_assert_uint_lt(m->name, n_strings);
		g_snprintf(text, sizeof(text), "%d of %d", (int)m->time_ns % 1000,
			   (int)m->time_ns % 3);
		ck_assert_str_eq(text, g_ptr_array_index(strings, m->name));
	}
	for (i = 0; i < N_THREADS; i++)
		ck_assert_int_eq(next[i], N_EACH);
	g_ptr_array_unref(strings);
	ct_spool_file_free(&file);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("spooler");
	TCase *c = tcase_create("spooler");

	tcase_add_test(c, no_file_before_the_first_write);
	tcase_add_test(c, many);
	tcase_add_test(c, cancelled);
	tcase_add_test(c, disk_full);
	tcase_add_test(c, descriptor_taken);
	tcase_add_test(c, no_folder);
	tcase_add_test(c, limit);
	tcase_add_test(c, threads);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
