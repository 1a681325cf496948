/*
 * report-explain - why something ran when it ran, for people.
 *
 * An operation is told as a story, cause by cause in the order of its life, with exact
 * times; a tenant as a table of causes, and then its slowest requests with the operations
 * that lost most in them.
 */
#include <inttypes.h>
#include <string.h>

#include "sim/cli/report.h"

enum {
	NAME_WIDTH = 48,
	MAX_NAMED = 3,
	WORTH_SAYING = 100, /* a hundredth of what was lost */
};

struct context {
	const struct ct_scenario *scenario;
	size_t row; /* tenants and nobody */
	FILE *out;
};

static const char *tenant_name(const struct context *x, size_t t)
{
	return t + 1 < x->row ? x->scenario->tenant[t].name : "nobody";
}

/* Whose fault a cause is; nobody's: of a switch between contexts, its own. */
static const char *whose(const struct context *x, enum ct_cause cause, size_t t)
{
	if (t + 1 == x->row && cause == CT_CAUSE_CONTEXT_SWITCH)
		return "the switches";
	return tenant_name(x, t);
}

/* "12345.678 us", never rounded. */
static char *exact_us(int64_t ns)
{
	return g_strdup_printf("%" PRId64 ".%03d us", ns / 1000, (int)(ns % 1000));
}

/*
 * "cunn_SoftMaxForward" of "void at::native::(anonymous namespace)::cunn_SoftMaxForward<8,
 * ...>": the last word before the template arguments; but a name like "cutlass::Kernel2"
 * says nothing, and then the first argument does.
 */
static char *short_name(const char *name)
{
	size_t length = strcspn(name, "<");
	g_autofree char *base = g_strndup(name, length), *word = NULL;
	const char *last = g_strrstr(base, "::"), *argument = name + length + 1;

	last = last ? last + 2 : base;
	if (g_str_has_prefix(last, "void "))
		last += strlen("void ");
	if (name[length] && g_str_has_prefix(last, "Kernel"))
		word = g_strndup(argument, strcspn(argument, "<(,>"));
	return ct_format_name(word && *word ? word : last, NAME_WIDTH);
}

static void append_id(const struct context *x, GString *text,
		      const struct ct_explain_id *id, const char *name)
{
	g_autofree char *shown = short_name(name);

	g_string_append(text, tenant_name(x, id->tenant));
	if (id->copy)
		g_string_append_printf(text, "#%u", id->copy);
	g_string_append_printf(text, ":%" PRIu64 " %s", id->number, shown);
}

/* "prompts 90 %, vision 10 %": the largest first, of equals the first. */
static void append_tenants(const struct context *x, GString *text, enum ct_cause cause,
			   const int64_t *blamed_ns)
{
	const int64_t *part_ns = &blamed_ns[cause * x->row];
	g_autofree gboolean *told = g_new0(gboolean, x->row);
	int64_t total_ns = 0;

	for (size_t t = 0; t < x->row; t++)
		total_ns += part_ns[t];
	for (int n = 0; n < MAX_NAMED && total_ns; n++) {
		size_t most = 0;

		for (size_t t = 0; t < x->row; t++)
			if (told[most] || (!told[t] && part_ns[t] > part_ns[most]))
				most = t;
		if (told[most] || !part_ns[most])
			return;
		told[most] = TRUE;
		if ((double)part_ns[most] > 0.995 * (double)total_ns) {
			g_string_append(text, whose(x, cause, most));
			return;
		}
		if ((double)part_ns[most] < 0.005 * (double)total_ns)
			return;
		g_string_append_printf(text, "%s%s %.0f %%", n ? ", " : "",
				       whose(x, cause, most),
				       (double)part_ns[most] * 100 / (double)total_ns);
	}
}

static int64_t lost_ns(const int64_t *time_ns)
{
	int64_t ns = 0;

	for (enum ct_cause c = 0; c < CT_CAUSE_MAX; c++)
		ns += ct_explain_is_loss(c) ? time_ns[c] : 0;
	return ns;
}

