/*
 * mig - which MIG instances fit beside each other, and what each of them is.
 *
 * A layout is small (at most 16 slices), so everything here looks at all of it anew:
 * nothing is kept that could disagree with the list of instances.
 */
#include "models/mig.h"

#include <string.h>

#include "sim/base/error.h"
#include "sim/base/nearest.h"

gboolean ct_mig_check(const struct ct_device *d, const char *path, GError **error)
{
	const struct ct_mig *mig = &d->mig;

	if (!mig->n_profiles != !mig->memory_slices ||
	    !mig->n_profiles != !mig->compute_slices ||
	    !mig->n_profiles != !mig->reconfigure_ns) {
		ct_input_error(error,
			       "%s: mig: needs memory_slices, compute_slices, "
			       "reconfigure_ns and profiles",
			       path);
		return FALSE;
	}
	for (uint32_t i = 0; i < mig->n_profiles; i++) {
		const struct ct_mig_profile *p = &mig->profile[i];
		const char *wrong = NULL;

		if (p->start[p->n_starts - 1] + p->memory_slices > mig->memory_slices)
			wrong = "starts: must leave room for memory_slices";
		else if (p->compute_slices > mig->compute_slices)
			wrong = "compute_slices: must not exceed those of the board";
		else if (p->sms > d->sms)
			wrong = "sms: must not exceed those of the board";
		for (uint32_t k = 0; k < i && !wrong; k++)
			if (strcmp(mig->profile[k].name, p->name) == 0)
				wrong = "name: is that of another profile";
		if (wrong) {
			ct_input_error(error, "%s: mig.profiles[%u].%s", path, i, wrong);
			return FALSE;
		}
	}
	return TRUE;
}

static uint32_t memory_taken(const struct ct_mig *mig, const struct ct_mig_layout *layout)
{
	uint32_t taken = 0;

	for (uint32_t i = 0; i < layout->n; i++) {
		const struct ct_mig_instance *it = &layout->instance[i];
		uint32_t slices = mig->profile[it->profile].memory_slices;

		taken |= ((1u << slices) - 1) << it->start;
	}
	return taken;
}

static uint32_t compute_left(const struct ct_mig *mig, const struct ct_mig_layout *layout)
{
	uint32_t left = mig->compute_slices;

	for (uint32_t i = 0; i < layout->n; i++)
		left -= mig->profile[layout->instance[i].profile].compute_slices;
	return left;
}

static uint32_t count_of(const struct ct_mig_layout *layout, uint32_t profile)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < layout->n; i++)
		n += layout->instance[i].profile == profile;
	return n;
}

static gboolean may_start(const struct ct_mig_profile *p, uint32_t start)
{
	for (uint32_t i = 0; i < p->n_starts; i++)
		if (p->start[i] == start)
			return TRUE;
	return FALSE;
}

gboolean ct_mig_fits(const struct ct_mig *mig, const struct ct_mig_layout *layout,
		     uint32_t profile, uint32_t start)
{
	const struct ct_mig_profile *p = &mig->profile[profile];
	uint32_t wanted = ((1u << p->memory_slices) - 1) << start;

	return may_start(p, start) && !(memory_taken(mig, layout) & wanted) &&
	       p->compute_slices <= compute_left(mig, layout) &&
	       count_of(layout, profile) < p->most;
}

/* How many placements of PROFILE can still be made. */
static uint32_t possible(const struct ct_mig *mig, const struct ct_mig_layout *layout,
			 uint32_t profile)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < mig->profile[profile].n_starts; i++)
		n += ct_mig_fits(mig, layout, profile, mig->profile[profile].start[i]);
	return n;
}

static void add(struct ct_mig_layout *layout, uint32_t profile, uint32_t start)
{
	layout->instance[layout->n++] = (struct ct_mig_instance){ profile, start };
}

