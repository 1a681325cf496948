/*
 * spooler - writes a spool, from several threads of a program that is not ours.
 *
 * Two blocks take turns: records go to one while the other is on its way to the disk.
 * Only the thread that filled a block writes it, and another waits for it only if it has
 * filled its own in the meantime.  A write that fails ends the writing: the file is cut
 * back to its last whole block, and what comes is only counted.
 */
#define _GNU_SOURCE
#include "capture/collector/spooler.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <xxhash.h>

#define HIGH_FILE 512 /* out of the way of programs that count on low numbers */

/* A thread that has the lock and comes again (in a malloc() of the program that marks, or
 * in a signal handler) is told so, and does not wait for itself. */
static void init_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t how;

	pthread_mutexattr_init(&how);
	pthread_mutexattr_settype(&how, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(lock, &how);
	pthread_mutexattr_destroy(&how);
}

int ct_spooler_init(struct ct_spooler *s, const char *folder,
		    const struct ct_spool_header *header)
{
	size_t room = strlen(folder) + 64;

	memset(s, 0, sizeof(*s));
	init_lock(&s->lock);
	pthread_cond_init(&s->written, NULL);
	s->header = *header;
	s->file = -1;
	s->path = malloc(room);
	s->block = malloc(sizeof(*s->block) + CT_SPOOLER_BLOCK_BYTES);
	s->other = malloc(sizeof(*s->other) + CT_SPOOLER_BLOCK_BYTES);
	s->seen = calloc(CT_SPOOLER_SEEN, sizeof(*s->seen));
	if (!s->path || !s->block || !s->other || !s->seen) {
		free(s->path);
		free(s->block);
		free(s->other);
		free(s->seen);
		s->closed = true;
		return -ENOMEM;
	}
	snprintf(s->path, room, "%s/%u-%lld%s", folder, header->pid,
		 (long long)header->begin_ns, CT_SPOOL_SUFFIX);
	return 0;
}

