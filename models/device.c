/*
 * device - loads and checks a GPU board.
 *
 * The table below is the file format: cotenant-device(5) says it in prose.  Ranges are
 * wide enough for any board that could be built and narrow enough that everything
 * computed from a checked device fits its type.  What no single range can say (a
 * carve-out larger than the shared memory) is in consistent().
 */
#include "models/device.h"

#include <stdio.h>
#include <string.h>

#include "models/mig.h"
#include "models/sourced.h"
#include "sim/base/error.h"

#define MAX_SMS  1024 /* of the simulator */
#define MAX_NS   1000000000
#define MAX_REGS (1 << 20)
#define MAX_SMEM (1 << 22)

static const char *const sharings[] = { "proportional", "max-min", NULL };
static const char *const blocked_heads[] = { "own", "all", NULL };
static const char *const switch_states[] = { "full", "used", NULL };
static const char *const no_yes[] = { "no", "yes", NULL };

struct file {
	struct ct_device device;
	char *capability, *note;
};

/* The columns of mig.profiles; offsets into one row. */
#define COLUMN(key, of, member, low, high, ...)                                            \
	{                                                                                  \
		.path = key, .kind = of,                                                   \
		.offset = offsetof(struct ct_mig_profile, member), .min = low,             \
		.max = high, .unit = __VA_ARGS__                                           \
	}

/* clang-format off */
static const struct ct_field profile_fields[] = {
	{ .path = "name", .kind = CT_FIELD_TEXT,
	  .offset = offsetof(struct ct_mig_profile, name) },
	COLUMN("compute_slices", CT_FIELD_U32, compute_slices, 1, CT_MIG_MAX_SLICES, "slices"),
	COLUMN("memory_slices", CT_FIELD_U32, memory_slices, 1, CT_MIG_MAX_SLICES, "slices"),
	COLUMN("starts", CT_FIELD_U32_LIST, start, 0, CT_MIG_MAX_SLICES - 1, "slices",
	       .count = offsetof(struct ct_mig_profile, n_starts),
	       .max_count = CT_MIG_MAX_SLICES),
	COLUMN("most", CT_FIELD_U32, most, 1, CT_MIG_MAX_SLICES, "instances"),
	COLUMN("sms", CT_FIELD_U32, sms, 1, MAX_SMS, "SMs"),
	COLUMN("memory_bytes", CT_FIELD_I64, memory_bytes, 1, INT64_C(1) << 50, "bytes",
	       .optional = TRUE),
	COLUMN("copy_engines", CT_FIELD_U32, copy_engines, 1, 64, "engines"),
};
/* clang-format on */

#define AT(member) offsetof(struct file, device.member)
/* A number; more members of the row may follow the unit. */
#define NUMBER(key, of, member, low, high, ...)                                            \
	{                                                                                  \
		.path = key, .kind = of, .offset = AT(member), .min = low, .max = high,    \
		.unit = __VA_ARGS__                                                        \
	}
#define U32(key, ...) NUMBER(key, CT_FIELD_U32, __VA_ARGS__)
#define I64(key, ...) NUMBER(key, CT_FIELD_I64, __VA_ARGS__)
#define CHOICE(key, member, of)                                                            \
	{                                                                                  \
		.path = key, .kind = CT_FIELD_CHOICE, .offset = AT(member), .choices = of  \
	}

