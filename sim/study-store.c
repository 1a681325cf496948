/*
 * study-store - what a study has loaded, by name, and the hashes of the files.
 */
#include "sim/study-store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"

struct ct_study_store {
	const struct ct_study_options *options;
	GPtrArray *inputs; /* borrowed */
	GHashTable *device, *actuator, *trace, *curves, *program;
};

struct ct_study_store *ct_study_store_new(const struct ct_study_options *options,
					  GPtrArray *inputs)
{
	struct ct_study_store *s = g_new0(struct ct_study_store, 1);

	s->options = options;
	s->inputs = inputs;
	s->device = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					  (GDestroyNotify)ct_device_free);
	s->actuator = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					    (GDestroyNotify)ct_actuator_model_free);
	s->trace = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					 (GDestroyNotify)ct_trace_free);
	s->curves = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					  (GDestroyNotify)ct_curves_free);
	s->program = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify)ct_program_free);
	return s;
}

void ct_study_store_free(struct ct_study_store *s)
{
	if (!s)
		return;
	g_hash_table_destroy(s->program);
	g_hash_table_destroy(s->curves);
	g_hash_table_destroy(s->trace);
	g_hash_table_destroy(s->actuator);
	g_hash_table_destroy(s->device);
	g_free(s);
}

static char *hash_file(const char *path, GError **error)
{
	enum { BYTES = 1 << 20 };
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree guint8 *buffer = g_malloc(BYTES);
	FILE *file = fopen(path, "rb");
	gboolean failed;
	size_t n;

	if (!file) {
		ct_input_error(error, "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	while ((n = fread(buffer, 1, BYTES, file)) > 0)
		g_checksum_update(sum, buffer, (gssize)n);
	failed = ferror(file);
	fclose(file);
	if (failed) {
		ct_input_error(error, "%s: cannot be read", path);
		return NULL;
	}
	return g_strdup(g_checksum_get_string(sum));
}

gboolean ct_study_store_note(struct ct_study_store *s, const char *path, const char *sha256,
			     GError **error)
{
	g_autofree char *hash = sha256 ? g_strdup(sha256) : NULL;
	struct ct_study_input *input;

	for (guint i = 0; i < s->inputs->len; i++) {
		input = g_ptr_array_index(s->inputs, i);
		if (strcmp(input->path, path) == 0)
			return TRUE;
	}
	if (!hash)
		hash = hash_file(path, error);
	if (!hash)
		return FALSE;
	input = g_new0(struct ct_study_input, 1);
	input->path = g_strdup(path);
	input->sha256 = g_steal_pointer(&hash);
	g_ptr_array_add(s->inputs, input);
	return TRUE;
}

const struct ct_device *ct_study_store_device(struct ct_study_store *s, const char *name,
					      GError **error)
{
	struct ct_device *d = g_hash_table_lookup(s->device, name);

	if (d)
		return d;
	d = ct_device_load(name, error);
	if (!d)
		return NULL;
	g_hash_table_insert(s->device, g_strdup(name), d);
	return ct_study_store_note(s, d->path, d->sha256, error) ? d : NULL;
}

const struct ct_actuator_model *ct_study_store_actuator(struct ct_study_store *s,
							const char *name, GError **error)
{
	struct ct_actuator_model *a = g_hash_table_lookup(s->actuator, name);

	if (a)
		return a;
	a = ct_actuator_model_load(name, error);
	if (!a)
		return NULL;
	g_hash_table_insert(s->actuator, g_strdup(name), a);
	return ct_study_store_note(s, a->path, a->sha256, error) ? a : NULL;
}

static const struct ct_trace *trace_of(struct ct_study_store *s, const char *path,
				       GError **error)
{
	struct ct_trace *t = g_hash_table_lookup(s->trace, path);
	char *key;

	if (t)
		return t;
	key = g_strdup(path); /* lives as long as the trace, which borrows it */
	t = s->options->open_trace(key, s->options->open_data, error);
	if (!t) {
		g_free(key);
		return NULL;
	}
	g_hash_table_insert(s->trace, key, t);
	return ct_study_store_note(s, path, NULL, error) ? t : NULL;
}

static const struct ct_curves *curves_of(struct ct_study_store *s, const char *path,
					 GError **error)
{
	struct ct_curves *c = g_hash_table_lookup(s->curves, path);

	if (c)
		return c;
	c = ct_curves_load(path, error);
	if (!c)
		return NULL;
	g_hash_table_insert(s->curves, c->path, c);
	return ct_study_store_note(s, path, c->sha256, error) ? c : NULL;
}

static gboolean add_curves(struct ct_study_store *s, const char *path, struct ct_program *p,
			   GError **error)
{
	const struct ct_curves *curves = curves_of(s, path, error);

	return curves && ct_program_curves(p, curves, error);
}

const struct ct_program *ct_study_store_program(struct ct_study_store *s,
						const struct ct_device *device,
						const struct ct_tenant_spec *tenant,
						const char *estimator, GError **error)
{
	g_autofree char *key =
		g_strdup_printf("%s\n%s\n%s\n%s\n%s", device->path, estimator,
				tenant->trace, tenant->curves ? tenant->curves : "",
				tenant->requests ? tenant->requests : "\n");
	struct ct_program *p = g_hash_table_lookup(s->program, key);
	const struct ct_trace *trace;

	if (p)
		return p;
	trace = trace_of(s, tenant->trace, error);
	if (!trace)
		return NULL;
	p = ct_program_new(trace, device, tenant->requests, error);
	if (!p)
		return NULL;
	ct_program_estimate(p, ct_estimator_find(estimator));
	if (tenant->curves && !add_curves(s, tenant->curves, p, error)) {
		ct_program_free(p);
		return NULL;
	}
	g_hash_table_insert(s->program, g_steal_pointer(&key), p);
	return p;
}
