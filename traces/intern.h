/*
 * intern.h - equal pieces of bytes get equal numbers.  No GLib.
 */
#ifndef CT_TRACES_INTERN_H
#define CT_TRACES_INTERN_H

#include <stddef.h>
#include <stdint.h>

/* Zero-initialised is empty. */
struct ct_intern {
	struct ct_intern_item *item; /* by number */
	uint32_t n_items, room_items;
	uint32_t *slot;   /* hash table: number + 1, 0 is free */
	uint32_t n_slots; /* a power of two */
	char *arena;      /* all pieces, one after the other */
	size_t used, room;
};

/* The number of BYTES, or -1 if they are new. */
int64_t ct_intern_find(const struct ct_intern *, const void *bytes, size_t length);

/* Adds BYTES, which must be new; their number, or -ENOMEM. */
int64_t ct_intern_add(struct ct_intern *, const void *bytes, size_t length);

/* How many bytes were added before piece NUMBER. */
size_t ct_intern_offset(const struct ct_intern *, int64_t number);

/* Piece NUMBER, until the next one is added. */
const char *ct_intern_bytes(const struct ct_intern *, uint32_t number, size_t *length);

void ct_intern_clear(struct ct_intern *);

#endif
