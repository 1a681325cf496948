/*
 * explain - gathers the lives of operations into what was asked for.
 *
 * Sums and a few worst cases are all that is kept, so that explaining a run of any
 * length takes the same memory: for each view three requests with three operations each,
 * and the request that each copy of the tenant is at.
 */
#include "sim/explain.h"

#include <string.h>

#include "sim/base/error.h"

struct asked {
	struct ct_explain_view view;
	GPtrArray *current; /* struct ct_explain_request *, by copy; may be NULL */
};

struct ct_explain {
	uint32_t n_tenants;
	size_t n, row; /* row: of a matrix of blame, one entry for each tenant and nobody */
	struct asked *asked;
	int64_t *part; /* scratch, a row */
};

uint32_t ct_explain_tenants(const struct ct_explain *e)
{
	return e->n_tenants;
}

const struct ct_explain_view *ct_explain_view(const struct ct_explain *e, size_t i)
{
	return i < e->n ? &e->asked[i].view : NULL;
}

gboolean ct_explain_is_loss(enum ct_cause cause)
{
	return cause != CT_CAUSE_LAUNCH && cause != CT_CAUSE_STREAM_ORDER &&
	       cause != CT_CAUSE_GAP && cause != CT_CAUSE_RUNNING;
}

void ct_explain_split(int64_t total, const uint64_t *weight, size_t n, int64_t *part)
{
	unsigned __int128 sum = 0;
	int64_t left = total;
	size_t largest = 0;

	for (size_t i = 0; i < n; i++) {
		sum += weight[i];
		if (weight[i] > weight[largest])
			largest = i;
	}
	for (size_t i = 0; i < n; i++) {
		part[i] = sum ? (int64_t)((unsigned __int128)total * weight[i] / sum) : 0;
		left -= part[i];
	}
	part[sum ? largest : n - 1] += left;
}

static int tenant_named(const struct ct_scenario *s, const char *name, size_t length)
{
	for (size_t i = 0; i < s->n_tenants; i++)
		if (strlen(s->tenant[i].name) == length &&
		    strncmp(s->tenant[i].name, name, length) == 0)
			return (int)i;
	return -1;
}

/* "TENANT" or "TENANT#COPY", of LENGTH; FALSE: it is neither. */
static gboolean parse_owner(struct ct_explain_view *v, const struct ct_scenario *s,
			    const char *what, size_t length, gboolean *has_copy)
{
	g_autofree char *owner = g_strndup(what, length);
	char *hash = strrchr(owner, '#');
	guint64 copy;

	*has_copy = FALSE;
	v->tenant = tenant_named(s, what, length);
	if (v->tenant >= 0 || !hash)
		return v->tenant >= 0;
	v->tenant = tenant_named(s, what, (size_t)(hash - owner));
	if (v->tenant < 0 ||
	    !g_ascii_string_to_unsigned(hash + 1, 10, 0, CT_MAX_COPIES - 1, &copy, NULL))
		return FALSE;
	v->copy = (uint32_t)copy;
	*has_copy = TRUE;
	return TRUE;
}

static gboolean parse(struct ct_explain_view *v, const struct ct_scenario *s,
		      const char *what, GError **error)
{
	const char *colon = strrchr(what, ':');
	gboolean has_copy = FALSE;
	guint64 number;

	v->what = g_strdup(what);
	if (!*what) {
		ct_usage_error(error, "--explain: needs a tenant or a kernel");
		return FALSE;
	}
	v->kind = CT_EXPLAIN_TENANT;
	v->tenant = tenant_named(s, what, strlen(what));
	if (v->tenant >= 0)
		return TRUE;
	v->kind = CT_EXPLAIN_NAME;
	for (; colon; colon = g_strrstr_len(what, colon - what, ":")) {
		if (!parse_owner(v, s, what, (size_t)(colon - what), &has_copy))
			continue;
		if (g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXINT64, &number,
					       NULL)) {
			v->kind = CT_EXPLAIN_OP;
			v->number = number;
			return TRUE;
		}
		if (has_copy || !colon[1]) {
			ct_usage_error(error,
				       "--explain %s: behind the ':' must be the number of "
				       "an operation%s",
				       what, has_copy ? "" : " or the name of a kernel");
			return FALSE;
		}
		v->name = g_strdup(colon + 1);
		return TRUE;
	}
	v->tenant = -1;
	v->name = g_strdup(what);
	return TRUE;
}

static void story_init(const struct ct_explain *e, struct ct_explain_story *story)
{
	story->blamed_ns = g_new0(int64_t, CT_CAUSE_MAX * e->row);
}

static void request_init(const struct ct_explain *e, struct ct_explain_request *r)
{
	*r = (struct ct_explain_request){ 0 };
	r->blamed_ns = g_new0(int64_t, CT_CAUSE_MAX * e->row);
	for (int i = 0; i < CT_EXPLAIN_WORST; i++)
		story_init(e, &r->worst[i]);
}

static void request_clear(struct ct_explain_request *r)
{
	g_free(r->blamed_ns);
	for (int i = 0; i < CT_EXPLAIN_WORST; i++)
		g_free(r->worst[i].blamed_ns);
}

