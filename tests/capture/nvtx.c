/* nvtx - each call of NVTX leaves its record, and returns what NVTX says it does. */
#include "capture/collector/nvtx.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/collector/collector.h"
#include "capture/collector/control.h"
#include "tests/capture/nvtx-client.h"
#include "tests/capture/recording.h"

static struct ct_recording recording;

static void attach(void)
{
	ck_assert_int_eq(ct_client_init(0, CT_NVTX_CORE_SLOTS, CT_NVTX_CORE2_SLOTS,
					InitializeInjectionNvtx2),
			 1);
}

static void begin(void)
{
	ct_recording_init(&recording);
	attach();
}

static void end_test(void)
{
	ct_recording_clear(&recording);
}

/* What was recorded so far is EXPECTED, ended by NULL. */
static void check_lines(const char *const *expected)
{
	char *spool = ct_recording_flush(&recording);
	GPtrArray *lines = ct_recording_lines(spool, 0);
	guint n = 0;

	for (; expected[n] && n < lines->len; n++)
		ck_assert_str_eq(g_ptr_array_index(lines, n), expected[n]);
	ck_assert_msg(!expected[n], "there is no '%s'", expected[n]);
	ck_assert_uint_eq(lines->len, n);
	g_ptr_array_unref(lines);
	g_free(spool);
}

START_TEST(every_form)
{
	static const char *const expected[] = {
		"mark a",      "mark b\xc3\xa4",
		"mark c",      "mark d",
		"mark lib: e", "mark lib: f",
		"start g #1",  "start h #2",
		"start i #3",  "start lib: j #4",
		"stop #2",     "stop lib: #4",
		"push k",      "push l",
		"push m",      "push lib: n",
		"pop lib:",    "pop",
		"pop",         "pop",
		"mark",        "mark",
		"push",        "pop",
		"mark lib: o", "mark lib:",
		NULL,
	};
	struct ct_nvtx_attributes c, d, e, f, none = { .version = 3, .bytes = 48 };
	void *lib;
	uint64_t h, j;

	lib = ct_domain("lib");
	c = ct_event("c");
	d = ct_event_wide(L"d");
	e = ct_event_registered(ct_register(lib, "e"));
	f = ct_event_registered(ct_register_wide(NULL, L"f"));
	ct_mark("a");
	ct_mark_wide(L"b\u00e4");
	ct_mark_ex(&c);
	ct_mark_event(NULL, &d);
	ct_mark_event(lib, &e);
	ct_mark_event(lib, &f);
	c = ct_event("i");
	d = ct_event("j");
	ct_start("g");
	h = ct_start_wide(L"h");
	ct_start_ex(&c);
	j = ct_start_event(lib, &d);
	ct_end(h);
	ct_domain_end(lib, j);
	ct_end(0);
	c = ct_event("m");
	d = ct_event("n");
	ct_push("k");
	ct_push_wide(L"l");
	ct_push_ex(&c);
	ct_push_event(lib, &d);
	ct_domain_pop(lib);
	ct_pop();
	ct_pop();
	ct_pop();
	ct_mark(NULL);
	ct_mark_event(NULL, &none);
	ct_push_event(NULL, NULL);
	ct_pop();
	ct_domain_destroy(lib);
	c = ct_event("o");
	ct_mark_event(lib, &c);
	/* Of a version that has no message. */
	c.bytes = 40;
	c.message.ascii = (const char *)1;
	ct_mark_event(lib, &c);
	check_lines(expected);
}
END_TEST

/* Characters of 1 to 4 bytes, and what is none. */
START_TEST(wide_texts)
{
	static const wchar_t odd[] = { 'a',      0x7f,        0x80,     0x7ff,  0x800,
				       0xffff,   0x10000,     0x10ffff, 0xd800, 0xdfff,
				       0x110000, (wchar_t)-1, 0 };
	static const char *const expected[] = {
		"mark a\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80"
		"\xf4\x8f\xbf\xbf\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		"mark", NULL
	};

	ct_mark_wide(odd);
	ct_mark_wide(NULL);
	ck_assert_ptr_null(ct_register_wide(NULL, NULL));
	check_lines(expected);
}
END_TEST

/* More than fits the stack; shorter than a string of a spool may be. */
START_TEST(long_texts)
{
	enum { N = 20000 };
	wchar_t *wide = g_new0(wchar_t, N + 1);
	char *text = g_strnfill(N, 'y');
	char *spool;
	GPtrArray *lines;

	for (int i = 0; i < N; i++)
		wide[i] = 0x20ac;
	ct_mark_wide(wide);
	ct_mark(text);
	spool = ct_recording_flush(&recording);
	lines = ct_recording_lines(spool, 0);
	ck_assert_uint_eq(lines->len, 2);
	ck_assert_uint_eq(g_utf8_strlen(g_ptr_array_index(lines, 0), -1), 5 + N);
	ck_assert_str_eq((char *)g_ptr_array_index(lines, 1) + 5, text);
	g_ptr_array_unref(lines);
	g_free(spool);
	g_free(text);
	g_free(wide);
}
END_TEST

