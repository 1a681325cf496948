/*
 * nearest.h - what somebody probably meant.
 *
 * Unknown names fail with the closest known one, in every room, so this stands below
 * all of them.  Plain C, nothing to link.
 */
#ifndef CT_BASE_NEAREST_H
#define CT_BASE_NEAREST_H

#include <stddef.h>
#include <string.h>

#define CT_NEAREST_MAX 63 /* longer names are not compared */

/* Edits (insert, delete, replace) from A to B. */
static inline size_t ct_edit_distance(const char *a, const char *b)
{
	size_t row[CT_NEAREST_MAX + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

/* The closest of NAMES (NULL-terminated) to TYPO, or NULL if none is near.  A name that
 * TYPO begins is nearer than any that it does not. */
static inline const char *ct_nearest_name(const char *typo, const char *const *names)
{
	const char *best = NULL;
	size_t length = strlen(typo), least = length / 3 + 2;

	if (length > CT_NEAREST_MAX)
		return NULL;
	for (size_t i = 0; length > 1 && names[i]; i++)
		if (strncmp(names[i], typo, length) == 0)
			return names[i];
	for (; *names; names++) {
		size_t edits;

		if (strlen(*names) > CT_NEAREST_MAX)
			continue;
		edits = ct_edit_distance(typo, *names);
		if (edits < least) {
			least = edits;
			best = *names;
		}
	}
	return best;
}

#endif
