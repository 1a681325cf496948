/*
 * sorter - sorts any number of fixed-width records in a fixed amount of memory.
 *
 * Sources are often in order already; a buffer that arrived in order is not sorted
 * again, and input that arrived in order as a whole costs one write and one read.
 *
 * Known to be wrong: all runs are merged at once, each through its share of the buffer.
 * With thousands of runs the shares are a few records each and reading becomes slow.
 */
#include "config.h"
#include "traces/sorter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"

/* A sorted piece of the temporary file, read through its share of the buffer. */
struct run {
	guint64 offset, left; /* what has not been read yet, in records */
	guint8 *share;
	size_t at, n; /* records of the share: the current one, and all */
};

struct ct_sorter {
	size_t record_bytes, capacity; /* of the buffer, in records */
	ct_sorter_compare compare;
	char *directory;
	int fd; /* the temporary file; -1 until one is needed */

	guint8 *buffer;
	size_t n, at; /* records in the buffer; the next one to hand out */
	gboolean in_order;
	guint64 count, spilled;

	GArray *runs; /* struct run */
	guint *heap;  /* indices of runs, the least record on top */
	guint n_heap;
	gboolean started; /* the record on top was handed out */
};

struct ct_sorter *ct_sorter_new(size_t record_bytes, size_t buffer_bytes,
				ct_sorter_compare compare, const char *directory)
{
	struct ct_sorter *s = g_new0(struct ct_sorter, 1);

	s->record_bytes = record_bytes;
	s->capacity = MAX(buffer_bytes / record_bytes, 2);
	s->compare = compare;
	s->directory = g_strdup(directory);
	s->fd = -1;
	s->in_order = TRUE;
	s->runs = g_array_new(FALSE, FALSE, sizeof(struct run));
	return s;
}

void ct_sorter_free(struct ct_sorter *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	g_array_unref(s->runs);
	g_free(s->directory);
	g_free(s->buffer);
	g_free(s->heap);
	g_free(s);
}

guint64 ct_sorter_count(const struct ct_sorter *s)
{
	return s->count;
}

static gboolean fail(const struct ct_sorter *s, const char *verb, GError **error)
{
	g_set_error(error, CT_ERROR, CT_EXIT_FAILED,
		    "%s: a temporary file cannot be %s: %s", s->directory, verb,
		    g_strerror(errno));
	return FALSE;
}

static guint8 *record(const struct ct_sorter *s, size_t index)
{
	return s->buffer + index * s->record_bytes;
}

