/*
 * mig - which layouts exist, where the driver would put an instance, and what one is.
 *
 * The numbers of layouts are those that NVIDIA publishes (19 on an A100, 5 on an A30),
 * counted here from nothing but the profiles in the device files.
 */
#include "models/mig.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"

static int failed;

static void fail(const char *what, const char *got)
{
	fprintf(stderr, "%s: got %s\n", what, got);
	failed = 1;
}

static void expect_u64(const char *what, uint64_t want, uint64_t got)
{
	g_autofree char *text =
		g_strdup_printf("%" G_GUINT64_FORMAT ", not %" G_GUINT64_FORMAT, got, want);

	if (want != got)
		fail(what, text);
}

static struct ct_device *board(const char *name)
{
	g_autoptr(GError) error = NULL;
	struct ct_device *d = ct_device_load(name, &error);

	if (!d)
		g_error("%s", error->message);
	return d;
}

/* Profiles whose name begins with PREFIX or ends in "+me", one bit each. */
static uint32_t named(const struct ct_mig *mig, const char *prefix, gboolean media)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < mig->n_profiles; i++) {
		const char *name = mig->profile[i].name;

		if ((prefix && g_str_has_prefix(name, prefix)) ||
		    (media && g_str_has_suffix(name, "+me")))
			bits |= 1u << i;
	}
	return bits;
}

/* The profiles of a layout without their places, as one number. */
static void count_multiset(const struct ct_mig_layout *layout, void *set)
{
	uint64_t *key = g_new0(uint64_t, 1);

	for (uint32_t i = 0; i < layout->n; i++)
		*key += UINT64_C(1) << 4 * layout->instance[i].profile;
	g_hash_table_add(set, key);
}

static void layouts(void)
{
	struct ct_device *a100 = board("a100-sxm-40"), *a30 = board("a30");
	uint32_t media = named(&a100->mig, NULL, TRUE);
	uint32_t large = named(&a100->mig, "1g.10gb", FALSE);
	GHashTable *set = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

	expect_u64("A100", 19, ct_mig_layouts(&a100->mig, media | large, NULL, NULL));
	expect_u64("A100 with 1g of double memory", 78,
		   ct_mig_layouts(&a100->mig, media, count_multiset, set));
	expect_u64("their multisets", 38, g_hash_table_size(set));
	expect_u64("A30", 5,
		   ct_mig_layouts(&a30->mig, named(&a30->mig, NULL, TRUE), NULL, NULL));
	g_hash_table_unref(set);
	ct_device_free(a100);
	ct_device_free(a30);
}

/* No two instances of any layout share a slice or an SM, and each has its SMs. */
struct disjoint {
	const struct ct_device *device;
	uint64_t n;
};

static void check_disjoint(const struct ct_mig_layout *layout, void *data)
{
	struct disjoint *check = data;
	const struct ct_device *d = check->device;
	g_autofree uint8_t *owner = g_malloc(d->sms);
	uint32_t taken = 0;

	check->n++;
	ct_mig_owners(d, layout, owner);
	for (uint32_t i = 0; i < layout->n; i++) {
		const struct ct_mig_instance *it = &layout->instance[i];
		const struct ct_mig_profile *p = &d->mig.profile[it->profile];
		uint32_t mask = ((1u << p->memory_slices) - 1) << it->start, sms = 0;

		if (taken & mask)
			fail(d->name, "two instances on one slice");
		taken |= mask;
		for (uint32_t sm = 0; sm < d->sms; sm++)
			sms += owner[sm] == i + 1;
		expect_u64(p->name, p->sms, sms);
		for (uint32_t sm = 0; sm < d->sms; sm += 2)
			if (sm + 1 < d->sms && owner[sm] != owner[sm + 1])
				fail(d->name, "half a TPC");
	}
}

static void all_boards(void)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) names = ct_device_list(&error);
	uint32_t with_mig = 0;

	for (char **name = names; *name; name++) {
		struct ct_device *d = board(*name);
		struct disjoint check = { d, 0 };

		uint64_t n = ct_mig_layouts(&d->mig, 0, check_disjoint, &check);

		expect_u64(d->name, n, check.n);
		with_mig += check.n > 0;
		ct_device_free(d);
	}
	expect_u64("boards with MIG", 9, with_mig);
}

/* What the driver does where that is published; then what the order changes. */
static const struct {
	const char *board, *list, *placed;
} places[] = {
	{ "a100-sxm-40", "3g,3g", "3g.20gb@4,3g.20gb@0" },
	{ "a100-sxm-40", "1g,1g,1g,1g,1g,1g,1g",
	  "1g.5gb@6,1g.5gb@4,1g.5gb@5,1g.5gb@0,1g.5gb@1,1g.5gb@2,1g.5gb@3" },
	{ "a100-sxm-80", "3g.40gb,2g.20gb", "3g.40gb@4,2g.20gb@0" },
	{ "h200-sxm", "3g,4g", "3g.71gb@4,4g.71gb@0" },
	{ "h200-sxm", "4g,3g", "4g.71gb@0,3g.71gb@4" },
	{ "h200-sxm", " 3g.71gb@0 , 1g@6", "3g.71gb@0,1g.18gb@6" },
	{ "h200-sxm", "1g+me,1g.35gb", "1g.18gb+me@6,1g.35gb@4" },
	{ "h200-sxm", "7g", "7g.141gb@0" },
	{ "a30", "2g,1g,1g", "2g.12gb@0,1g.6gb@2,1g.6gb@3" },
	{ "a30", "2g+me,2g", "2g.12gb+me@0,2g.12gb@2" },
};

