/*
 * cmd-run-options - the command line of `cotenant run`, into a scenario.
 *
 * Options change the scenario, whether it came from a file or from tenants named here,
 * so that a report always holds what was really run.
 */
#include <string.h>

#include "models/estimate.h"
#include "sim/cli/cmd-run.h"

#define MAX_THREADS 4096
#define NOT_GIVEN   G_MININT

static const char description[] =
	"A tenant is [NAME=]TRACE[,rank=N][,weight=N][,slo_ms=X][,arrive=HOW]\n"
	"[,requests=MARKER][,idempotent=yes][,curves=FILE][,KNOB=VALUE], where HOW is\n"
	"closed:COPIES, every:DURATION, poisson:RATE_PER_SECOND or file:PATH, and KNOB is\n"
	"spread_permille, slice_us, mps_percentage, mps_sms, mps_priority or\n"
	"mig_instance.  Traces in other formats are imported on the fly.  A policy is\n"
	"NAME[:OPTION=VALUE,...] or 'all'.";

/* "-j4" as make takes it; GOption wants a blank. */
static void spell_out_jobs(int argc, char **argv, GPtrArray *spelt)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (!g_str_has_prefix(argv[i], "-j") || !g_ascii_isdigit(argv[i][2]))
			continue;
		argv[i] = g_strdup_printf("--jobs=%s", argv[i] + 2);
		g_ptr_array_add(spelt, argv[i]);
	}
}

struct arguments {
	char *device, *actuator, *estimator, *duration, *seed, *requests;
	char *sharing, *slice_us, *mig, *channels, *engine, *jitter;
	char **policy, **set, **mps_percentage;
	int threads, repeat;
};

static void clear_arguments(struct arguments *a)
{
	g_free(a->device);
	g_free(a->actuator);
	g_free(a->estimator);
	g_free(a->duration);
	g_free(a->seed);
	g_free(a->requests);
	g_free(a->sharing);
	g_free(a->slice_us);
	g_free(a->mig);
	g_free(a->channels);
	g_free(a->engine);
	g_free(a->jitter);
	g_strfreev(a->mps_percentage);
	g_strfreev(a->policy);
	g_strfreev(a->set);
}

/* "turns:a=1,b=2,fifo": a comma begins a new policy unless an option follows it. */
static void add_policies(struct ct_scenario *s, const char *list)
{
	g_auto(GStrv) parts = g_strsplit(list, ",", -1);
	g_autoptr(GString) spec = g_string_new(NULL);

	for (char **part = parts; *part; part++) {
		size_t head = strcspn(*part, ":=");

		if (spec->len && (*part)[head] == '=') {
			g_string_append_printf(spec, ",%s", *part);
			continue;
		}
		if (spec->len)
			ct_scenario_add_policy(s, spec->str, NULL);
		g_string_assign(spec, *part);
	}
	if (spec->len)
		ct_scenario_add_policy(s, spec->str, NULL);
}

static void drop_policies(struct ct_scenario *s)
{
	for (size_t i = 0; i < s->n_policies; i++) {
		g_free(s->policy[i].spec);
		json_decref(s->policy[i].params);
	}
	s->n_policies = 0;
}

/* PATH of the scenario becomes VALUE, on behalf of an option. */
static gboolean change(struct ct_scenario **s, const char *option, const char *path,
		       const char *text, GError **error)
{
	struct ct_scenario *changed;
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!value)
		value = json_string(text);
	changed = ct_scenario_with(*s, path, value, error);
	json_decref(value);
	if (!changed) {
		g_prefix_error(error, "%s: ", option);
		if (error)
			(*error)->code = CT_EXIT_USAGE;
		return FALSE;
	}
	ct_scenario_free(*s);
	*s = changed;
	return TRUE;
}

static gboolean apply_set(struct ct_scenario **s, const char *setting, GError **error)
{
	const char *equals = strchr(setting, '=');
	g_autofree char *path = NULL, *option = g_strdup_printf("--set %s", setting);

	if (!equals || equals == setting) {
		ct_usage_error(error, "--set %s: must be PATH=VALUE", setting);
		return FALSE;
	}
	path = g_strndup(setting, (gsize)(equals - setting));
	return change(s, option, path, equals + 1, error);
}