/* An unlinked file; the second way is for file systems without the first. */
static gboolean open_file(struct ct_sorter *s, GError **error)
{
	g_autofree char *path = NULL;

	s->fd = open(s->directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (s->fd >= 0)
		return TRUE;
	path = g_build_filename(s->directory, ".cotenant-sort-XXXXXX", NULL);
	s->fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
	if (s->fd < 0)
		return fail(s, "made", error);
	unlink(path);
	return TRUE;
}

static int compare_with_data(gconstpointer a, gconstpointer b, gpointer sorter)
{
	return ((struct ct_sorter *)sorter)->compare(a, b);
}

static void sort_buffer(struct ct_sorter *s)
{
	/* Documented to be stable. */
	if (!s->in_order)
		g_qsort_with_data(s->buffer, (gint)s->n, s->record_bytes, compare_with_data,
				  s);
	s->in_order = TRUE;
}

/* Sorts the buffer and appends it to the file as a run. */
static gboolean spill(struct ct_sorter *s, GError **error)
{
	struct run run = { .offset = s->spilled * s->record_bytes, .left = s->n };
	size_t bytes = s->n * s->record_bytes, done = 0;
	ssize_t n;

	if (s->fd < 0 && !open_file(s, error))
		return FALSE;
	sort_buffer(s);
	while (done < bytes) {
		n = pwrite(s->fd, s->buffer + done, bytes - done,
			   (off_t)(run.offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(s, "written", error);
		done += (size_t)n;
	}
	g_array_append_val(s->runs, run);
	s->spilled += s->n;
	s->n = 0;
	return TRUE;
}

gboolean ct_sorter_add(struct ct_sorter *s, const void *added, GError **error)
{
	if (!s->buffer)
		s->buffer = g_malloc(s->capacity * s->record_bytes);
	if (s->n == s->capacity && !spill(s, error))
		return FALSE;
	memcpy(record(s, s->n), added, s->record_bytes);
	if (s->in_order && s->n > 0)
		s->in_order = s->compare(record(s, s->n - 1), added) <= 0;
	s->n++;
	s->count++;
	return TRUE;
}

/* Fills the share of RUN; a run that is read to its end has n == 0. */
static gboolean refill(struct ct_sorter *s, struct run *run, size_t share, GError **error)
{
	size_t want = MIN(share, run->left) * s->record_bytes, done = 0;
	ssize_t n;

	while (done < want) {
		n = pread(s->fd, run->share + done, want - done,
			  (off_t)(run->offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(s, "read", error);
		done += (size_t)n;
	}
	run->at = 0;
	run->n = want / s->record_bytes;
	run->offset += want;
	run->left -= run->n;
	return TRUE;
}

static const guint8 *head(const struct ct_sorter *s, guint index)
{
	const struct run *run = &g_array_index(s->runs, struct run, index);

	return run->share + run->at * s->record_bytes;
}

/* Equal records come from the earlier run first: that keeps the sort stable. */
static gboolean before(const struct ct_sorter *s, guint a, guint b)
{
	int order = s->compare(head(s, a), head(s, b));

	return order < 0 || (order == 0 && a < b);
}

static void sift_down(struct ct_sorter *s, guint at)
{
	guint moved = s->heap[at], child;

	for (; (child = 2 * at + 1) < s->n_heap; at = child) {
		if (child + 1 < s->n_heap && before(s, s->heap[child + 1], s->heap[child]))
			child++;
		if (!before(s, s->heap[child], moved))
			break;
		s->heap[at] = s->heap[child];
	}
	s->heap[at] = moved;
}

static size_t share_of(const struct ct_sorter *s)
{
	return MAX(s->capacity / s->runs->len, 1);
}

static gboolean start_merge(struct ct_sorter *s, GError **error)
{
	size_t share;
	guint i;

	if (s->n > 0 && !spill(s, error))
		return FALSE;
	share = share_of(s);
	if (share * s->runs->len > s->capacity) {
		g_free(s->buffer);
		s->buffer = g_malloc(share * s->runs->len * s->record_bytes);
	}
	s->heap = g_new(guint, s->runs->len);
	for (i = 0; i < s->runs->len; i++) {
		struct run *run = &g_array_index(s->runs, struct run, i);

		run->share = record(s, share * i);
		if (!refill(s, run, share, error))
			return FALSE;
		s->heap[s->n_heap++] = i;
	}
	for (i = s->n_heap / 2; i-- > 0;)
		sift_down(s, i);
	return TRUE;
}

gboolean ct_sorter_sort(struct ct_sorter *s, GError **error)
{
	if (s->runs->len > 0)
		return start_merge(s, error);
	sort_buffer(s);
	return TRUE;
}

/* Leaves the record that was handed out. */
static gboolean advance(struct ct_sorter *s, GError **error)
{
	struct run *run = &g_array_index(s->runs, struct run, s->heap[0]);

	run->at++;
	if (run->at == run->n && !refill(s, run, share_of(s), error))
		return FALSE;
	if (run->n == 0)
		s->heap[0] = s->heap[--s->n_heap];
	if (s->n_heap > 0)
		sift_down(s, 0);
	return TRUE;
}

const void *ct_sorter_next(struct ct_sorter *s, GError **error)
{
	if (s->runs->len == 0)
		return s->at < s->n ? record(s, s->at++) : NULL;
	if (s->n_heap == 0 || (s->started && !advance(s, error)) || s->n_heap == 0)
		return NULL;
	s->started = TRUE;
	return head(s, s->heap[0]);
}
