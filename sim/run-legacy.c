/*
 * run-legacy - the legacy default stream (NULL stream) and those that wait for it.
 *
 * An operation in the NULL stream waits for all work issued before it in the blocking
 * streams of its program, and what is issued there later waits for it (CUDA programming
 * guide, default stream).  So what a program issues falls into phases, of NULL and of
 * blocking streams in turn, and an operation may start when all earlier phases are over.
 * Non-blocking streams are in no phase.
 *
 * Only where the trace knows that a stream is the NULL stream, and within one copy of a
 * program: in one process several programs would share that stream, but then nothing
 * could overlap, and whoever puts them there gives each a stream of its own (Orion, OSDI
 * 2023, does).
 */
#include "sim/run-internal.h"

enum { FIRST_PHASES = 64 };

struct phases {
	gboolean null;    /* the current phase is the NULL stream's */
	uint64_t current; /* from 1 on */
	uint64_t open;    /* the first that is not over */
	uint32_t *left;   /* of a phase, modulo n_left */
	uint64_t n_left;  /* a power of two */
};

void ct_run_legacy_init(struct copy *copy)
{
	const struct ct_trace *trace = copy->tenant->program->trace;
	gboolean null = FALSE, blocking = FALSE;

	for (uint32_t i = 0; i < trace->n_streams; i++) {
		uint32_t flags = trace->stream[i].flags;

		null |= (flags & CT_STREAM_NULL) != 0;
		blocking |= !(flags & (CT_STREAM_NULL | CT_STREAM_NONBLOCKING));
	}
	if (!null || !blocking)
		return;
	copy->phases = g_new(struct phases, 1);
	*copy->phases = (struct phases){ .current = 1, .open = 1, .n_left = FIRST_PHASES };
	copy->phases->left = g_new0(uint32_t, FIRST_PHASES);
}

void ct_run_legacy_clear(struct copy *copy)
{
	if (copy->phases)
		g_free(copy->phases->left);
	g_free(copy->phases);
}

/* Phases from `open` to `current` keep their counts. */
static void grow(struct phases *p)
{
	uint32_t *left = g_new0(uint32_t, p->n_left * 2);

	for (uint64_t i = p->open; i <= p->current; i++)
		left[i & (p->n_left * 2 - 1)] = p->left[i & (p->n_left - 1)];
	g_free(p->left);
	p->left = left;
	p->n_left *= 2;
}

void ct_run_legacy_issued(struct op *op)
{
	const struct stream *s = op->stream;
	struct phases *p = s->copy->phases;
	uint32_t flags = s->copy->tenant->program->trace->stream[s->source].flags;
	gboolean null = (flags & CT_STREAM_NULL) != 0;

	if (flags & CT_STREAM_NONBLOCKING)
		return;
	if (null != p->null && p->left[p->current & (p->n_left - 1)]) {
		if (++p->current - p->open == p->n_left) {
			p->current--;
			grow(p);
			p->current++;
		}
		p->left[p->current & (p->n_left - 1)] = 0;
	}
	p->null = null;
	op->phase = p->current;
	p->left[p->current & (p->n_left - 1)]++;
}

gboolean ct_run_legacy_waits(const struct op *op)
{
	return op->phase > op->stream->copy->phases->open;
}

void ct_run_legacy_ended(struct run *run, struct copy *copy, uint64_t phase)
{
	struct phases *p = copy->phases;
	uint64_t was = p->open;

	if (!phase)
		return;
	p->left[phase & (p->n_left - 1)]--;
	while (p->open < p->current && !p->left[p->open & (p->n_left - 1)])
		p->open++;
	if (p->open == was)
		return;
	for (uint32_t i = 0; i < copy->tenant->program->trace->n_streams; i++) {
		struct stream *s = &copy->stream[i];

		if (s->parked && s->head->phase && s->head->phase <= p->open)
			ct_run_unpark(run, s);
	}
}