/* The operations that stood in the way, with what each is to blame for. */
static void append_culprits(const struct context *x, GString *text,
			    const struct ct_explain_story *s, enum ct_cause cause,
			    const char *begin)
{
	int64_t total_ns = lost_ns(s->time_ns);

	for (uint32_t i = 0; i < s->n_culprits; i++) {
		const struct ct_explain_culprit *c = &s->culprit[i];
		g_autofree char *ns = NULL;

		if (c->cause != cause || c->ns < total_ns / WORTH_SAYING)
			continue;
		ns = ct_format_ns((double)c->ns);
		g_string_append(text, begin);
		append_id(x, text, &c->id, c->name);
		if (c->ahead)
			g_string_append(text, ", ahead in the queue,");
		else if (cause == CT_CAUSE_SM_ROOM)
			g_string_append_printf(text, " on %u SM%s", c->sms,
					       c->sms == 1 ? "" : "s");
		g_string_append_printf(text, " %s", ns);
		begin = "; ";
	}
}

static void append_predecessor(const struct context *x, GString *text,
			       const struct ct_explain_story *s)
{
	g_autofree char *at = exact_us(s->predecessor_ns);

	g_string_append(text, "behind ");
	if (s->predecessor_name)
		append_id(x, text, &s->predecessor, s->predecessor_name);
	else
		g_string_append(text, "its stream");
	g_string_append_printf(text, ", which ended at %s", at);
}

static void append_gate(const struct context *x, GString *text,
			const struct ct_explain_story *s)
{
	g_string_append(text, "held");
	if (s->why)
		g_string_append_printf(text, ", then let go: %s", s->why);
	g_string_append(text, "; had work meanwhile: ");
	append_tenants(x, text, CT_CAUSE_GATE, s->blamed_ns);
}

static void append_running(GString *text, const struct ct_explain_story *s)
{
	if (!s->blocks) {
		g_string_append_printf(text, "the %s", s->kind);
		return;
	}
	g_string_append_printf(
		text, "as alone: %" PRIu64 " wave%s, up to %u an SM, %u SM%s", s->waves,
		s->waves == 1 ? "" : "s", s->blocks_per_sm, s->sms, s->sms == 1 ? "" : "s");
}

static char *cause_text(const struct context *x, const struct ct_explain_story *s,
			enum ct_cause cause)
{
	GString *text = g_string_new(NULL);

	switch (cause) {
	case CT_CAUSE_GATE:
		append_gate(x, text, s);
		break;
	case CT_CAUSE_LAUNCH:
		g_string_append(text, "on its way to the device");
		break;
	case CT_CAUSE_STREAM_ORDER:
		append_predecessor(x, text, s);
		break;
	case CT_CAUSE_GAP:
		g_string_append(text, "between two of a stream");
		break;
	case CT_CAUSE_PRIORITY:
		g_string_append(text, "behind a higher priority");
		append_culprits(x, text, s, cause, ": ");
		break;
	case CT_CAUSE_SM_ROOM:
		g_string_append(text, "no SM with room");
		append_culprits(x, text, s, cause, ": ");
		break;
	case CT_CAUSE_RUNNING:
		append_running(text, s);
		break;
	default:
		append_tenants(x, text, cause, s->blamed_ns);
		append_culprits(x, text, s, cause, ": ");
		break;
	}
	return g_string_free(text, FALSE);
}

/* The causes in the order of an operation's life. */
static const enum ct_cause life[] = {
	CT_CAUSE_GATE,         CT_CAUSE_LAUNCH,
	CT_CAUSE_STREAM_ORDER, CT_CAUSE_GAP,
	CT_CAUSE_CHANNEL,      CT_CAUSE_COPY_ENGINE,
	CT_CAUSE_PRIORITY,     CT_CAUSE_SM_ROOM,
	CT_CAUSE_RUNNING,      CT_CAUSE_DRAM,
	CT_CAUSE_L2,           CT_CAUSE_SM,
	CT_CAUSE_PREEMPTION,   CT_CAUSE_CONTEXT_SWITCH,
};

G_STATIC_ASSERT(G_N_ELEMENTS(life) == CT_CAUSE_MAX);

