/*
 * fuzz.h - feeds damaged copies of good inputs to a function under test.
 *
 * Deterministic: run N of a program is the same everywhere.  Its output tells roughly
 * where it failed (it marks 100, 200, ... 1000, 2000, ... 10000, ...); CT_FUZZ_FIRST and
 * CT_FUZZ_RUNS narrow that down to one.
 * CT_FUZZ_SECONDS goes on for so long instead.  Meant for sanitizer builds, but the
 * function under test also asserts what must hold without them.
 */
#ifndef CT_TESTS_FUZZ_H
#define CT_TESTS_FUZZ_H

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fuzz_seed {
	const void *bytes;
	size_t length;
};

struct fuzz_target {
	const struct fuzz_seed *seeds;
	guint n_seeds;
	const char *const *words; /* worth inserting; ends with NULL */
	guint runs;               /* unless CT_FUZZ_RUNS is set */
	/* Aborts if something is wrong. */
	void (*check)(const guint8 *bytes, size_t length);
};

static inline guint fuzz_below(GRand *rand, gsize limit)
{
	return limit > 0 ? (guint)g_rand_int_range(rand, 0, (gint32)MIN(limit, G_MAXINT32))
			 : 0;
}

static inline void fuzz_insert(GByteArray *input, guint at, const void *bytes, guint length)
{
	guint behind = input->len - at;

	g_byte_array_set_size(input, input->len + length);
	memmove(input->data + at + length, input->data + at, behind);
	memcpy(input->data + at, bytes, length);
}

static inline void fuzz_damage(GByteArray *input, GRand *rand,
			       const struct fuzz_target *target)
{
	guint at = fuzz_below(rand, input->len);
	guint length = 1 + fuzz_below(rand, 64);
	guint n_words = g_strv_length((char **)target->words);
	g_autofree void *piece = NULL;
	const char *word;

	if (input->len == 0)
		return;
	length = MIN(length, input->len - at);
	switch (fuzz_below(rand, 6)) {
	case 0:
		input->data[at] ^= (guint8)(1u << fuzz_below(rand, 8));
		break;
	case 1:
		input->data[at] = (guint8)g_rand_int(rand);
		break;
	case 2:
		g_byte_array_remove_range(input, at, length);
		break;
	case 3:
		piece = g_malloc(length);
		memcpy(piece, input->data + at, length);
		fuzz_insert(input, fuzz_below(rand, input->len), piece, length);
		break;
	case 4:
		g_byte_array_set_size(input, at);
		break;
	default:
		word = target->words[fuzz_below(rand, n_words)];
		fuzz_insert(input, at, word, (guint)strlen(word));
		break;
	}
}

/* The power of ten, at least 100, that a run is a small multiple of. */
static inline guint64 fuzz_mark(guint64 run)
{
	guint64 step = 100;

	while (step * 10 <= run)
		step *= 10;
	return step;
}

static inline void fuzz_run(const struct fuzz_target *target, guint64 run)
{
	g_autoptr(GByteArray) input = g_byte_array_new();
	GRand *rand = g_rand_new_with_seed((guint32)run);
	const struct fuzz_seed *seed = &target->seeds[run % target->n_seeds];
	guint damages = 1 + fuzz_below(rand, 4);

	if (run % fuzz_mark(run) == 0)
		fprintf(stderr, "runs from %" G_GUINT64_FORMAT "\n", run);
	g_byte_array_append(input, seed->bytes, (guint)seed->length);
	while (damages-- > 0)
		fuzz_damage(input, rand, target);
	target->check(input->data, input->len);
	g_rand_free(rand);
}

static inline guint64 fuzz_setting(const char *name, guint64 otherwise)
{
	const char *text = g_getenv(name);

	return text != NULL ? g_ascii_strtoull(text, NULL, 10) : otherwise;
}

static inline int fuzz_main(const struct fuzz_target *target)
{
	gboolean alone = g_getenv("CT_FUZZ_FIRST") != NULL;
	guint64 run = fuzz_setting("CT_FUZZ_FIRST", 0);
	guint64 end = run + fuzz_setting("CT_FUZZ_RUNS", alone ? 1 : target->runs);
	gint64 deadline_us = (gint64)fuzz_setting("CT_FUZZ_SECONDS", 0) * G_USEC_PER_SEC;

	if (deadline_us > 0)
		deadline_us += g_get_monotonic_time();
	for (; deadline_us > 0 ? g_get_monotonic_time() < deadline_us : run < end; run++)
		fuzz_run(target, run);
	return EXIT_SUCCESS;
}

#endif