static void request_free(void *data)
{
	struct ct_explain_request *r = data;

	if (!r)
		return;
	request_clear(r);
	g_free(r);
}

struct ct_explain *ct_explain_new(const struct ct_scenario *s, const char *const *what,
				  GError **error)
{
	struct ct_explain *e = g_new0(struct ct_explain, 1);

	e->n_tenants = (uint32_t)s->n_tenants;
	e->row = s->n_tenants + 1;
	e->part = g_new0(int64_t, e->row);
	e->asked = g_new0(struct asked, g_strv_length((char **)what));
	for (; what[e->n]; e->n++) {
		struct ct_explain_view *v = &e->asked[e->n].view;

		if (!parse(v, s, what[e->n], error)) {
			g_free(v->what);
			ct_explain_free(e);
			return NULL;
		}
		v->blamed_ns = g_new0(int64_t, CT_CAUSE_MAX * e->row);
		for (int i = 0; i < CT_EXPLAIN_WORST; i++) {
			request_init(e, &v->request[i]);
			story_init(e, &v->worst[i]);
		}
		e->asked[e->n].current = g_ptr_array_new_with_free_func(request_free);
	}
	return e;
}

void ct_explain_free(struct ct_explain *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->n; i++) {
		struct ct_explain_view *v = &e->asked[i].view;

		for (int k = 0; k < CT_EXPLAIN_WORST; k++) {
			request_clear(&v->request[k]);
			g_free(v->worst[k].blamed_ns);
		}
		g_ptr_array_free(e->asked[i].current, TRUE);
		g_free(v->blamed_ns);
		g_free(v->what);
		g_free(v->name);
	}
	g_free(e->asked);
	g_free(e->part);
	g_free(e);
}

/* Whether NAME, or a word in it, begins with START: kernel names begin with "void
 * at::native::" as often as not. */
static gboolean name_begins(const char *name, const char *start)
{
	const char *p = name;

	while (p && (p = strstr(p, start))) {
		if (p == name || !(g_ascii_isalnum(p[-1]) || p[-1] == '_'))
			return TRUE;
		p++;
	}
	return FALSE;
}

static gboolean wants(const struct ct_explain_view *v, const struct ct_explain_id *id,
		      const char *name)
{
	if (v->tenant >= 0 && (uint32_t)v->tenant != id->tenant)
		return FALSE;
	switch (v->kind) {
	case CT_EXPLAIN_OP:
		return v->copy == id->copy && v->number == id->number;
	case CT_EXPLAIN_NAME:
		return name_begins(name, v->name);
	case CT_EXPLAIN_TENANT:
		break;
	}
	return TRUE;
}

gboolean ct_explain_wants(const struct ct_explain *e, const struct ct_explain_id *id,
			  const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (wants(&e->asked[i].view, id, name))
			return TRUE;
	return FALSE;
}

gboolean ct_explain_wants_tenant(const struct ct_explain *e, uint32_t tenant)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->asked[i].view.tenant < 0 ||
		    (uint32_t)e->asked[i].view.tenant == tenant)
			return TRUE;
	return FALSE;
}

/* The part of each cause that lies behind the end of the predecessor. */
void ct_explain_once(const struct ct_explain_story *s, int64_t *once_ns)
{
	int64_t from_ns = MAX(s->issued_ns, s->predecessor_ns);

	memcpy(once_ns, s->time_ns, sizeof(s->time_ns));
	once_ns[CT_CAUSE_GATE] =
		MIN(once_ns[CT_CAUSE_GATE], MAX(0, s->released_ns - from_ns));
	once_ns[CT_CAUSE_LAUNCH] =
		MIN(once_ns[CT_CAUSE_LAUNCH], MAX(0, s->arrival_ns - from_ns));
	once_ns[CT_CAUSE_STREAM_ORDER] = 0;
}

static int64_t loss(const int64_t *ns)
{
	int64_t lost_ns = 0;

	for (enum ct_cause c = 0; c < CT_CAUSE_MAX; c++)
		lost_ns += ct_explain_is_loss(c) ? ns[c] : 0;
	return lost_ns;
}

static int64_t story_loss(const struct ct_explain_story *s)
{
	int64_t once_ns[CT_CAUSE_MAX];

	ct_explain_once(s, once_ns);
	return loss(once_ns);
}

/* Adds ONCE_NS, blamed as the whole wait of the story is. */
static void add_blame(struct ct_explain *e, const struct ct_explain_story *s,
		      const int64_t *once_ns, int64_t *blamed_ns)
{
	for (size_t c = 0; c < CT_CAUSE_MAX; c++) {
		if (!once_ns[c])
			continue;
		/* parts of a wait are not negative, so they are weights */
		ct_explain_split(once_ns[c], (const uint64_t *)&s->blamed_ns[c * e->row],
				 e->row, e->part);
		for (size_t t = 0; t < e->row; t++)
			blamed_ns[c * e->row + t] += e->part[t];
	}
}

