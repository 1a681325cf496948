/*
 * kineto - reads the JSON of the PyTorch profiler, event by event.
 *
 * A trace is hundreds of megabytes of which a few per cent matter, so the reader is
 * made to lose interest early: the first key that shows an event to be a flow arrow, a
 * Python frame or a CPU operator sets SKIP, and until the end of that event every
 * callback returns at once.  Nothing is allocated per event, and numbers are parsed
 * from their text only when their key is one we know.
 *
 * What must stay true: memory is bounded whatever the file holds.  yajl gathers a value
 * that spans pieces of input in memory, and keeps a byte per level of nesting; both are
 * limited here.
 */
#include "traces/kineto.h"

#include <string.h>

#include <yajl/yajl_parse.h>

#include "sim/base/error.h"
#include "traces/decimal.h"
#include "traces/gz-input.h"

#define PIECE_BYTES     (256u << 10)
#define MAX_VALUE_BYTES (16u << 20)
#define MAX_DEPTH       512
#define NAME_BYTES      8192 /* longer names are cut */

/* Where the parser is; each but the first two is entered from the one that fits. */
enum place { OUTSIDE, AFTER, TOP, EVENTS, EVENT, ARGS, VECTOR, DEVICES, DEVICE };

enum { /* keys of an event that are no number */
       KEY_NONE = CT_KINETO_FIELDS,
       KEY_PHASE,
       KEY_CATEGORY,
       KEY_NAME,
       KEY_ARGS,
};

enum { TOP_NONE, TOP_EVENTS, TOP_DEVICES, TOP_BASE };

struct reader {
	const struct ct_kineto_handler *handler;
	GError *error;
	enum place place;
	guint depth, skip; /* SKIP: the depth at which interest returns; 0: interested */
	guint key, vector;
	gboolean bare, seen_events;
	guint64 n_values; /* to see that the parser gets on */
	guint64 n_events;
	struct ct_kineto_event event;
	struct ct_device_record device;
	char name[NAME_BYTES + 1];
	size_t name_length;
};

struct word {
	const char *text;
	guint8 length, value;
};
#define WORD(text, value)                                                                  \
	{                                                                                  \
		text, sizeof(text) - 1, value                                              \
	}

static const struct word event_keys[] = {
	WORD("ph", KEY_PHASE),      WORD("cat", KEY_CATEGORY),  WORD("name", KEY_NAME),
	WORD("pid", CT_KINETO_PID), WORD("tid", CT_KINETO_TID), WORD("ts", CT_KINETO_TS),
	WORD("dur", CT_KINETO_DUR), WORD("args", KEY_ARGS),
};

static const struct word arg_keys[] = {
	WORD("device", CT_KINETO_DEVICE),
	WORD("context", CT_KINETO_CONTEXT),
	WORD("stream", CT_KINETO_STREAM),
	WORD("correlation", CT_KINETO_CORRELATION),
	WORD("registers per thread", CT_KINETO_REGISTERS),
	WORD("shared memory", CT_KINETO_SMEM),
	WORD("grid", CT_KINETO_GRID_X),
	WORD("block", CT_KINETO_BLOCK_X),
	WORD("bytes", CT_KINETO_BYTES),
	WORD("graph id", CT_KINETO_GRAPH),
	WORD("graph node id", CT_KINETO_GRAPH_NODE),
	WORD("inDevice", CT_KINETO_DEVICE), /* copies between devices */
	WORD("inContext", CT_KINETO_CONTEXT),
	WORD("wait_on_stream", CT_KINETO_WAIT_STREAM),
	WORD("wait_on_cuda_event_record_corr_id", CT_KINETO_WAIT_RECORD),
	WORD("wait_on_cuda_event_id", CT_KINETO_WAIT_EVENT),
};

static const struct word top_keys[] = {
	WORD("traceEvents", TOP_EVENTS),
	WORD("deviceProperties", TOP_DEVICES),
	WORD("baseTimeNanoseconds", TOP_BASE),
};

/* The second spelling is that of profilers before 2022. */
static const struct word categories[] = {
	WORD("kernel", CT_KINETO_KERNEL),
	WORD("Kernel", CT_KINETO_KERNEL),
	WORD("gpu_memcpy", CT_KINETO_MEMCPY),
	WORD("Memcpy", CT_KINETO_MEMCPY),
	WORD("gpu_memset", CT_KINETO_MEMSET),
	WORD("Memset", CT_KINETO_MEMSET),
	WORD("cuda_runtime", CT_KINETO_CALL),
	WORD("Runtime", CT_KINETO_CALL),
	WORD("cuda_driver", CT_KINETO_CALL),
	WORD("cuda_sync", CT_KINETO_SYNC),
	WORD("user_annotation", CT_KINETO_ANNOTATION),
};

