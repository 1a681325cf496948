/*
 * device - every shipped board loads; a file that is wrong is refused, and says where.
 *
 * Wrong files are made from a shipped one by one replacement each, so that nothing but
 * the replaced text can be what the loader complains about.  Files damaged at random are
 * in tests/fuzz/fuzz-device.c.
 */
#include "models/actuator.h"
#include "models/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"

static char *folder; /* for files made here */

static struct ct_device *load_text(const char *text, size_t length, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "board.json", NULL);
	struct ct_device *device;
	FILE *file;

	file = fopen(path, "wb"); /* g_file_set_contents() would wait for the disk */
	if (!file || fwrite(text, 1, length, file) != length) {
		perror(path);
		exit(1);
	}
	fclose(file);
	device = ct_device_load(path, error);
	unlink(path);
	return device;
}

static int shipped(void)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) names = ct_device_list(&error);
	int wrong = !names || g_strv_length(names) < 15;

	for (char **name = names; name && *name; name++) {
		struct ct_device *d = ct_device_load(*name, &error);
		struct ct_entry entry;

		if (!d) {
			fprintf(stderr, "%s\n", error->message);
			g_clear_error(&error);
			wrong = 1;
			continue;
		}
		wrong |= strcmp(d->name, *name) != 0 || strlen(d->sha256) != 64 ||
			 d->cc_major < 7 || d->sms < 40;
		for (size_t i = 0; ct_device_entry(d, i, &entry); i++) {
			if (json_is_number(entry.value) && !entry.from) {
				fprintf(stderr, "%s: %s has no source\n", *name, entry.key);
				wrong = 1;
			}
		}
		ct_device_free(d);
	}
	return wrong;
}

static int actuators(void)
{
	static const char *const names[] = { "ideal", "cuda-gate" };
	int wrong = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autoptr(GError) error = NULL;
		struct ct_actuator_model *a = ct_actuator_model_load(names[i], &error);

		if (!a) {
			fprintf(stderr, "%s\n", error->message);
			return 1;
		}
		wrong |= !g_strv_contains((const char *const *)a->caps, "gate") ||
			 !g_strv_contains((const char *const *)a->caps, "sees-shape") ||
			 strcmp(a->gate, i == 0 ? "defers" : "blocks") != 0 ||
			 (a->gate_ns == 0) != (i == 0);
		ct_actuator_model_free(a);
	}
	return wrong;
}

