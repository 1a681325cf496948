/*
 * run-green - kernels of a context that has only some of the SMs stay on so many.
 *
 * A program that makes green contexts divides the device itself, whatever shares it; so
 * each that ran kernels gets a set of SMs and, as parts of a policy do, queues of its own.
 * The sets follow each other on the device, those of all tenants, as the groups of one
 * split do; who does not fit behind the last begins again at the first SM.
 *
 * Where the SMs are divided otherwise (a policy's part, an MPS client, an instance), that
 * counts alone, and what a process was put on only to measure it is not done again.
 *
 * DANGER: which SMs a context has is not recorded: contexts that overlapped may not here,
 * and the other way round.  Launches in clusters are not confined, since a set chosen here
 * may have no GPC with room for them; the fluid engine does not tell SMs apart.
 */
#include "sim/run-internal.h"

static gboolean has_cluster(const struct op *launch)
{
	gboolean found = launch->kind == CT_OP_KERNEL && launch->grid.need.cluster > 1;

	for (const struct op *node = launch->nodes; node && !found; node = node->next)
		found = node->kind == CT_OP_KERNEL && node->grid.need.cluster > 1;
	return found;
}

static void fill_set(struct ct_sm_set *set, uint32_t first, uint32_t n)
{
	for (uint32_t sm = first; sm < first + n; sm++)
		set->word[sm / 64] |= UINT64_C(1) << sm % 64;
}

static void init_tenant(struct run *run, struct tenant *t, uint32_t *next_sm)
{
	const struct ct_program *p = t->program;

	if (!p->n_green || t->sms || t->sm_cap)
		return;
	t->green = g_new0(struct green, p->n_green);
	for (uint32_t i = 0; i < p->n_green; i++) {
		const struct ct_program_green *g = &p->green[i];

		if (g->kernel_ns <= 0 || g->is_measured || run->n_green == MAX_GREEN)
			continue;
		if (*next_sm + g->sms > run->in->device->sms)
			*next_sm = 0;
		fill_set(&t->green[i].sms, *next_sm, g->sms);
		*next_sm += g->sms;
		t->green[i].partition = ++run->n_green;
	}
}

void ct_run_green_init(struct run *run)
{
	uint32_t next_sm = 0;

	if (run->instance || run->in->scenario->engine == CT_ENGINE_FLUID)
		return;
	for (uint32_t i = 0; i < run->n_tenants; i++)
		init_tenant(run, &run->tenant[i], &next_sm);
}

void ct_run_green_confine(struct op *launch)
{
	const struct tenant *t = launch->stream->copy->tenant;
	uint32_t number = t->program->stream_green[launch->stream->source];
	const struct green *green = number ? &t->green[number - 1] : NULL;

	if (!green || !green->partition || has_cluster(launch))
		return;
	launch->grid.partition = green->partition;
	launch->grid.sms = &green->sms;
}