/* Where a device's numbers go, and how wide they are there. */
static const struct {
	struct word word;
	guint8 bytes;
} device_keys[] = {
#define DEVICE_KEY(text, field)                                                            \
	{                                                                                  \
		WORD(text, G_STRUCT_OFFSET(struct ct_device_record, field)),               \
			sizeof(((struct ct_device_record *)NULL)->field)                   \
	}
	DEVICE_KEY("id", id),
	DEVICE_KEY("totalGlobalMem", memory_bytes),
	DEVICE_KEY("computeMajor", cc_major),
	DEVICE_KEY("computeMinor", cc_minor),
	DEVICE_KEY("numSms", sms),
	DEVICE_KEY("warpSize", warp_size),
	DEVICE_KEY("maxThreadsPerMultiprocessor", threads_per_sm),
	DEVICE_KEY("regsPerMultiprocessor", regs_per_sm),
	DEVICE_KEY("sharedMemPerMultiprocessor", smem_per_sm_bytes),
	DEVICE_KEY("maxSharedMemoryPerMultiProcessor", smem_per_sm_bytes), /* AMD */
	DEVICE_KEY("sharedMemPerBlockOptin", smem_per_block_optin_bytes),
#undef DEVICE_KEY
};
#define DEVICE_NAME  G_N_ELEMENTS(device_keys)
#define DEVICE_OTHER (DEVICE_NAME + 1)

const char *ct_kineto_field_name(enum ct_kineto_field field)
{
	for (guint i = 0; i < G_N_ELEMENTS(event_keys); i++) {
		if (event_keys[i].value == field)
			return event_keys[i].text;
	}
	for (guint i = 0; i < G_N_ELEMENTS(arg_keys); i++) {
		if (arg_keys[i].value == field)
			return arg_keys[i].text;
	}
	return field > CT_KINETO_BLOCK_X ? "block" : "grid";
}

static guint find_word(const struct word *words, guint n, const unsigned char *text,
		       size_t length, guint otherwise)
{
	for (guint i = 0; i < n; i++) {
		if (words[i].length == length && memcmp(words[i].text, text, length) == 0)
			return words[i].value;
	}
	return otherwise;
}
#define FIND(words, text, length, otherwise)                                               \
	find_word(words, G_N_ELEMENTS(words), text, length, otherwise)

static gboolean equals(const unsigned char *text, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(text, word, length) == 0;
}