/* clang-format off */
static const struct ct_field fields[] = {
	{ .path = "title", .kind = CT_FIELD_TEXT, .offset = AT(title) },
	{ .path = "vendor", .kind = CT_FIELD_TEXT, .offset = AT(vendor) },
	{ .path = "compute_capability", .kind = CT_FIELD_TEXT, .optional = TRUE,
	  .offset = offsetof(struct file, capability) },
	{ .path = "note", .kind = CT_FIELD_TEXT, .optional = TRUE,
	  .offset = offsetof(struct file, note) },
	U32("sms", sms, 1, MAX_SMS, "SMs"),
	U32("gpcs", gpcs, 1, MAX_SMS, "GPCs", .optional = TRUE),
	U32("tpcs", tpcs, 1, MAX_SMS, "TPCs", .optional = TRUE),
	NUMBER("gpc_sms", CT_FIELD_U32_LIST, gpc_sms, 1, MAX_SMS, "SMs", .optional = TRUE,
	       .count = AT(n_gpc_sms), .max_count = CT_MAX_GPCS),
	U32("resident_grids", resident_grids, 1, 1024, "grids"),
	U32("stream_priorities", stream_priorities, 1, 8, "levels"),

	U32("sm.warp_size", sm.warp_size, 1, 128, "threads"),
	U32("sm.threads", sm.threads, 1, 8192, "threads"),
	U32("sm.warps", sm.warps, 1, 255, "warps"),
	U32("sm.blocks", sm.blocks, 1, 255, "blocks"),
	U32("sm.registers", sm.registers, 1, MAX_REGS, "registers"),
	U32("sm.threads_per_block", sm.threads_per_block, 1, 8192, "threads"),
	U32("sm.registers_per_block", sm.registers_per_block, 1, MAX_REGS, "registers"),
	U32("sm.registers_per_thread", sm.registers_per_thread, 1, 1024, "registers"),
	U32("sm.register_unit", sm.register_unit, 1, 65536, "registers"),
	U32("sm.partitions", sm.partitions, 1, 4, "partitions"),
	U32("sm.smem_bytes", sm.smem_bytes, 0, MAX_SMEM, "bytes"),
	U32("sm.smem_default_per_block_bytes", sm.smem_default_per_block_bytes, 0,
	    MAX_SMEM, "bytes"),
	U32("sm.smem_optin_per_block_bytes", sm.smem_optin_per_block_bytes, 0,
	    MAX_SMEM, "bytes"),
	U32("sm.smem_reserved_per_block_bytes", sm.smem_reserved_per_block_bytes, 0,
	    MAX_SMEM, "bytes"),
	U32("sm.smem_unit_bytes", sm.smem_unit_bytes, 1, 65536, "bytes"),
	NUMBER("sm.smem_carveouts_bytes", CT_FIELD_U32_LIST, sm.carveout_bytes, 0, MAX_SMEM,
	       "bytes", .count = AT(sm.n_carveouts), .max_count = CT_MAX_CARVEOUTS),
	U32("sm.barriers", sm.barriers, 1, 1024, "barriers"),
	U32("sm.l1_bytes", sm.l1_bytes, 0, MAX_SMEM, "bytes", .optional = TRUE),
	U32("sm.l1_usable_permille", sm.l1_usable_permille, 1, 1000, "permille"),
	U32("sm.l1_miss_permille", sm.l1_miss_permille, 1000, 100000, "permille"),
	U32("sm.issue_overlap_permille", sm.issue_overlap_permille, 0, 1000, "permille"),

	I64("memory.bytes", memory_bytes, 1, INT64_C(1) << 50, "bytes"),
	I64("memory.l2_bytes", l2_bytes, 0, INT64_C(1) << 40, "bytes"),
	I64("dram.bytes_per_s", dram_bytes_per_s, INT64_C(1000000000),
	    INT64_C(1000000000000000), "bytes/s"),
	U32("dram.efficiency_permille", dram_efficiency_permille, 1, 1000, "permille"),
	U32("dram.saturation_sms", dram_saturation_sms, 1, MAX_SMS, "SMs"),
	CHOICE("dram.sharing", dram_sharing, sharings),
	U32("dram.loss_permille", dram_loss_permille, 0, 999, "permille"),
	I64("l2.bytes_per_s", l2_bytes_per_s, INT64_C(1000000000),
	    INT64_C(1000000000000000), "bytes/s", .optional = TRUE),
	U32("cluster.max_blocks", cluster_max_blocks, 0, 16, "blocks"),

	U32("partition.min_sms", partition_min_sms, 0, MAX_SMS, "SMs"),
	U32("partition.granule_sms", partition_granule_sms, 0, MAX_SMS, "SMs"),
	CHOICE("partition.blocked_head", blocked_head, blocked_heads),

	U32("channels.per_context", channels_per_context, 1, 1024, "channels"),
	U32("channels.depth", channel_depth, 1, 1 << 20, "launches"),
	I64("timeslice.slice_ns", slice_ns, 1000, MAX_NS, "ns"),
	I64("timeslice.switch_ns", switch_ns, 0, MAX_NS, "ns"),
	U32("timeslice.switch_bandwidth_permille", switch_bandwidth_permille, 1, 1000,
	    "permille"),
	CHOICE("timeslice.state", switch_state, switch_states),
	CHOICE("timeslice.idle_yield", idle_yield, no_yes),
	U32("mps.clients", mps_clients, 0, 1024, "clients"),
	U32("mps.channels_per_client", mps_channels_per_client, 1, 1024, "channels"),
	U32("mps.granule_sms", mps_granule_sms, 1, MAX_SMS, "SMs"),

	U32("copy.engines", copy_engines, 1, 64, "engines"),
	I64("copy.latency_ns", copy_latency_ns, 0, MAX_NS, "ns"),
	I64("copy.h2d_bytes_per_s", h2d_bytes_per_s, INT64_C(1000000),
	    INT64_C(1000000000000000), "bytes/s"),
	I64("copy.d2h_bytes_per_s", d2h_bytes_per_s, INT64_C(1000000),
	    INT64_C(1000000000000000), "bytes/s"),
	U32("copy.h2d_both_permille", h2d_both_permille, 1, 1000, "permille"),
	U32("copy.d2h_both_permille", d2h_both_permille, 1, 1000, "permille"),
	U32("copy.pageable_permille", pageable_permille, 1, 1000, "permille"),
	I64("link.nvlink_bytes_per_s", nvlink_bytes_per_s, INT64_C(1000000),
	    INT64_C(1000000000000000), "bytes/s", .optional = TRUE),

	I64("latency.launch_ns", launch_latency_ns, 0, MAX_NS, "ns"),
	I64("latency.stream_gap_ns", stream_gap_ns, 0, MAX_NS, "ns"),
	I64("latency.full_gap_ns", full_gap_ns, 0, MAX_NS, "ns", .optional = TRUE),
	I64("latency.before_memset_gap_ns", before_memset_gap_ns, 0, MAX_NS, "ns",
	    .optional = TRUE),
	I64("latency.after_memset_gap_ns", after_memset_gap_ns, 0, MAX_NS, "ns",
	    .optional = TRUE),
	I64("latency.sync_wakeup_ns", sync_wakeup_ns, 0, MAX_NS, "ns"),
	I64("latency.graph_launch_ns", graph_launch_ns, 0, MAX_NS, "ns"),
	I64("latency.graph_node_ns", graph_node_ns, 0, MAX_NS, "ns"),
	I64("latency.graph_gap_ns", graph_gap_ns, 0, MAX_NS, "ns"),

	U32("mig.memory_slices", mig.memory_slices, 1, CT_MIG_MAX_SLICES, "slices",
	    .optional = TRUE),
	U32("mig.compute_slices", mig.compute_slices, 1, CT_MIG_MAX_SLICES, "slices",
	    .optional = TRUE),
	I64("mig.reconfigure_ns", mig.reconfigure_ns, 1, INT64_C(3600) * MAX_NS, "ns",
	    .optional = TRUE),
	{ .path = "mig.profiles", .kind = CT_FIELD_ROWS, .optional = TRUE,
	  .offset = AT(mig.profile), .count = AT(mig.n_profiles),
	  .max_count = CT_MIG_MAX_PROFILES, .row = profile_fields,
	  .n_row = G_N_ELEMENTS(profile_fields), .row_size = sizeof(struct ct_mig_profile) },
};
/* clang-format on */

