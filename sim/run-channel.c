/*
 * run-channel - the hardware queues (connections) between streams and the device.
 *
 * The streams of a context, or of an MPS client, are spread over its channels in the order
 * in which they are first used, so that with 8 channels the 9th stream shares one with the
 * 1st.  A channel holds a number of launches; a call that would add another blocks until
 * one is over.
 *
 * Streams that share a channel wait for each other though nothing in the program says so
 * (Bakita and Anderson, RTAS 2024): while one has kernels in it that were issued earlier
 * and are not fully dispatched, another's kernel does not start.  Which of several waiting
 * streams gets a free channel is not first come first served there and not documented:
 * here it is the next in the order of first use, from the one that had it on.  As only
 * earlier work is waited for, and no work depends on later work, nothing can deadlock.
 *
 * DANGER: a graph launch counts as dispatched when its first nodes start, and copies go
 * past compute channels, as they have channels of their own.
 */
#include "sim/run-internal.h"

struct channel {
	struct stream *last;  /* of its streams, a ring in the order of first use */
	struct stream *owner; /* whose kernels go first; NULL: nobody's are here */
	uint32_t n_streams, n_waiting;
	uint32_t n_launches;                   /* issued and not over */
	struct thread *blocked, **blocked_end; /* calls that wait for room */
};

struct channel_set {
	uint32_t n_channels, n_streams;
	struct channel *channel;
};

void ct_run_channels_init(struct run *run, uint32_t n_sets, uint32_t n_channels)
{
	run->channels = g_new0(struct channel_set, n_sets);
	run->n_channel_sets = n_sets;
	for (uint32_t i = 0; i < n_sets; i++) {
		struct channel_set *set = &run->channels[i];

		set->n_channels = n_channels;
		set->channel = g_new0(struct channel, n_channels);
		for (uint32_t k = 0; k < n_channels; k++)
			set->channel[k].blocked_end = &set->channel[k].blocked;
	}
}

void ct_run_channels_clear(struct run *run)
{
	for (uint32_t i = 0; i < run->n_channel_sets; i++)
		g_free(run->channels[i].channel);
	g_free(run->channels);
}

/* ---- room for launches ------------------------------------------------------------ */

static void join(struct run *run, struct stream *s)
{
	struct channel_set *set = &run->channels[s->copy->tenant->channel_set];
	struct channel *c = &set->channel[set->n_streams++ % set->n_channels];

	s->channel = c;
	s->next_in_channel = c->last ? c->last->next_in_channel : s;
	if (c->last)
		c->last->next_in_channel = s;
	c->last = s;
	c->n_streams++;
	/* until now the other had it to itself, and nobody noted that */
	if (c->n_streams == 2)
		c->owner = s->next_in_channel;
	if (c->n_streams == 2 && c->owner->head)
		ct_run_watch_dispatch(c->owner->head);
	if (c->n_streams == 2 && c->owner->beside)
		ct_run_watch_dispatch(c->owner->beside);
}

gboolean ct_run_channel_has_room(struct thread *t, struct stream *s)
{
	struct run *run = s->copy->tenant->run;
	struct channel *c;

	if (!s->channel)
		join(run, s);
	c = s->channel;
	if (c->n_launches < run->in->device->channel_depth)
		return TRUE;
	t->next_blocked = NULL;
	*c->blocked_end = t;
	c->blocked_end = &t->next_blocked;
	return FALSE;
}

void ct_run_channel_issued(struct stream *s)
{
	if (!s->channel)
		join(s->copy->tenant->run, s);
	s->channel->n_launches++;
}

/* A launch is over: who waited longest for room makes its call. */
void ct_run_channel_ended(struct stream *s)
{
	struct channel *c = s->channel;
	struct thread *t = c->blocked;

	c->n_launches--;
	if (!t)
		return;
	c->blocked = t->next_blocked;
	if (!c->blocked)
		c->blocked_end = &c->blocked;
	ct_run_has_room(t);
}

/* ---- false dependencies ----------------------------------------------------------- */

gboolean ct_run_channel_shared(const struct stream *s)
{
	return s->channel && s->channel->n_streams > 1;
}

/* The stream's first kernel that was let go and is not fully dispatched; NULL: none. */
static const struct op *first_undispatched(const struct stream *s)
{
	const struct op *op = s->head;

	while (op && (op->kind != CT_OP_KERNEL || op->grid.dispatched_ns >= 0))
		op = op->next;
	return op;
}

/* Whether the owner's earlier kernels keep OP out. */
static gboolean owner_is_before(const struct channel *c, const struct op *op)
{
	const struct op *first;

	if (!c->owner || c->owner == op->stream || !c->owner->head ||
	    c->owner->head->serial > op->serial)
		return FALSE;
	first = first_undispatched(c->owner);
	return first && first->serial < op->serial;
}

gboolean ct_run_channel_take(struct op *op)
{
	struct channel *c = op->stream->channel;

	if (owner_is_before(c, op))
		return FALSE;
	c->owner = op->stream;
	return TRUE;
}

/* The head of a stream would start.  FALSE: it waits for the channel. */
gboolean ct_run_channel_enter(struct op *op)
{
	struct stream *s = op->stream;

	if (ct_run_channel_take(op))
		return TRUE;
	s->wants_channel = TRUE;
	s->channel->n_waiting++;
	return FALSE;
}

/* It does not wait any more, for whatever reason. */
void ct_run_channel_forget(struct stream *s)
{
	if (!s->wants_channel)
		return;
	s->wants_channel = FALSE;
	s->channel->n_waiting--;
}

/* Kernels of the stream have been dispatched, or taken back: others may go. */
void ct_run_channel_passed(struct run *run, struct stream *s)
{
	struct channel *c = s->channel;
	struct stream *next;

	if (c->owner != s)
		return;
	for (next = s->next_in_channel; c->n_waiting && next != s;
	     next = next->next_in_channel) {
		if (!next->wants_channel || owner_is_before(c, next->head))
			continue;
		ct_run_channel_forget(next);
		c->owner = next;
		ct_run_unpark_from(run, next, next->head->ready_ns);
		return;
	}
}
