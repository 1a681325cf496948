/*
 * scenario - tenants from the command line, strict files, complete echoes, changes.
 */
#include "sim/scenario.h"

#include <check.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"

static struct ct_scenario *parse(const char *text, char **message)
{
	json_error_t where;
	json_t *document = json_loads(text, 0, &where);
	struct ct_scenario *s;
	GError *error = NULL;

	ck_assert_msg(document != NULL, "%s", where.text);
	s = ct_scenario_parse(document, "test.json", NULL, &error);
	json_decref(document);
	*message = NULL;
	if (!s) {
		ck_assert_int_eq(error->code, CT_EXIT_INPUT);
		*message = g_strdup(error->message);
		g_error_free(error);
	}
	return s;
}

START_TEST(arguments)
{
	struct ct_scenario *s = ct_scenario_new();
	const struct ct_tenant_spec *t;

	ck_assert(ct_scenario_add_tenant(s, "dir/bert.1.json.gz", NULL));
	ck_assert(ct_scenario_add_tenant(s,
					 "serve=a\\=b\\,c.ctt,rank=-3,weight=7,slo_ms=1.5,"
					 "spread_permille=250,idempotent=yes,"
					 "arrive=poisson:30,requests=it*",
					 NULL));
	ck_assert(ct_scenario_add_tenant(s, "bert.1.ctt", NULL));
	ck_assert(ct_scenario_add_tenant(s, "other/bert.1.ctt", NULL));
	ck_assert_uint_eq(s->n_tenants, 4);
	ck_assert_str_eq(s->tenant[0].name, "bert.1");
	ck_assert_str_eq(s->tenant[0].trace, "dir/bert.1.json.gz");
	ck_assert_uint_eq(s->tenant[0].weight, 100);
	ck_assert_uint_eq(s->tenant[0].arrive.copies, 1);
	t = &s->tenant[1];
	ck_assert_str_eq(t->name, "serve");
	ck_assert_str_eq(t->trace, "a=b,c.ctt");
	ck_assert_int_eq(t->rank, -3);
	ck_assert_uint_eq(t->weight, 7);
	ck_assert_uint_eq(t->spread_permille, 250);
	ck_assert_uint_eq(t->idempotent, TRUE);
	ck_assert_int_eq(t->slo_ns, 1500000);
	ck_assert_int_eq(t->arrive.kind, CT_ARRIVE_POISSON);
	ck_assert_str_eq(t->requests, "it*");
	ck_assert_str_eq(s->tenant[2].name, "bert.1-2");
	ck_assert_str_eq(s->tenant[3].name, "bert.1-3");
	ct_scenario_free(s);
}
END_TEST

