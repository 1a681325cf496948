/*
 * spool-view.h - a spool as its description says it is, for tests.
 *
 * Written from traces/spool.h alone and sharing nothing with the importer, so that two
 * readers must agree on what a collector wrote.  It refuses the first thing that is not as
 * described; a spool that was cut off is valid up to there.
 */
#ifndef CT_TESTS_CAPTURE_SPOOL_VIEW_H
#define CT_TESTS_CAPTURE_SPOOL_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "traces/spool.h"

struct ct_spool_view {
	unsigned char *bytes;
	size_t n_bytes;
	const struct ct_spool_header *header;
	const struct ct_spool_record **records; /* all, strings and shapes included */
	size_t n_records;
	const char **strings;
	size_t n_strings;
	const struct ct_spool_shape **shapes;
	size_t n_shapes;
	size_t n_blocks;
	bool is_cut;   /* no CT_SPOOL_END, or something unfinished behind the last block */
	size_t n_tail; /* bytes of that */
};

/* 0, or -1 with a sentence in TEXT. */
int ct_spool_view_read(struct ct_spool_view *view, const char *path, char *text,
		       size_t text_bytes);
void ct_spool_view_clear(struct ct_spool_view *view);
/* "-" for CT_NONE. */
const char *ct_spool_view_string(const struct ct_spool_view *view, uint32_t i);

#endif
