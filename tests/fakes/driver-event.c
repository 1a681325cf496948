/*
 * driver-event - events of the fake driver.
 *
 * An event that is recorded knows at once when it will have happened, since the stream
 * does.  Each record of it has a number of its own, as CUPTI tells waits apart by that.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/driver.h"

static CUevent events;
static uint32_t n_events;
static uint64_t n_records;

/* With the lock. */
static bool is_known(CUevent event)
{
	for (CUevent e = events; e; e = e->next) {
		if (e == event)
			return !e->is_dead;
	}
	return false;
}

CT_FAKE_EXPORT CUresult cuEventCreate(CUevent *out, unsigned flags)
{
	CUevent event;

	CT_FAKE_ENTER(cuEventCreate, (CUevent * out; unsigned flags;), out, flags);
	if (!out)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	if (!ct_fake_current())
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	event = calloc(1, sizeof(*event));
	event->flags = flags;
	ct_fake_lock();
	event->id = ++n_events;
	event->next = events;
	events = event;
	ct_fake_unlock();
	*out = event;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuEventDestroy_v2(CUevent event)
{
	bool known;

	CT_FAKE_ENTER(cuEventDestroy_v2, (CUevent event;), event);
	ct_fake_lock();
	known = is_known(event);
	if (known)
		event->is_dead = true;
	ct_fake_unlock();
	CT_FAKE_LEAVE(known ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE);
}

/* Also for the event nodes of graphs.  With the lock. */
void ct_fake_event_happens(CUevent event, CUstream stream, int64_t time_ns)
{
	event->is_recorded = true;
	event->record = ++n_records;
	event->time_ns = time_ns;
	event->context = stream->context->id;
	event->stream = stream->id;
	event->capture = NULL;
}

static CUresult record(CUevent event, CUstream handle, bool per_thread,
		       uint32_t correlation)
{
	struct ct_fake_activity told = { .kind = CT_FAKE_EVENT,
					 .correlation = correlation };
	CUresult result = CUDA_ERROR_INVALID_HANDLE;
	int64_t time_ns;
	CUstream stream;

	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	if (stream && is_known(event) && stream->capture) {
		event->capture = stream->capture;
		memcpy(event->deps, stream->deps, sizeof(event->deps));
		event->n_deps = stream->n_deps;
		event->is_recorded = false;
		result = CUDA_SUCCESS;
	} else if (stream && is_known(event)) {
		time_ns = ct_fake_now_ns();
		if (stream->end_ns > time_ns)
			time_ns = stream->end_ns;
		if (stream->wait_ns > time_ns)
			time_ns = stream->wait_ns;
		ct_fake_event_happens(event, stream, time_ns);
		ct_fake_reached(stream, time_ns);
		told.event = event->id;
		told.event_record = event->record;
		told.context = stream->context->id;
		told.device = stream->context->device;
		told.stream = stream->id;
		told.start_ns = told.end_ns = time_ns;
		result = CUDA_SUCCESS;
	}
	ct_fake_unlock();
	if (told.event)
		ct_fake_tell(&told);
	return result;
}

static CUresult wait(CUstream handle, bool per_thread, CUevent event, uint32_t correlation)
{
	struct ct_fake_activity told = { .kind = CT_FAKE_SYNC,
					 .type = CT_FAKE_SYNC_WAIT,
					 .correlation = correlation };
	CUresult result = CUDA_ERROR_INVALID_HANDLE;
	CUstream stream;

	told.start_ns = ct_fake_now_ns();
	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	if (stream && is_known(event) && event->capture) {
		result = ct_fake_capture_joins(stream, event)
				 ? CUDA_SUCCESS
				 : CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
	} else if (stream && is_known(event)) {
		if (event->is_recorded && event->time_ns > stream->wait_ns)
			stream->wait_ns = event->time_ns;
		if (event->is_recorded)
			ct_fake_reached(stream, event->time_ns);
		told.event = event->id;
		told.event_record = event->record;
		told.context = stream->context->id;
		told.device = stream->context->device;
		told.stream = stream->id;
		result = CUDA_SUCCESS;
	}
	ct_fake_unlock();
	told.end_ns = ct_fake_now_ns();
	if (told.event)
		ct_fake_tell(&told);
	return result;
}

#define EVENT_CALLS(suffix, per_thread)                                                    \
	CT_FAKE_EXPORT CUresult cuEventRecord##suffix(CUevent event, CUstream s)           \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuEventRecord##suffix,                                             \
			{                                                                  \
				CUevent event;                                             \
				CUstream s;                                                \
			},                                                                 \
			event, s);                                                         \
		CT_FAKE_LEAVE(record(event, s, per_thread, CT_FAKE_CORRELATION));          \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuEventRecordWithFlags##suffix(CUevent event, CUstream s,  \
							       unsigned flags)             \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuEventRecordWithFlags##suffix,                                    \
			{                                                                  \
				CUevent event;                                             \
				CUstream s;                                                \
				unsigned flags;                                            \
			},                                                                 \
			event, s, flags);                                                  \
		CT_FAKE_LEAVE(record(event, s, per_thread, CT_FAKE_CORRELATION));          \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuStreamWaitEvent##suffix(CUstream s, CUevent event,       \
							  unsigned flags)                  \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuStreamWaitEvent##suffix,                                         \
			{                                                                  \
				CUstream s;                                                \
				CUevent event;                                             \
				unsigned flags;                                            \
			},                                                                 \
			s, event, flags);                                                  \
		CT_FAKE_LEAVE(wait(s, per_thread, event, CT_FAKE_CORRELATION));            \
	}
