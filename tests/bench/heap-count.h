/*
 * heap-count.h - what this program asked of the heap.
 *
 * A program linked with heap-count.c has its own malloc family in front of glibc's,
 * which counts and passes on.  Not for builds with sanitizers.
 */
#ifndef CT_TESTS_HEAP_COUNT_H
#define CT_TESTS_HEAP_COUNT_H

#include <stddef.h>
#include <stdint.h>

struct heap_count {
	uint64_t calls; /* that made or grew something */
	size_t bytes, peak_bytes;
};

/* The peak is from the last call on. */
struct heap_count heap_count_now(void);

#endif
