/* control - a recording starts and stops once, for all its processes. */
#include "capture/collector/control.h"

#include <check.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/collector/nvtx.h"
#include "tests/capture/nvtx-client.h"
#include "tests/capture/recording.h"

static struct ct_recording recording;

/* A recording that waits for MARKER, or for nothing. */
static void begin(const char *marker)
{
	ct_recording_init(&recording);
	if (marker) {
		recording.page->flags |= CT_SESSION_WAIT_MARKER;
		memcpy(recording.page->start_marker, marker,
		       MIN(strlen(marker) + 1, CT_SESSION_TEXT_BYTES));
	}
	ck_assert_int_eq(ct_client_init(0, CT_NVTX_CORE_SLOTS, CT_NVTX_CORE2_SLOTS,
					InitializeInjectionNvtx2),
			 1);
}

static void end_test(void)
{
	ct_recording_clear(&recording);
}

static int64_t start_ns(void)
{
	return atomic_load(&recording.page->start_ns);
}

static int64_t stop_ns(void)
{
	return atomic_load(&recording.page->stop_ns);
}

/* How many lines of this process's spool are LINE. */
static guint n_lines(const char *line)
{
	char *spool = ct_recording_flush(&recording);
	GPtrArray *lines = ct_recording_lines(spool, 0);
	guint n = 0;

	for (guint i = 0; i < lines->len; i++)
		n += strcmp(g_ptr_array_index(lines, i), line) == 0;
	g_ptr_array_unref(lines);
	g_free(spool);
	return n;
}

START_TEST(at_once)
{
	int64_t now = ct_collector_now();

	begin(NULL);
	ck_assert(ct_collector_wanted(now));
	ct_mark("x");
	ck_assert_int_eq(start_ns(), 0);
	end_test();
}
END_TEST

START_TEST(by_name)
{
	struct ct_nvtx_attributes event;
	int64_t before, started;
	char *note;

	begin("step 3");
	ck_assert(!ct_collector_wanted(ct_collector_now()));
	ct_mark("step 33");
	ct_mark("step");
	ct_mark("");
	ct_mark(NULL);
	ct_end(ct_start("Step 3"));
	event = ct_event_registered(ct_register(NULL, "step 4"));
	ct_push_event(NULL, &event);
	ct_pop();
	ck_assert_int_eq(start_ns(), 0);

	before = ct_collector_now();
	ct_push("step 3");
	started = start_ns();
	ck_assert_int_ge(started, before);
	ck_assert(!ct_collector_wanted(before - 1));
	ck_assert(ct_collector_wanted(started));
	ck_assert(ct_collector_wanted(ct_collector_now()));
	ct_pop();
	ct_push("step 3");
	ck_assert_int_eq(start_ns(), started);

	/* What came before is there as well: ranges may be open at the start. */
	ck_assert_uint_eq(n_lines("mark step 33"), 1);
	ck_assert_uint_eq(n_lines("push step 3"), 2);
	note = g_strdup_printf("note %d at %" G_GINT64_FORMAT, CT_SPOOL_STARTED, started);
	ck_assert_uint_eq(n_lines(note), 0);
	ct_control_hook.tick(&ct_collector);
	ct_control_hook.tick(&ct_collector);
	ct_control_hook.finish(&ct_collector);
	ck_assert_uint_eq(n_lines(note), 1);
	g_free(note);
	end_test();
}
END_TEST

START_TEST(by_prefix)
{
	begin("step*");
	ct_mark("ste");
	ct_mark("a step");
	ck_assert_int_eq(start_ns(), 0);
	ct_mark_wide(L"step 7");
	ck_assert_int_ne(start_ns(), 0);
	end_test();
}
END_TEST

START_TEST(by_any)
{
	begin("*");
	ct_mark(NULL);
	ct_pop();
	ck_assert_int_eq(start_ns(), 0);
	ct_mark("");
	ck_assert_int_ne(start_ns(), 0);
	end_test();
}
END_TEST

/* Registered strings and domains count as any other text. */
START_TEST(by_registered)
{
	struct ct_nvtx_attributes event;

	begin("reg");
	event = ct_event_registered(ct_register(NULL, "reg"));
	ct_push_event(ct_domain("d"), &event);
	ck_assert_int_ne(start_ns(), 0);
	end_test();
}
END_TEST