/* Where the driver would put it; FALSE: nowhere. */
static gboolean choose_start(const struct ct_mig *mig, const struct ct_mig_layout *layout,
			     uint32_t profile, uint32_t *start)
{
	const struct ct_mig_profile *p = &mig->profile[profile];
	uint32_t best = 0;
	gboolean found = FALSE;

	for (uint32_t i = 0; i < p->n_starts; i++) {
		struct ct_mig_layout with = *layout;
		uint32_t n = 0;

		if (!ct_mig_fits(mig, layout, profile, p->start[i]))
			continue;
		add(&with, profile, p->start[i]);
		for (uint32_t k = 0; k < mig->n_profiles; k++)
			n += possible(mig, &with, k);
		if (!found || n > best) {
			found = TRUE;
			best = n;
			*start = p->start[i];
		}
	}
	return found;
}

/* "3g" is short for "3g.71gb", "1g+me" for "1g.18gb+me". */
static gboolean is_short_for(const char *word, const char *name)
{
	size_t stem = strcspn(word, "+");
	const char *plus = strchr(name, '+');

	return strncmp(name, word, stem) == 0 && name[stem] == '.' &&
	       strcmp(word + stem, plus ? plus : "") == 0;
}

static gboolean find_profile(const struct ct_device *d, const char *word, uint32_t *out,
			     GError **error)
{
	const struct ct_mig *mig = &d->mig;
	const char *name[CT_MIG_MAX_PROFILES + 1] = { NULL };
	const struct ct_mig_profile *best = NULL;
	g_autofree char *all = NULL;
	const char *near;

	for (uint32_t i = 0; i < mig->n_profiles; i++) {
		const struct ct_mig_profile *p = &mig->profile[i];

		name[i] = p->name;
		if (strcmp(word, p->name) == 0) {
			*out = i;
			return TRUE;
		}
		if (is_short_for(word, p->name) &&
		    (!best || p->memory_slices < best->memory_slices))
			best = p;
	}
	if (best) {
		*out = (uint32_t)(best - mig->profile);
		return TRUE;
	}
	near = ct_nearest_name(word, name);
	all = g_strjoinv(", ", (char **)name);
	if (near)
		ct_input_error(error,
			       "%s has no MIG profile '%s'; did you mean '%s'? There are "
			       "%s",
			       d->name, word, near, all);
	else
		ct_input_error(error, "%s has no MIG profile '%s'; there are %s", d->name,
			       word, all);
	return FALSE;
}

/* "0-3, 7", of the slices that nobody has. */
static char *free_text(uint32_t taken, uint32_t slices)
{
	GString *text = g_string_new(NULL);

	for (uint32_t i = 0; i < slices; i++) {
		uint32_t first = i;

		if (taken >> i & 1)
			continue;
		while (i + 1 < slices && !(taken >> (i + 1) & 1))
			i++;
		g_string_append_printf(text, "%s%u", text->len ? ", " : "", first);
		if (i > first)
			g_string_append_printf(text, "-%u", i);
	}
	if (!text->len)
		g_string_append(text, "none");
	return g_string_free(text, FALSE);
}

static char *fitting_text(const struct ct_mig *mig, const struct ct_mig_layout *layout)
{
	GString *text = g_string_new(NULL);

	for (uint32_t i = 0; i < mig->n_profiles; i++)
		if (possible(mig, layout, i))
			g_string_append_printf(text, "%s%s", text->len ? ", " : "",
					       mig->profile[i].name);
	if (!text->len)
		g_string_append(text, "nothing");
	return g_string_free(text, FALSE);
}

static char *starts_text(const struct ct_mig_profile *p)
{
	GString *text = g_string_new(NULL);

	for (uint32_t i = 0; i < p->n_starts; i++)
		g_string_append_printf(text, "%s%u", i ? ", " : "", p->start[i]);
	return g_string_free(text, FALSE);
}

/* ITEM, as it was written, finds no place: says why, and what still would. */
static void refuse(const struct ct_device *d, const struct ct_mig_layout *layout,
		   const char *item, uint32_t profile, GError **error)
{
	const struct ct_mig *mig = &d->mig;
	const struct ct_mig_profile *p = &mig->profile[profile];
	g_autofree char *left = free_text(memory_taken(mig, layout), mig->memory_slices);
	g_autofree char *fits = fitting_text(mig, layout);
	g_autofree char *starts = starts_text(p);
	uint32_t compute = compute_left(mig, layout);

	if (count_of(layout, profile) >= p->most)
		ct_input_error(
			error,
			"%s: no place for '%s': %u of %s is the most; still fits: %s",
			d->name, item, p->most, p->name, fits);
	else if (p->compute_slices > compute)
		ct_input_error(error,
			       "%s: no place for '%s': it takes %u compute slices, and %u "
			       "are left; still fits: %s",
			       d->name, item, p->compute_slices, compute, fits);
	else
		ct_input_error(error,
			       "%s: no place for '%s': %s takes %u memory slices and may "
			       "begin at %s, and free are %s; still fits: %s",
			       d->name, item, p->name, p->memory_slices, starts, left,
			       fits);
}

