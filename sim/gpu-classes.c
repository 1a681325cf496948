/*
 * gpu-classes - which blocks are where: SMs in classes, blocks in batches.
 *
 * A class splits when only part of its SMs receive blocks, and merges with another at
 * the end of an instant in which it changed and now holds the same cells.  Merging only
 * saves time: the answer is the same without it.
 *
 * Two classes are the same only if they hold the same blocks *of the same batches* with
 * the same register vectors.  Having the same room is not enough: they would have to
 * part again when one batch ends.  Since cells are in the order of batch creation on
 * both sides, comparing is a walk of two lists; what is free then is equal, too.
 */
#include "sim/gpu-classes.h"

#include <glib.h>

#include "sim/gpu-mutant.h"
#include "sim/gpu-registers.h"

static uint64_t scramble(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 29;
	x *= UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> 32;
}

static void hash_in(struct ct_gpu *gpu, struct sm_class *class)
{
	struct sm_class **chain = &gpu->chain[class->hash % GPU_HASH_CHAINS];

	class->hash_next = *chain;
	class->hash_link = chain;
	if (*chain)
		(*chain)->hash_link = &class->hash_next;
	*chain = class;
}

static void hash_out(struct sm_class *class)
{
	*class->hash_link = class->hash_next;
	if (class->hash_next)
		class->hash_next->hash_link = class->hash_link;
}

/* To be called before CLASS changes in any way. */
static void touch(struct ct_gpu *gpu, struct sm_class *class)
{
	if (class->touched)
		return;
	hash_out(class);
	class->touched = true;
	gpu->touched[gpu->n_touched++] = class;
}

static struct sm_class *class_new(struct ct_gpu *gpu)
{
	struct sm_class *class = gpu->unused_classes;

	g_assert(class);
	gpu->unused_classes = class->hash_next;
	ct_list_init(&class->cells);
	class->n_cells = 0;
	class->hash = 0;
	class->touched = true;
	gpu->touched[gpu->n_touched++] = class;
	class->position = gpu->n_active;
	gpu->active[gpu->n_active++] = class;
	if (gpu->n_active > gpu->use.classes_max)
		gpu->use.classes_max = gpu->n_active;
	return class;
}

static void class_free(struct ct_gpu *gpu, struct sm_class *class)
{
	struct sm_class *last = gpu->active[--gpu->n_active];

	gpu->active[class->position] = last;
	last->position = class->position;
	class->hash_next = gpu->unused_classes;
	gpu->unused_classes = class;
}

static uint64_t hash_of(const struct cell *cell)
{
	return scramble(cell->batch->key + cell->blocks * UINT64_C(0x9e3779b97f4a7c15) +
			((uint64_t)cell->registers << 13));
}

void ct_cell_move(struct cell *cell, struct batch *batch)
{
	ct_list_remove(&cell->in_batch);
	ct_list_append(&batch->cells, &cell->in_batch);
	cell->batch = batch;
	cell->class->hash -= cell->hash;
	cell->hash = hash_of(cell);
	cell->class->hash += cell->hash;
}

static void cell_new(struct ct_gpu *gpu, struct sm_class *class, struct batch *batch,
		     uint32_t blocks, uint32_t registers)
{
	struct cell *cell = gpu->unused_cells;

	g_assert(cell);
	gpu->unused_cells = (struct cell *)cell->in_class.next;
	cell->class = class;
	cell->batch = batch;
	cell->blocks = blocks;
	cell->registers = registers;
	cell->hash = hash_of(cell);
	ct_list_append(&class->cells, &cell->in_class);
	ct_list_append(&batch->cells, &cell->in_batch);
	class->n_cells++;
	class->hash += cell->hash;
	gpu->uneven_cells += !ct_registers_even(gpu, registers);
}

/* Only the cell itself: its lists are the caller's. */
static void cell_free(struct ct_gpu *gpu, struct cell *cell)
{
	gpu->uneven_cells -= !ct_registers_even(gpu, cell->registers);
	cell->in_class.next = (struct ct_list *)gpu->unused_cells;
	gpu->unused_cells = cell;
}

struct sm_class *ct_class_split(struct ct_gpu *gpu, struct sm_class *class,
				const struct ct_sm_set *subset, uint32_t n_sms)
{
	struct sm_class *part = class_new(gpu);

	g_assert(n_sms && n_sms < class->n_sms);
	touch(gpu, class);
	part->free = class->free;
	part->n_sms = n_sms;
	class->n_sms -= n_sms;
	for (uint32_t i = 0; i < gpu->words; i++) {
		part->sms.word[i] = subset->word[i];
		class->sms.word[i] &= ~subset->word[i];
	}
	ct_list_for_each(link, &class->cells) {
		struct cell *cell = ct_container_of(link, struct cell, in_class);

		cell_new(gpu, part, cell->batch, cell->blocks, cell->registers);
	}
	return part;
}

void ct_class_add(struct ct_gpu *gpu, struct sm_class *class, struct batch *batch,
		  const struct ct_block_need *need, uint32_t blocks, uint32_t registers)
{
	touch(gpu, class);
	if (!class->n_cells)
		gpu->active_sms += class->n_sms;
	class->free.warps -= blocks * need->warps;
	class->free.blocks -= blocks;
	class->free.smem_units -= blocks * need->smem_units;
	class->free.registers -= registers;
	cell_new(gpu, class, batch, blocks, registers);
	batch->blocks += blocks * class->n_sms;
}

