/*
 * nvtx-handles - the domains and strings that a program registers with NVTX.
 *
 * Entries stand in pieces that are never moved: piece k holds 64 << k of them, and a
 * pointer to it is set before the first of its handles is given out.  Under the lock is
 * only what finds equal texts.
 */
#define _GNU_SOURCE
#include "capture/collector/nvtx-handles.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_PIECE 64u
#define N_PIECES    15 /* 64 * (2^15 - 1) entries: more than CT_NVTX_HANDLES */

static struct ct_nvtx_text *_Atomic piece[N_PIECES];
static _Atomic uint32_t n_texts;

/* Whoever holds it and comes again, in a malloc() that registers texts of its own or in a
 * signal handler, gets an error instead of waiting for itself. */
#define FREE_LOCK ((pthread_mutex_t)PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP)
static pthread_mutex_t lock = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint32_t *slot; /* hash table: index + 1, 0 is free */
static uint32_t n_slots, n_domains;

static void take(void)
{
	pthread_mutex_lock(&lock);
}

static void give(void)
{
	pthread_mutex_unlock(&lock);
}

/* In the child it is taken by a thread that is not there. */
static void renew(void)
{
	lock = FREE_LOCK;
}

/* A child that is forked while another thread registers would find the lock taken for
 * ever, and the table half changed. */
static void survive_fork(void)
{
	pthread_atfork(take, give, renew);
}

static uint32_t piece_of(uint32_t index, uint32_t *within)
{
	uint32_t k = 31 - (uint32_t)__builtin_clz(index / FIRST_PIECE + 1);

	*within = index - FIRST_PIECE * ((1u << k) - 1);
	return k;
}

static struct ct_nvtx_text *at(uint32_t index)
{
	uint32_t within;
	uint32_t k = piece_of(index, &within);

	return atomic_load_explicit(&piece[k], memory_order_acquire) + within;
}

static uint32_t hash(uint32_t kind, uint32_t place, const char *text, size_t length)
{
	uint64_t h = 0xcbf29ce484222325u ^ kind ^ (uint64_t)place << 8;

	for (size_t i = 0; i < length; i++)
		h = (h ^ (uint8_t)text[i]) * 0x100000001b3u;
	return (uint32_t)(h ^ h >> 32);
}

/* A slot that holds an equal text, or the free one where it belongs. */
static uint32_t *find(uint32_t kind, uint32_t place, const char *text, size_t length)
{
	uint32_t i = hash(kind, place, text, length) & (n_slots - 1);

	for (; slot[i]; i = (i + 1) & (n_slots - 1)) {
		const struct ct_nvtx_text *known = at(slot[i] - 1);

		if (known->kind == kind && known->length == length &&
		    (kind == CT_NVTX_DOMAIN || known->place == place) &&
		    memcmp(known->text, text, length) == 0)
			break;
	}
	return &slot[i];
}

static bool widen(void)
{
	uint32_t n = n_slots ? n_slots * 2 : 256, old_n = n_slots;
	uint32_t *wider = calloc(n, sizeof(*wider)), *old = slot;

	if (!wider)
		return false;
	slot = wider;
	n_slots = n;
	for (uint32_t i = 0; i < old_n; i++) {
		const struct ct_nvtx_text *text;

		if (!old[i])
			continue;
		text = at(old[i] - 1);
		*find(text->kind, text->kind == CT_NVTX_DOMAIN ? 0 : text->place,
		      text->text, text->length) = old[i];
	}
	free(old);
	return true;
}

static struct ct_nvtx_text *add(uint32_t index)
{
	uint32_t within;
	uint32_t k = piece_of(index, &within);
	struct ct_nvtx_text *entry = atomic_load_explicit(&piece[k], memory_order_relaxed);

	if (!entry) {
		entry = calloc((size_t)FIRST_PIECE << k, sizeof(*entry));
		if (!entry)
			return NULL;
		atomic_store_explicit(&piece[k], entry, memory_order_release);
	}
	return entry + within;
}

static void *handle_of(uint32_t index)
{
	return (void *)(uintptr_t)(index + 1);
}

static void *register_text(enum ct_nvtx_handle_kind kind, uint32_t place, const char *text,
			   size_t length)
{
	uint32_t n = atomic_load_explicit(&n_texts, memory_order_relaxed);
	struct ct_nvtx_text *entry;
	uint32_t *where;
	char *copy;

	if (n * 2 >= n_slots && !widen())
		return NULL;
	where = find(kind, place, text, length);
	if (*where)
		return handle_of(*where - 1);
	if (n == CT_NVTX_HANDLES || length > UINT32_MAX)
		return NULL;
	entry = add(n);
	copy = entry ? malloc(length + 1) : NULL;
	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	entry->text = copy;
	entry->length = (uint32_t)length;
	entry->kind = kind;
	entry->place = kind == CT_NVTX_DOMAIN ? ++n_domains : place;
	*where = n + 1;
	atomic_store_explicit(&n_texts, n + 1, memory_order_release);
	return handle_of(n);
}

void *ct_nvtx_handle(enum ct_nvtx_handle_kind kind, uint32_t place, const char *text,
		     size_t length)
{
	void *handle;

	pthread_once(&once, survive_fork);
	if (pthread_mutex_lock(&lock))
		return NULL;
	handle = register_text(kind, kind == CT_NVTX_DOMAIN ? 0 : place, text, length);
	give();
	return handle;
}

struct ct_nvtx_text *ct_nvtx_text(enum ct_nvtx_handle_kind kind, const void *handle)
{
	uintptr_t number = (uintptr_t)handle;
	struct ct_nvtx_text *text;

	if (number == 0 || number > atomic_load_explicit(&n_texts, memory_order_acquire))
		return NULL;
	text = at((uint32_t)number - 1);
	return text->kind == (uint32_t)kind ? text : NULL;
}