static void copy_story(const struct ct_explain *e, struct ct_explain_story *to,
		       const struct ct_explain_story *from)
{
	int64_t *own = to->blamed_ns;

	memcpy(own, from->blamed_ns, CT_CAUSE_MAX * e->row * sizeof(*own));
	*to = *from;
	to->blamed_ns = own;
}

/* Keeps the story if it is among the worst; of equals the first. */
static void keep_story(const struct ct_explain *e, struct ct_explain_story *worst,
		       uint32_t *n, const struct ct_explain_story *s)
{
	int64_t lost_ns = story_loss(s);
	struct ct_explain_story last;
	uint32_t at = *n;

	while (at > 0 && story_loss(&worst[at - 1]) < lost_ns)
		at--;
	if (at == CT_EXPLAIN_WORST)
		return;
	last = worst[MIN(*n, CT_EXPLAIN_WORST - 1)];
	for (uint32_t i = MIN(*n, CT_EXPLAIN_WORST - 1); i > at; i--)
		worst[i] = worst[i - 1];
	worst[at] = last;
	copy_story(e, &worst[at], s);
	*n = MIN(*n + 1, CT_EXPLAIN_WORST);
}

static struct ct_explain_request *current(const struct ct_explain *e, struct asked *a,
					  uint32_t copy)
{
	if (a->current->len <= copy)
		g_ptr_array_set_size(a->current, (gint)copy + 1);
	if (!a->current->pdata[copy]) {
		a->current->pdata[copy] = g_new0(struct ct_explain_request, 1);
		request_init(e, a->current->pdata[copy]);
	}
	return a->current->pdata[copy];
}

void ct_explain_op(struct ct_explain *e, const struct ct_explain_story *s)
{
	int64_t once_ns[CT_CAUSE_MAX];

	ct_explain_once(s, once_ns);
	for (size_t i = 0; i < e->n; i++) {
		struct ct_explain_view *v = &e->asked[i].view;
		struct ct_explain_request *r;

		if (!wants(v, &s->id, s->name))
			continue;
		v->n_ops++;
		v->turnaround_ns += s->end_ns - s->issued_ns;
		for (size_t c = 0; c < CT_CAUSE_MAX; c++) {
			v->time_ns[c] += s->time_ns[c];
			v->once_ns[c] += once_ns[c];
		}
		add_blame(e, s, once_ns, v->blamed_ns);
		if (v->kind != CT_EXPLAIN_TENANT) {
			keep_story(e, v->worst, &v->n_worst, s);
			continue;
		}
		r = current(e, &e->asked[i], s->id.copy);
		r->n_ops++;
		for (size_t c = 0; c < CT_CAUSE_MAX; c++)
			r->once_ns[c] += once_ns[c];
		add_blame(e, s, once_ns, r->blamed_ns);
		keep_story(e, r->worst, &r->n_worst, s);
	}
}

/* Empties a request for the next one of its copy, and keeps its memory. */
static void request_reset(const struct ct_explain *e, struct ct_explain_request *r)
{
	int64_t *blamed_ns = r->blamed_ns;
	struct ct_explain_story worst[CT_EXPLAIN_WORST];

	memcpy(worst, r->worst, sizeof(worst));
	memset(blamed_ns, 0, CT_CAUSE_MAX * e->row * sizeof(*blamed_ns));
	*r = (struct ct_explain_request){ .blamed_ns = blamed_ns };
	memcpy(r->worst, worst, sizeof(worst));
}

static int64_t latency_ns(const struct ct_explain_request *r)
{
	return r->end_ns - r->arrived_ns;
}

/* Swaps the request with the one it takes the place of; of equals the first is kept. */
static void keep_request(struct ct_explain_view *v, struct ct_explain_request *r)
{
	uint32_t at = v->n_requests, last = MIN(at, CT_EXPLAIN_WORST - 1);
	struct ct_explain_request spare;

	while (at > 0 && latency_ns(&v->request[at - 1]) < latency_ns(r))
		at--;
	if (at == CT_EXPLAIN_WORST)
		return;
	spare = v->request[last];
	for (uint32_t i = last; i > at; i--)
		v->request[i] = v->request[i - 1];
	v->request[at] = *r;
	*r = spare;
	v->n_requests = MIN(v->n_requests + 1, CT_EXPLAIN_WORST);
}

void ct_explain_request(struct ct_explain *e, uint32_t tenant, uint32_t copy,
			int64_t arrived_ns, int64_t start_ns, int64_t end_ns,
			int64_t idle_ns)
{
	for (size_t i = 0; i < e->n; i++) {
		struct ct_explain_view *v = &e->asked[i].view;
		struct ct_explain_request *r;

		if (v->kind != CT_EXPLAIN_TENANT || (uint32_t)v->tenant != tenant)
			continue;
		r = current(e, &e->asked[i], copy);
		r->number = ++v->n_finished;
		r->copy = copy;
		r->arrived_ns = arrived_ns;
		r->start_ns = start_ns;
		r->end_ns = end_ns;
		r->idle_ns = idle_ns;
		keep_request(v, r);
		request_reset(e, r);
	}
}