void ct_batch_insert(struct resident *r, struct batch *batch)
{
	struct batch **link = &r->first;

	if (r->first && (int64_t)(r->last->tag - batch->tag) <= 0)
		link = &r->last->next; /* nearly always */
	while (*link &&
	       ((int64_t)((*link)->tag - batch->tag) <= 0 || MUTANT(SPREAD_APPENDS)))
		link = &(*link)->next;
	batch->next = *link;
	*link = batch;
	if (!batch->next)
		r->last = batch;
}

struct batch *ct_batch_new(struct ct_gpu *gpu, struct resident *r, uint64_t begin,
			   uint64_t work)
{
	struct batch *batch = gpu->unused_batches;

	g_assert(batch);
	gpu->unused_batches = batch->next;
	ct_list_init(&batch->cells);
	batch->next = NULL;
	batch->tag = begin + work;
	batch->work = work;
	batch->key = scramble(++gpu->batch_serial);
	batch->refill_checked = 0;
	batch->partition = r->grid->partition;
	batch->blocks = 0;
	batch->strand = r;
	batch->moved_from = 0;
	gpu->use.batches++;
	ct_batch_insert(r, batch);
	return batch;
}

void ct_batch_release(struct ct_gpu *gpu, struct batch *batch,
		      const struct ct_block_need *need)
{
	if (gpu->deferred) { /* the only batch there is */
		gpu->deferred = NULL;
		gpu->active_sms = 0;
	}
	ct_list_for_each_safe(link, &batch->cells) {
		struct cell *cell = ct_container_of(link, struct cell, in_batch);
		struct sm_class *class = cell->class;

		touch(gpu, class);
		class->free.warps += cell->blocks * need->warps;
		class->free.blocks += cell->blocks;
		if (!MUTANT(KEEP_SMEM))
			class->free.smem_units += cell->blocks * need->smem_units;
		class->free.registers += cell->registers;
		class->hash -= cell->hash;
		if (!--class->n_cells)
			gpu->active_sms -= class->n_sms;
		ct_list_remove(&cell->in_class);
		cell_free(gpu, cell);
	}
	batch->next = gpu->unused_batches;
	gpu->unused_batches = batch;
}

static bool same_cells(const struct sm_class *a, const struct sm_class *b)
{
	const struct ct_list *i = a->cells.next, *j = b->cells.next;

	if (a->hash != b->hash || a->n_cells != b->n_cells)
		return false;
	for (; i != &a->cells; i = i->next, j = j->next) {
		const struct cell *x = ct_container_of(i, struct cell, in_class);
		const struct cell *y = ct_container_of(j, struct cell, in_class);

		if (x->batch != y->batch || x->blocks != y->blocks ||
		    x->registers != y->registers)
			return false;
	}
	return true;
}

static struct sm_class *find_twin(struct ct_gpu *gpu, const struct sm_class *class)
{
	struct sm_class *twin;

	for (twin = gpu->chain[class->hash % GPU_HASH_CHAINS]; twin; twin = twin->hash_next)
		if (same_cells(twin, class))
			return twin;
	return NULL;
}

static void merge(struct ct_gpu *gpu, struct sm_class *into, struct sm_class *class)
{
	for (uint32_t i = 0; i < gpu->words; i++)
		into->sms.word[i] |= class->sms.word[i];
	into->n_sms += class->n_sms;
	ct_list_for_each_safe(link, &class->cells) {
		struct cell *cell = ct_container_of(link, struct cell, in_class);

		ct_list_remove(&cell->in_batch);
		cell_free(gpu, cell);
	}
	class_free(gpu, class);
}

void ct_classes_settle(struct ct_gpu *gpu)
{
	for (uint32_t i = 0; i < gpu->n_touched; i++) {
		struct sm_class *class = gpu->touched[i], *twin = find_twin(gpu, class);

		class->touched = false;
		if (twin)
			merge(gpu, twin, class);
		else
			hash_in(gpu, class);
	}
	gpu->n_touched = 0;
}

void ct_classes_init(struct ct_gpu *gpu)
{
	uint32_t places = gpu->sms * gpu->limits.blocks;
	struct sm_class *all;

	for (uint32_t i = gpu->sms; i-- > 0;) {
		gpu->classes[i].hash_next = gpu->unused_classes;
		gpu->unused_classes = &gpu->classes[i];
	}
	for (uint32_t i = places; i-- > 0;) {
		gpu->cells[i].in_class.next = (struct ct_list *)gpu->unused_cells;
		gpu->unused_cells = &gpu->cells[i];
	}
	for (uint32_t i = places + 1; i-- > 0;) {
		gpu->batches[i].next = gpu->unused_batches;
		gpu->unused_batches = &gpu->batches[i];
	}
	all = class_new(gpu);
	all->free = gpu->limits;
	all->n_sms = gpu->sms;
	for (uint32_t i = 0; i < gpu->sms; i++)
		all->sms.word[i / 64] |= UINT64_C(1) << i % 64;
	ct_classes_settle(gpu);
}
