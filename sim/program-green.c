/*
 * program-green - work that was recorded in a context that has only some of the SMs.
 *
 * How long a kernel took there is its time on so many SMs, not on the whole device, so its
 * work is what makes it last as long on a device with that many and all of the memory.
 *
 * DANGER: what a kernel draws there is taken from its time alone, but contexts on other
 * SMs may have used the memory meanwhile, and no trace says how much.
 */
#include "sim/program.h"

#include <string.h>

/* Device i of the program is BOARD with the SMs of its context. */
static void narrow_devices(struct ct_program *p, const struct ct_device *board)
{
	for (uint32_t i = 0; i < p->n_green; i++) {
		p->green[i].device = g_memdup2(board, sizeof(*board));
		p->green[i].device->sms = p->green[i].sms;
	}
}

/* Somebody put the process on fewer SMs to measure it: it would not do so by itself. */
static gboolean is_confined_for_us(const struct ct_trace *trace, uint32_t process)
{
	for (uint32_t i = 0; i < trace->n_recordings; i++)
		if (trace->recording[i].process == process &&
		    trace->recording[i].flags & CT_RECORDING_CONFINED)
			return TRUE;
	return FALSE;
}

void ct_program_green(struct ct_program *p)
{
	const struct ct_trace *trace = p->trace;
	g_autofree uint32_t *of_context = g_new0(uint32_t, (gsize)trace->n_contexts + 1);

	if (!trace->n_green)
		return;
	p->green = g_new0(struct ct_program_green, trace->n_green);
	p->stream_green = g_new0(uint32_t, (gsize)trace->n_streams + 1);
	for (uint32_t i = 0; i < trace->n_green; i++) {
		const struct ct_green_record *r = &trace->green[i];

		if (r->sms >= p->device->sms || of_context[r->context])
			continue;
		p->green[p->n_green] = (struct ct_program_green){
			.sms = r->sms,
			.device_sms = r->device_sms,
			.is_measured = is_confined_for_us(
				trace, trace->context[r->context].process),
		};
		of_context[r->context] = ++p->n_green;
	}
	for (uint32_t i = 0; i < trace->n_streams; i++)
		if (trace->stream[i].context != CT_NONE)
			p->stream_green[i] = of_context[trace->stream[i].context];
	narrow_devices(p, p->device);
}

void ct_program_green_variant(struct ct_program *p)
{
	if (!p->n_green)
		return;
	p->green = g_memdup2(p->green, p->n_green * sizeof(*p->green));
	narrow_devices(p, p->device);
}

void ct_program_green_free(struct ct_program *p)
{
	for (uint32_t i = 0; i < p->n_green; i++)
		g_free(p->green[i].device);
	g_free(p->green);
	if (!p->base)
		g_free(p->stream_green);
}

double ct_program_green_pct(const struct ct_program *p, uint32_t *fewest, uint32_t *most)
{
	double total_ns = 0, green_ns = 0;

	*fewest = UINT32_MAX;
	*most = 0;
	for (uint32_t i = 0; i < p->trace->n_shapes; i++)
		total_ns += p->shape_time[i].ns;
	for (uint32_t i = 0; i < p->n_green; i++) {
		if (p->green[i].kernel_ns <= 0)
			continue;
		green_ns += p->green[i].kernel_ns;
		*fewest = MIN(*fewest, p->green[i].sms);
		*most = MAX(*most, p->green[i].sms);
	}
	return total_ns > 0 ? green_ns / total_ns * 100 : 0;
}
