/*
 * actuator - the shipped control mechanisms, and what is refused about one that can stop
 * work.
 */
#include "models/actuator.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static int shipped(void)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) names = ct_actuator_model_list(&error);

	for (char **name = names; name && *name; name++) {
		struct ct_actuator_model *a = ct_actuator_model_load(*name, &error);

		if (!a) {
			fprintf(stderr, "%s\n", error->message);
			return 1;
		}
		ct_actuator_model_free(a);
	}
	return !names || g_strv_length(names) < 6;
}

static int numbers(void)
{
	struct ct_actuator_model *reef = ct_actuator_model_load("reef", NULL);
	struct ct_actuator_model *level2 = ct_actuator_model_load("xsched-l2", NULL);
	int wrong = !reef || !level2 || reef->redo != CT_REDO_KERNEL ||
		    reef->taxed != CT_TAXED_LOWER || reef->reset.signal_ns != 10000 ||
		    level2->flush.tax_permille != 21 || level2->taxed != CT_TAXED_ALL ||
		    level2->reset.signal_ns != 0;

	if (wrong)
		fprintf(stderr, "reef or xsched-l2 were not read as they are written\n");
	ct_actuator_model_free(reef);
	ct_actuator_model_free(level2);
	return wrong;
}

/* One replacement in reef.json, and what the refusal must name. */
static const struct {
	const char *old, *new, *says;
} wrongs[] = {
	{ "\"reset\"]", "\"slice\"]", "reset.signal_ns: \"can\" does not name \"reset\"" },
	{ "\"flush\", ", "", "flush.signal_ns: \"can\" does not name \"flush\"" },
	{ "\"gate\", ", "\"gate\", \"retreat\", ",
	  "retreat.signal_ns: missing, and \"can\" names \"retreat\"" },
	{ "\"signal_ns\"", "\"signal\"", "flush.signal: unknown key" },
	{ "\"value\": \"kernel\"", "\"value\": \"wave\"", "\"blocks\" or \"kernel\"" },
	{ "\"redo\"", "\"redos\"", "did you mean \"reset.redo\"?" },
	{ "\"value\": 10000", "\"value\": -1", "reset.signal_ns.value: -1 is not between" },
	{ "\"reset\": {", "\"reset\": 7, \"resets\": {", "reset: must be an object" },
	{ "\"gate\": \"defers\"", "\"gate\": \"opens\"", "gate: must be" },
};

static int refusals(void)
{
	g_autofree char *path =
		g_build_filename(g_getenv("CT_SRCDIR"), "models/actuators/reef.json", NULL);
	g_autofree char *folder = g_dir_make_tmp("actuator-XXXXXX", NULL);
	g_autofree char *copy = g_build_filename(folder, "wrong.json", NULL);
	g_autofree char *text = NULL;
	int wrong = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 1;
	for (size_t i = 0; i < G_N_ELEMENTS(wrongs); i++) {
		g_autoptr(GError) error = NULL;
		const char *at = strstr(text, wrongs[i].old);
		g_autofree char *changed = NULL;

		g_assert(at);
		changed = g_strdup_printf("%.*s%s%s", (int)(at - text), text, wrongs[i].new,
					  at + strlen(wrongs[i].old));
		g_assert(g_file_set_contents(copy, changed, -1, NULL));
		if (!ct_actuator_model_load(copy, &error) &&
		    strstr(error->message, wrongs[i].says))
			continue;
		fprintf(stderr, "'%s' for '%s': expected '%s', got '%s'\n", wrongs[i].new,
			wrongs[i].old, wrongs[i].says, error ? error->message : "no error");
		wrong = 1;
	}
	g_remove(copy);
	g_rmdir(folder);
	return wrong;
}

int main(void)
{
	return shipped() | numbers() | refusals();
}
