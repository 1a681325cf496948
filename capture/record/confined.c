/*
 * confined - whether a run was on so many SMs, by its own records.
 *
 * Records come in the order in which the profiler handed them over, a kernel maybe before
 * its context: so kernels are counted by context, and looked at when a spool is at its end.
 */
#include "config.h"

#include "capture/record/confined.h"

#include "sim/base/error.h"
#include "traces/spool-reader.h"

struct place {
	uint64_t n_kernels;
	uint32_t sms; /* 0: not a green context, or never described */
};

struct seen {
	GHashTable *place; /* context -> struct place, of the spool at hand */
	uint64_t n_kernels, n_elsewhere;
	uint32_t elsewhere_sms; /* of one of those */
	GPtrArray *strings;     /* of the spool at hand */
	char *said;             /* by a collector, first */
};

static struct place *place_of(struct seen *seen, uint32_t context)
{
	struct place *place = g_hash_table_lookup(seen->place, GUINT_TO_POINTER(context));

	if (!place) {
		place = g_new0(struct place, 1);
		g_hash_table_insert(seen->place, GUINT_TO_POINTER(context), place);
	}
	return place;
}

static void take_note(struct seen *seen, const struct ct_spool_note *note)
{
	const char *text = note->text < seen->strings->len
				   ? g_ptr_array_index(seen->strings, note->text)
				   : "it failed";

	if (note->code != CT_SPOOL_NOT_CONFINED || seen->said)
		return;
	seen->said = note->result ? g_strdup_printf("%s (%d)", text, note->result)
				  : g_strdup(text);
}

static void take(struct seen *seen, const struct ct_spool_record *record)
{
	const struct ct_spool_context *context = (const void *)record;
	const struct ct_spool_string *string = (const void *)record;
	const struct ct_spool_kernel *kernel = (const void *)record;

	switch (record->type) {
	case CT_SPOOL_STRING:
		g_ptr_array_add(seen->strings, g_strdup((const char *)(string + 1)));
		break;
	case CT_SPOOL_CONTEXT:
		place_of(seen, context->context)->sms = context->sms;
		break;
	case CT_SPOOL_KERNEL:
		place_of(seen, kernel->context)->n_kernels++;
		break;
	case CT_SPOOL_NOTE:
		take_note(seen, (const void *)record);
		break;
	default:
		break;
	}
}

static void judge_places(struct seen *seen, uint32_t sms)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, seen->place);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct place *place = value;

		seen->n_kernels += place->n_kernels;
		if (!place->n_kernels || place->sms == sms)
			continue;
		seen->n_elsewhere += place->n_kernels;
		seen->elsewhere_sms = place->sms;
	}
}

static gboolean read_spool(struct seen *seen, const char *path, uint32_t sms,
			   GError **error)
{
	struct ct_spool_reader *reader = ct_spool_reader_open(path, error);
	const struct ct_spool_record *record;
	g_autoptr(GError) failure = NULL;

	if (!reader)
		return FALSE;
	g_hash_table_remove_all(seen->place);
	g_ptr_array_set_size(seen->strings, 0);
	while ((record = ct_spool_reader_next(reader, &failure)))
		take(seen, record);
	ct_spool_reader_free(reader);
	if (failure) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return FALSE;
	}
	judge_places(seen, sms);
	return TRUE;
}

static gboolean read_folder(struct seen *seen, const char *folder, uint32_t sms,
			    GError **error)
{
	GDir *dir = g_dir_open(folder, 0, error);
	const char *name;
	gboolean ok = TRUE;

	if (!dir)
		return FALSE;
	while (ok && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_str_has_suffix(name, CT_SPOOL_SUFFIX))
			ok = read_spool(seen, path, sms, error);
	}
	g_dir_close(dir);
	return ok;
}

static gboolean judge(const struct seen *seen, uint32_t sms, GError **error)
{
	const char *why = seen->said ? seen->said : "";
	const char *before = seen->said ? "; the collector: " : "";

	if (!seen->n_kernels)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED,
			    "on %u SMs: no kernel was recorded%s%s", sms, before, why);
	else if (seen->n_elsewhere && seen->elsewhere_sms)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED,
			    "on %u SMs: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			    " kernels ran on %u%s%s",
			    sms, seen->n_elsewhere, seen->n_kernels, seen->elsewhere_sms,
			    before, why);
	else if (seen->n_elsewhere)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED,
			    "on %u SMs: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			    " kernels were not confined%s%s",
			    sms, seen->n_elsewhere, seen->n_kernels, before, why);
	else
		return TRUE;
	return FALSE;
}

gboolean ct_confined_check(const char *folder, uint32_t sms, GError **error)
{
	struct seen seen = {
		.place = g_hash_table_new_full(NULL, NULL, NULL, g_free),
		.strings = g_ptr_array_new_with_free_func(g_free),
	};
	gboolean ok = read_folder(&seen, folder, sms, error) && judge(&seen, sms, error);

	g_hash_table_unref(seen.place);
	g_ptr_array_unref(seen.strings);
	g_free(seen.said);
	return ok;
}
