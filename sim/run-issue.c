/*
 * run-issue - a record of the trace becomes an operation in flight.
 *
 * What the record says about the device work is turned into what the model needs: the
 * block work of a kernel, from its duration alone on the SMs it was recorded on, and the
 * time of a copy.
 */
#include "sim/run-internal.h"

#include "models/spread.h"

static void fill_kernel(struct op *op, const struct copy *copy, const struct ct_op *record)
{
	const struct ct_program *program = copy->tenant->program;
	const struct ct_trace *trace = program->trace;
	const struct ct_block_need *need = &program->need[record->shape];
	const struct ct_program_green *green = ct_program_green_of(program, record->stream);
	const struct ct_device *device = program->device;
	int64_t isolated_ns = record->end_ns - record->start_ns;
	struct ct_kernel_demand demand;

	if (green && ct_waves(green->device, need, green->sms)) {
		device = green->device;
		op->curve_sms = green->sms;
	}
	if (!green && record->overlap_ns > 0 && program->isolated_ns[record->shape] > 0)
		isolated_ns = program->isolated_ns[record->shape];
	if (copy->tenant->run->in->one_ns_kernels)
		isolated_ns = 1;
	ct_program_demand(program, record, isolated_ns, &demand);
	isolated_ns += isolated_ns * copy->tenant->tax_permille / 1000;
	op->grid.need = *need;
	op->blocks = op->left = need->blocks;
	ct_kernel_work(device, need, isolated_ns, &demand, &op->grid.work);
	if (copy->tenant->spec->spread_permille)
		ct_spread_work(device, need, copy->tenant->spec->spread_permille,
			       &op->grid.work);
	op->name = trace->shape[record->shape].name;
	op->job.work.kind = CT_WORK_KERNEL;
	op->job.work.class_id = record->shape;
	op->job.work.blocks = need->blocks;
	op->job.work.threads = need->warps * 32u;
}

void ct_run_recorded_until(struct stream *s, int64_t end_ns)
{
	s->recorded_end_ns = MAX(s->recorded_end_ns, end_ns);
}

struct op *ct_run_issue(struct thread *t, const struct ct_op *record, struct stream *stream)
{
	struct copy *copy = t->copy;
	struct run *run = copy->tenant->run;
	struct op *op = ct_run_op_new(run);

	op->kind = record->kind;
	op->stream = stream;
	op->number = copy->n_issued++;
	t->n_made++;
	op->issued_ns = op->doorbell_ns = run->now_ns;
	op->event = NULL;
	op->job.lane = stream->lane;
	op->job.work.request = copy->asked.id;
	op->grid.owner = op;
	copy->n_in_flight++;
	op->serial = run->n_serials++;
	stream->n_issued++;
	if (!stream->is_branch)
		ct_run_channel_issued(stream);
	if (!stream->is_branch && copy->phases)
		ct_run_legacy_issued(op);
	if (record->start_ns != CT_TIME_NONE) {
		op->recorded_start_ns = record->start_ns - copy->request_start_ns;
		op->duration_ns = MAX(record->end_ns - record->start_ns, 0);
		ct_run_recorded_until(&copy->stream[record->stream], record->end_ns);
	}
	switch (record->kind) {
	case CT_OP_KERNEL:
		fill_kernel(op, copy, record);
		op->programmatic = ct_run_may_overlap(run, stream, record) != 0;
		if (run->jittered)
			ct_run_jitter(t, &op->grid.work);
		break;
	case CT_OP_MEMCPY:
	case CT_OP_MEMSET:
		op->job.work.kind = CT_WORK_COPY;
		op->name = CT_NONE;
		op->copy = record->copy;
		op->duration_ns = ct_run_copy_alone_ns(copy->tenant->device, record);
		break;
	default:
		op->job.work.kind = CT_WORK_MARKER;
	}
	if (run->explainer)
		ct_run_explain_issued(run, op);
	return op;
}