START_TEST(arguments_refused)
{
	static const struct {
		const char *argument, *says;
	} bad[] = {
		{ "", "empty" },
		{ "a=", "empty" },
		{ "=b.ctt", "empty" },
		{ "a.ctt,wieght=3", "did you mean 'weight'" },
		{ "a.ctt,weight=0", "weight" },
		{ "a.ctt,weight=10001", "weight" },
		{ "a.ctt,spread_permille=1001", "spread_permille" },
		{ "a.ctt,rank=x", "rank" },
		{ "a.ctt,idempotent=1", "'yes' or 'no'" },
		{ "a.ctt,slo_ms=soon", "slo_ms" },
		{ "a.ctt,arrive=closed:0", "closed:0" },
		{ "a.ctt,", "no key" },
		{ "\xff.ctt", "UTF-8" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct ct_scenario *s = ct_scenario_new();
		GError *error = NULL;

		ck_assert_msg(!ct_scenario_add_tenant(s, bad[i].argument, &error),
			      "'%s' was taken", bad[i].argument);
		ck_assert_msg(strstr(error->message, bad[i].says) != NULL, "'%s': %s",
			      bad[i].argument, error->message);
		g_error_free(error);
		ct_scenario_free(s);
	}
}
END_TEST

static const char full[] =
	"{ \"cotenant\": \"scenario/1\", \"why\": \"to see\", \"device\": \"a100-sxm\","
	"  \"actuator\": \"cuda-gate\", \"seed\": 7, \"duration_ns\": \"20 ms\","
	"  \"min_requests\": 3, \"patience_ns\": 5000, \"repeat\": 2,"
	"  \"policy\": [\"fifo\", {\"name\": \"turns\", \"slice_ns\": 500000}],"
	"  \"tenants\": ["
	"    {\"name\": \"serve.v1\", \"trace\": \"a.ctt\", \"rank\": 10, \"slo_ns\": "
	"\"1ms\","
	"     \"arrive\": {\"period_ns\": \"4ms\"}},"
	"    {\"trace\": \"b.json\", \"weight\": 5, \"requests\": \"step*\","
	"     \"spread_permille\": 300, \"idempotent\": true,"
	"     \"arrive\": \"poisson:12.5\"}],"
	"  \"sweep\": {\"policy.slice_ns\": [1, 2], \"seed\": [1]},"
	"  \"expect\": {\"serve.v1.latency_ns.p99\": ["
	"                 {\"max\": 1200000, \"policy\": \"fifo\"}, {\"min\": 1}],"
	"               \"system.stp\": {\"min\": 0.5}} }";

/* The echo is complete, and a fixed point of reading and writing. */
START_TEST(echo)
{
	char *message;
	struct ct_scenario *s = parse(full, &message), *again;
	json_t *first, *second;
	g_autofree char *text = NULL;

	ck_assert_msg(s != NULL, "%s", message);
	ck_assert_int_eq(s->duration_ns, 20000000);
	ck_assert_uint_eq(s->n_policies, 2);
	ck_assert_uint_eq(s->n_expectations, 3);
	ck_assert(isinf(s->expect[0].min) && s->expect[0].max == 1200000);
	ck_assert_str_eq(s->tenant[1].name, "b");
	ck_assert_uint_eq(s->tenant[1].spread_permille, 300);
	first = ct_scenario_json(s);
	text = json_dumps(first, 0);
	again = parse(text, &message);
	ck_assert_msg(again != NULL, "%s", message);
	second = ct_scenario_json(again);
	ck_assert(json_equal(first, second));
	json_decref(first);
	json_decref(second);
	ct_scenario_free(s);
	ct_scenario_free(again);
}
END_TEST

#define TENANTS "\"tenants\":[{\"trace\":\"a.ctt\"}]"
#define HEAD    "{\"cotenant\":\"scenario/1\","

START_TEST(files_refused)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "[]", "test.json: must be an object" },
		{ "{}", "cotenant" },
		{ "{" TENANTS "}", "cotenant" },
		{ "{\"cotenant\":\"scenario/2\"," TENANTS "}", "scenario/1" },
		{ HEAD "\"seed\":1}", "tenants" },
		{ HEAD TENANTS ",\"sead\":1}", "did you mean 'seed'" },
		{ HEAD TENANTS ",\"seed\":-1}", "seed" },
		{ HEAD TENANTS ",\"seed\":1.5}", "seed" },
		{ HEAD TENANTS ",\"repeat\":0}", "repeat" },
		{ HEAD TENANTS ",\"duration_ns\":\"long\"}", "duration_ns" },
		{ HEAD TENANTS ",\"policy\":[3]}", "policy[0]" },
		{ HEAD TENANTS ",\"policy\":{\"slice_ns\":3}}", "policy" },
		{ HEAD TENANTS ",\"sweep\":{\"seed\":[]}}", "sweep" },
		{ HEAD TENANTS ",\"expect\":{\"system.stp\":{}}}", "expect.system.stp" },
		{ HEAD TENANTS ",\"expect\":{\"system.stp\":{\"mox\":1}}}",
		  "did you mean 'max'" },
		{ HEAD "\"tenants\":[]}", "tenants" },
		{ HEAD "\"tenants\":[{}]}", "tenants[0]" },
		{ HEAD "\"tenants\":[{\"trace\":\"a\",\"rank\":1e9}]}", "tenants[0].rank" },
		{ HEAD "\"tenants\":[{\"trace\":\"a\",\"arrive\":{}}]}", "exactly one" },
		{ HEAD "\"tenants\":[{\"trace\":\"a\",\"arrive\":{\"copies\":2,"
		       "\"rate_per_s\":3}}]}",
		  "exactly one" },
		{ HEAD "\"tenants\":[{\"trace\":\"a\",\"arrive\":{\"copies\":2,"
		       "\"kind\":\"poisson\"}}]}",
		  "does not go with" },
		{ HEAD "\"tenants\":[{\"trace\":\"a\",\"name\":\"x\"},"
		       "{\"trace\":\"b\",\"name\":\"x\"}]}",
		  "tenants[1]" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		char *message;
		struct ct_scenario *s = parse(bad[i].text, &message);

		ck_assert_msg(s == NULL, "taken: %s", bad[i].text);
		ck_assert_msg(strstr(message, bad[i].says) && strstr(message, "test.json"),
			      "%s: %s", bad[i].text, message);
		g_free(message);
	}
}
END_TEST

