/*
 * timeline - valid JSON whatever the names hold, times exact to the nanosecond.
 */
#include "sim/timeline.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static char *written;
static size_t written_bytes;

static struct ct_timeline *begin(FILE **out)
{
	*out = open_memstream(&written, &written_bytes);
	return ct_timeline_new(*out);
}

static json_t *finish(struct ct_timeline *t, FILE *out)
{
	json_error_t where;
	json_t *document;

	ck_assert(ct_timeline_finish(t, NULL));
	fclose(out);
	document = json_loadb(written, written_bytes, JSON_REJECT_DUPLICATES, &where);
	ck_assert_msg(document != NULL, "line %d: %s: %s", where.line, where.text, written);
	return document;
}

static const char *text_of(json_t *event, const char *key)
{
	return json_string_value(json_object_get(event, key));
}

/* The N-th event of PHASE. */
static json_t *event_of(json_t *document, const char *phase, size_t n)
{
	json_t *event;
	size_t i;

	json_array_foreach(json_object_get(document, "traceEvents"), i, event)
		if (strcmp(text_of(event, "ph"), phase) == 0 && n-- == 0)
			return event;
	ck_abort_msg("no event of phase %s", phase);
}

START_TEST(empty_is_valid)
{
	FILE *out;
	struct ct_timeline *t = begin(&out);

	json_decref(finish(t, out));
	free(written);
}
END_TEST

START_TEST(all_kinds)
{
	FILE *out;
	struct ct_timeline *t = begin(&out);
	struct ct_timeline_op op = {
		.tenant = 1,
		.copy = 2,
		.stream = 7,
		.name = "void \"k\"<\\>(\x01\xff\n)",
		.kind = "kernel",
		.why = "its turn",
		.issued_ns = 1,
		.start_ns = 9007199254740993, /* 2^53 + 1: no double holds it */
		.end_ns = 9007199254741994,
		.blocks = UINT64_MAX,
	};
	json_t *document, *event;

	ct_timeline_tenant(t, 1, "s\xc3\xa9rve");
	ct_timeline_op(t, &op);
	ct_timeline_op(t, &op);
	op.stream = 8;
	op.why = NULL;
	ct_timeline_op(t, &op);
	ct_timeline_request(t, 1, 0, 4, 1000, 2500, 5001);
	ct_timeline_sms(t, 5, 132);
	ct_timeline_mark(t, -5, "fifo: opened");
	ck_assert_ptr_nonnull(t);
	fflush(out);
	ck_assert_ptr_nonnull(strstr(written, "\"ts\":9007199254740.993,\"dur\":1.001,"));
	ck_assert_ptr_nonnull(strstr(written, "\"ts\":-0.005"));
	ck_assert_ptr_nonnull(strstr(written, "\"blocks\":18446744073709551615"));
	document = NULL;
	ck_assert(ct_timeline_finish(t, NULL));
	fclose(out);
	/* jansson reads no integer above INT64_MAX: that is its limit, not the format's */
	memcpy(strstr(written, "18446744073709551615"), "                   1", 20);
	memcpy(strstr(written, "18446744073709551615"), "                   1", 20);
	memcpy(strstr(written, "18446744073709551615"), "                   1", 20);
	document = json_loadb(written, written_bytes, 0, NULL);
	ck_assert_ptr_nonnull(document);
	event = event_of(document, "X", 0);
	ck_assert_str_eq(text_of(event, "name"), "void \"k\"<\\>(\x01\xef\xbf\xbd\n)");
	ck_assert_str_eq(text_of(json_object_get(event, "args"), "why"), "its turn");
	ck_assert_int_eq(json_integer_value(json_object_get(event, "pid")), 2);
	ck_assert(json_equal(json_object_get(event, "tid"),
			     json_object_get(event_of(document, "X", 1), "tid")));
	ck_assert(!json_equal(json_object_get(event, "tid"),
			      json_object_get(event_of(document, "X", 2), "tid")));
	ck_assert_str_eq(text_of(event_of(document, "b", 0), "name"), "request 4");
	ck_assert_str_eq(text_of(event_of(document, "b", 1), "name"), "queued");
	ck_assert_str_eq(text_of(event_of(document, "e", 1), "name"), "request 4");
	ck_assert_str_eq(text_of(event_of(document, "i", 0), "name"), "fifo: opened");
	json_decref(document);
	free(written);
}
END_TEST

START_TEST(full_disk_is_told)
{
	FILE *out = fopen("/dev/full", "w");
	GError *error = NULL;
	struct ct_timeline *t;

	if (!out)
		return;
	t = ct_timeline_new(out);
	for (int i = 0; i < 100000; i++)
		ct_timeline_sms(t, i, 1);
	ck_assert(!ct_timeline_finish(t, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "space"));
	g_error_free(error);
	fclose(out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("timeline");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(all, empty_is_valid);
	tcase_add_test(all, all_kinds);
	tcase_add_test(all, full_disk_is_told);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