/* One replacement in h200-sxm.json, and what the refusal must name. */
static const struct {
	const char *old, *new, *says;
} wrongs[] = {
	{ "\"from\": \"measured on an H200\"", "\"unit\": \"SMs\"", "sms: a number needs" },
	{ "\"from\": \"measured on an H200\"", "\"from\": \"\"", "sms: a number needs" },
	{ "\"from\": \"measured on an H200\"", "\"from\": \"  \"", "sms: a number needs" },
	{ "\"from\": \"measured on an H200\"", "\"from\": 7", "sms: a number needs" },
	{ "\"from\": \"measured on an H200\"", "\"from\": \"me\", \"unit\": \"TPCs\"",
	  "sms: the unit must be \"SMs\"" },
	{ "{ \"value\": 132, \"from\": \"measured on an H200\" }", "132",
	  "sms: must be an object" },
	{ "\"value\": 132", "\"valu\": 132", "sms: unknown key \"valu\"" },
	{ "\"value\": 132,", "", "sms: has no \"value\"" },
	{ "\"value\": 132", "\"value\": 132.5", "sms.value: must be a whole number" },
	{ "\"value\": 132", "\"value\": \"132\"", "sms.value: must be a whole number" },
	{ "\"value\": 132", "\"value\": 0", "sms.value: 0 is not between 1 and 1024" },
	{ "\"value\": 132", "\"value\": -132", "sms.value: -132 is not between" },
	{ "\"value\": 132", "\"value\": 4294967428", "sms.value: 4294967428 is not" },
	{ "\"value\": 132", "\"value\": 99999999999999999999", "line 5" },
	{ "\"value\": 132", "\"value\": 132, \"value\": 132", "duplicate" },
	{ "\"sms\":", "\"smms\":", "did you mean \"sms\"?" },
	{ "\"gpcs\":", "\"gpu\":", "gpu: unknown key" },
	{ "\"threads\":", "\"thread\":",
	  "sm.thread: unknown key; did you mean \"sm.threads\"?" },
	{ "\"tpcs\":", "\"sms\":", "duplicate" },
	{ "\"sm\": {", "\"sm\": 7, \"sn\": {", "sm: must be an object" },
	{ "\"vendor\": \"nvidia\"", "\"vendor\": 7", "vendor: must be a text" },
	{ "\"vendor\": \"nvidia\",", "", "vendor: is missing" },
	{ "\"9.0\"", "\"ninety\"", "compute_capability: must be like" },
	{ "\"9.0\"", "\"9.0.1\"", "compute_capability: must be like" },
	{ "\"compute_capability\": \"9.0\",", "", "compute_capability: is missing" },
	{ "\"threads\": { \"value\": 2048", "\"threads\": { \"value\": 1024",
	  "sm.threads: must be sm.warps times" },
	{ "[0, 8192,", "[8192, 0,", "must not fall" },
	{ "[0, 8192,", "[0, \"8192\",", "smem_carveouts_bytes.value: must be a whole" },
	{ ", 233472]", "]", "must end with sm.smem_bytes" },
	{ "[0, 8192, 16384, 32768, 65536, 102400, 135168, 167936, 200704, 233472]", "[]",
	  "must be a list of 1 to 16" },
	{ "[850, 940]", "[950, 990]", "does not contain the value 900" },
	{ "[850, 940]", "[850]", "must be a list of two" },
	{ "\"proportional\"", "\"fair\"", "\"proportional\" or \"max-min\"" },
	{ "\"value\": \"proportional\"", "\"value\": 1",
	  "\"proportional\" or \"max-min\"" },
	{ "\"value\": 46", "\"value\": 133, \"unit\": \"SMs\"", "dram.saturation_sms" },
	{ "\"granule_sms\": { \"value\": 8", "\"granule_sms\": { \"value\": 0",
	  "partition.granule_sms: must be 0 if and only if" },
	{ "\"min_sms\": { \"value\": 8", "\"min_sms\": { \"value\": 12",
	  "partition.min_sms: must be a multiple of partition.granule_sms" },
	{ "\"reconfigure_ns\": {\n      \"value\": 2000000000,",
	  "\"reconfigure_ns\": {\n      \"value\": 0,",
	  "mig.reconfigure_ns.value: 0 is not between" },
	{ "\"mig\": {", "\"mig\": {}, \"mog\": {",
	  "mog: unknown key; did you mean \"mig\"?" },
	{ "\"profiles\": [", "\"profiles\": [7, ",
	  "mig.profiles: entry 1 must be an object" },
	{ "\"most\": 7,", "", "mig.profiles[0].most: is missing" },
	{ "\"most\": 7,", "\"most\": 0,", "mig.profiles[0].most.value: 0 is not between" },
	{ "\"most\": 7,", "\"moist\": 7,", "did you mean \"most\"?" },
	{ "\"most\": 7,", "\"most\": { \"value\": 7 },",
	  "mig.profiles[0].most: a number needs its source" },
	{ "[0, 1, 2, 3, 4, 5, 6]", "[0, 1, 2, 3, 4, 5, 8]",
	  "mig.profiles[0].starts: must leave room" },
	{ "\"sms\": 60", "\"sms\": 134", "mig.profiles[4].sms: must not exceed" },
	{ "\"4g.71gb\"", "\"3g.71gb\"", "mig.profiles[5].name: is that of another" },
	{ "{ \"value\": 7, \"from\": \"NVIDIA MIG",
	  "{ \"value\": 3, \"from\": \"NVIDIA MIG",
	  "mig.profiles[5].compute_slices: must not exceed" },
	{ "\"memory_slices\": { \"value\": 8,", "\"slices\": { \"value\": 8,",
	  "mig.slices: unknown key" },
	{ "{\n  \"title\"", "[{\n  \"title\"", "line" },
};

