/*
 * fuzz-scenario - no file whatever crashes the reader of scenarios, and one it accepts
 * is written out as a scenario that it accepts again, the same.
 */
#include "sim/base/error.h"
#include "sim/scenario.h"
#include "tests/fuzz/fuzz.h"

static const char full[] =
	"{ \"cotenant\": \"scenario/1\", \"why\": \"to see\", \"device\": \"a100-sxm\","
	"  \"actuator\": \"cuda-gate\", \"seed\": 7, \"duration_ns\": \"20 ms\","
	"  \"min_requests\": 3, \"patience_ns\": 5000, \"repeat\": 2,"
	"  \"policy\": [\"fifo\", {\"name\": \"turns\", \"slice_ns\": 500000}],"
	"  \"policy_options\": {\"depth\": 3},"
	"  \"tenants\": ["
	"    {\"name\": \"serve.v1\", \"trace\": \"a.ctt\", \"rank\": 10, \"slo_ns\": "
	"\"1ms\","
	"     \"arrive\": {\"kind\": \"every\", \"period_ns\": \"4ms\"}},"
	"    {\"trace\": \"b.json\", \"weight\": 5, \"requests\": \"step*\","
	"     \"arrive\": \"poisson:12.5\"}, {\"trace\": \"b.json\"}],"
	"  \"sweep\": {\"policy.slice_ns\": [1, 2], \"seed\": [1]},"
	"  \"expect\": {\"serve.v1.latency_ns.p99\": ["
	"                 {\"max\": 1200000, \"policy\": \"fifo\"}, {\"min\": 1}],"
	"               \"system.stp\": {\"min\": 0.5}} }";
static const char small[] =
	"{\"cotenant\":\"scenario/1\",\"policy\":\"all\",\"tenants\":[{\"trace\":\"a\"}]}";
static const char arguments[] =
	"serve=a\\=b\\,c.ctt,rank=-3,weight=7,slo_ms=1.5,arrive=poisson:30,requests=it*";

/* Changing a value to what it is changes nothing. */
static void change(const struct ct_scenario *s, json_t *document)
{
	g_autoptr(GError) error = NULL;
	struct ct_scenario *same =
		ct_scenario_with(s, "seed", json_object_get(document, "seed"), &error);

	g_assert_no_error(error);
	ct_scenario_free(same);
}

static void check_file(const char *text, size_t length)
{
	g_autoptr(GError) error = NULL, again_error = NULL;
	json_t *document = json_loadb(text, length, 0, NULL), *echo, *echo_again;
	struct ct_scenario *s, *again;

	if (!document)
		return;
	s = ct_scenario_parse(document, "scenario", "folder", &error);
	g_assert((s == NULL) == (error != NULL));
	g_assert(!error || (error->domain == CT_ERROR && error->code == CT_EXIT_INPUT));
	if (s) {
		echo = ct_scenario_json(s);
		again = ct_scenario_parse(echo, "scenario", NULL, &again_error);
		g_assert_no_error(again_error);
		echo_again = ct_scenario_json(again);
		g_assert(json_equal(echo, echo_again));
		change(s, echo);
		json_decref(echo);
		json_decref(echo_again);
		ct_scenario_free(again);
	}
	ct_scenario_free(s);
	json_decref(document);
}

static void check_argument(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct ct_scenario *s = ct_scenario_new();
	gboolean ok = ct_scenario_add_tenant(s, text, &error);
	json_t *echo;

	g_assert(ok == (error == NULL));
	g_assert(!error || error->domain == CT_ERROR);
	echo = ct_scenario_json(s);
	g_assert(!ok || echo);
	json_decref(echo);
	ct_scenario_free(s);
}

static void check(const guint8 *bytes, size_t length)
{
	g_autofree char *text = g_strndup((const char *)bytes, length);

	check_file((const char *)bytes, length);
	check_argument(text);
}

int main(void)
{
	static const struct fuzz_seed seeds[] = {
		{ full, sizeof(full) - 1 },
		{ small, sizeof(small) - 1 },
		{ arguments, sizeof(arguments) - 1 },
	};
	static const char *const words[] = { "{",
					     "}",
					     "[",
					     "]",
					     ",",
					     ":",
					     "\"\"",
					     "-1",
					     "1e300",
					     "null",
					     "\\u0000",
					     "true",
					     "closed:3",
					     "every:1ns",
					     "file:",
					     "\"kind\"",
					     "\"file\"",
					     "\"arrive\"",
					     "99999999999999999999",
					     "\\",
					     "=",
					     NULL };
	struct fuzz_target target = { seeds, G_N_ELEMENTS(seeds), words, 20000, check };

	return fuzz_main(&target);
}
