/*
 * cmd-policy - list, show, check and replay sharing policies.
 *
 * What a policy is and needs is read from its own table, so a module that this program
 * has never seen is described as well as a built-in one.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "policies/caps.h"
#include "policies/laws.h"
#include "policies/options.h"
#include "policies/registry.h"
#include "policies/replay.h"
#include "sim/cli/cli.h"

static char *words_text(const struct ct_cap_word *words, guint32 bits)
{
	GString *text = g_string_new(NULL);

	for (; words->bit; words++)
		if (bits & words->bit)
			g_string_append_printf(text, "%s%s", text->len ? " " : "",
					       words->name);
	return g_string_free(text, FALSE);
}

static json_t *words_json(const struct ct_cap_word *words, guint32 bits)
{
	json_t *list = json_array();

	for (; words->bit; words++)
		if (bits & words->bit)
			json_array_append_new(list, json_string(words->name));
	return list;
}

static const char *origin(const struct ct_policy *p)
{
	const char *path = ct_registry_path(p);

	return path ? path : "built in";
}

static json_t *summary(const struct ct_policy *p)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "name", p->name, "summary",
			 p->summary, "needs", words_json(ct_cap_words, p->needs), "wants",
			 words_json(ct_cap_words, p->wants), "traits",
			 words_json(ct_trait_words, p->traits), "from", origin(p));
}

/* List. */

static void list_row(struct ct_table *table, const struct ct_policy *p)
{
	g_autofree char *needs = words_text(ct_cap_words, p->needs);
	g_autofree char *traits = words_text(ct_trait_words, p->traits);

	ct_table_cell(table, p->name, FALSE);
	ct_table_cell(table, p->summary, FALSE);
	ct_table_cell(table, needs, FALSE);
	ct_table_cell(table, traits, FALSE);
	ct_table_cell(table, origin(p), FALSE);
}

static int list(int argc, char **argv)
{
	static const char *const heads[] = { "name",   "summary", "needs",
					     "traits", "from",    NULL };
	g_auto(GStrv) names = NULL;
	struct ct_cli_common common;
	struct ct_table *table;
	json_t *policies;
	int code;

	if (!ct_cli_parse("policy list", "",
			  "Names the policies that are built in or found as modules in "
			  "CT_POLICY_PATH and\nthe installation.",
			  NULL, &common, &argc, &argv, &code))
		return code;
	if (argc > 1)
		return ct_cli_usage("policy list", "takes no arguments");
	code = CT_EXIT_OK;
	names = ct_registry_names();
	policies = json_array();
	table = ct_table_new(heads, "lllll");
	for (char **name = names; *name; name++) {
		g_autoptr(GError) error = NULL;
		const struct ct_policy *p = ct_registry_find(*name, &error);

		if (!p) { /* the others are still worth listing */
			code = ct_cli_fail("policy list", g_steal_pointer(&error));
			continue;
		}
		json_array_append_new(policies, summary(p));
		list_row(table, p);
	}
	if (common.format == CT_OUTPUT_JSON)
		ct_cli_json(policies);
	else
		ct_table_print(table, common.format, stdout);
	ct_table_free(table);
	json_decref(policies);
	return ct_cli_finish("policy list", code);
}

/* Show. */

static json_t *options_json(const struct ct_policy *p, json_t *values)
{
	json_t *options = json_array();

	for (const struct ct_option *o = p->options; o && o->name; o++) {
		g_autofree char *range = ct_option_range(o), *def = ct_option_default(o);

		json_array_append_new(options,
				      json_pack("{s:s, s:s, s:s, s:s, s:O, s:s}", "name",
						o->name, "type", ct_option_type_name(o),
						"default", def, "range", range, "value",
						json_object_get(values, o->name), "help",
						o->help));
	}
	return options;
}

static void show_words(const char *head, const struct ct_cap_word *words, guint32 bits)
{
	for (; words->bit; words++) {
		if (!(bits & words->bit))
			continue;
		printf("%-10s %-14s %s\n", head, words->name, words->meaning);
		head = "";
	}
}

static void show_options(const struct ct_policy *p, json_t *values,
			 enum ct_output_format format)
{
	static const char *const heads[] = { "option", "type",    "value", "default",
					     "range",  "meaning", NULL };
	struct ct_table *table = ct_table_new(heads, "llrrll");

	for (const struct ct_option *o = p->options; o && o->name; o++) {
		g_autofree char *range = ct_option_range(o), *def = ct_option_default(o);
		char *value = json_dumps(json_object_get(values, o->name), JSON_ENCODE_ANY);

		ct_table_cell(table, o->name, FALSE);
		ct_table_cell(table, ct_option_type_name(o), FALSE);
		ct_table_cell(table, value, strcmp(value, def) != 0);
		ct_table_cell(table, def, FALSE);
		ct_table_cell(table, range, FALSE);
		ct_table_cell(table, o->help, FALSE);
		free(value);
	}
	ct_table_print(table, format, stdout);
	ct_table_free(table);
}

