/*
 * broker-ledger - every fact and order, one line each, from which a run can be replayed.
 *
 *	TIME SIGN WORD ...
 *
 * TIME is in ns.  SIGN says who speaks: '=' the head (policy, options, capabilities),
 * '<' a fact from below, '~' what follows from it, '>' an order and after "= " its
 * result, '!' the ejection.  Fields that are 0 and have a name may be left out; text of
 * free form comes last.  policies/replay.c reads what this file writes.
 */
#include <inttypes.h>
#include <stdarg.h>

#include "policies/broker-inside.h"

void ct_ledger_line(struct ct_broker *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(b->ledger, "%" PRId64 " ", b->host.now_ns);
	vfprintf(b->ledger, format, args);
	putc('\n', b->ledger);
	va_end(args);
}

void ct_ledger_head(struct ct_broker *b, uint64_t seed)
{
	const struct ct_caps *c = &b->caps;

	if (!b->ledger)
		return;
	ct_ledger_line(b, "= ledger 1");
	ct_ledger_line(b, "= policy %s", b->policy->name);
	for (const struct ct_option *o = b->policy->options; o && o->name; o++) {
		const char *at = (const char *)b->self + o->offset;
		int64_t value = o->type == CT_OPTION_NS
					? *(const int64_t *)(const void *)at
					: *(const uint32_t *)(const void *)at;

		ct_ledger_line(b, "= option %s %" PRId64, o->name, value);
	}
	ct_ledger_line(b, "= host sms %u can %u gate %u granule %u part_min %u ranks %u",
		       b->host.sms, c->can, c->gate, c->sm_granule, c->sm_part_min,
		       c->ranks);
	ct_ledger_line(b,
		       "= costs gate_ns %" PRId64 " sense_ns %" PRId64 " decide_ns %" PRId64
		       " confine_ns %" PRId64,
		       c->gate_ns, c->sense_ns, c->decide_ns, c->confine_ns);
	ct_ledger_line(b, "= limits patience_ns %" PRId64 " seed %" PRIu64, b->patience_ns,
		       seed);
}

static void field(FILE *f, const char *name, int64_t value)
{
	if (value)
		fprintf(f, " %s %" PRId64, name, value);
}

void ct_ledger_work(struct ct_broker *b, const struct lane *l, const struct ct_work *w)
{
	FILE *f = b->ledger;

	if (!f)
		return;
	fprintf(f, "%" PRId64 " < submitted %u work %" PRIu64, b->host.now_ns, l->pub.id,
		w->id);
	field(f, "kind", w->kind);
	field(f, "class", w->class_id);
	field(f, "blocks", (int64_t)w->blocks);
	field(f, "threads", w->threads);
	field(f, "request", w->request);
	putc('\n', f);
}

void ct_ledger_grant(struct ct_broker *b, const struct ct_lane *lane, uint32_t n,
		     const struct ct_terms *t, int result)
{
	FILE *f = b->ledger;

	fprintf(f, "%" PRId64 " > grant %u ", b->host.now_ns, lane ? lane->id : 0);
	if (n == CT_OPEN)
		fputs("open", f);
	else
		fprintf(f, "n %u", n);
	field(f, "part", t->part);
	field(f, "depth", t->depth);
	field(f, "unit", t->unit);
	field(f, "max_blocks", (int64_t)t->max_blocks);
	field(f, "rank", t->rank);
	field(f, "blocks_per_sm", t->blocks_per_sm);
	if (t->mask && result >= 0) {
		fputs(" mask ", f);
		for (uint32_t i = (b->host.sms + 63) / 64; i--;)
			fprintf(f, "%016" PRIx64, t->mask[i]);
	}
	fprintf(f, " = %d", result);
	if (t->why)
		fprintf(f, " why %s", t->why);
	putc('\n', f);
}