static void describe(const struct context *x, const struct ct_explain_story *s)
{
	GString *text = g_string_new("  ");

	append_id(x, text, &s->id, s->name); /* its full name is in the document */
	g_string_append_printf(text, ": %s of stream %u", s->kind, s->stream);
	if (s->blocks) {
		g_string_append_printf(text, ", %" PRIu64 " block%s%s, priority %u",
				       s->blocks, s->blocks == 1 ? "" : "s",
				       s->guessed ? " (guessed)" : "", s->priority);
		if (s->part)
			g_string_append_printf(text, ", part %u", s->part);
	}
	fprintf(x->out, "%s\n", text->str);
	g_string_free(text, TRUE);
}

static void print_story(const struct context *x, const struct ct_explain_story *s)
{
	static const char *const title[] = { "cause", "time", "what", NULL };
	struct ct_table *table = ct_table_new(title, "lrl");
	g_autofree char *issued = exact_us(s->issued_ns), *total = NULL, *end = NULL;

	describe(x, s);
	ct_table_cellf(table, "called at %s", issued);
	ct_table_cell(table, "", FALSE);
	ct_table_cell(table, "", FALSE);
	for (size_t i = 0; i < G_N_ELEMENTS(life); i++) {
		g_autofree char *ns = exact_us(s->time_ns[life[i]]), *text = NULL;

		if (!s->time_ns[life[i]])
			continue;
		text = cause_text(x, s, life[i]);
		ct_table_cell(table, ct_cause_name[life[i]], FALSE);
		ct_table_cell(table, ns, FALSE);
		ct_table_cell(table, text, FALSE);
	}
	total = exact_us(s->end_ns - s->issued_ns);
	end = exact_us(s->end_ns);
	ct_table_rule(table);
	ct_table_cellf(table, "ended at %s", end);
	ct_table_cell(table, total, FALSE);
	ct_table_cell(table, "", FALSE);
	ct_table_print(table, CT_OUTPUT_TEXT, x->out);
	ct_table_free(table);
}

static int64_t sum(const int64_t *ns)
{
	int64_t total = 0;

	for (size_t c = 0; c < CT_CAUSE_MAX; c++)
		total += ns[c];
	return total;
}

static void print_sums(const struct context *x, const struct ct_explain_view *v)
{
	static const char *const title[] = { "cause",        "once per stream", "share",
					     "of all waits", "because of",      NULL };
	struct ct_table *table = ct_table_new(title, "lrrrl");
	double once = (double)MAX(sum(v->once_ns), 1);

	for (enum ct_cause c = 0; c < CT_CAUSE_MAX; c++) {
		g_autofree char *ns = ct_format_ns((double)v->once_ns[c]);
		g_autofree char *all = ct_format_ns((double)v->time_ns[c]);
		g_autoptr(GString) because = g_string_new(NULL);

		if (!v->time_ns[c])
			continue;
		if (ct_explain_is_loss(c))
			append_tenants(x, because, c, v->blamed_ns);
		ct_table_cell(table, ct_cause_name[c], FALSE);
		ct_table_cell(table, ns, FALSE);
		ct_table_cellf(table, "%.1f %%", (double)v->once_ns[c] * 100 / once);
		ct_table_cell(table, all, FALSE);
		ct_table_cell(table, because->str, FALSE);
	}
	ct_table_print(table, CT_OUTPUT_TEXT, x->out);
	ct_table_free(table);
}