static struct ct_scenario *with(const struct ct_scenario *s, const char *path,
				const char *value)
{
	json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
	struct ct_scenario *changed = ct_scenario_with(s, path, json, NULL);

	json_decref(json);
	return changed;
}

START_TEST(changes)
{
	char *message;
	struct ct_scenario *s = parse(full, &message), *changed;

	changed = with(s, "tenants.serve.v1.arrive.copies", "3");
	ck_assert_int_eq(changed->tenant[0].arrive.kind, CT_ARRIVE_CLOSED);
	ck_assert_uint_eq(changed->tenant[0].arrive.copies, 3);
	ck_assert_int_eq(s->tenant[0].arrive.kind, CT_ARRIVE_PERIODIC);
	ct_scenario_free(changed);
	changed = with(s, "tenants.b.weight", "42");
	ck_assert_uint_eq(changed->tenant[1].weight, 42);
	ct_scenario_free(changed);
	changed = with(s, "policy.slice_ns", "42");
	ck_assert_int_eq(
		json_integer_value(json_object_get(changed->policy_options, "slice_ns")),
		42);
	ct_scenario_free(changed);
	changed = with(s, "seed", "9");
	ck_assert_uint_eq(changed->seed, 9);
	ct_scenario_free(changed);
	ck_assert_ptr_null(with(s, "tenants.serv.weight", "42"));
	ck_assert_ptr_null(with(s, "tenants.b.wait", "42"));
	ck_assert_ptr_null(with(s, "tenants.b.weight", "\"x\""));
	ck_assert_ptr_null(with(s, "nothing", "1"));
	ct_scenario_free(s);
}
END_TEST

static char *write_file(const char *folder, const char *name, const char *text)
{
	char *path = g_build_filename(folder, name, NULL);

	ck_assert(g_file_set_contents(path, text, -1, NULL));
	return path;
}

START_TEST(files)
{
	g_autofree char *folder = g_dir_make_tmp("scenarioXXXXXX", NULL);
	g_autofree char *times = write_file(folder, "times.txt", "0\n1\n");
	g_autofree char *good = write_file(
		folder, "good.json",
		"{\"cotenant\": \"scenario/1\", \"device\": \"boards/mine.json\","
		" \"policy\": \"./own.so\", \"tenants\": [{\"trace\": \"/a/b.ctt\"},"
		" {\"trace\": \"b.ctt\", \"arrive\": \"file:times.txt\"}]}");
	g_autofree char *torn = write_file(folder, "torn.json",
					   "{\"cotenant\" : \"scenario/1\",\n \"seed\": }");
	g_autofree char *trace = write_file(folder, "trace.json", "{\"traceEvents\": []}");
	g_autofree char *want = g_build_filename(folder, "b.ctt", NULL);
	struct ct_scenario *s = ct_scenario_load(good, NULL);
	GError *error = NULL;

	ck_assert(ct_scenario_probe(good) && ct_scenario_probe(torn));
	ck_assert(!ct_scenario_probe(trace) && !ct_scenario_probe(folder));
	ck_assert_ptr_nonnull(s);
	ck_assert_str_eq(s->path, good);
	ck_assert_str_eq(s->tenant[0].trace, "/a/b.ctt");
	ck_assert_str_eq(s->tenant[1].trace, want);
	ck_assert_uint_eq(s->tenant[1].arrive.n_times, 2);
	ck_assert(g_str_has_prefix(s->device, folder));
	ck_assert(g_str_has_prefix(s->policy[0].spec, folder));
	ct_scenario_free(s);
	ck_assert_ptr_null(ct_scenario_load(torn, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "line 2"));
	g_error_free(error);
	g_unlink(times);
	g_unlink(good);
	g_unlink(torn);
	g_unlink(trace);
	g_rmdir(folder);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scenario");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(all, arguments);
	tcase_add_test(all, arguments_refused);
	tcase_add_test(all, echo);
	tcase_add_test(all, files_refused);
	tcase_add_test(all, changes);
	tcase_add_test(all, files);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
