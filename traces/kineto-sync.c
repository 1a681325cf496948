/*
 * kineto-sync - tells calls that wait what they waited for.
 *
 * One sorter holds both sides.  Sorted by correlation, notes before calls, each call
 * finds the notes about it directly before it.
 *
 * DANGER: a note names no process, so in a file merged from several processes whose
 * correlations collide, a call may get the note of another.
 */
#include "traces/kineto-sync.h"
#include "traces/sorter.h"

#define BUFFER_BYTES (4u << 20)

struct row {
	uint32_t correlation;
	gboolean is_call;
	union {
		struct ct_call call;
		struct ct_kineto_note note;
	};
};

struct ct_kineto_sync {
	struct ct_sorter *rows;
};

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->correlation != y->correlation)
		return x->correlation < y->correlation ? -1 : 1;
	return x->is_call - y->is_call;
}

struct ct_kineto_sync *ct_kineto_sync_new(void)
{
	struct ct_kineto_sync *sync = g_new0(struct ct_kineto_sync, 1);

	sync->rows = ct_sorter_new(sizeof(struct row), BUFFER_BYTES, compare_rows,
				   g_get_tmp_dir());
	return sync;
}

void ct_kineto_sync_free(struct ct_kineto_sync *sync)
{
	if (sync == NULL)
		return;
	ct_sorter_free(sync->rows);
	g_free(sync);
}

gboolean ct_kineto_sync_call(struct ct_kineto_sync *sync, const struct ct_call *call,
			     GError **error)
{
	struct row row = { .correlation = call->correlation,
			   .is_call = TRUE,
			   .call = *call };

	return ct_sorter_add(sync->rows, &row, error);
}

gboolean ct_kineto_sync_note(struct ct_kineto_sync *sync, uint32_t correlation,
			     const struct ct_kineto_note *note, GError **error)
{
	struct row row = { .correlation = correlation, .is_call = FALSE, .note = *note };

	return ct_sorter_add(sync->rows, &row, error);
}

static void add_note(struct ct_kineto_note *sum, const struct ct_kineto_note *note)
{
	if (note->device != CT_NONE)
		sum->device = note->device;
	if (note->context != CT_NONE)
		sum->context = note->context;
	if (note->stream != CT_NONE)
		sum->stream = note->stream;
	if (note->handle != 0)
		sum->handle = note->handle;
}

gboolean ct_kineto_sync_finish(struct ct_kineto_sync *sync, struct ct_assembler *assembler,
			       GError **error)
{
	static const struct ct_kineto_note nothing = { CT_NONE, CT_NONE, CT_NONE, 0 };
	struct ct_kineto_note sum = nothing;
	g_autoptr(GError) failure = NULL;
	uint32_t correlation = 0;
	const struct row *row;

	if (!ct_sorter_sort(sync->rows, error))
		return FALSE;
	while ((row = ct_sorter_next(sync->rows, &failure)) != NULL) {
		struct ct_call call;

		if (row->correlation != correlation) {
			correlation = row->correlation;
			sum = nothing;
		}
		if (!row->is_call) {
			add_note(&sum, &row->note);
			continue;
		}
		call = row->call;
		if (call.correlation != 0) {
			call.device = sum.device;
			call.context = sum.context;
			call.stream = sum.stream;
			call.handle = sum.handle;
		}
		if (!ct_assembler_call(assembler, &call, error))
			return FALSE;
	}
	if (failure != NULL) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return FALSE;
	}
	return TRUE;
}
