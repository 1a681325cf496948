/*
 * device-time - when what is queued on the fake device starts and ends.
 *
 * Work of a stream runs in order; streams run side by side and take nothing from each
 * other; copies over the link wait for the engine of their direction.  A kernel lasts as
 * long as its name says:
 *
 *	spin_N   N nanoseconds
 *	scale_N  N nanoseconds on 132 SMs, and N * 132 / n on n
 *	others   2 us, and 1 us more for each wave of one block per SM
 *
 * DANGER: nothing contends for SMs, caches or memory here.  Tests that need that belong to
 * the simulator.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/driver.h"

#define FULL_SMS       132
#define BASE_NS        2000
#define WAVE_NS        1000
#define LINK_BASE_NS   1500
#define LINK_BYTES     25 /* per ns */
#define MEMORY_BASE_NS 1000
#define MEMORY_BYTES   1000
#define OVERLAP_NS     1000 /* a programmatic launch begins so long after its predecessor */

static int64_t engine_end_ns[CT_FAKE_DEVICES][2];

static int64_t later(int64_t a_ns, int64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns;
}

static bool number_after(const char *name, const char *word, int64_t *n)
{
	const char *at = strstr(name, word);

	if (!at)
		return false;
	*n = strtoll(at + strlen(word), NULL, 10);
	return true;
}

int64_t ct_fake_duration_ns(const char *name, const uint32_t grid[3], uint32_t sms)
{
	uint64_t blocks = (uint64_t)grid[0] * grid[1] * grid[2];
	int64_t n;

	if (number_after(name, "spin_", &n))
		return n;
	if (!sms)
		sms = FULL_SMS;
	if (number_after(name, "scale_", &n))
		return (n * FULL_SMS + sms - 1) / sms;
	return BASE_NS + WAVE_NS * (int64_t)((blocks + sms - 1) / sms);
}

int64_t ct_fake_copy_ns(uint64_t bytes, uint32_t copy_kind)
{
	if (copy_kind == CT_FAKE_HTOD || copy_kind == CT_FAKE_DTOH)
		return LINK_BASE_NS + (int64_t)(bytes / LINK_BYTES);
	return MEMORY_BASE_NS + (int64_t)(bytes / MEMORY_BYTES);
}

/* Takes the engine of a direction; returns when the copy begins. */
int64_t ct_fake_place_copy(uint32_t device, uint32_t copy_kind, int64_t from_ns,
			   int64_t duration_ns)
{
	int64_t *engine;

	if (copy_kind != CT_FAKE_HTOD && copy_kind != CT_FAKE_DTOH)
		return from_ns;
	engine = &engine_end_ns[device % CT_FAKE_DEVICES][copy_kind == CT_FAKE_DTOH];
	from_ns = later(from_ns, *engine);
	*engine = from_ns + duration_ns;
	return from_ns;
}

int64_t ct_fake_start_ns(CUstream stream, const struct ct_fake_work *work, int64_t call_ns)
{
	const struct ct_fake_settings *set = ct_fake_settings();
	CUcontext context = stream->context;
	bool is_kernel = work->activity.kind == CT_FAKE_KERNEL;
	int64_t start_ns = call_ns + set->launch_ns, order_ns = stream->end_ns;

	if (is_kernel && stream->after_kernel) {
		order_ns += set->gap_ns;
		if (work->activity.programmatic)
			order_ns = stream->last_start_ns + OVERLAP_NS;
	}
	start_ns = later(start_ns, later(order_ns, stream->wait_ns));
	if (stream->is_null)
		start_ns = later(start_ns, context->blocking_end_ns);
	else if (!(stream->flags & CU_STREAM_NON_BLOCKING))
		start_ns = later(start_ns, context->legacy_end_ns);
	return start_ns;
}

/* All work of STREAM queued so far ends by END_NS. */
void ct_fake_reached(CUstream stream, int64_t end_ns)
{
	CUcontext context = stream->context;

	stream->end_ns = later(stream->end_ns, end_ns);
	context->end_ns = later(context->end_ns, end_ns);
	if (stream->is_null)
		context->legacy_end_ns = later(context->legacy_end_ns, end_ns);
	if (!(stream->flags & CU_STREAM_NON_BLOCKING))
		context->blocking_end_ns = later(context->blocking_end_ns, end_ns);
}

void ct_fake_queue(CUstream stream, struct ct_fake_work *work, int64_t call_ns)
{
	struct ct_fake_activity *activity = &work->activity;
	int64_t start_ns = ct_fake_start_ns(stream, work, call_ns);

	if (activity->kind == CT_FAKE_COPY)
		start_ns = ct_fake_place_copy(stream->context->device, activity->copy_kind,
					      start_ns, work->duration_ns);
	activity->start_ns = start_ns;
	activity->end_ns = start_ns + work->duration_ns;
	activity->device = stream->context->device;
	activity->context = stream->context->id;
	activity->stream = stream->id;
	stream->after_kernel = activity->kind == CT_FAKE_KERNEL;
	stream->last_start_ns = start_ns;
	ct_fake_reached(stream, activity->end_ns);
}

/*
 * One piece of work for a stream: queued and told, or a node where the stream is being
 * captured.  *END_NS is when it will be done; now, if it was captured.
 */
CUresult ct_fake_submit(CUstream handle, bool per_thread, struct ct_fake_work *work,
			uint32_t node_type, uint32_t correlation, int64_t call_ns,
			int64_t *end_ns)
{
	CUstream stream;
	CUgraphNode node = NULL;

	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	if (!stream) {
		ct_fake_unlock();
		return ct_fake_current() ? CUDA_ERROR_INVALID_HANDLE
					 : CUDA_ERROR_INVALID_CONTEXT;
	}
	work->activity.correlation = correlation;
	if (work->activity.kind == CT_FAKE_KERNEL)
		work->duration_ns = ct_fake_duration_ns(
			work->activity.name, work->activity.grid, stream->context->sms);
	node = ct_fake_capture(stream, work, node_type);
	if (!node)
		ct_fake_queue(stream, work, call_ns);
	if (end_ns)
		*end_ns = node ? call_ns : work->activity.end_ns;
	ct_fake_unlock();

	if (node) {
		ct_fake_tell_edges(node);
		ct_fake_tell_node(node);
	} else {
		ct_fake_tell(&work->activity);
	}
	return CUDA_SUCCESS;
}