/* "TENANT=50"; "50" is for everybody. */
static gboolean apply_percentage(struct ct_scenario **s, const char *setting,
				 GError **error)
{
	const char *equals = strrchr(setting, '=');
	g_autofree char *option = g_strdup_printf("--mps-percentage %s", setting);

	if (equals) {
		g_autofree char *path = g_strdup_printf("tenants.%.*s.mps_percentage",
							(int)(equals - setting), setting);

		return change(s, option, path, equals + 1, error);
	}
	for (size_t i = 0; i < (*s)->n_tenants; i++) {
		g_autofree char *path =
			g_strdup_printf("tenants.%s.mps_percentage", (*s)->tenant[i].name);

		if (!change(s, option, path, setting, error))
			return FALSE;
	}
	return TRUE;
}

/* Options that are keys of the scenario by another name. */
static gboolean apply_keys(const struct arguments *a, struct ct_scenario **s,
			   GError **error)
{
	const struct {
		const char *option, *key, *value;
	} options[] = {
		{ "--sharing", "sharing", a->sharing },
		{ "--slice-us", "slice_us", a->slice_us },
		{ "--mig", "mig", a->mig },
		{ "--channels", "channels", a->channels },
		{ "--engine", "engine", a->engine },
		{ "--jitter", "jitter_ppm", a->jitter },
	};

	if (a->mig && !a->sharing && !change(s, "--mig", "sharing", "mig", error))
		return FALSE;
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		if (options[i].value &&
		    !change(s, options[i].option, options[i].key, options[i].value, error))
			return FALSE;
	for (char **p = a->mps_percentage; p && *p; p++)
		if (!apply_percentage(s, *p, error))
			return FALSE;
	return TRUE;
}

static gboolean parse_seed(const char *text, struct ct_scenario *s, GError **error)
{
	guint64 seed;

	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &seed, NULL)) {
		ct_usage_error(error, "--seed %s: must be a whole number, 0 or more", text);
		return FALSE;
	}
	s->seed = seed;
	return TRUE;
}

static void replace(char **field, const char *value)
{
	if (!value)
		return;
	g_free(*field);
	*field = g_strdup(value);
}

static gboolean apply_estimator(const char *name, struct ct_scenario *s, GError **error)
{
	g_autoptr(GString) names = g_string_new(NULL);

	if (!name || ct_estimator_find(name)) {
		replace(&s->estimator, name);
		return TRUE;
	}
	for (const struct ct_estimator *const *e = ct_estimators(); *e; e++)
		g_string_append_printf(names, "%s%s",
				       !names->len ? ""
				       : e[1]      ? ", "
						   : " and ",
				       (*e)->name);
	ct_usage_error(error, "--estimator %s: there are %s", name, names->str);
	return FALSE;
}

static gboolean apply(const struct arguments *a, struct ct_scenario **scenario,
		      GError **error)
{
	struct ct_scenario *s = *scenario;

	replace(&s->device, a->device);
	replace(&s->actuator, a->actuator);
	if (!apply_estimator(a->estimator, s, error))
		return FALSE;
	if (a->duration && !ct_duration_parse(a->duration, &s->duration_ns, error)) {
		g_prefix_error(error, "--duration: ");
		return FALSE;
	}
	if (a->seed && !parse_seed(a->seed, s, error))
		return FALSE;
	if (a->repeat != NOT_GIVEN)
		s->repeat = (uint32_t)a->repeat;
	for (size_t i = 0; a->requests && i < s->n_tenants; i++)
		if (!s->tenant[i].requests)
			s->tenant[i].requests = g_strdup(a->requests);
	if (a->policy)
		drop_policies(s);
	for (char **p = a->policy; p && *p; p++) {
		if (!**p) {
			ct_usage_error(error, "--policy: needs a name, or all");
			return FALSE;
		}
		add_policies(s, *p);
	}
	if (s->n_policies == 0)
		ct_scenario_add_policy(s, "all", NULL);
	if (!apply_keys(a, scenario, error))
		return FALSE;
	for (char **set = a->set; set && *set; set++)
		if (!apply_set(scenario, *set, error))
			return FALSE;
	return TRUE;
}

