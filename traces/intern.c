/*
 * intern - equal pieces of bytes get equal numbers.
 *
 * An open-addressing hash table over an append-only arena.  Contents are compared, not
 * only hashes: a trace must not show one kernel under the name of another.
 */
#include "traces/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

struct ct_intern_item {
	uint64_t hash;
	size_t offset, length;
};

/* The slot that holds BYTES, or the free one where they belong. */
static uint32_t probe(const struct ct_intern *in, uint64_t hash, const void *bytes,
		      size_t length)
{
	uint32_t mask = in->n_slots - 1, at = (uint32_t)hash & mask;
	const struct ct_intern_item *item;

	for (; in->slot[at]; at = (at + 1) & mask) {
		item = &in->item[in->slot[at] - 1];
		if (item->hash == hash && item->length == length &&
		    !memcmp(in->arena + item->offset, bytes, length))
			break;
	}
	return at;
}

int64_t ct_intern_find(const struct ct_intern *in, const void *bytes, size_t length)
{
	if (in->n_slots == 0)
		return -1;
	return (int64_t)in->slot[probe(in, XXH64(bytes, length, 0), bytes, length)] - 1;
}

/* Doubles the hash table while it is more than half full. */
static int grow_slots(struct ct_intern *in)
{
	uint32_t n = in->n_slots ? in->n_slots * 2 : 256, mask = n - 1, i, at;
	uint32_t *slot;

	if (in->n_items < in->n_slots / 2)
		return 0;
	slot = calloc(n, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	for (i = 0; i < in->n_items; i++) {
		for (at = (uint32_t)in->item[i].hash & mask; slot[at];)
			at = (at + 1) & mask;
		slot[at] = i + 1;
	}
	free(in->slot);
	in->slot = slot;
	in->n_slots = n;
	return 0;
}

static int grow_items(struct ct_intern *in)
{
	uint32_t room = in->room_items ? in->room_items * 2 : 128;
	struct ct_intern_item *item;

	if (in->n_items < in->room_items)
		return 0;
	item = realloc(in->item, room * sizeof(*item));
	if (!item)
		return -ENOMEM;
	in->item = item;
	in->room_items = room;
	return 0;
}

static int grow_arena(struct ct_intern *in, size_t length)
{
	size_t room = in->room ? in->room : 4096;
	char *arena;

	if (length <= in->room - in->used)
		return 0;
	while (room - in->used < length)
		room *= 2;
	arena = realloc(in->arena, room);
	if (!arena)
		return -ENOMEM;
	in->arena = arena;
	in->room = room;
	return 0;
}

int64_t ct_intern_add(struct ct_intern *in, const void *bytes, size_t length)
{
	uint64_t hash = XXH64(bytes, length, 0);
	struct ct_intern_item *item;

	if (grow_slots(in) || grow_items(in) || grow_arena(in, length))
		return -ENOMEM;

	in->slot[probe(in, hash, bytes, length)] = in->n_items + 1;
	item = &in->item[in->n_items];
	item->hash = hash;
	item->offset = in->used;
	item->length = length;
	if (length > 0)
		memcpy(in->arena + in->used, bytes, length);
	in->used += length;
	return in->n_items++;
}

size_t ct_intern_offset(const struct ct_intern *in, int64_t number)
{
	return in->item[number].offset;
}

const char *ct_intern_bytes(const struct ct_intern *in, uint32_t number, size_t *length)
{
	*length = in->item[number].length;
	return in->arena + in->item[number].offset;
}

void ct_intern_clear(struct ct_intern *in)
{
	free(in->item);
	free(in->slot);
	free(in->arena);
	memset(in, 0, sizeof(*in));
}
