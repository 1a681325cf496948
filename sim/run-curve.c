/*
 * run-curve - kernels with a measured curve take the measured time where they are
 * confined to some of the SMs (models/curve.h).
 *
 * What confines a launch is known when it is let go: a part that the policy made, the
 * SMs or the cap of an MPS client, a MIG instance.  A curve is of SMs that have all of
 * the board's memory; what an instance lacks of that slows the kernel down as ever.
 */
#include "sim/run-internal.h"

static const struct ct_curve *curve_of(const struct op *op)
{
	const struct ct_program *program = op->stream->copy->tenant->program;

	return op->kind == CT_OP_KERNEL ? program->curve[op->job.work.class_id] : NULL;
}

static uint32_t sms_of(const struct op *launch)
{
	const struct tenant *t = launch->stream->copy->tenant;
	const struct ct_grid *grid = &launch->grid;
	uint32_t sms = 0;

	for (size_t i = 0; grid->sms && i < G_N_ELEMENTS(grid->sms->word); i++)
		sms += (uint32_t)__builtin_popcountll(grid->sms->word[i]);
	if (!grid->sms)
		sms = t->device->sms;
	return grid->sm_cap ? MIN(sms, grid->sm_cap) : sms;
}

static void move(const struct op *op, uint32_t sms, struct ct_kernel_work *work)
{
	const struct ct_device *board = op->stream->copy->tenant->program->device;
	struct ct_block_need whole = op->grid.need;

	whole.blocks = op->blocks;
	ct_curve_move(curve_of(op), board, &whole, op->curve_sms ?: board->sms, sms, work);
}

static void confine(struct op *op, uint32_t sms)
{
	if (!curve_of(op))
		return;
	move(op, sms, &op->grid.work);
	op->curve_sms = sms;
}

void ct_run_curve_confine(struct op *launch)
{
	uint32_t sms = sms_of(launch);

	confine(launch, sms);
	for (struct op *node = launch->nodes; node; node = node->next)
		confine(node, sms);
}

void ct_run_curve_on_sms(const struct op *op, uint32_t sms, struct ct_kernel_work *out)
{
	*out = op->grid.work;
	if (curve_of(op))
		move(op, sms, out);
}
