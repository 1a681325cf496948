/*
 * sorter.h - sorts any number of fixed-width records in a fixed amount of memory.
 *
 * Records are gathered in a buffer; a full buffer is sorted and spilled as a run to an
 * unlinked temporary file in DIRECTORY (gone on every exit, even by signal), and the
 * runs are merged when read.  Input that fits the buffer never touches the disk.
 * Equal records keep their order.
 */
#ifndef CT_TRACES_SORTER_H
#define CT_TRACES_SORTER_H

#include <glib.h>

struct ct_sorter;
typedef int (*ct_sorter_compare)(const void *a, const void *b);

struct ct_sorter *ct_sorter_new(size_t record_bytes, size_t buffer_bytes,
				ct_sorter_compare compare, const char *directory);
void ct_sorter_free(struct ct_sorter *);
gboolean ct_sorter_add(struct ct_sorter *, const void *record, GError **error);

/* Ends adding and starts reading; then ct_sorter_next() gives record after record in
 * order, each valid until the next call, and NULL at the end or on *ERROR. */
gboolean ct_sorter_sort(struct ct_sorter *, GError **error);
const void *ct_sorter_next(struct ct_sorter *, GError **error);
guint64 ct_sorter_count(const struct ct_sorter *);

#endif