/* All of BYTES; a failure is -errno and leaves some of them in the file. */
static int write_all(struct ct_spooler *s, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	while (length > 0) {
		ssize_t n = write(s->file, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

/* Opens the file, anew if the program has closed our descriptor or made it its own. */
static int open_file(struct ct_spooler *s)
{
	int flags = O_WRONLY | O_APPEND | O_CLOEXEC, high;
	struct stat now;

	if (s->file >= 0 && fstat(s->file, &now) == 0 && now.st_dev == s->device &&
	    now.st_ino == s->inode)
		return 0;
	s->file = open(s->path, s->bytes ? flags : flags | O_CREAT | O_EXCL, 0666);
	if (s->file < 0)
		return -errno;
	high = fcntl(s->file, F_DUPFD_CLOEXEC, HIGH_FILE);
	if (high >= 0) {
		close(s->file);
		s->file = high;
	}
	if (fstat(s->file, &now))
		return -errno;
	if (s->bytes && (now.st_dev != s->device || now.st_ino != s->inode)) {
		close(s->file);
		s->file = -1;
		return -ESTALE;
	}
	s->device = now.st_dev;
	s->inode = now.st_ino;
	return 0;
}

static int write_header(struct ct_spooler *s)
{
	struct ct_spool_header *header = &s->header;

	memcpy(header->magic, CT_SPOOL_MAGIC, sizeof(header->magic));
	header->version = CT_SPOOL_VERSION;
	header->header_bytes = sizeof(*header);
	header->checksum = XXH64(header, offsetof(struct ct_spool_header, checksum), 0);
	return write_all(s, header, sizeof(*header));
}

static int write_block(struct ct_spooler *s, struct ct_spool_block *block)
{
	XXH64_state_t hash;
	int failed = open_file(s);

	XXH64_reset(&hash, 0);
	XXH64_update(&hash, block, offsetof(struct ct_spool_block, checksum));
	XXH64_update(&hash, block + 1, block->bytes);
	block->checksum = XXH64_digest(&hash);
	if (!failed && s->bytes == 0) {
		failed = write_header(s);
		if (!failed)
			s->bytes = sizeof(s->header);
	}
	if (!failed)
		failed = write_all(s, block, sizeof(*block) + block->bytes);
	if (!failed)
		s->bytes += sizeof(*block) + block->bytes;
	return failed;
}

/* The same.  A file longer than the program's own limit is an error here as any other, and
 * no signal: that would end the program. */
static int write_quietly(struct ct_spooler *s, struct ct_spool_block *block)
{
	static const struct timespec at_once;
	sigset_t too_long, before;
	int failed;

	sigemptyset(&too_long);
	sigaddset(&too_long, SIGXFSZ);
	pthread_sigmask(SIG_BLOCK, &too_long, &before);
	failed = write_block(s, block);
	if (failed && s->file >= 0 && ftruncate(s->file, (off_t)s->bytes))
		failed = -errno;
	if (failed && !sigismember(&before, SIGXFSZ))
		sigtimedwait(&too_long, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

/* Counts BYTES among those of all; whether they have just become too many. */
static bool passes_limit(struct ct_spooler *s, uint64_t bytes)
{
	uint64_t before;

	if (!s->total_bytes)
		return false;
	before = atomic_fetch_add(s->total_bytes, bytes);
	return s->max_bytes && before < s->max_bytes && before + bytes >= s->max_bytes;
}

/* Waits until OTHER is written. */
static void await_other(struct ct_spooler *s)
{
	int before;

	/* It ends a thread that is cancelled, with the lock. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	while (s->writing)
		pthread_cond_wait(&s->written, &s->lock);
	pthread_setcancelstate(before, NULL);
}

/* Writes the block, without the lock. */
static void hand_over(struct ct_spooler *s)
{
	struct ct_spool_block *full = s->block;
	uint32_t n_records = s->n_in_block;
	bool passed = false;
	int failed, before;

	await_other(s);
	/* Another thread may have written it meanwhile. */
	if (s->block != full || s->used == 0)
		return;
	n_records = s->n_in_block;
	full->magic = CT_SPOOL_BLOCK_MAGIC;
	full->bytes = s->used;
	full->number = s->n_blocks;
	s->block = s->other;
	s->other = full;
	s->used = s->n_in_block = 0;
	if (s->fault) {
		s->n_lost += n_records;
		return;
	}
	s->n_blocks++;
	s->writing = true;
	ct_spooler_unlock(s);

	/* A thread of the program that is cancelled would end in write(), and all others would
	 * wait for it. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	failed = write_quietly(s, full);
	pthread_setcancelstate(before, NULL);
	if (!failed)
		passed = passes_limit(s, sizeof(*full) + full->bytes);
	if (passed && s->full)
		s->full();

	ct_spooler_lock(s);
	if (failed) {
		s->fault = -failed;
		s->n_lost += n_records;
		s->n_blocks--;
	}
	s->writing = false;
	pthread_cond_broadcast(&s->written);
}

void ct_spooler_versions(struct ct_spooler *s, uint32_t cupti_version,
			 uint32_t driver_version)
{
	await_other(s);
	s->header.cupti_version = cupti_version;
	s->header.driver_version = driver_version;
}

void *ct_spooler_append(struct ct_spooler *s, enum ct_spool_type type, size_t bytes)
{
	struct ct_spool_record *record;

	/* Again and again, as others append while the block is written. */
	while (!s->closed && !s->fault && s->used + bytes > CT_SPOOLER_BLOCK_BYTES)
		hand_over(s);
	if (s->closed || s->fault) {
		s->n_lost++;
		return NULL;
	}
	record = (struct ct_spool_record *)((uint8_t *)(s->block + 1) + s->used);
	memset(record, 0, bytes);
	record->type = (uint16_t)type;
	record->words = (uint16_t)(bytes / 8);
	s->used += (uint32_t)bytes;
	s->n_in_block++;
	return record;
}

/* The last record, of BYTES, shall not have been appended. */
static uint32_t take_back(struct ct_spooler *s, size_t bytes)
{
	s->used -= (uint32_t)((bytes + 7) & ~(size_t)7);
	s->n_in_block--;
	s->n_lost++;
	return CT_NONE;
}

uint32_t ct_spooler_string(struct ct_spooler *s, const char *text, size_t length)
{
	struct ct_spool_string *string;
	int64_t number;

	if (!text)
		return CT_NONE;
	length = strnlen(text, length < CT_STRING_BYTES ? length : CT_STRING_BYTES - 1);
	number = ct_intern_find(&s->names, text, length);
	if (number >= 0)
		return (uint32_t)number;
	if (s->closed || s->fault || s->names.used + length > CT_SPOOLER_NAMES_BYTES) {
		s->n_lost++;
		return CT_NONE;
	}
	string = ct_spooler_append(s, CT_SPOOL_STRING,
				   (sizeof(*string) + length + 1 + 7) & ~(size_t)7);
	if (!string)
		return CT_NONE;
	string->bytes = (uint32_t)length;
	memcpy(string + 1, text, length);
	number = ct_intern_add(&s->names, text, length);
	if (number < 0)
		return take_back(s, sizeof(*string) + length + 1);
	return (uint32_t)number;
}

/* TEXT, up to a limit, is what NUMBER says. */
static bool is_name(const struct ct_spooler *s, uint32_t number, const char *text)
{
	size_t length;
	const char *known = ct_intern_bytes(&s->names, number, &length);

	return !strncmp(text, known, length) &&
	       (length == CT_STRING_BYTES - 1 || text[length] == 0);
}

uint32_t ct_spooler_name(struct ct_spooler *s, const char *text)
{
	uint64_t hash = (uint64_t)(uintptr_t)text * 0x9e3779b97f4a7c15u;
	struct ct_spooler_seen *seen;
	uint32_t number;

	if (!text)
		return CT_NONE;
	if (s->closed)
		return CT_NONE;
	seen = &s->seen[hash >> 51];
	if (seen->text == text && is_name(s, seen->number, text))
		return seen->number;
	number = ct_spooler_string(s, text, CT_STRING_BYTES);
	if (number != CT_NONE)
		*seen = (struct ct_spooler_seen){ text, number };
	return number;
}

uint32_t ct_spooler_shape(struct ct_spooler *s, const struct ct_shape_record *shape)
{
	int64_t number = ct_intern_find(&s->shapes, shape, sizeof(*shape));
	struct ct_spool_shape *record;

	if (number >= 0)
		return (uint32_t)number;
	record = ct_spooler_append(s, CT_SPOOL_SHAPE, sizeof(*record));
	if (!record)
		return CT_NONE;
	record->shape = *shape;
	number = ct_intern_add(&s->shapes, shape, sizeof(*shape));
	if (number < 0)
		return take_back(s, sizeof(*record));
	return (uint32_t)number;
}

void ct_spooler_note(struct ct_spooler *s, enum ct_spool_note_code code, int result,
		     const char *text)
{
	uint32_t name = text ? ct_spooler_string(s, text, CT_STRING_BYTES) : CT_NONE;
	struct ct_spool_note *note = ct_spooler_append(s, CT_SPOOL_NOTE, sizeof(*note));
	struct timespec now;

	if (!note)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	note->code = code;
	note->time_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	note->text = name;
	note->result = result;
}

void ct_spooler_flush(struct ct_spooler *s)
{
	if (!s->closed && s->used > 0)
		hand_over(s);
}

void ct_spooler_close(struct ct_spooler *s, struct ct_spool_end *end)
{
	struct ct_spool_end *last;
	int fault;

	ct_spooler_lock(s);
	ct_spooler_flush(s);
	await_other(s);
	fault = s->fault;
	if (fault) {
		/* Cut back, there may be room for these.  Of the text nothing can be said
		 * any more: strings may be missing in the file. */
		s->n_lost += s->n_in_block;
		s->used = s->n_in_block = 0;
		s->fault = 0;
		ct_spooler_note(s, CT_SPOOL_WRITE_FAILED, fault, NULL);
	}
	end->n_dropped += s->n_lost;
	last = ct_spooler_append(s, CT_SPOOL_END, sizeof(*last));
	if (last) {
		end->record = last->record;
		*last = *end;
	}
	ct_spooler_flush(s);
	s->closed = true;
	if (s->file >= 0 && open_file(s) == 0)
		close(s->file);
	s->file = -1;
	ct_spooler_unlock(s);
}