static struct ct_scenario *read_operands(int argc, char **argv, GError **error)
{
	struct ct_scenario *s;

	if (argc < 2) {
		ct_usage_error(error,
			       "no scenario and no trace given; see 'cotenant run --help'");
		return NULL;
	}
	for (int i = 1; i < argc; i++) {
		if (!g_utf8_validate(argv[i], -1, NULL)) {
			ct_usage_error(error, "argument %d is not UTF-8", i);
			return NULL;
		}
		if (!ct_scenario_probe(argv[i]))
			continue;
		if (argc == 2)
			return ct_scenario_load(argv[i], error);
		ct_usage_error(error, "%s is a scenario, which brings its own tenants",
			       argv[i]);
		return NULL;
	}
	s = ct_scenario_new();
	for (int i = 1; i < argc; i++) {
		if (ct_scenario_add_tenant(s, argv[i], error))
			continue;
		ct_scenario_free(s);
		return NULL;
	}
	return s;
}

/* A ledger, a timeline and an explanation are of one run. */
static gboolean check_single(const struct ct_run_request *r, GError **error)
{
	const struct ct_scenario *s = r->scenario;

	if (!r->ledger && !r->timeline && !r->explain)
		return TRUE;
	if (s->n_policies == 1 && strcmp(s->policy[0].spec, "all") != 0 && s->repeat == 1 &&
	    s->n_sweeps == 0)
		return TRUE;
	ct_usage_error(error,
		       "%s needs exactly one run: one --policy, no repeats, no sweep",
		       r->ledger     ? "--ledger"
		       : r->timeline ? "--timeline"
				     : "--explain");
	return FALSE;
}

/* Rows of a table have no room for stories. */
static gboolean check_format(const struct ct_run_request *r, GError **error)
{
	if (r->sensitivity && r->scenario->n_sweeps) {
		ct_usage_error(error, "--sensitivity varies one point: take out the sweep");
		return FALSE;
	}
	if ((!r->explain && !r->sensitivity) || r->common.format != CT_OUTPUT_CSV)
		return TRUE;
	ct_usage_error(error, "%s has no CSV form: take text or json",
		       r->explain ? "--explain" : "--sensitivity");
	return FALSE;
}

static gboolean check_numbers(const struct arguments *a, GError **error)
{
	if (a->threads != NOT_GIVEN && (a->threads < 1 || a->threads > MAX_THREADS)) {
		ct_usage_error(error, "-j %d: must be 1 to %d", a->threads, MAX_THREADS);
		return FALSE;
	}
	if (a->repeat != NOT_GIVEN && (a->repeat < 1 || a->repeat > CT_MAX_REPEAT)) {
		ct_usage_error(error, "--repeat %d: must be 1 to %d", a->repeat,
			       CT_MAX_REPEAT);
		return FALSE;
	}
	return TRUE;
}

void ct_run_request_clear(struct ct_run_request *r)
{
	ct_scenario_free(r->scenario);
	g_strfreev(r->explain);
	g_free(r->ledger);
	g_free(r->timeline);
	g_free(r->output);
}