EVENT_CALLS(, false)
EVENT_CALLS(_ptsz, true)

CT_FAKE_EXPORT CUresult cuEventQuery(CUevent event)
{
	CUresult result = CUDA_ERROR_INVALID_HANDLE;

	CT_FAKE_ENTER(cuEventQuery, (CUevent event;), event);
	ct_fake_lock();
	if (is_known(event))
		result = event->is_recorded && event->time_ns > ct_fake_now_ns()
				 ? CUDA_ERROR_NOT_READY
				 : CUDA_SUCCESS;
	ct_fake_unlock();
	CT_FAKE_LEAVE(result);
}

CT_FAKE_EXPORT CUresult cuEventSynchronize(CUevent event)
{
	struct ct_fake_activity told = { .kind = CT_FAKE_SYNC, .type = CT_FAKE_SYNC_EVENT };
	int64_t until_ns = 0;

	CT_FAKE_ENTER(cuEventSynchronize, (CUevent event;), event);
	ct_fake_lock();
	if (!is_known(event)) {
		ct_fake_unlock();
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_HANDLE);
	}
	if (event->is_recorded)
		until_ns = event->time_ns;
	told.event = event->id;
	told.event_record = event->record;
	told.context = event->context;
	told.stream = event->is_recorded ? event->stream : CT_FAKE_NONE;
	ct_fake_unlock();
	told.start_ns = ct_fake_now_ns();
	ct_fake_sleep_until(until_ns);
	told.end_ns = ct_fake_now_ns();
	told.correlation = CT_FAKE_CORRELATION;
	ct_fake_tell(&told);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

static CUresult elapsed(float *ms, CUevent start, CUevent end)
{
	CUresult result = CUDA_ERROR_INVALID_HANDLE;

	ct_fake_lock();
	if (is_known(start) && is_known(end) && start->is_recorded && end->is_recorded) {
		result = end->time_ns > ct_fake_now_ns() ? CUDA_ERROR_NOT_READY
							 : CUDA_SUCCESS;
		*ms = (float)(end->time_ns - start->time_ns) / 1e6f;
	}
	ct_fake_unlock();
	return result;
}

CT_FAKE_EXPORT CUresult cuEventElapsedTime(float *ms, CUevent start, CUevent end)
{
	CT_FAKE_ENTER(cuEventElapsedTime, (float *ms; CUevent start; CUevent end;), ms,
		      start, end);
	CT_FAKE_LEAVE(elapsed(ms, start, end));
}

CT_FAKE_EXPORT CUresult cuEventElapsedTime_v2(float *ms, CUevent start, CUevent end)
{
	CT_FAKE_ENTER(cuEventElapsedTime_v2, (float *ms; CUevent start; CUevent end;), ms,
		      start, end);
	CT_FAKE_LEAVE(elapsed(ms, start, end));
}