static gboolean place_one(const struct ct_device *d, const char *item,
			  struct ct_mig_layout *layout, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(item, "@", 2);
	uint32_t profile, start;
	guint64 number;

	if (!parts[0] || !*parts[0]) {
		ct_input_error(error,
			       "%s: '%s' names no MIG profile: a list is like "
			       "\"3g,1g@6\"",
			       d->name, item);
		return FALSE;
	}
	if (!find_profile(d, parts[0], &profile, error))
		return FALSE;
	if (!parts[1]) {
		if (!choose_start(&d->mig, layout, profile, &start)) {
			refuse(d, layout, item, profile, error);
			return FALSE;
		}
	} else if (!g_ascii_string_to_unsigned(parts[1], 10, 0, CT_MIG_MAX_SLICES - 1,
					       &number, NULL)) {
		ct_input_error(error, "%s: '%s': a memory slice is a number below %u",
			       d->name, item, d->mig.memory_slices);
		return FALSE;
	} else if (!ct_mig_fits(&d->mig, layout, profile, start = (uint32_t)number)) {
		refuse(d, layout, item, profile, error);
		return FALSE;
	}
	add(layout, profile, start);
	return TRUE;
}

gboolean ct_mig_place(const struct ct_device *d, const char *list,
		      struct ct_mig_layout *layout, GError **error)
{
	g_auto(GStrv) items = g_strsplit(list, ",", -1);

	*layout = (struct ct_mig_layout){ 0 };
	if (!d->mig.n_profiles) {
		ct_input_error(error, "%s has no MIG", d->name);
		return FALSE;
	}
	for (char **item = items; *item; item++)
		if (!place_one(d, g_strstrip(*item), layout, error))
			return FALSE;
	if (layout->n)
		return TRUE;
	ct_input_error(error, "%s: the list of MIG instances is empty", d->name);
	return FALSE;
}

char *ct_mig_text(const struct ct_mig *mig, const struct ct_mig_layout *layout)
{
	GString *text = g_string_new(NULL);

	for (uint32_t i = 0; i < layout->n; i++)
		g_string_append_printf(text, "%s%s@%u", i ? "," : "",
				       mig->profile[layout->instance[i].profile].name,
				       layout->instance[i].start);
	return g_string_free(text, FALSE);
}

struct enumeration {
	const struct ct_mig *mig;
	uint32_t without;
	void (*visit)(const struct ct_mig_layout *, void *);
	void *data;
	uint64_t n;
};

static void enumerate(struct enumeration *e, struct ct_mig_layout *layout, uint32_t slice)
{
	const struct ct_mig *mig = e->mig;

	if (slice == mig->memory_slices) {
		for (uint32_t i = 0; i < mig->n_profiles; i++)
			if (!(e->without >> i & 1) && possible(mig, layout, i))
				return;
		e->n++;
		if (e->visit)
			e->visit(layout, e->data);
		return;
	}
	for (uint32_t i = 0; i < mig->n_profiles; i++) {
		if ((e->without >> i & 1) || !ct_mig_fits(mig, layout, i, slice))
			continue;
		add(layout, i, slice);
		enumerate(e, layout, slice + mig->profile[i].memory_slices);
		layout->n--;
	}
	enumerate(e, layout, slice + 1);
}

uint64_t ct_mig_layouts(const struct ct_mig *mig, uint32_t without,
			void (*visit)(const struct ct_mig_layout *, void *), void *data)
{
	struct enumeration e = { mig, without, visit, data, 0 };
	struct ct_mig_layout layout = { 0 };

	if (mig->n_profiles)
		enumerate(&e, &layout, 0);
	return e.n;
}