/* A text that fills its field has no NUL; and without a text only the recorder starts. */
START_TEST(odd_pages)
{
	char text[CT_SESSION_TEXT_BYTES + 1];

	memset(text, 'q', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	begin(text);
	ct_mark(text + 1);
	ck_assert_int_eq(start_ns(), 0);
	ct_mark(text);
	ck_assert_int_ne(start_ns(), 0);
	end_test();
}
END_TEST

START_TEST(by_recorder)
{
	begin("");
	ct_mark("");
	ck_assert_int_eq(start_ns(), 0);
	ck_assert(!ct_collector_wanted(ct_collector_now()));
	ct_control_start(recording.page, 5);
	ck_assert(!ct_collector_wanted(4));
	ck_assert(ct_collector_wanted(5));
	ct_control_start(recording.page, 3);
	ck_assert_int_eq(start_ns(), 5);
	end_test();
}
END_TEST

/* Whoever is first, in whichever process; the others see it. */
START_TEST(in_another_process)
{
	int64_t started;
	int status;
	pid_t child;

	begin("go");
	child = fork();
	if (child == 0) {
		ct_mark("go");
		_exit(start_ns() != 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	started = start_ns();
	ck_assert_int_ne(started, 0);
	ck_assert(ct_collector_wanted(ct_collector_now()));
	ct_mark("go");
	ck_assert_int_eq(start_ns(), started);
	end_test();
}
END_TEST

START_TEST(stop)
{
	uint32_t wake;
	int64_t stopped;
	char *note;

	begin(NULL);
	ct_push("before");
	wake = atomic_load(&recording.page->wake);
	errno = 77;
	ct_control_stop(recording.page, CT_SPOOL_FULL);
	ck_assert_int_eq(errno, 77);
	stopped = stop_ns();
	ck_assert_int_ne(stopped, 0);
	ck_assert_uint_ne(atomic_load(&recording.page->wake), wake);
	ct_control_stop(recording.page, CT_SPOOL_STOPPED);
	ck_assert_int_eq(stop_ns(), stopped);
	ck_assert_uint_eq(atomic_load(&recording.page->stop_reason), CT_SPOOL_FULL);
	ck_assert(ct_collector_wanted(stopped - 1));
	ck_assert(!ct_collector_wanted(stopped));
	/* The program still sees its levels. */
	ck_assert_int_eq(ct_pop(), 0);
	ck_assert_int_eq(ct_push("after"), 0);
	ct_mark("after");
	ck_assert_uint_eq(n_lines("push before"), 1);
	ck_assert_uint_eq(n_lines("pop") + n_lines("push after") + n_lines("mark after"),
			  0);
	note = g_strdup_printf("note %d at %" G_GINT64_FORMAT, CT_SPOOL_FULL, stopped);
	ct_control_hook.tick(&ct_collector);
	ct_control_hook.finish(&ct_collector);
	ck_assert_uint_eq(n_lines(note), 1);
	g_free(note);
	end_test();
}
END_TEST

/* One who died after it gave its reason and before it set the moment stops nobody else. */
START_TEST(stop_half_done)
{
	begin(NULL);
	atomic_store(&recording.page->stop_reason, CT_SPOOL_FULL);
	ck_assert(ct_collector_wanted(ct_collector_now()));
	ct_control_stop(recording.page, CT_SPOOL_STOPPED);
	ck_assert_int_ne(stop_ns(), 0);
	ck_assert_uint_eq(atomic_load(&recording.page->stop_reason), CT_SPOOL_FULL);
	end_test();
}
END_TEST

/* A sleeper in another process wakes at once, not after its 20 seconds. */
START_TEST(stop_wakes)
{
	int64_t began;
	int status;
	pid_t child;

	begin(NULL);
	child = fork();
	if (child == 0) {
		struct timespec patience = { 20, 0 };

		syscall(SYS_futex, &recording.page->wake, FUTEX_WAIT, 0, &patience, NULL,
			0);
		_exit(stop_ns() != 0 ? 0 : 1);
	}
	began = ct_collector_now();
	usleep(50000);
	ct_control_stop(recording.page, CT_SPOOL_STOPPED);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert_int_lt(ct_collector_now() - began, 10000000000);
	end_test();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("control");
	TCase *start = tcase_create("start"), *stops = tcase_create("stop");
	SRunner *runner;
	int n_failed;

	tcase_add_test(start, at_once);
	tcase_add_test(start, by_name);
	tcase_add_test(start, by_prefix);
	tcase_add_test(start, by_any);
	tcase_add_test(start, by_registered);
	tcase_add_test(start, odd_pages);
	tcase_add_test(start, by_recorder);
	tcase_add_test(start, in_another_process);
	tcase_add_test(stops, stop);
	tcase_add_test(stops, stop_half_done);
	tcase_add_test(stops, stop_wakes);
	tcase_set_timeout(stops, 60);
	suite_add_tcase(suite, start);
	suite_add_tcase(suite, stops);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed > 0;
}