static void placing(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		struct ct_device *d = board(places[i].board);
		g_autoptr(GError) error = NULL;
		g_autofree char *text = NULL;
		struct ct_mig_layout layout;

		if (!ct_mig_place(d, places[i].list, &layout, &error)) {
			fail(places[i].list, error->message);
		} else {
			text = ct_mig_text(&d->mig, &layout);
			if (strcmp(text, places[i].placed) != 0)
				fail(places[i].list, text);
		}
		ct_device_free(d);
	}
}

static const struct {
	const char *board, *list, *says;
} refusals[] = {
	{ "t4", "1g", "t4 has no MIG" },
	{ "h200-sxm", "", "the list of MIG instances is empty" },
	{ "h200-sxm", "3g,,4g", "names no MIG profile" },
	{ "h200-sxm", "@4", "names no MIG profile" },
	{ "h200-sxm", "5g", "no MIG profile '5g'" },
	{ "h200-sxm", "3g.40gb", "did you mean '3g.71gb'?" },
	{ "h200-sxm", "2g+me", "no MIG profile '2g+me'" },
	{ "h200-sxm", "g", "no MIG profile 'g'" },
	{ "h200-sxm", "1g@7", "may begin at 0, 1, 2, 3, 4, 5, 6, and free are 0-7" },
	{ "h200-sxm", "1g@", "a memory slice is a number below 8" },
	{ "h200-sxm", "1g@-1", "a memory slice is a number below 8" },
	{ "h200-sxm", "1g@4294967296", "a memory slice is a number below 8" },
	{ "h200-sxm", "1g@1@2", "a memory slice is a number below 8" },
	{ "h200-sxm", "3g@4,2g@4",
	  "no place for '2g@4': 2g.35gb takes 2 memory slices and "
	  "may begin at 0, 2, 4, and free are 0-3; still fits: "
	  "1g.18gb, 1g.18gb+me, 1g.35gb, 2g.35gb, 3g.71gb, 4g.71gb" },
	{ "h200-sxm", "4g,4g", "1 of 4g.71gb is the most" },
	{ "h200-sxm", "4g,2g,2g", "it takes 2 compute slices, and 1 are left" },
	{ "h200-sxm", "7g,1g",
	  "it takes 1 compute slices, and 0 are left; still fits: "
	  "nothing" },
	/* compute slices alone would allow a fourth 1g */
	{ "a100-sxm-40", "3g@0,1g,1g,1g,1g", "no place for '1g': 1g.5gb takes 1 memory" },
};

static void refusing(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct ct_device *d = board(refusals[i].board);
		g_autoptr(GError) error = NULL;
		struct ct_mig_layout layout;

		if (ct_mig_place(d, refusals[i].list, &layout, &error))
			fail(refusals[i].list, "a place");
		else if (!g_error_matches(error, CT_ERROR, CT_EXIT_INPUT) ||
			 !strstr(error->message, refusals[i].says))
			fail(refusals[i].list, error->message);
		ct_device_free(d);
	}
}

static void instance_is_a_board(void)
{
	struct ct_device *d = board("h200-sxm"), *half, *slice;
	struct ct_mig_layout layout;

	if (!ct_mig_place(d, "3g@0,1g@6", &layout, NULL))
		g_error("no place");
	half = ct_mig_device(d, &layout, 0);
	slice = ct_mig_device(d, &layout, 1);
	if (strcmp(half->name, "h200-sxm:3g.71gb@0") != 0)
		fail("name", half->name);
	expect_u64("SMs of 3g", 60, half->sms);
	expect_u64("TPCs of 3g", 30, half->tpcs);
	expect_u64("GPCs of 3g", 4, half->n_gpc_sms);
	expect_u64("smallest GPC of 3g", 12, half->gpc_sms[0]);
	expect_u64("memory of 3g", UINT64_C(139) << 29, (uint64_t)half->memory_bytes);
	expect_u64("bandwidth of 3g", 2400000000000, (uint64_t)half->dram_bytes_per_s);
	expect_u64("L2 of 3g", (uint64_t)d->l2_bytes / 2, (uint64_t)half->l2_bytes);
	expect_u64("saturation of 3g", d->dram_saturation_sms / 2,
		   half->dram_saturation_sms);
	expect_u64("copy engines of 3g", 3, half->copy_engines);
	expect_u64("copy engines of 1g", 1, slice->copy_engines);
	expect_u64("PCIe of 1g", (uint64_t)d->h2d_bytes_per_s,
		   (uint64_t)slice->h2d_bytes_per_s);
	expect_u64("MPS clients of 3g", d->mps_clients * 3 / 7, half->mps_clients);
	expect_u64("GPCs of 1g", 1, slice->n_gpc_sms);
	expect_u64("bandwidth of 1g", 600000000000, (uint64_t)slice->dram_bytes_per_s);
	expect_u64("MIG within MIG", 0, half->mig.n_profiles);
	ct_device_free(half);
	ct_device_free(slice);
	ct_device_free(d);
}

int main(void)
{
	layouts();
	all_boards();
	placing();
	refusing();
	instance_is_a_board();
	return failed;
}
