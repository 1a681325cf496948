/*
 * sourced-file - where the documents of the models room are found, and reading them.
 *
 * A shipped document is known by its name; a path is told from a name by its looks (a
 * '/' or the ending .json), never by what happens to exist, so that a stray file in the
 * working directory cannot take a board's place.
 */
#include "models/sourced.h"

#include <errno.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/nearest.h"

#define MAX_FILE_BYTES (1 << 20) /* shipped ones have some 8,000 */

json_t *ct_sourced_load(const char *path, char **sha256, GError **error)
{
	g_autoptr(GMappedFile) file = NULL;
	g_autoptr(GError) cause = NULL;
	json_error_t where;
	json_t *document;

	if (g_file_test(path, G_FILE_TEST_EXISTS) &&
	    !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		ct_input_error(error, "%s: is not a file", path);
		return NULL;
	}
	file = g_mapped_file_new(path, FALSE, &cause);
	if (!file) {
		ct_input_error(error, "%s: %s", path, g_strerror(errno));
		return NULL;
	}
	if (g_mapped_file_get_length(file) > MAX_FILE_BYTES) {
		ct_input_error(error, "%s: is longer than %d bytes", path, MAX_FILE_BYTES);
		return NULL;
	}
	document =
		json_loadb(g_mapped_file_get_contents(file) ?: "",
			   g_mapped_file_get_length(file), JSON_REJECT_DUPLICATES, &where);
	if (!document) {
		ct_input_error(error, "%s: line %d, column %d: %s", path, where.line,
			       where.column, where.text);
		return NULL;
	}
	if (!json_is_object(document)) {
		ct_input_error(error, "%s: must hold one JSON object", path);
		json_decref(document);
		return NULL;
	}
	*sha256 = g_compute_checksum_for_data(
		G_CHECKSUM_SHA256, (const guchar *)g_mapped_file_get_contents(file),
		g_mapped_file_get_length(file));
	return document;
}

/* A program that was built but not installed finds its documents in the sources, where
 * the build folder is the source folder or right below it. */
static void add_own_sources(GPtrArray *all, const char *kind)
{
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = program ? g_path_get_dirname(program) : NULL;

	for (int up = 0; folder && up < 2; up++) {
		const char *above = up ? ".." : ".";
		g_autofree char *sign =
			g_build_filename(folder, above, "configure.ac", NULL);

		if (g_file_test(sign, G_FILE_TEST_IS_REGULAR))
			g_ptr_array_add(all, g_strdup_printf("%s/%s/models/%ss", folder,
							     above, kind));
	}
}

/* The folders that hold documents of a KIND, first come first served.  The folders of
 * all kinds stand beside each other, so one variable, of devices, is enough. */
static char **folders(const char *kind)
{
	g_auto(GStrv) own = g_strsplit(g_getenv("CT_DEVICE_PATH") ?: "", ":", -1);
	GPtrArray *all = g_ptr_array_new();

	for (char **place = own; *place; place++) {
		g_autofree char *parent = g_path_get_dirname(*place);

		if (!**place)
			continue;
		if (strcmp(kind, "device") == 0)
			g_ptr_array_add(all, g_strdup(*place));
		else
			g_ptr_array_add(all, g_strdup_printf("%s/%ss", parent, kind));
	}
	add_own_sources(all, kind);
	g_ptr_array_add(all, g_strdup_printf("%s/%ss", CT_PKGDATADIR, kind));
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

char *ct_sourced_name(const char *path)
{
	char *name = g_path_get_basename(path);

	if (g_str_has_suffix(name, ".json"))
		name[strlen(name) - strlen(".json")] = '\0';
	return name;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **ct_sourced_list(const char *kind, GError **error)
{
	g_auto(GStrv) places = folders(kind);
	g_autoptr(GHashTable) names =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *searched = NULL;
	char **list;
	guint n;

	for (char **place = places; *place; place++) {
		g_autoptr(GDir) folder = g_dir_open(*place, 0, NULL);
		const char *entry;

		while (folder && (entry = g_dir_read_name(folder)))
			if (g_str_has_suffix(entry, ".json"))
				g_hash_table_add(names, ct_sourced_name(entry));
	}
	if (g_hash_table_size(names) == 0) {
		searched = g_strjoinv(", ", places);
		ct_input_error(error, "no %s files in %s", kind, searched);
		return NULL;
	}
	list = (char **)g_hash_table_get_keys_as_array(names, &n);
	g_hash_table_steal_all(names);
	qsort(list, n, sizeof(*list), by_name);
	return list;
}

char *ct_sourced_find(const char *kind, const char *name, GError **error)
{
	g_auto(GStrv) places = NULL;
	g_auto(GStrv) known = NULL;
	const char *near;

	if (strchr(name, '/') || g_str_has_suffix(name, ".json"))
		return g_strdup(name);
	places = folders(kind);
	for (char **place = places; *place; place++) {
		char *path = g_strdup_printf("%s/%s.json", *place, name);

		if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
			return path;
		g_free(path);
	}
	known = ct_sourced_list(kind, error);
	if (!known)
		return NULL;
	near = ct_nearest_name(name, (const char *const *)known);
	if (near)
		ct_input_error(error, "unknown %s \"%s\"; did you mean \"%s\"?", kind, name,
			       near);
	else
		ct_input_error(error, "unknown %s \"%s\"; `cotenant device %s` names them",
			       kind, name,
			       strcmp(kind, "actuator") == 0 ? "actuators" : "list");
	return NULL;
}
