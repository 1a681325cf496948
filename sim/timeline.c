/*
 * timeline - Chrome JSON, one event a line, written as it happens.
 *
 * Times are int64 nanoseconds and the format wants microseconds, so they are printed as
 * decimal text, never through a double.  Requests of one tenant may overlap, so they
 * are asynchronous events; everything on a stream is a complete event, since a stream
 * does one thing at a time.  Write errors are kept and told once, by finish.
 */
#include "sim/timeline.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sim/base/error.h"

#define DEVICE_PID 0u /* tenant i is process i + 1 */

struct ct_timeline {
	FILE *out;
	int failure;
	GHashTable *track; /* struct track, a set */
};

struct track { /* of a tenant's process: a stream of a copy */
	uint32_t tenant, copy, stream, tid;
};

static guint track_hash(gconstpointer key)
{
	const struct track *t = key;

	return (t->tenant * 31u + t->copy) * 1009u + t->stream;
}

static gboolean track_equal(gconstpointer a, gconstpointer b)
{
	const struct track *s = a, *t = b;

	return s->tenant == t->tenant && s->copy == t->copy && s->stream == t->stream;
}

struct ct_timeline *ct_timeline_new(FILE *out)
{
	struct ct_timeline *t = g_new0(struct ct_timeline, 1);

	t->out = out;
	t->track = g_hash_table_new_full(track_hash, track_equal, g_free, NULL);
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", out);
	fprintf(out,
		"\n{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,"
		"\"args\":{\"name\":\"device\"}}",
		DEVICE_PID);
	return t;
}

/* TEXT as a JSON string, whatever bytes it holds. */
static void put_string(struct ct_timeline *t, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);

	fputc('"', t->out);
	for (const char *p = valid; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\')
			fprintf(t->out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(t->out, "\\u%04x", c);
		else
			fputc(c, t->out);
	}
	fputc('"', t->out);
}

/* ,"KEY":microseconds */
static void put_us(struct ct_timeline *t, const char *key, int64_t ns)
{
	uint64_t magnitude = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

	fprintf(t->out, ",\"%s\":%s%" PRIu64 ".%03u", key, ns < 0 ? "-" : "",
		magnitude / 1000, (unsigned)(magnitude % 1000));
}

static void put_event(struct ct_timeline *t, const char *phase, const char *name,
		      uint32_t pid)
{
	if (ferror(t->out) && !t->failure)
		t->failure = errno ? errno : EIO;
	fprintf(t->out, ",\n{\"ph\":\"%s\",\"name\":", phase);
	put_string(t, name);
	fprintf(t->out, ",\"pid\":%u", pid);
}

void ct_timeline_tenant(struct ct_timeline *t, uint32_t tenant, const char *name)
{
	put_event(t, "M", "process_name", tenant + 1);
	fputs(",\"args\":{\"name\":", t->out);
	put_string(t, name);
	fputs("}}", t->out);
}

/* The track of a stream, named when it is first met. */
static uint32_t track_id(struct ct_timeline *t, const struct ct_timeline_op *op)
{
	struct track key = { op->tenant, op->copy, op->stream, 0 }, *track;

	track = g_hash_table_lookup(t->track, &key);
	if (track)
		return track->tid;
	key.tid = g_hash_table_size(t->track) + 1;
	g_hash_table_add(t->track, g_memdup2(&key, sizeof(key)));
	put_event(t, "M", "thread_name", op->tenant + 1);
	fprintf(t->out, ",\"tid\":%u,\"args\":{\"name\":\"", key.tid);
	if (op->copy)
		fprintf(t->out, "copy %u, ", op->copy);
	fprintf(t->out, "stream %u\"}}", op->stream);
	return key.tid;
}

void ct_timeline_op(struct ct_timeline *t, const struct ct_timeline_op *op)
{
	uint32_t tid = track_id(t, op);

	put_event(t, "X", op->name, op->tenant + 1);
	fprintf(t->out, ",\"tid\":%u,\"cat\":", tid);
	put_string(t, op->kind);
	put_us(t, "ts", op->start_ns);
	put_us(t, "dur", op->end_ns - op->start_ns);
	fprintf(t->out,
		",\"args\":{\"number\":%" PRIu64 ",\"blocks\":%" PRIu64
		",\"priority\":%u,\"part\":%u"
		",\"issued_ns\":%" PRId64 ",\"released_ns\":%" PRId64
		",\"ready_ns\":%" PRId64 ",\"start_ns\":%" PRId64 ",\"end_ns\":%" PRId64,
		op->number, op->blocks, op->priority, op->part, op->issued_ns,
		op->released_ns, op->ready_ns, op->start_ns, op->end_ns);
	if (op->why) {
		fputs(",\"why\":", t->out);
		put_string(t, op->why);
	}
	fputs("}}", t->out);
}

static void put_async(struct ct_timeline *t, const char *phase, const char *name,
		      uint32_t tenant, uint64_t number, int64_t at_ns)
{
	put_event(t, phase, name, tenant + 1);
	fprintf(t->out, ",\"cat\":\"request\",\"id\":\"%u.%" PRIu64 "\",\"tid\":0", tenant,
		number);
	put_us(t, "ts", at_ns);
}

void ct_timeline_request(struct ct_timeline *t, uint32_t tenant, uint32_t copy,
			 uint64_t number, int64_t arrived_ns, int64_t start_ns,
			 int64_t end_ns)
{
	char name[40];

	g_snprintf(name, sizeof(name), "request %" PRIu64, number);
	put_async(t, "b", name, tenant, number, arrived_ns);
	fprintf(t->out, ",\"args\":{\"copy\":%u,\"arrived_ns\":%" PRId64, copy, arrived_ns);
	fprintf(t->out, ",\"start_ns\":%" PRId64 ",\"end_ns\":%" PRId64 "}}", start_ns,
		end_ns);
	if (start_ns > arrived_ns) {
		put_async(t, "b", "queued", tenant, number, arrived_ns);
		fputc('}', t->out);
		put_async(t, "e", "queued", tenant, number, start_ns);
		fputc('}', t->out);
	}
	put_async(t, "e", name, tenant, number, end_ns);
	fputc('}', t->out);
}

void ct_timeline_sms(struct ct_timeline *t, int64_t now_ns, uint32_t active)
{
	put_event(t, "C", "active SMs", DEVICE_PID);
	put_us(t, "ts", now_ns);
	fprintf(t->out, ",\"args\":{\"SMs\":%u}}", active);
}

void ct_timeline_context(struct ct_timeline *t, int64_t now_ns, uint32_t tenant,
			 const char *name, gboolean on)
{
	put_event(t, on ? "B" : "E", name, DEVICE_PID);
	put_us(t, "ts", now_ns);
	fprintf(t->out, ",\"tid\":1,\"cat\":\"context\",\"args\":{\"tenant\":%u}}", tenant);
}

void ct_timeline_mark(struct ct_timeline *t, int64_t now_ns, const char *text)
{
	put_event(t, "i", text, DEVICE_PID);
	put_us(t, "ts", now_ns);
	fputs(",\"tid\":0,\"s\":\"g\"}", t->out);
}

gboolean ct_timeline_finish(struct ct_timeline *t, GError **error)
{
	int failure;

	fputs("\n]}\n", t->out);
	if ((fflush(t->out) != 0 || ferror(t->out)) && !t->failure)
		t->failure = errno ? errno : EIO;
	failure = t->failure;
	g_hash_table_destroy(t->track);
	g_free(t);
	if (failure)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "timeline: %s",
			    g_strerror(failure));
	return !failure;
}