/* Cut where a character begins; a NUL, which JSON may hide in a string, ends it too. */
static void keep_name(struct reader *r, const unsigned char *text, size_t length)
{
	size_t n = MIN(length, NAME_BYTES);
	const unsigned char *nul = memchr(text, '\0', n);

	if (nul != NULL)
		n = (size_t)(nul - text);
	else if (n < length) {
		while (n > 0 && (text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(r->name, text, n);
	r->name[n] = '\0';
	r->name_length = n;
}

static void store(struct ct_kineto_event *event, guint field, const char *text,
		  size_t length)
{
	int scale = field == CT_KINETO_TS || field == CT_KINETO_DUR ? 3 : 0;

	if (ct_decimal(text, length, scale, &event->value[field]))
		event->has |= 1u << field;
	else
		event->bad |= 1u << field;
}

/* A thread may be called by a name; any number will do, if it is always the same. */
static void store_identity(struct ct_kineto_event *event, guint field,
			   const unsigned char *text, size_t length)
{
	guint32 hash = 2166136261u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ text[i]) * 16777619u;
	event->value[field] = hash >> 1;
	event->has |= 1u << field;
}

static void begin_event(struct reader *r)
{
	r->event.category = CT_KINETO_NONE;
	r->event.number = r->n_events++;
	r->event.has = r->event.bad = 0;
	r->name[r->name_length = 0] = '\0';
	r->key = KEY_NONE;
}

static gboolean end_event(struct reader *r)
{
	if (r->event.category == CT_KINETO_NONE)
		return TRUE;
	r->event.name = r->name;
	r->event.name_length = r->name_length;
	return r->handler->event(r->handler->data, &r->event, &r->error);
}

static int lose_interest(struct reader *r, guint until)
{
	r->skip = until;
	return 1;
}

/* A map or an array begins; it is one level deeper than what holds it. */
static int enter(struct reader *r, gboolean map)
{
	r->n_values++;
	if (++r->depth > MAX_DEPTH) {
		ct_input_error(&r->error, "nested deeper than %d levels", MAX_DEPTH);
		return 0;
	}
	if (r->skip)
		return 1;
	switch (r->place) {
	case OUTSIDE:
		r->bare = !map;
		r->seen_events = r->bare;
		r->place = map ? TOP : EVENTS;
		return 1;
	case TOP:
		if (r->key == TOP_EVENTS && !map) {
			r->seen_events = TRUE;
			r->place = EVENTS;
			return 1;
		}
		if (r->key == TOP_DEVICES && !map) {
			r->place = DEVICES;
			return 1;
		}
		break;
	case EVENTS:
		if (map) {
			r->place = EVENT;
			begin_event(r);
			return 1;
		}
		break;
	case EVENT:
		if (r->key == KEY_ARGS && map) {
			r->place = ARGS;
			r->key = KEY_NONE;
			return 1;
		}
		break;
	case ARGS:
		if ((r->key == CT_KINETO_GRID_X || r->key == CT_KINETO_BLOCK_X) && !map) {
			r->place = VECTOR;
			r->vector = 0;
			return 1;
		}
		break;
	case DEVICES:
		if (map) {
			r->place = DEVICE;
			memset(&r->device, 0, sizeof(r->device));
			r->name[r->name_length = 0] = '\0';
			r->key = DEVICE_OTHER;
			return 1;
		}
		break;
	default:
		break;
	}
	return lose_interest(r, r->depth);
}

static int leave(struct reader *r)
{
	guint depth = r->depth--;

	if (r->skip && r->skip < depth)
		return 1;
	if (r->skip == depth) {
		r->skip = 0;
		/* a value nobody wanted, unless it was the event itself */
		if (r->place != EVENT || depth != (r->bare ? 2u : 3u)) {
			r->key = r->place == DEVICE ? DEVICE_OTHER : KEY_NONE;
			return 1;
		}
		r->place = EVENTS;
		return 1;
	}
	switch (r->place) {
	case VECTOR:
		r->place = ARGS;
		r->key = KEY_NONE;
		return 1;
	case ARGS:
		r->place = EVENT;
		r->key = KEY_NONE;
		return 1;
	case EVENT:
		r->place = EVENTS;
		return end_event(r);
	case DEVICE:
		r->place = DEVICES;
		r->handler->device(r->handler->data, &r->device, r->name);
		return 1;
	case EVENTS:
	case DEVICES:
		r->place = r->bare ? AFTER : TOP;
		return 1;
	default:
		r->place = AFTER;
		return 1;
	}
}

static int on_start_map(void *data)
{
	return enter(data, TRUE);
}

static int on_start_array(void *data)
{
	return enter(data, FALSE);
}

static int on_end(void *data)
{
	return leave(data);
}

static int on_key(void *data, const unsigned char *text, size_t length)
{
	struct reader *r = data;

	r->n_values++;
	if (r->skip)
		return 1;
	switch (r->place) {
	case TOP:
		r->key = FIND(top_keys, text, length, TOP_NONE);
		break;
	case EVENT:
		r->key = FIND(event_keys, text, length, KEY_NONE);
		break;
	case ARGS:
		r->key = FIND(arg_keys, text, length, KEY_NONE);
		break;
	case DEVICE:
		r->key = equals(text, length, "name") ? DEVICE_NAME : DEVICE_OTHER;
		for (guint i = 0; i < G_N_ELEMENTS(device_keys); i++) {
			if (equals(text, length, device_keys[i].word.text))
				r->key = i;
		}
		break;
	default:
		break;
	}
	return 1;
}

static int on_string(void *data, const unsigned char *text, size_t length)
{
	struct reader *r = data;

	r->n_values++;
	if (r->skip)
		return 1;
	if (r->place == DEVICE && r->key == DEVICE_NAME)
		keep_name(r, text, length);
	if (r->place != EVENT)
		return 1;
	switch (r->key) {
	case KEY_PHASE:
		if (!equals(text, length, "X"))
			return lose_interest(r, r->depth);
		break;
	case KEY_CATEGORY:
		r->event.category = FIND(categories, text, length, CT_KINETO_NONE);
		if (r->event.category == CT_KINETO_NONE)
			return lose_interest(r, r->depth);
		break;
	case KEY_NAME:
		keep_name(r, text, length);
		break;
	case CT_KINETO_PID:
	case CT_KINETO_TID:
		store_identity(&r->event, r->key, text, length);
		break;
	default:
		break;
	}
	return 1;
}

static int on_device_number(struct reader *r, const char *text, size_t length)
{
	guint8 *at = (guint8 *)&r->device + device_keys[r->key].word.value;
	gint64 value;

	if (!ct_decimal(text, length, 0, &value) || value < 0 ||
	    (device_keys[r->key].bytes == 4 && value > G_MAXUINT32)) {
		ct_input_error(&r->error, "deviceProperties: %s is out of range",
			       device_keys[r->key].word.text);
		return 0;
	}
	if (device_keys[r->key].bytes == 4)
		*(guint32 *)(void *)at = (guint32)value;
	else
		*(guint64 *)(void *)at = (guint64)value;
	return 1;
}

static int on_number(void *data, const char *text, size_t length)
{
	struct reader *r = data;
	gint64 base_ns;

	r->n_values++;
	if (r->skip)
		return 1;
	switch (r->place) {
	case EVENT:
	case ARGS:
		if (r->key < CT_KINETO_FIELDS)
			store(&r->event, r->key, text, length);
		break;
	case VECTOR:
		if (r->vector < 3)
			store(&r->event, r->key + r->vector++, text, length);
		break;
	case DEVICE:
		if (r->key < DEVICE_NAME)
			return on_device_number(r, text, length);
		break;
	case TOP:
		if (r->key != TOP_BASE)
			break;
		if (!ct_decimal(text, length, 0, &base_ns)) {
			ct_input_error(&r->error, "baseTimeNanoseconds is out of range");
			return 0;
		}
		r->handler->base(r->handler->data, base_ns);
		break;
	default:
		break;
	}
	return 1;
}

static int on_other(void *data)
{
	struct reader *r = data;

	r->n_values++;
	return 1;
}

static int on_boolean(void *data, int value)
{
	return on_other(data);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_other,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end,
};

/* yajl's words, on one line. */
static void say_syntax(yajl_handle parser, const char *path, guint64 at, GError **error)
{
	unsigned char *text = yajl_get_error(parser, 0, NULL, 0);

	g_strchomp((char *)text);
	ct_input_error(error, "%s: byte %" G_GUINT64_FORMAT ": not JSON: %s", path, at,
		       text);
	yajl_free_error(parser, text);
}

static gboolean feed(struct reader *r, yajl_handle parser, const char *path,
		     const unsigned char *piece, size_t length, guint64 at, GError **error)
{
	yajl_status status = length > 0 ? yajl_parse(parser, piece, length)
					: yajl_complete_parse(parser);

	if (status == yajl_status_ok)
		return TRUE;
	at += length > 0 ? yajl_get_bytes_consumed(parser) : 0;
	if (r->error == NULL) {
		say_syntax(parser, path, at, error);
	} else {
		g_propagate_error(error, g_steal_pointer(&r->error));
		g_prefix_error(error, "%s: before byte %" G_GUINT64_FORMAT ": ", path, at);
	}
	return FALSE;
}

static gboolean read_pieces(struct reader *r, yajl_handle parser, struct ct_gz_input *input,
			    const char *path, void (*progress)(double, void *), void *data,
			    GError **error)
{
	g_autofree unsigned char *piece = g_malloc(PIECE_BYTES);
	guint64 at = 0, got_on_at = 0, n_values = 0;
	gssize length;

	while ((length = ct_gz_input_read(input, piece, PIECE_BYTES, error)) > 0) {
		if (!feed(r, parser, path, piece, (size_t)length, at, error))
			return FALSE;
		at += (guint64)length;
		if (r->n_values != n_values) {
			n_values = r->n_values;
			got_on_at = at;
		} else if (at - got_on_at > MAX_VALUE_BYTES) {
			ct_input_error(error,
				       "%s: byte %" G_GUINT64_FORMAT
				       ": a value is longer than %u MiB",
				       path, got_on_at, MAX_VALUE_BYTES >> 20);
			return FALSE;
		}
		if (progress != NULL)
			progress(ct_gz_input_done(input), data);
	}
	if (length < 0)
		return FALSE;
	if (at == 0) {
		ct_input_error(error, "%s: the file is empty", path);
		return FALSE;
	}
	if (r->place != AFTER) {
		ct_input_error(
			error,
			"%s: byte %" G_GUINT64_FORMAT
			": the JSON ends before it is complete, after %" G_GUINT64_FORMAT
			" events",
			path, at, r->n_events);
		return FALSE;
	}
	return feed(r, parser, path, NULL, 0, at, error);
}

gboolean ct_kineto_read(const char *path, const struct ct_kineto_handler *handler,
			void (*progress)(double done, void *data), void *progress_data,
			GError **error)
{
	struct ct_gz_input *input = ct_gz_input_open(path, error);
	struct reader *r;
	yajl_handle parser;
	gboolean ok;

	if (input == NULL)
		return FALSE;
	r = g_new0(struct reader, 1);
	r->handler = handler;
	parser = yajl_alloc(&callbacks, NULL, r);
	ok = read_pieces(r, parser, input, path, progress, progress_data, error);
	if (ok && !r->seen_events) {
		ct_input_error(error, "%s: JSON, but no trace: it has no \"traceEvents\"",
			       path);
		ok = FALSE;
	}
	yajl_free(parser);
	g_free(r);
	ct_gz_input_close(input);
	return ok;
}
