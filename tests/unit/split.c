/*
 * split - sizes of parts: the guide's table, and that policies get the same.
 *
 * The broker rounds what a policy carves without knowing this room, so both are asked for
 * every size on every board.
 */
#include "models/split.h"

#include <stdio.h>
#include <string.h>

#include "policies/broker.h"

static int failed;

static struct ct_device *board(const char *name)
{
	g_autoptr(GError) error = NULL;
	struct ct_device *d = ct_device_load(name, &error);

	if (!d)
		g_error("%s", error->message);
	return d;
}

static const struct {
	const char *board;
	uint32_t groups, sms, ignore;
	struct ct_split split;
} cases[] = {
	/* CUDA programming guide, for 132 SMs */
	{ "h100-sxm", 2, 72, 0, { 1, 72, 60 } },
	{ "h100-sxm", 6, 11, 0, { 6, 16, 36 } },
	{ "h100-sxm", 6, 11, 1, { 6, 12, 60 } },
	{ "h100-sxm", 2, 1, 0, { 2, 8, 116 } },
	/* by compute capability: the least, and what it grows by */
	{ "v100-sxm2", UINT32_MAX, 1, 0, { 40, 2, 0 } },
	{ "v100-sxm2", 3, 3, 0, { 3, 4, 68 } },
	{ "a100-sxm-40", UINT32_MAX, 1, 0, { 27, 4, 0 } },
	{ "a100-sxm-40", 2, 5, 0, { 2, 6, 96 } },
	{ "a100-sxm-40", 2, 1, 1, { 2, 2, 104 } },
	{ "h200-sxm", UINT32_MAX, 8, 0, { 16, 8, 4 } },
	{ "h200-sxm", 1, 132, 0, { 0, 0, 132 } }, /* 136, the next multiple of 8 */
	{ "h200-sxm", 1, 132, 1, { 1, 132, 0 } },
	{ "h200-sxm", 1, 133, 1, { 0, 0, 132 } },
	{ "h200-sxm", 1, UINT32_MAX, 0, { 0, 0, 132 } },
	{ "h200-sxm", 0, 8, 0, { 0, 8, 132 } },
};

static void table(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct ct_device *d = board(cases[i].board);
		struct ct_split s = ct_split_sms(d, cases[i].groups, cases[i].sms,
						 (gboolean)cases[i].ignore);

		if (memcmp(&s, &cases[i].split, sizeof(s)) != 0) {
			fprintf(stderr, "%s %u x %u: %u x %u, rest %u\n", d->name,
				cases[i].groups, cases[i].sms, s.groups, s.group_sms,
				s.rest_sms);
			failed = 1;
		}
		ct_device_free(d);
	}
}

static uint32_t wish; /* of the policy below, in SMs */
static int part;      /* that it got, or -errno */
static uint32_t part_sms;

static void opened(struct ct_host *h, void *self, const struct ct_lane *lane)
{
	(void)self;
	(void)lane;
	part = ct_carve(h, wish);
	part_sms = part > 0 ? (uint32_t)ct_part_sms(h, (uint32_t)part) : 0;
}

static int confine(struct ct_actuator *actuator, uint32_t number, uint32_t sms)
{
	(void)actuator;
	(void)number;
	(void)sms;
	return 0;
}

static int launch(struct ct_actuator *actuator, struct ct_job *job,
		  const struct ct_terms *terms)
{
	(void)actuator;
	(void)job;
	(void)terms;
	return 0;
}

/* What a policy gets that carves SMS of a whole board. */
static uint32_t carved(const struct ct_device *d, uint32_t sms)
{
	static const struct ct_actuator_ops ops = {
		.size = sizeof(ops), .name = "split", .launch = launch, .confine = confine
	};
	static const struct ct_policy policy = { .abi = CT_POLICY_ABI,
						 .name = "carver",
						 .summary = "carves one part",
						 .needs = CT_CAN_CONFINE,
						 .opened = opened };
	struct ct_actuator actuator = { .ops = &ops, .sms = d->sms };
	struct ct_broker_options options = { .seed = 1 };
	struct ct_broker *broker;
	const char *why = NULL;

	actuator.caps.can = CT_CAN_GATE | CT_CAN_CONFINE;
	actuator.caps.sm_granule = d->partition_granule_sms;
	actuator.caps.sm_part_min = d->partition_min_sms;
	if (ct_broker_new(&policy, &actuator, &options, &broker, &why))
		g_error("%s", why);
	wish = sms;
	ct_broker_opened(broker, 0, (uint32_t)ct_broker_joined(broker, 0, "a", 0, 100, 0));
	ct_broker_free(broker);
	return part_sms;
}

static void policies_get_the_same(void)
{
	g_auto(GStrv) names = ct_device_list(NULL);
	uint32_t boards = 0;

	for (char **name = names; *name; name++) {
		struct ct_device *d = board(*name);

		boards += d->partition_min_sms > 0;
		for (uint32_t sms = 1; d->partition_min_sms && sms <= d->sms + 1; sms++) {
			uint32_t want = ct_split_size(d, sms, FALSE), got = carved(d, sms);

			if (want != got) {
				fprintf(stderr, "%s: carve %u: %u, not %u\n", d->name, sms,
					got, want);
				failed = 1;
			}
		}
		ct_device_free(d);
	}
	if (boards < 15) {
		fprintf(stderr, "only %u boards have parts\n", boards);
		failed = 1;
	}
}

int main(void)
{
	table();
	policies_get_the_same();
	return failed;
}