static int show(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct ct_policy_choice choice;
	struct ct_cli_common common;
	const struct ct_policy *p;
	int code;

	if (!ct_cli_parse(
		    "policy show", "POLICY",
		    "Says what a policy does, needs and can be told.  POLICY is a name or "
		    "the path of a\nmodule, with options if you like: "
		    "turns:slice_ns=500000.",
		    NULL, &common, &argc, &argv, &code))
		return code;
	if (argc != 2)
		return ct_cli_usage("policy show", "takes one policy");
	if (!ct_policy_choose(argv[1], NULL, &choice, &error))
		return ct_cli_fail("policy show", g_steal_pointer(&error));
	p = choice.policy;
	if (common.format == CT_OUTPUT_JSON) {
		json_t *document = summary(p);

		json_object_set_new(document, "options", options_json(p, choice.params));
		ct_cli_json(document);
		json_decref(document);
	} else if (common.format == CT_OUTPUT_CSV) {
		show_options(p, choice.params, CT_OUTPUT_CSV);
	} else {
		printf("%-10s %s\n%-10s %s\n%-10s %s\n", "name", p->name, "summary",
		       p->summary, "from", origin(p));
		show_words("needs", ct_cap_words, p->needs);
		show_words("wants", ct_cap_words, p->wants);
		show_words("traits", ct_trait_words, p->traits);
		if (p->options && p->options->name) {
			putchar('\n');
			show_options(p, choice.params, CT_OUTPUT_TEXT);
		}
	}
	ct_policy_choice_clear(&choice);
	return ct_cli_finish("policy show", CT_EXIT_OK);
}

/* Check. */

struct verdict {
	struct ct_table *table;
	json_t *laws;
	char *last; /* of one law only the first breach is worth telling */
};

static void say(void *data, const struct ct_laws_said *said)
{
	struct verdict *v = data;

	if (v->last && strcmp(v->last, said->law) == 0)
		return;
	g_free(v->last);
	v->last = g_strdup(said->law);
	ct_table_cell(v->table, said->law, said->why != NULL);
	ct_table_cell(v->table, said->why ? "broken" : "kept", FALSE);
	ct_table_cell(v->table, said->where, FALSE);
	ct_table_cell(v->table, said->why, FALSE);
	json_array_append_new(v->laws, json_pack("{s:s, s:b, s:s, s:s?}", "law", said->law,
						 "kept", said->why == NULL, "where",
						 said->where, "why", said->why));
}

static int report_verdict(const struct ct_policy *p, const struct verdict *v, int broken,
			  enum ct_output_format format)
{
	char lacks[256];

	if (broken < 0) {
		ct_caps_list(p->needs & ~(guint32)CT_LAWS_CAPS, lacks, sizeof(lacks));
		fprintf(stderr,
			"cotenant policy check: '%s' needs more than the device of the "
			"laws "
			"has: %s\n",
			p->name, lacks);
		return CT_EXIT_UNSUPPORTED;
	}
	if (format == CT_OUTPUT_JSON)
		ct_cli_json(v->laws);
	else
		ct_table_print(v->table, format, stdout);
	return broken ? CT_EXIT_FAILED : CT_EXIT_OK;
}

static int check(int argc, char **argv)
{
	static const char *const heads[] = { "law", "verdict", "where", "why", NULL };
	g_autoptr(GError) error = NULL;
	struct ct_policy_choice choice;
	struct ct_cli_common common;
	struct verdict v = { 0 };
	int code;

	if (!ct_cli_parse(
		    "policy check", "POLICY",
		    "Holds a policy against the laws that every policy must keep, on small "
		    "devices of\nseveral kinds.  Exit code 1: a law is broken; 5: the "
		    "policy "
		    "needs more than they have.",
		    NULL, &common, &argc, &argv, &code))
		return code;
	if (argc != 2)
		return ct_cli_usage("policy check", "takes one policy");
	if (!ct_policy_choose(argv[1], NULL, &choice, &error))
		return ct_cli_fail("policy check", g_steal_pointer(&error));
	v.table = ct_table_new(heads, "llll");
	v.laws = json_array();
	code = report_verdict(choice.policy, &v,
			      ct_laws_check(choice.policy, choice.state, say, &v),
			      common.format);
	ct_table_free(v.table);
	json_decref(v.laws);
	g_free(v.last);
	ct_policy_choice_clear(&choice);
	return ct_cli_finish("policy check", code);
}

