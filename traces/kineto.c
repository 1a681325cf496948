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
#include "traces/kineto-words.h"

#define PIECE_BYTES     (256u << 10)
#define MAX_VALUE_BYTES (16u << 20)
#define MAX_DEPTH       512
#define NAME_BYTES      8192 /* longer names are cut */

/* Where the parser is; each but the first two is entered from the one that fits. */
enum place { OUTSIDE, AFTER, TOP, EVENTS, EVENT, ARGS, VECTOR, DEVICES, DEVICE };

struct reader {
	const struct ct_kineto_handler *handler;
	GError *error;
	enum place place;
	guint depth, skip;  /* SKIP: the depth at which interest returns; 0: interested */
	guint8 key, vector; /* KEY: what the next value is */
	gboolean bare, seen_events;
	guint64 n_values; /* to see that the parser gets on */
	guint64 n_events;
	struct ct_kineto_event event;
	struct ct_device_record device;
	char name[NAME_BYTES + 1];
	size_t name_length;
};

const char *ct_kineto_field_name(enum ct_kineto_field field)
{
	const char *text = ct_kineto_spelling(ct_kineto_event_keys, field);

	if (text == NULL)
		text = ct_kineto_spelling(ct_kineto_arg_keys, field);
	if (text == NULL)
		text = field > CT_KINETO_BLOCK_X ? "block" : "grid";
	return text;
}

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

static void store(struct ct_kineto_event *event, guint8 field, const char *text,
		  size_t length)
{
	int scale = field == CT_KINETO_TS || field == CT_KINETO_DUR ? 3 : 0;

	if (ct_decimal(text, length, scale, &event->value[field]))
		event->has |= 1u << field;
	else
		event->bad |= 1u << field;
}

/* A thread may be called by a name; any number will do, if it is always the same. */
static void store_identity(struct ct_kineto_event *event, guint8 field,
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
	r->key = CT_KINETO_KEY_OTHER;
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
		if (r->key == CT_KINETO_KEY_EVENTS && !map) {
			r->seen_events = TRUE;
			r->place = EVENTS;
			return 1;
		}
		if (r->key == CT_KINETO_KEY_DEVICES && !map) {
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
		if (r->key == CT_KINETO_KEY_ARGS && map) {
			r->place = ARGS;
			r->key = CT_KINETO_KEY_OTHER;
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
			r->key = CT_KINETO_KEY_OTHER;
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
			r->key = CT_KINETO_KEY_OTHER;
			return 1;
		}
		r->place = EVENTS;
		return 1;
	}
	switch (r->place) {
	case VECTOR:
		r->place = ARGS;
		r->key = CT_KINETO_KEY_OTHER;
		return 1;
	case ARGS:
		r->place = EVENT;
		r->key = CT_KINETO_KEY_OTHER;
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
	static const struct ct_kineto_word *const keys[] = {
		[TOP] = ct_kineto_top_keys,
		[EVENT] = ct_kineto_event_keys,
		[ARGS] = ct_kineto_arg_keys,
		[DEVICE] = ct_kineto_device_keys,
	};
	struct reader *r = data;

	r->n_values++;
	if (!r->skip)
		r->key = ct_kineto_find(keys[r->place], text, length, CT_KINETO_KEY_OTHER);
	return 1;
}

static int on_string(void *data, const unsigned char *text, size_t length)
{
	struct reader *r = data;

	r->n_values++;
	if (r->skip)
		return 1;
	if (r->place == DEVICE && r->key == CT_KINETO_KEY_DEVICE_NAME)
		keep_name(r, text, length);
	if (r->place != EVENT)
		return 1;
	switch (r->key) {
	case CT_KINETO_KEY_PHASE:
		if (!equals(text, length, "X"))
			return lose_interest(r, r->depth);
		break;
	case CT_KINETO_KEY_CATEGORY:
		r->event.category =
			ct_kineto_find(ct_kineto_categories, text, length, CT_KINETO_NONE);
		if (r->event.category == CT_KINETO_NONE)
			return lose_interest(r, r->depth);
		break;
	case CT_KINETO_KEY_NAME:
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

/* KEY is where in the record the number goes; one of them is 64 bits wide. */
static int on_device_number(struct reader *r, const char *text, size_t length)
{
	gboolean wide = r->key == G_STRUCT_OFFSET(struct ct_device_record, memory_bytes);
	gint64 value;

	if (!ct_decimal(text, length, 0, &value) || value < 0 ||
	    (!wide && value > G_MAXUINT32)) {
		ct_input_error(&r->error, "deviceProperties: %s is out of range",
			       ct_kineto_spelling(ct_kineto_device_keys, r->key));
		return 0;
	}
	if (wide)
		r->device.memory_bytes = (guint64)value;
	else
		G_STRUCT_MEMBER(guint32, &r->device, r->key) = (guint32)value;
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
			store(&r->event, (guint8)(r->key + r->vector++), text, length);
		break;
	case DEVICE:
		if (r->key < CT_KINETO_KEY_DEVICE_NAME)
			return on_device_number(r, text, length);
		break;
	case TOP:
		if (r->key != CT_KINETO_KEY_BASE)
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
	if (r->place != AFTER && r->place != OUTSIDE) {
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