/* NVTX: the level of the range, from 0, in its domain and thread; negative: an error. */
START_TEST(levels)
{
	void *a = ct_domain("a"), *b = ct_domain_wide(L"b");
	struct ct_nvtx_attributes event = ct_event("x");

	ck_assert_int_eq(ct_push("x"), 0);
	ck_assert_int_eq(ct_push("y"), 1);
	ck_assert_int_eq(ct_push_event(a, &event), 0);
	ck_assert_int_eq(ct_push_event(a, &event), 1);
	ck_assert_int_eq(ct_push_event(b, &event), 0);
	ck_assert_int_eq(ct_push_event(NULL, &event), 2);
	ck_assert_int_eq(ct_pop(), 2);
	ck_assert_int_eq(ct_domain_pop(a), 1);
	ck_assert_int_eq(ct_domain_pop(b), 0);
	ck_assert_int_lt(ct_domain_pop(b), 0);
	ck_assert_int_eq(ct_domain_pop(NULL), 1);
	ck_assert_int_eq(ct_pop(), 0);
	ck_assert_int_lt(ct_pop(), 0);
	ck_assert_int_eq(ct_push("z"), 0);
	ck_assert_int_eq(ct_domain_pop(a), 0);

	/* Of very many domains, some have no levels; all are recorded. */
	for (int i = 0; i < 100; i++) {
		char *name = g_strdup_printf("domain %d", i);
		void *domain = ct_domain(name);
		int level = ct_push_event(domain, &event);

		ck_assert(level == 0 || level == CT_NVTX_NOT_TRACKED);
		ck_assert_int_eq(ct_domain_pop(domain), level);
		g_free(name);
	}
}
END_TEST

START_TEST(handles)
{
	void *a = ct_domain("a"), *b = ct_domain("b"), *first = ct_register(a, "s");
	struct ct_nvtx_attributes event = ct_event("e");
	static const char *const expected[] = { "mark e", "mark e",       "mark",
						"mark",   "mark",         "mark",
						"mark",   "mark a: 4999", NULL };
	void *many = NULL;

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_eq(ct_domain_wide(L"a"), a);
	ck_assert_ptr_ne(b, a);
	ck_assert_ptr_eq(ct_register(a, "s"), first);
	ck_assert_ptr_ne(ct_register(b, "s"), first);
	ck_assert_ptr_ne(ct_register(NULL, "s"), first);
	ck_assert_ptr_ne(ct_register(a, "S"), first);
	ck_assert_ptr_ne(ct_register(a, "a"), a);
	for (int i = 0; i < 5000; i++) {
		char *text = g_strdup_printf("%d", i);

		many = ct_register(a, text);
		ck_assert_ptr_nonnull(many);
		ck_assert_ptr_eq(ct_register(a, text), many);
		g_free(text);
	}
	ck_assert_ptr_eq(ct_register(a, "s"), first);

	/* What is no handle, or one of the other kind, is none. */
	ct_mark_event(first, &event);
	ct_mark_event(&event, &event);
	event = ct_event_registered(a);
	ct_mark_event(NULL, &event);
	event = ct_event_registered((void *)-1);
	ct_mark_event(NULL, &event);
	event = ct_event_registered(NULL);
	ct_mark_event(NULL, &event);
	event = ct_event_registered((char *)many + 1);
	ct_mark_event((char *)many + 1, &event);
	event = ct_event_registered((char *)many + 100000);
	ct_mark_event((char *)many + 100000, &event);
	event = ct_event_registered(many);
	ct_mark_event(a, &event);
	check_lines(expected);
}
END_TEST

/* Each library of a program brings its copy, of the version it was built with. */
START_TEST(several_copies)
{
	void *domain = ct_domain("shared");

	ck_assert_int_eq(ct_client_init(1, 9, 0, InitializeInjectionNvtx2), 1);
	ck_assert_ptr_nonnull(ct_client[1].core[CT_NVTX_PUSH_EX]);
	ck_assert_ptr_null(ct_client[1].core[CT_NVTX_PUSH_A]);
	ck_assert_ptr_null(ct_client[1].core[CT_NVTX_POP]);
	for (int i = 0; i < CT_NVTX_CORE2_SLOTS; i++)
		ck_assert_ptr_null(ct_client[1].core2[i]);
	/* Categories, threads and resources are nothing to us. */
	for (int i = CT_NVTX_POP + 1; i < CT_NVTX_CORE_SLOTS; i++)
		ck_assert_ptr_null(ct_client[0].core[i]);
	ck_assert_int_eq(ct_client_init(1, CT_NVTX_CORE_SLOTS, CT_NVTX_CORE2_SLOTS,
					InitializeInjectionNvtx2),
			 1);
	ck_assert_ptr_eq(ct_client[0].core[CT_NVTX_POP], ct_client[1].core[CT_NVTX_POP]);
	ck_assert_ptr_eq(ct_domain("shared"), domain);
	ck_assert_int_eq(InitializeInjectionNvtx2(NULL), 0);
}
END_TEST