/* "gate 1.20 s (prompts), running 200 ms": the causes that took most, largest first. */
static void append_causes(const struct context *x, GString *text, const int64_t *time_ns,
			  const int64_t *blamed_ns, gboolean losses_only)
{
	gboolean told[CT_CAUSE_MAX] = { FALSE };
	int64_t least_ns = (losses_only ? lost_ns(time_ns) : sum(time_ns)) / WORTH_SAYING;

	for (int n = 0; n < MAX_NAMED; n++) {
		enum ct_cause most = CT_CAUSE_MAX;
		g_autofree char *ns = NULL;

		for (enum ct_cause c = 0; c < CT_CAUSE_MAX; c++) {
			if (told[c] || (losses_only && !ct_explain_is_loss(c)))
				continue;
			if (most == CT_CAUSE_MAX || time_ns[c] > time_ns[most])
				most = c;
		}
		if (most == CT_CAUSE_MAX || !time_ns[most] || time_ns[most] < least_ns)
			return;
		told[most] = TRUE;
		ns = ct_format_ns((double)time_ns[most]);
		g_string_append_printf(text, "%s%s %s", n ? ", " : "", ct_cause_name[most],
				       ns);
		if (!ct_explain_is_loss(most))
			continue;
		g_string_append(text, " (");
		append_tenants(x, text, most, blamed_ns);
		g_string_append_c(text, ')');
	}
}

static void print_worst(const struct context *x, const struct ct_explain_story *s)
{
	GString *text = g_string_new("      ");
	int64_t once_ns[CT_CAUSE_MAX];

	ct_explain_once(s, once_ns);
	append_id(x, text, &s->id, s->name);
	g_string_append(text, ": ");
	append_causes(x, text, once_ns, s->blamed_ns, TRUE);
	append_culprits(x, text, s, CT_CAUSE_SM_ROOM, "; room: ");
	append_culprits(x, text, s, CT_CAUSE_PRIORITY, "; priority: ");
	append_culprits(x, text, s, CT_CAUSE_DRAM, "; dram: ");
	fprintf(x->out, "%s\n", text->str);
	g_string_free(text, TRUE);
}

static gboolean lost_anything(const struct ct_explain_story *s)
{
	int64_t once_ns[CT_CAUSE_MAX];

	ct_explain_once(s, once_ns);
	for (enum ct_cause c = 0; c < CT_CAUSE_MAX; c++)
		if (ct_explain_is_loss(c) && once_ns[c])
			return TRUE;
	return FALSE;
}

static void print_request(const struct context *x, const struct ct_explain_request *r)
{
	g_autofree char *latency = ct_format_ns((double)(r->end_ns - r->arrived_ns));
	g_autofree char *at = ct_format_ns((double)r->arrived_ns);
	g_autofree char *queued = ct_format_ns((double)(r->start_ns - r->arrived_ns));
	g_autofree char *idle = ct_format_ns((double)r->idle_ns);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "  request %" PRIu64 ", asked at %s, took %s",
			       r->number, at, latency);
	if (r->start_ns > r->arrived_ns)
		g_string_append_printf(text, ": %s behind the tenant's own", queued);
	if (r->idle_ns)
		g_string_append_printf(text, "%s %s with nothing issued",
				       r->start_ns > r->arrived_ns ? "," : ":", idle);
	fprintf(x->out, "%s\n      ", text->str);
	g_string_truncate(text, 0);
	append_causes(x, text, r->once_ns, r->blamed_ns, FALSE);
	fprintf(x->out, "%s\n", text->str);
	g_string_free(text, TRUE);
	for (uint32_t i = 0; i < r->n_worst; i++)
		if (lost_anything(&r->worst[i]))
			print_worst(x, &r->worst[i]);
}

static void print_view(const struct context *x, const struct ct_explain_view *v)
{
	fprintf(x->out, "\nexplain %s: %" PRIu64 " operation%s\n", v->what, v->n_ops,
		v->n_ops == 1 ? "" : "s");
	if (v->n_ops > 1)
		print_sums(x, v);
	if (v->n_requests)
		fprintf(x->out,
			"slowest of %" PRIu64 " requests, and what lost most in them\n",
			v->n_finished);
	for (uint32_t i = 0; i < v->n_requests; i++)
		print_request(x, &v->request[i]);
	for (uint32_t i = 0; i < v->n_worst; i++)
		print_story(x, &v->worst[i]);
}

void ct_report_explain_text(const struct ct_study *study, const struct ct_explain *e,
			    FILE *out)
{
	const struct ct_study_point *p = study->points->pdata[0];
	struct context x = { p->scenario, p->scenario->n_tenants + 1, out };

	for (size_t i = 0; ct_explain_view(e, i); i++)
		print_view(&x, ct_explain_view(e, i));
}
