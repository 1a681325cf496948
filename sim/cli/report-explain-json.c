/*
 * report-explain-json - why something ran when it ran, as the list `explain` of
 * cotenant-report(5).
 *
 * Objects of causes hold those that took any time; `because_of` says of each how much of
 * it is whose, null standing for nobody: the device was idle.
 */
#include <string.h>

#include "sim/cli/report.h"

struct context {
	const struct ct_scenario *scenario;
	size_t row; /* tenants and nobody */
};

static json_t *times(const int64_t *ns)
{
	json_t *object = json_object();

	for (size_t c = 0; c < CT_CAUSE_MAX; c++)
		if (ns[c])
			json_object_set_new(object, ct_cause_name[c], json_integer(ns[c]));
	return object;
}

static json_t *blame(const struct context *x, const int64_t *blamed_ns)
{
	json_t *list = json_array();

	for (enum ct_cause c = 0; c < CT_CAUSE_MAX; c++) {
		for (size_t t = 0; ct_explain_is_loss(c) && t < x->row; t++) {
			int64_t ns = blamed_ns[c * x->row + t];

			if (!ns)
				continue;
			json_array_append_new(
				list, json_pack("{s:s, s:s?, s:I}", "cause",
						ct_cause_name[c], "tenant",
						t + 1 < x->row ? x->scenario->tenant[t].name
							       : NULL,
						"ns", (json_int_t)ns));
		}
	}
	return list;
}

/* Kernel names of published traces need not be UTF-8. */
static json_t *name_json(const char *name)
{
	g_autofree char *valid = g_utf8_make_valid(name, -1);

	return json_string(valid);
}

static json_t *operation(const struct context *x, const struct ct_explain_id *id,
			 const char *name)
{
	return json_pack("{s:s, s:i, s:I, s:o}", "tenant",
			 x->scenario->tenant[id->tenant].name, "copy", (int)id->copy,
			 "number", (json_int_t)id->number, "name", name_json(name));
}

static json_t *culprits(const struct context *x, const struct ct_explain_story *s)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < s->n_culprits; i++) {
		const struct ct_explain_culprit *c = &s->culprit[i];
		json_t *object = operation(x, &c->id, c->name);

		json_object_set_new(object, "cause", json_string(ct_cause_name[c->cause]));
		json_object_set_new(object, "ahead", json_boolean(c->ahead));
		json_object_set_new(object, "sms", json_integer(c->sms));
		json_object_set_new(object, "ns", json_integer(c->ns));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *kernel(const struct ct_explain_story *s)
{
	if (!s->blocks)
		return json_null();
	return json_pack("{s:I, s:i, s:I, s:i, s:i, s:i, s:b}", "blocks",
			 (json_int_t)s->blocks, "blocks_per_sm", (int)s->blocks_per_sm,
			 "waves", (json_int_t)s->waves, "sms", (int)s->sms, "priority",
			 (int)s->priority, "part", (int)s->part, "shape_guessed",
			 s->guessed);
}

static json_t *story(const struct context *x, const struct ct_explain_story *s)
{
	json_t *object = operation(x, &s->id, s->name);
	json_t *before = s->predecessor_name
				 ? operation(x, &s->predecessor, s->predecessor_name)
				 : json_null();
	json_t *rest = json_pack(
		"{s:s, s:I, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, "
		"s:o}",
		"kind", s->kind, "stream", (json_int_t)s->stream, "why", s->why,
		"issued_ns", (json_int_t)s->issued_ns, "released_ns",
		(json_int_t)s->released_ns, "arrival_ns", (json_int_t)s->arrival_ns,
		"predecessor_ns", (json_int_t)s->predecessor_ns, "ready_ns",
		(json_int_t)s->ready_ns, "start_ns", (json_int_t)s->start_ns, "end_ns",
		(json_int_t)s->end_ns, "kernel", kernel(s), "predecessor", before,
		"time_ns", times(s->time_ns), "because_of", blame(x, s->blamed_ns),
		"culprits", culprits(x, s));

	json_object_update(object, rest);
	json_decref(rest);
	return object;
}

static json_t *stories(const struct context *x, const struct ct_explain_story *s,
		       uint32_t n)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(list, story(x, &s[i]));
	return list;
}

static json_t *request(const struct context *x, const struct ct_explain_request *r)
{
	return json_pack("{s:I, s:i, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "number",
			 (json_int_t)r->number, "copy", (int)r->copy, "arrived_ns",
			 (json_int_t)r->arrived_ns, "start_ns", (json_int_t)r->start_ns,
			 "end_ns", (json_int_t)r->end_ns, "idle_ns", (json_int_t)r->idle_ns,
			 "operations", (json_int_t)r->n_ops, "once_ns", times(r->once_ns),
			 "because_of", blame(x, r->blamed_ns), "worst",
			 stories(x, r->worst, r->n_worst));
}

static json_t *view(const struct context *x, const struct ct_explain_view *v)
{
	json_t *requests = json_array();

	for (uint32_t i = 0; i < v->n_requests; i++)
		json_array_append_new(requests, request(x, &v->request[i]));
	return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "what", v->what,
			 "operations", (json_int_t)v->n_ops, "turnaround_ns",
			 (json_int_t)v->turnaround_ns, "time_ns", times(v->time_ns),
			 "once_ns", times(v->once_ns), "because_of", blame(x, v->blamed_ns),
			 "slowest_requests", requests, "worst",
			 stories(x, v->worst, v->n_worst));
}

json_t *ct_report_explain_json(const struct ct_study *study, const struct ct_explain *e)
{
	const struct ct_study_point *p = study->points->pdata[0];
	struct context x = { p->scenario, p->scenario->n_tenants + 1 };
	json_t *list = json_array();

	for (size_t i = 0; ct_explain_view(e, i); i++)
		json_array_append_new(list, view(&x, ct_explain_view(e, i)));
	return list;
}
