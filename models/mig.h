/*
 * mig.h - the board divided in hardware: which instances fit beside each other, and what
 * each of them is.
 *
 * The idea.  A MIG instance occupies neighbouring memory slices, beginning where its
 * profile may begin, and takes compute slices from a common number.  Two instances do not
 * share a memory slice, so which layouts exist is a matter of places, not of sums: a 3g
 * at slice 0 of an A100 leaves four compute slices and room for three 1g.  Profiles are
 * data of the board (cotenant-device(5)); the rules are here.
 *
 * An instance is a small board: its SMs, its memory, and its share of the DRAM bandwidth
 * and of the L2, which is its share of the memory slices.  PCIe and the power budget are
 * not divided: all instances have the board's link between them.
 *
 * Source: NVIDIA Multi-Instance GPU User Guide (profiles, placements, sharing).
 */
#ifndef CT_MODELS_MIG_H
#define CT_MODELS_MIG_H

#include "models/device.h"

struct ct_mig_instance {
	uint32_t profile; /* index in the board's profiles */
	uint32_t start;   /* its first memory slice */
};

/* In the order in which the instances were made. */
struct ct_mig_layout {
	uint32_t n;
	struct ct_mig_instance instance[CT_MIG_MAX_SLICES];
};

/* What must hold between the numbers of a device file. */
gboolean ct_mig_check(const struct ct_device *, const char *path, GError **error);

/* Whether PROFILE can be added to a layout at memory slice START. */
gboolean ct_mig_fits(const struct ct_mig *, const struct ct_mig_layout *, uint32_t profile,
		     uint32_t start);

/*
 * Makes the instances of LIST, in that order: "3g.71gb,1g.18gb@6", separated by commas,
 * each a profile, by its name or its compute slices alone ("3g": the profile with the
 * least memory), and perhaps the memory slice at which it begins.  Without that, it goes
 * where the most placements of any profile stay possible, to the lower slice if several
 * are equal.  The driver's own choices are the same where they are published: 4 then 0
 * for two 3g, and 6, 4, 5, 0, 1, 2, 3 for seven 1g.  CT_EXIT_INPUT: a board without MIG,
 * an unknown profile, one that finds no place.
 */
gboolean ct_mig_place(const struct ct_device *, const char *list, struct ct_mig_layout *,
		      GError **error);

/* "3g.71gb@4,1g.18gb@0": LIST as it was placed; free with g_free(). */
char *ct_mig_text(const struct ct_mig *, const struct ct_mig_layout *);

/* Calls VISIT for every layout to which nothing can be added, each set of placements
 * once, by rising first slice, and returns how many there are.  WITHOUT: profiles to do
 * without, one bit each.  VISIT may be NULL. */
uint64_t ct_mig_layouts(const struct ct_mig *, uint32_t without,
			void (*visit)(const struct ct_mig_layout *, void *), void *data);

/* Who has each SM of the board: OWNER[sm] is 1 + the index of an instance, 0: nobody.
 * SMs are numbered GPC by GPC, as `gpc_sms` lists them. */
void ct_mig_owners(const struct ct_device *, const struct ct_mig_layout *, uint8_t *owner);

/* One instance as a board of its own; free with ct_device_free(). */
struct ct_device *ct_mig_device(const struct ct_device *, const struct ct_mig_layout *,
				uint32_t instance);

#endif