static gboolean capability(struct file *file, const char *path, GError **error)
{
	struct ct_device *d = &file->device;
	char rest;

	if (file->capability &&
	    sscanf(file->capability, "%2u.%1u%c", &d->cc_major, &d->cc_minor, &rest) != 2) {
		ct_input_error(error, "%s: compute_capability: must be like \"9.0\"", path);
		return FALSE;
	}
	if (!file->capability && strcmp(d->vendor, "nvidia") == 0) {
		ct_input_error(error, "%s: compute_capability: is missing", path);
		return FALSE;
	}
	return TRUE;
}

static uint32_t sum(const uint32_t *value, uint32_t n)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < n; i++)
		total += value[i];
	return total;
}

/* What holds between numbers. */
static gboolean consistent(const struct ct_device *d, const char *path, GError **error)
{
	const struct ct_sm_limits *sm = &d->sm;
	const struct {
		gboolean holds;
		const char *key, *rule;
	} rules[] = {
		{ sm->threads == sm->warps * sm->warp_size, "sm.threads",
		  "must be sm.warps times sm.warp_size" },
		{ sm->threads_per_block <= sm->threads, "sm.threads_per_block",
		  "must not exceed sm.threads" },
		{ sm->registers_per_block <= sm->registers, "sm.registers_per_block",
		  "must not exceed sm.registers" },
		{ sm->registers % (sm->partitions * sm->register_unit) == 0, "sm.registers",
		  "must be a multiple of sm.partitions times sm.register_unit" },
		{ sm->registers / (sm->partitions * sm->register_unit) <= 255,
		  "sm.registers", "must be at most 255 units in each partition" },
		{ sm->smem_optin_per_block_bytes <= sm->smem_bytes,
		  "sm.smem_optin_per_block_bytes", "must not exceed sm.smem_bytes" },
		{ sm->smem_default_per_block_bytes <= sm->smem_optin_per_block_bytes,
		  "sm.smem_default_per_block_bytes",
		  "must not exceed sm.smem_optin_per_block_bytes" },
		{ sm->carveout_bytes[sm->n_carveouts - 1] == sm->smem_bytes,
		  "sm.smem_carveouts_bytes", "must end with sm.smem_bytes" },
		{ sm->smem_bytes / sm->smem_unit_bytes <= UINT16_MAX, "sm.smem_unit_bytes",
		  "is too small for sm.smem_bytes" },
		{ d->tpcs <= d->sms, "tpcs", "must not exceed sms" },
		{ d->gpcs <= d->sms, "gpcs", "must not exceed sms" },
		{ !d->n_gpc_sms || sum(d->gpc_sms, d->n_gpc_sms) == d->sms, "gpc_sms",
		  "must add up to sms" },
		{ d->sm.smem_bytes <= sm->l1_bytes || !sm->l1_bytes, "sm.l1_bytes",
		  "must not be below sm.smem_bytes" },
		{ d->mps_granule_sms <= d->sms, "mps.granule_sms", "must not exceed sms" },
		{ d->l2_bytes <= d->memory_bytes, "memory.l2_bytes",
		  "must not exceed memory.bytes" },
		{ d->dram_saturation_sms <= d->sms, "dram.saturation_sms",
		  "must not exceed sms" },
		{ d->partition_min_sms <= d->sms, "partition.min_sms",
		  "must not exceed sms" },
		{ !d->partition_min_sms == !d->partition_granule_sms,
		  "partition.granule_sms",
		  "must be 0 if and only if partition.min_sms is" },
		{ !d->partition_min_sms ||
			  d->partition_min_sms % MAX(d->partition_granule_sms, 1) == 0,
		  "partition.min_sms", "must be a multiple of partition.granule_sms" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
		if (!rules[i].holds) {
			ct_input_error(error, "%s: %s: %s", path, rules[i].key,
				       rules[i].rule);
			return FALSE;
		}
	}
	return TRUE;
}

/* Takes PATH, DOCUMENT and SHA256. */
static struct ct_device *read_device(char *path, json_t *document, char *sha256,
				     GError **error)
{
	struct file file = { .device = { .json = document, .sha256 = sha256 } };
	struct ct_device *device;
	gboolean good;

	good = ct_sourced_read(document, path, fields, G_N_ELEMENTS(fields), &file,
			       error) &&
	       capability(&file, path, error) && consistent(&file.device, path, error) &&
	       ct_mig_check(&file.device, path, error);
	g_free(file.capability);
	g_free(file.note);
	device = g_new(struct ct_device, 1);
	*device = file.device;
	device->name = ct_sourced_name(path);
	device->path = path;
	if (!good)
		g_clear_pointer(&device, ct_device_free);
	return device;
}

struct ct_device *ct_device_load(const char *name, GError **error)
{
	g_autofree char *path = ct_sourced_find("device", name, error);
	char *sha256 = NULL;
	json_t *document;

	if (!path)
		return NULL;
	document = ct_sourced_load(path, &sha256, error);
	if (!document)
		return NULL;
	return read_device(g_steal_pointer(&path), document, sha256, error);
}

/* The quantity at a dotted KEY; NULL: there is none. */
static json_t *quantity_at(json_t *document, const char *key)
{
	g_auto(GStrv) names = g_strsplit(key, ".", -1);

	for (char **name = names; *name && document; name++)
		document = json_object_get(document, *name);
	return json_is_object(document) ? document : NULL;
}

struct ct_device *ct_device_with(const struct ct_device *device, json_t *changes,
				 GError **error)
{
	json_t *document = json_deep_copy(device->json), *value, *quantity;
	const char *key;

	json_object_foreach(changes, key, value) {
		quantity = quantity_at(document, key);
		if (!quantity) {
			ct_input_error(error, "%s: %s: there is no such number",
				       device->path, key);
			json_decref(document);
			return NULL;
		}
		json_object_set(quantity, "value", value);
	}
	return read_device(g_strdup(device->path), document, g_strdup(device->sha256),
			   error);
}

void ct_device_free(struct ct_device *device)
{
	if (!device)
		return;
	g_free(device->name);
	g_free(device->title);
	g_free(device->path);
	g_free(device->vendor);
	g_free(device->sha256);
	for (uint32_t i = 0; i < device->mig.n_profiles; i++)
		g_free(device->mig.profile[i].name);
	json_decref(device->json);
	g_free(device);
}

gboolean ct_device_check(const char *path, GError **error)
{
	struct ct_device *device = ct_device_load(path, error);

	ct_device_free(device);
	return device != NULL;
}

char **ct_device_list(GError **error)
{
	return ct_sourced_list("device", error);
}

gboolean ct_device_entry(const struct ct_device *device, size_t i, struct ct_entry *out)
{
	if (i >= G_N_ELEMENTS(fields))
		return FALSE;
	ct_sourced_entry(device->json, &fields[i], out);
	return TRUE;
}
