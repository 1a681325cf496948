/*
 * buffers - the buffers that CUPTI fills, and what becomes of them.
 */
#define _GNU_SOURCE
#include "capture/collector/buffers.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "capture/collector/collector.h"

/* NVIDIA advises 1 to 10 MB.  With one for each thread the least is enough. */
#define BUFFER_BYTES (1u << 20)
#define N_KEPT       16
#define BATCH        64

static struct {
	pthread_mutex_t lock;
	uint8_t *kept[N_KEPT];
	int n_kept;
	_Atomic uint64_t n_lent, n_back, n_dropped;
} buffers = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* The child of a fork may have been born while another thread held the lock. */
static bool is_child(void)
{
	return atomic_load(&ct_collector.state) == CT_COLLECTOR_FORKED;
}

void ct_buffers_request(uint8_t **buffer, size_t *bytes, size_t *max_records)
{
	int kept = errno;
	void *memory = NULL;

	if (!is_child()) {
		atomic_fetch_add_explicit(&buffers.n_lent, 1, memory_order_relaxed);
		pthread_mutex_lock(&buffers.lock);
		if (buffers.n_kept > 0)
			memory = buffers.kept[--buffers.n_kept];
		pthread_mutex_unlock(&buffers.lock);
	}
	/* Without memory the program has other sorrows; since 12.9 CUPTI drops records. */
	if (!memory && posix_memalign(&memory, 4096, BUFFER_BYTES))
		memory = NULL;
	*buffer = memory;
	*bytes = memory ? BUFFER_BYTES : 0;
	*max_records = 0;
	errno = kept;
}

static void give_back(uint8_t *buffer)
{
	if (!is_child()) {
		pthread_mutex_lock(&buffers.lock);
		if (buffers.n_kept < N_KEPT) {
			buffers.kept[buffers.n_kept++] = buffer;
			buffer = NULL;
		}
		pthread_mutex_unlock(&buffers.lock);
	}
	free(buffer);
}

void ct_buffers_take(const struct ct_cupti *cupti, struct ct_translator *translator,
		     uint8_t *buffer, size_t valid_bytes)
{
	struct ct_cupti_record *batch[BATCH], *record = NULL;
	int n, i, result;

	do {
		for (n = 0; n < BATCH; n++) {
			result = cupti->next_record(buffer, valid_bytes, &record);
			if (result != CT_CUPTI_OK)
				break;
			batch[n] = record;
		}
		if (n == 0)
			return;
		ct_spooler_lock(translator->spool);
		ct_translator_follow(translator);
		for (i = 0; i < n; i++)
			ct_translate(translator, batch[i]);
		ct_spooler_unlock(translator->spool);
	} while (n == BATCH);
}

static void take_dropped(struct ct_collector *collector)
{
	struct ct_spool_dropped *record;
	size_t n = 0;

	if (collector->cupti.n_dropped(NULL, 0, &n) != CT_CUPTI_OK || n == 0)
		return;
	atomic_fetch_add(&buffers.n_dropped, n);
	ct_spooler_lock(&collector->spool);
	record = ct_spooler_append(&collector->spool, CT_SPOOL_DROPPED, sizeof(*record));
	if (record) {
		record->time_ns = ct_collector_now();
		record->n = n;
	}
	ct_spooler_unlock(&collector->spool);
}

void ct_buffers_complete(void *context, uint32_t stream, uint8_t *buffer, size_t bytes,
			 size_t valid_bytes)
{
	int kept = errno;

	(void)context;
	(void)stream;
	(void)bytes;
	if (ct_collector_recording()) {
		if (buffer && valid_bytes > 0)
			ct_buffers_take(&ct_collector.cupti, &ct_collector.translator,
					buffer, valid_bytes);
		take_dropped(&ct_collector);
		atomic_fetch_add_explicit(&buffers.n_back, 1, memory_order_relaxed);
	}
	if (buffer)
		give_back(buffer);
	errno = kept;
}

struct ct_buffers_counts ct_buffers_counts(void)
{
	struct ct_buffers_counts counts = {
		.n_lent = atomic_load(&buffers.n_lent),
		.n_back = atomic_load(&buffers.n_back),
		.n_dropped = atomic_load(&buffers.n_dropped),
	};

	return counts;
}
