/*
 * heap-count - what this program asked of the heap.
 */
#include "tests/bench/heap-count.h"

#include <malloc.h>
#include <stdlib.h>

/* glibc's own, by the names under which it exports them for this purpose */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void __libc_free(void *);

static struct heap_count count;

struct heap_count heap_count_now(void)
{
	struct heap_count now = count;

	count.peak_bytes = count.bytes;
	return now;
}

static void *made(void *p)
{
	count.calls++;
	count.bytes += malloc_usable_size(p);
	if (count.bytes > count.peak_bytes)
		count.peak_bytes = count.bytes;
	return p;
}

void *malloc(size_t n)
{
	return made(__libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
	return made(__libc_calloc(n, size));
}

void *realloc(void *p, size_t n)
{
	count.bytes -= malloc_usable_size(p);
	return made(__libc_realloc(p, n));
}

void free(void *p)
{
	count.bytes -= malloc_usable_size(p);
	__libc_free(p);
}