START_TEST(nobody_records)
{
	g_unsetenv(CT_SESSION_FOLDER_ENV);
	ck_assert_int_eq(ct_client_init(0, CT_NVTX_CORE_SLOTS, CT_NVTX_CORE2_SLOTS,
					InitializeInjectionNvtx2),
			 0);
	for (int i = 0; i < CT_NVTX_CORE_SLOTS; i++)
		ck_assert_ptr_null(ct_client[0].core[i]);
}
END_TEST

START_TEST(errno_is_left)
{
	errno = 1234;
	ct_push("x");
	ct_register(ct_domain("d"), "x");
	ct_mark_wide(L"y");
	ct_end(ct_start("z"));
	ct_pop();
	ck_assert_int_eq(errno, 1234);
	attach();
	ck_assert_int_eq(errno, 1234);
}
END_TEST

/* The program does not hear of it. */
START_TEST(no_disk)
{
	char *folder = g_strdup(recording.folder);

	ct_recording_clear(&recording);
	errno = 1234;
	for (int i = 0; i < 10000; i++) {
		ck_assert_int_eq(ct_push("x"), 0);
		ck_assert_int_eq(ct_pop(), 0);
	}
	ck_assert_int_eq(errno, 1234);
	ck_assert_int_ne(ct_collector.spool.fault, 0);
	ck_assert(!g_file_test(folder, G_FILE_TEST_EXISTS));
	ct_recording_init(&recording);
	g_free(folder);
}
END_TEST

/* As in a malloc() of the program that marks, or in a signal handler: what is called while
 * the thread is in the collector returns, and leaves no record. */
START_TEST(from_within)
{
	static const char *const expected[] = { "push x", "pop", NULL };

	ck_assert_int_eq(ct_push("x"), 0);
	ct_spooler_lock(&ct_collector.spool);
	ck_assert_int_eq(ct_push("y"), 1);
	ct_mark("z");
	ck_assert_int_eq(ct_pop(), 1);
	ct_spooler_unlock(&ct_collector.spool);
	ck_assert_int_eq(ct_pop(), 0);
	check_lines(expected);
}
END_TEST

/* A child that is forked before the program used CUDA may use it itself. */
START_TEST(after_fork)
{
	static const char *const expected[] = { "push parent", "mark reg", "pop",
						"mark parent", NULL };
	struct ct_nvtx_attributes event = ct_event_registered(ct_register(NULL, "reg"));
	char **spools;
	GPtrArray *lines;
	int status;
	pid_t child;

	ct_push("parent");
	ct_mark_event(NULL, &event);
	child = fork();
	if (child == 0) {
		int level = ct_pop();
		char *spool;

		ct_push("child");
		ct_mark_event(ct_domain("dom"), &event);
		spool = ct_recording_flush(&recording);
		lines = ct_recording_lines(spool, (uint32_t)syscall(SYS_gettid));
		_exit(level == 0 && lines->len == 3 &&
				      !strcmp(g_ptr_array_index(lines, 0), "pop") &&
				      !strcmp(g_ptr_array_index(lines, 1), "push child") &&
				      !strcmp(g_ptr_array_index(lines, 2), "mark dom: reg")
			      ? 0
			      : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	ct_pop();
	ct_mark("parent");
	check_lines(expected);
	spools = ct_recording_spools(&recording);
	ck_assert_uint_eq(g_strv_length(spools), 2);
	g_strfreev(spools);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("nvtx");
	TCase *calls = tcase_create("calls"), *none = tcase_create("none");
	SRunner *runner;
	int n_failed;

	tcase_add_checked_fixture(calls, begin, end_test);
	tcase_add_test(calls, every_form);
	tcase_add_test(calls, wide_texts);
	tcase_add_test(calls, long_texts);
	tcase_add_test(calls, levels);
	tcase_add_test(calls, handles);
	tcase_add_test(calls, several_copies);
	tcase_add_test(calls, errno_is_left);
	tcase_add_test(calls, no_disk);
	tcase_add_test(calls, from_within);
	tcase_add_test(calls, after_fork);
	tcase_add_test(none, nobody_records);
	suite_add_tcase(suite, calls);
	suite_add_tcase(suite, none);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed > 0;
}
