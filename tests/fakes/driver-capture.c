/*
 * driver-capture - a stream's work becomes a graph instead of running.
 *
 * Each piece of work depends on what the stream did before; another stream joins by waiting
 * for an event of one that is captured.
 */
#include <string.h>

#include "tests/fakes/driver.h"

/* With the lock; NULL: STREAM is not being captured. */
CUgraphNode ct_fake_capture(CUstream stream, const struct ct_fake_work *work, uint32_t type)
{
	CUgraphNode node;

	if (!stream->capture)
		return NULL;
	node = ct_fake_node_new(stream->capture, type, stream->deps, stream->n_deps, work);
	stream->deps[0] = node;
	stream->n_deps = 1;
	return node;
}

/* STREAM waits for an event that was recorded in a capture: it is captured too. */
bool ct_fake_capture_joins(CUstream stream, CUevent event)
{
	if (stream->capture && stream->capture != event->capture)
		return false;
	if (stream->n_deps + event->n_deps > CT_FAKE_MAX_DEPS)
		return false;
	stream->capture = event->capture;
	for (unsigned i = 0; i < event->n_deps; i++) {
		bool is_there = false;

		for (unsigned k = 0; k < stream->n_deps; k++)
			is_there |= stream->deps[k] == event->deps[i];
		if (!is_there)
			stream->deps[stream->n_deps++] = event->deps[i];
	}
	return true;
}

static CUresult begin_capture(CUstream handle, bool per_thread)
{
	CUresult result = CUDA_ERROR_INVALID_HANDLE;
	CUgraph graph = NULL;
	CUstream stream;

	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	if (stream && (stream->capture || stream->is_null)) {
		result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
	} else if (stream) {
		graph = stream->capture = ct_fake_graph_new();
		stream->is_origin = true;
		stream->n_deps = 0;
		result = CUDA_SUCCESS;
	}
	ct_fake_unlock();
	if (graph)
		ct_fake_tell_graph(CT_FAKE_GRAPH_CREATED, graph, NULL);
	return result;
}

static CUresult end_capture(CUstream handle, bool per_thread, CUgraph *out)
{
	CUresult result = CUDA_ERROR_INVALID_HANDLE;
	CUstream stream;

	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	if (stream && !stream->is_origin) {
		result = CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
	} else if (stream) {
		*out = stream->capture;
		ct_fake_end_capture(*out);
		result = CUDA_SUCCESS;
	}
	ct_fake_unlock();
	return result;
}

static CUresult is_capturing(CUstream handle, bool per_thread,
			     CUstreamCaptureStatus *status)
{
	CUstream stream;

	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	if (stream)
		*status = stream->capture ? CU_STREAM_CAPTURE_STATUS_ACTIVE
					  : CU_STREAM_CAPTURE_STATUS_NONE;
	ct_fake_unlock();
	return stream ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

#define CAPTURE_CALLS(suffix, per_thread)                                                  \
	CT_FAKE_EXPORT CUresult cuStreamBeginCapture_v2##suffix(CUstream s,                \
								CUstreamCaptureMode mode)  \
	{                                                                                  \
		CT_FAKE_ENTER(cuStreamBeginCapture_v2##suffix,                             \
			      (CUstream s; CUstreamCaptureMode mode;), s, mode);           \
		CT_FAKE_LEAVE(begin_capture(s, per_thread));                               \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuStreamEndCapture##suffix(CUstream s, CUgraph *out)       \
	{                                                                                  \
		CT_FAKE_ENTER(cuStreamEndCapture##suffix, (CUstream s; CUgraph * out;), s, \
			      out);                                                        \
		CT_FAKE_LEAVE(end_capture(s, per_thread, out));                            \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuStreamIsCapturing##suffix(CUstream s,                    \
							    CUstreamCaptureStatus *status) \
	{                                                                                  \
		CT_FAKE_ENTER(cuStreamIsCapturing##suffix,                                 \
			      (CUstream s; CUstreamCaptureStatus * status;), s, status);   \
		CT_FAKE_LEAVE(is_capturing(s, per_thread, status));                        \
	}
CAPTURE_CALLS(, false)
CAPTURE_CALLS(_ptsz, true)