/* Replay. */

static int replay_code(const char *path, const struct ct_replay *r, int status,
		       GError **error)
{
	if (status >= 0)
		return status ? CT_EXIT_FAILED : CT_EXIT_OK;
	if (status == -EINVAL)
		ct_input_error(error, "%s: line %" G_GUINT64_FORMAT ": %s", path, r->line,
			       r->error);
	else
		ct_input_error(error, "%s: %s", path, g_strerror(-status));
	return CT_EXIT_INPUT;
}

static void print_replay(const struct ct_policy *p, const struct ct_replay *r,
			 enum ct_output_format format)
{
	static const char *const heads[] = { "policy", "facts", "orders", "line",
					     "was",    "is",    NULL };
	struct ct_table *table;
	json_t *document;

	if (format == CT_OUTPUT_JSON) {
		document = json_pack("{s:s, s:I, s:I, s:b}", "policy", p->name, "facts",
				     (json_int_t)r->facts, "orders", (json_int_t)r->orders,
				     "same", r->line == 0);
		if (r->line)
			json_object_set_new(document, "difference",
					    json_pack("{s:I, s:s, s:s}", "line",
						      (json_int_t)r->line, "was",
						      r->expected, "is", r->got));
		ct_cli_json(document);
		json_decref(document);
	} else if (format == CT_OUTPUT_CSV) {
		table = ct_table_new(heads, "lrrrll");
		ct_table_cell(table, p->name, FALSE);
		ct_table_cellf(table, "%" G_GUINT64_FORMAT, r->facts);
		ct_table_cellf(table, "%" G_GUINT64_FORMAT, r->orders);
		ct_table_cellf(table, "%" G_GUINT64_FORMAT, r->line);
		ct_table_cell(table, r->expected, FALSE);
		ct_table_cell(table, r->got, FALSE);
		ct_table_print(table, format, stdout);
		ct_table_free(table);
	} else if (r->line) {
		printf("%s: line %" G_GUINT64_FORMAT " differs\n  was: %s\n  is:  %s\n",
		       p->name, r->line, r->expected, r->got);
	} else {
		printf("%s: %" G_GUINT64_FORMAT " facts, %" G_GUINT64_FORMAT
		       " orders, all the same\n",
		       p->name, r->facts, r->orders);
	}
}

static const struct ct_policy *policy_of(const char *path, FILE *ledger, const char *spec,
					 GError **error)
{
	char name[128];

	if (spec)
		return ct_registry_find(spec, error);
	if (ct_replay_policy(ledger, name, sizeof(name)))
		return ct_registry_find(name, error);
	ct_input_error(error,
		       "%s: not a ledger: it does not begin with the name of a policy",
		       path);
	return NULL;
}

static int replay(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *spec = NULL;
	const GOptionEntry entries[] = {
		{ "policy", 'p', 0, G_OPTION_ARG_STRING, &spec,
		  "Tell the facts to this policy instead of the one that wrote the ledger",
		  "POLICY" },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	const struct ct_policy *p;
	struct ct_cli_common common;
	struct ct_replay r;
	FILE *ledger;
	int code, status;

	if (!ct_cli_parse("policy replay", "LEDGER",
			  "Tells the facts of a ledger to a policy again, with the options "
			  "of the "
			  "ledger.  Exit\ncode 1: its orders are not the same.",
			  entries, &common, &argc, &argv, &code))
		return code;
	if (argc != 2)
		return ct_cli_usage("policy replay", "takes one ledger");
	ledger = fopen(argv[1], "r");
	if (!ledger) {
		ct_input_error(&error, "%s: %s", argv[1], g_strerror(errno));
		return ct_cli_fail("policy replay", g_steal_pointer(&error));
	}
	p = policy_of(argv[1], ledger, spec, &error);
	status = p ? ct_replay_run(p, ledger, &r) : 0;
	fclose(ledger);
	code = p ? replay_code(argv[1], &r, status, &error) : CT_EXIT_INPUT;
	if (error)
		return ct_cli_fail("policy replay", g_steal_pointer(&error));
	print_replay(p, &r, common.format);
	return ct_cli_finish("policy replay", code);
}

int ct_cmd_policy(int argc, char **argv)
{
	static const struct ct_command commands[] = {
		{ "list", "name the policies", list },
		{ "show", "what one needs, and its options", show },
		{ "check", "hold one against the laws", check },
		{ "replay", "tell a ledger's facts again and compare the orders", replay },
		{ NULL, NULL, NULL },
	};

	return ct_cli_dispatch("cotenant policy", "Sharing policies.", commands, argc,
			       argv);
}
