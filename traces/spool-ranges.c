/*
 * spool-ranges - the markers of a process become ranges.
 *
 * What a thread pushed last in a domain it pops first; what was started is stopped by its
 * number, by any thread, and belongs to the thread that started it.  A mark is a range of
 * no length.  Ranges of other domains than the default one are called "domain:name", so
 * that those of libraries and of the program stay apart.
 */
#include <string.h>

#include "traces/spool-import.h"

struct place { /* where pushed ranges nest */
	uint32_t thread, domain;
};

struct open_range {
	uint32_t name, thread; /* name: the assembler's */
	int64_t start_ns;
};

struct ct_spool_ranges {
	GHashTable *pushed;  /* struct place -> GArray of struct open_range */
	GHashTable *started; /* number -> struct open_range */
};

static guint place_hash(gconstpointer p)
{
	const struct place *place = p;

	return place->thread * 0x9e3779b1u ^ place->domain;
}

static gboolean place_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(struct place)) == 0;
}

struct ct_spool_ranges *ct_spool_ranges_new(void)
{
	struct ct_spool_ranges *ranges = g_new0(struct ct_spool_ranges, 1);

	ranges->pushed = g_hash_table_new_full(place_hash, place_equal, g_free,
					       (GDestroyNotify)g_array_unref);
	ranges->started =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	return ranges;
}

void ct_spool_ranges_free(struct ct_spool_ranges *ranges, struct ct_assembler *out)
{
	GHashTableIter iter;
	gpointer value;
	guint n;

	if (!ranges)
		return;
	n = g_hash_table_size(ranges->started);
	g_hash_table_iter_init(&iter, ranges->pushed);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		n += ((GArray *)value)->len;
	while (n-- > 0)
		ct_assembler_skip(out);
	g_hash_table_destroy(ranges->pushed);
	g_hash_table_destroy(ranges->started);
	g_free(ranges);
}

static uint32_t name_of(struct ct_spool_import *in, const struct ct_spool_marker *marker)
{
	const char *name = ct_spool_string(in, marker->name);
	const char *domain = ct_spool_string(in, marker->domain);
	g_autofree char *both = NULL;

	if (!name)
		name = "";
	if (domain)
		name = both = g_strconcat(domain, ":", name, NULL);
	return ct_assembler_string(in->out, name, strlen(name));
}

static GArray *pushed_at(struct ct_spool_ranges *ranges,
			 const struct ct_spool_marker *marker)
{
	struct place place = { marker->thread, marker->domain };
	GArray *stack = g_hash_table_lookup(ranges->pushed, &place);

	if (!stack) {
		stack = g_array_new(FALSE, FALSE, sizeof(struct open_range));
		g_hash_table_insert(ranges->pushed, g_memdup2(&place, sizeof(place)),
				    stack);
	}
	return stack;
}

/* Only what lies within the recording. */
static gboolean close_range(struct ct_spool_import *in, const struct open_range *range,
			    int64_t end_ns, GError **error)
{
	if (range->start_ns < in->start_ns || end_ns > in->stop_ns)
		return TRUE;
	return ct_assembler_marker(in->out, in->process, range->thread, range->name,
				   range->start_ns, MAX(end_ns, range->start_ns), error);
}

gboolean ct_spool_ranges_take(struct ct_spool_import *in,
			      const struct ct_spool_marker *marker, GError **error)
{
	struct ct_spool_ranges *ranges = in->ranges;
	struct open_range range = { CT_NONE, marker->thread, marker->time_ns };
	struct open_range *known;
	gint64 number = (gint64)marker->range;
	GArray *stack;
	gboolean ok;

	switch (marker->kind) {
	case CT_SPOOL_PUSH:
		range.name = name_of(in, marker);
		g_array_append_val(pushed_at(ranges, marker), range);
		return TRUE;
	case CT_SPOOL_POP:
		stack = pushed_at(ranges, marker);
		if (stack->len == 0) { /* pushed before it was recorded, or by mistake */
			ct_assembler_skip(in->out);
			return TRUE;
		}
		range = g_array_index(stack, struct open_range, stack->len - 1);
		g_array_set_size(stack, stack->len - 1);
		return close_range(in, &range, marker->time_ns, error);
	case CT_SPOOL_START:
		range.name = name_of(in, marker);
		g_hash_table_replace(ranges->started, g_memdup2(&number, sizeof(number)),
				     g_memdup2(&range, sizeof(range)));
		return TRUE;
	case CT_SPOOL_STOP:
		known = g_hash_table_lookup(ranges->started, &number);
		if (!known) {
			ct_assembler_skip(in->out);
			return TRUE;
		}
		ok = close_range(in, known, marker->time_ns, error);
		g_hash_table_remove(ranges->started, &number);
		return ok;
	case CT_SPOOL_MARK:
		range.name = name_of(in, marker);
		return close_range(in, &range, marker->time_ns, error);
	default:
		return TRUE;
	}
}