static int refused(const char *good)
{
	int wrong = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(wrongs); i++) {
		const char *at = strstr(good, wrongs[i].old);
		g_autoptr(GError) error = NULL;
		g_autofree char *text = NULL;
		struct ct_device *d;

		if (!at) {
			fprintf(stderr, "no %s in the file\n", wrongs[i].old);
			return 1;
		}
		text = g_strdup_printf("%.*s%s%s", (int)(at - good), good, wrongs[i].new,
				       at + strlen(wrongs[i].old));
		d = load_text(text, strlen(text), &error);
		if (d || error->domain != CT_ERROR || error->code != CT_EXIT_INPUT ||
		    !strstr(error->message, "board.json: ") ||
		    !strstr(error->message, wrongs[i].says)) {
			fprintf(stderr, "%s for %s: expected \"%s\", got \"%s\"\n",
				wrongs[i].new, wrongs[i].old, wrongs[i].says,
				d ? "yes" : error->message);
			wrong = 1;
		}
		ct_device_free(d);
	}
	return wrong;
}

static int not_found(void)
{
	static const struct {
		const char *name, *says;
	} asked[] = {
		{ "h20-sxm", "did you mean \"h200-sxm\"?" },
		{ "a100", "did you mean \"a100-pcie-80\"?" },
		{ "zzzzzzzzzz", "unknown device" },
		{ "", "unknown device" },
		{ "./nothing.json", "No such file" },
		{ "/", "is not a file" },
	};
	int wrong = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
		g_autoptr(GError) error = NULL;
		struct ct_device *d = ct_device_load(asked[i].name, &error);

		if (d || !strstr(error->message, asked[i].says)) {
			fprintf(stderr, "%s: %s\n", asked[i].name,
				d ? "yes" : error->message);
			wrong = 1;
		}
		ct_device_free(d);
	}
	return wrong;
}

/* Cut anywhere, the file is refused. */
static int truncated(const char *good)
{
	size_t end = strlen(good);

	while (end > 0 && g_ascii_isspace(good[end - 1]))
		end--;
	for (size_t i = 0; i < end; i += 7) {
		g_autoptr(GError) error = NULL;
		struct ct_device *d = load_text(good, i, &error);

		if (d) {
			fprintf(stderr, "cut after %zu bytes: accepted\n", i);
			ct_device_free(d);
			return 1;
		}
	}
	return 0;
}

/* Other values are checked as a file's are, and the board itself stays as it was. */
static int changed(const char *path)
{
	static const struct {
		const char *changes, *says; /* says: NULL if it is fine */
	} cases[] = {
		{ "{\"dram.saturation_sms\": 59, \"dram.sharing\": \"max-min\"}", NULL },
		{ "{\"dram.saturation_sms\": 133}", "dram.saturation_sms" },
		{ "{\"dram.saturation_sms\": -1}", "dram.saturation_sms" },
		{ "{\"dram.sharing\": \"fair\"}", "dram.sharing" },
		{ "{\"dram.saturation\": 5}", "there is no such number" },
		{ "{\"dram\": 5}", "dram" },
		{ "{\"title.x\": 5}", "there is no such number" },
	};
	struct ct_device *board = ct_device_load(path, NULL);
	int wrong = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		json_t *changes = json_loads(cases[i].changes, 0, NULL);
		g_autoptr(GError) error = NULL;
		struct ct_device *d = ct_device_with(board, changes, &error);

		if (!d != (cases[i].says != NULL) ||
		    (!d && !strstr(error->message, cases[i].says))) {
			fprintf(stderr, "%s: %s\n", cases[i].changes,
				d ? "accepted" : error->message);
			wrong = 1;
		}
		if (d &&
		    (d->dram_saturation_sms != 59 || d->dram_sharing != CT_DRAM_MAX_MIN))
			wrong = 1;
		ct_device_free(d);
		json_decref(changes);
	}
	wrong |= board->dram_saturation_sms != 46;
	ct_device_free(board);
	return wrong;
}

int main(void)
{
	g_autofree char *path =
		g_strdup_printf("%s/models/devices/h200-sxm.json", g_getenv("CT_SRCDIR"));
	g_autoptr(GError) error = NULL;
	g_autofree char *good = NULL;
	int wrong;

	folder = g_dir_make_tmp("device-XXXXXX", &error);
	if (!folder || !g_file_get_contents(path, &good, NULL, &error)) {
		fprintf(stderr, "%s\n", error->message);
		return 1;
	}
	wrong = shipped() | actuators() | refused(good) | not_found() | truncated(good) |
		changed(path);
	rmdir(folder);
	g_free(folder);
	return wrong;
}
