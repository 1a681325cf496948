/* explain-case - asks a run of the lab why things ran when they ran. */
#include "tests/unit/explain-case.h"

#include <check.h>

struct ct_explain *explain_ask(struct lab *lab, const char *what)
{
	g_autoptr(GString) words = g_string_new(what);
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) word = NULL;

	for (size_t i = 0; i < lab->scenario->n_tenants; i++) {
		char placeholder[] = { '%', (char)('0' + i), '\0' };

		g_string_replace(words, placeholder, lab->scenario->tenant[i].name, 0);
	}
	word = g_strsplit(words->str, " ", -1);
	lab->in.explain = ct_explain_new(lab->scenario, (const char *const *)word, &error);
	if (!lab->in.explain)
		g_error("%s", error->message);
	return lab->in.explain;
}

const struct ct_explain_story *explain_only(const struct ct_explain *e, size_t i)
{
	const struct ct_explain_view *v = ct_explain_view(e, i);

	ck_assert_uint_eq(v->n_ops, 1);
	ck_assert_uint_eq(v->n_worst, 1);
	return &v->worst[0];
}

int64_t explain_blamed(const struct ct_explain *e, const struct ct_explain_story *s,
		       enum ct_cause cause, size_t tenant)
{
	return s->blamed_ns[cause * (ct_explain_tenants(e) + 1) + tenant];
}