gboolean ct_run_request_parse(int argc, char **argv, struct ct_run_request *r, int *code)
{
	struct arguments a = { .threads = NOT_GIVEN, .repeat = NOT_GIVEN };
	const GOptionEntry entries[] = {
		{ "device", 'd', 0, G_OPTION_ARG_STRING, &a.device,
		  "Board to simulate (default h200-sxm)", "NAME|FILE" },
		{ "actuator", 'a', 0, G_OPTION_ARG_STRING, &a.actuator,
		  "What can be enforced on it (default ideal)", "NAME|FILE" },
		{ "estimator", 0, 0, G_OPTION_ARG_STRING, &a.estimator,
		  "Rule for what traces do not say of kernels' demands (default shape)",
		  "NAME" },
		{ "policy", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &a.policy,
		  "Policies to compare (default all)", "P1,P2..." },
		{ "duration", 't', 0, G_OPTION_ARG_STRING, &a.duration,
		  "Simulated time (default: until each tenant finished 10 requests)",
		  "DUR" },
		{ "seed", 's', 0, G_OPTION_ARG_STRING, &a.seed, "Seed (default 1)", "N" },
		{ "repeat", 'r', 0, G_OPTION_ARG_INT, &a.repeat,
		  "Runs of each policy, with seeds from the first on", "N" },
		{ "jitter", 0, 0, G_OPTION_ARG_STRING, &a.jitter,
		  "Kernels vary in length by up to that, from the seed (default 0)",
		  "PPM" },
		{ "engine", 0, 0, G_OPTION_ARG_STRING, &a.engine,
		  "How blocks share the SMs: block (exact, default) or fluid (fast)",
		  "ENGINE" },
		{ "requests", 0, 0, G_OPTION_ARG_STRING, &a.requests,
		  "Marker of requests, for tenants without their own", "MARKER" },
		{ "sharing", 0, 0, G_OPTION_ARG_STRING, &a.sharing,
		  "How tenants share the device: streams (default), process, mps or mig",
		  "MODE" },
		{ "slice-us", 0, 0, G_OPTION_ARG_STRING, &a.slice_us,
		  "Time slice of a process while others wait (default: the device's)",
		  "US" },
		{ "mig", 0, 0, G_OPTION_ARG_STRING, &a.mig,
		  "MIG instances, such as 3g,4g; implies --sharing mig", "PROFILES" },
		{ "mps-percentage", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a.mps_percentage,
		  "Share of the SMs that an MPS client may use at most", "[TENANT=]PCT" },
		{ "channels", 0, 0, G_OPTION_ARG_STRING, &a.channels,
		  "Connections of a context or MPS client (default: the device's)", "N" },
		{ "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a.set,
		  "Change the scenario, such as tenants.NAME.rank=3", "PATH=VALUE" },
		{ "jobs", 'j', 0, G_OPTION_ARG_INT, &a.threads,
		  "Runs at a time (default: one per processor)", "N" },
		{ "ledger", 0, 0, G_OPTION_ARG_FILENAME, &r->ledger,
		  "Write every fact and order of the one policy", "FILE" },
		{ "timeline", 0, 0, G_OPTION_ARG_FILENAME, &r->timeline,
		  "Write what happened, for a trace viewer", "FILE" },
		{ "explain", 0, 0, G_OPTION_ARG_STRING_ARRAY, &r->explain,
		  "Why it ran when it ran: TENANT, TENANT:NUMBER or kernel NAME", "WHAT" },
		{ "sensitivity", 0, 0, G_OPTION_ARG_NONE, &r->sensitivity,
		  "Also vary what is not known well, and say what depends on it", NULL },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &r->output,
		  "Write the report there", "FILE" },
		{ "reproducible", 0, 0, G_OPTION_ARG_NONE, &r->reproducible,
		  "Leave out what the wall clock says: same input, same bytes", NULL },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	g_autoptr(GPtrArray) spelt = g_ptr_array_new_with_free_func(g_free);
	GError *error = NULL;
	gboolean ok;

	memset(r, 0, sizeof(*r));
	spell_out_jobs(argc, argv, spelt);
	ok = ct_cli_parse("run", "SCENARIO | TENANT...", description, entries, &r->common,
			  &argc, &argv, code);
	if (ok) {
		r->n_threads = a.threads == NOT_GIVEN ? 0 : (guint)a.threads;
		if (check_numbers(&a, &error))
			r->scenario = read_operands(argc, argv, &error);
		ok = r->scenario && apply(&a, &r->scenario, &error) &&
		     check_single(r, &error) && check_format(r, &error);
	}
	clear_arguments(&a);
	if (error)
		*code = ct_cli_fail("run", error);
	if (!ok)
		ct_run_request_clear(r);
	return ok;
}
