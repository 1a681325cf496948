/*
 * ground-truth - experiments/ground-truth prints what it promises, and keeps what it met.
 *
 * The names in its JSON are read by others; each group carries its control; what needs
 * measurements is skipped without them.  Goals that are met are held here, those that are
 * missed are only shown by the program itself.
 */
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static int n_wrong;

static void expect(gboolean ok, const char *what, const char *where)
{
	if (ok)
		return;
	n_wrong++;
	fprintf(stderr, "wrong: %s: %s\n", where, what);
}

/* Its exit code, and what it printed. */
static int run(const char *data, const char *group, json_t **out)
{
	g_autofree char *path = g_build_filename(g_getenv("CT_BUILDDIR"), "experiments",
						 "ground-truth", "truth", NULL);
	g_autofree char *only = g_strconcat("--group=", group, NULL);
	char *argv[] = { path, only, "--output-format=json", NULL };
	g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "CT_DATA", data, TRUE);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	int status;

	if (!g_spawn_sync(NULL, argv, env, G_SPAWN_DEFAULT, NULL, NULL, &text, NULL,
			  &status, &error))
		g_error("%s: %s", path, error->message);
	*out = json_loads(text, 0, NULL);
	return WEXITSTATUS(status);
}

static json_t *group_of(json_t *document)
{
	json_t *groups = json_object_get(document, "groups");

	return json_array_size(groups) == 1 ? json_array_get(groups, 0) : NULL;
}

static gboolean number_or_null(json_t *row, const char *name)
{
	json_t *value = json_object_get(row, name);

	return json_is_number(value) || json_is_null(value);
}

static void check_names(json_t *group, const char *name)
{
	json_t *row;
	size_t i;

	expect(g_strcmp0(json_string_value(json_object_get(group, "name")), name) == 0,
	       "name", name);
	expect(json_is_string(json_object_get(group, "unit")), "unit", name);
	expect(json_is_object(json_object_get(group, "control")), "control", name);
	json_array_foreach(json_object_get(group, "rows"), i, row) {
		expect(json_is_string(json_object_get(row, "row")), "row", name);
		expect(json_is_number(json_object_get(row, "measured")), "measured", name);
		expect(json_is_number(json_object_get(row, "predicted")), "predicted",
		       name);
		expect(number_or_null(row, "error_pct"), "error_pct", name);
		expect(json_is_boolean(json_object_get(row, "fitted")), "fitted", name);
	}
	expect(i > 0, "rows", name);
}

/* All rows whose name begins with PREFIX meet their goals, and there are some. */
static void check_met(json_t *group, const char *prefix)
{
	size_t i, n = 0;
	json_t *row;

	json_array_foreach(json_object_get(group, "rows"), i, row) {
		const char *name = json_string_value(json_object_get(row, "row"));

		if (!name || !g_str_has_prefix(name, prefix))
			continue;
		n++;
		expect(json_is_true(json_object_get(row, "goal_met")), "misses its goal",
		       name);
	}
	expect(n > 0, "no such row", prefix);
}

/* Of rows that begin with one of MET (NULL-terminated). */
static void check(const char *data, const char *name, const char *const *met)
{
	json_t *document, *group;

	expect(run(data, name, &document) == 0, "exit code", name);
	group = group_of(document);
	check_names(group, name);
	for (; *met; met++)
		check_met(group, *met);
	json_decref(document);
}

static void without_data(void)
{
	static const char *const by_hand[] = { "two kernels", "priority",      "one wave",
					       "MIG",         "two processes", NULL };
	static const char *const needs_data[] = { "microbench", "solo",     "natural",
						  "inthewild",  "parvagpu", "tally",
						  "abacus",     "igniter" };

	check("/nowhere", "closed-form", by_hand);
	for (size_t i = 0; i < G_N_ELEMENTS(needs_data); i++) {
		json_t *document;

		expect(run("/nowhere", needs_data[i], &document) == 77, "not skipped",
		       needs_data[i]);
		expect(json_is_string(json_object_get(group_of(document), "skipped")),
		       "no reason", needs_data[i]);
		json_decref(document);
	}
}

static void with_data(const char *data)
{
	static const char *const microbench[] = {
		"sleep", "L1", "L2", "FP64", "ipc", NULL
	};
	static const char *const solo[] = { "bert-small, start p50", "ViT, start p50",
					    "qwen, start p90", NULL };
	static const char *const none[] = { NULL };

	check(data, "microbench", microbench);
	check(data, "solo", solo);
	check(data, "natural", none);
	check(data, "inthewild", none);
	check(data, "parvagpu", none);
	check(data, "tally", none);
	check(data, "igniter", none);
}

int main(void)
{
	const char *data = g_getenv("CT_DATA");

	without_data();
	if (data && g_file_test(data, G_FILE_TEST_IS_DIR))
		with_data(data);
	else
		printf("without measurements: only what needs none was checked\n");
	return n_wrong ? 1 : 0;
}
