/* fuzz-ledger - no ledger, however damaged, crashes the replay or makes it wait. */
#include <errno.h>

#include "policies/registry.h"
#include "policies/replay.h"
#include "policies/world.h"
#include "tests/fuzz/fuzz.h"

static const char *const words[] = { "-1",      "4294967295", "18446744073709551615",
				     " < ",     " > ",        " ~ ",
				     " = ",     "finished",   "submitted",
				     "closed",  "left",       "blocks_left 7",
				     "\n",      "answered",   "estimate",
				     "settled", "revoke",     "max_blocks",
				     NULL };

static const struct ct_policy *policy_of(const char *name)
{
	return ct_registry_find(name, NULL);
}

static void check(const guint8 *bytes, size_t length)
{
	FILE *ledger = length ? fmemopen((void *)bytes, length, "r") : NULL;
	struct ct_replay r;
	char name[128];
	const struct ct_policy *p = NULL;

	if (!ledger)
		return;
	if (ct_replay_policy(ledger, name, sizeof(name)) && !strchr(name, '/'))
		p = policy_of(name);
	if (p && ct_replay_run(p, ledger, &r) == -EINVAL)
		g_assert_true(r.error[0]);
	fclose(ledger);
}

static struct fuzz_seed record(const char *spec)
{
	struct ct_world_options o = { .seed = 3,
				      .servers = 2,
				      .tenants = 3,
				      .lanes = 2,
				      .requests = 3,
				      .launches = 4,
				      .can = CT_CAN_GATE | CT_CAN_RANK | CT_CAN_CONFINE |
					     CT_CAN_SLICE | CT_CAN_RETREAT | CT_CAN_RESET |
					     CT_SEES_SHAPE | CT_SEES_REQUEST |
					     CT_SEES_START,
				      .gate = CT_GATE_DEFERS,
				      .patience_ns = 1000000000 };
	struct ct_policy_choice choice;
	struct ct_world_result result;
	char *text = NULL;
	size_t length = 0;
	const char *why;

	o.ledger = open_memstream(&text, &length);
	if (!ct_policy_choose(spec, NULL, &choice, NULL))
		g_error("'%s' cannot be chosen", spec);
	g_assert_cmpint(ct_world_run(choice.policy, choice.state, &o, &result, &why), ==,
			0);
	fclose(o.ledger);
	ct_policy_choice_clear(&choice);
	return (struct fuzz_seed){ text, length };
}

int main(void)
{
	struct fuzz_seed seeds[] = { record("turns"),
				     record("share"),
				     record("partition"),
				     record("exclusive"),
				     record("atoms:blocks=90"),
				     record("gate-priority:depth=4,level=block-end"),
				     record("gate-priority:depth=4,level=reset") };
	const struct fuzz_target target = { .seeds = seeds,
					    .n_seeds = G_N_ELEMENTS(seeds),
					    .words = words,
					    .runs = 3000,
					    .check = check };
	int status = fuzz_main(&target);

	for (guint i = 0; i < G_N_ELEMENTS(seeds); i++)
		free((void *)seeds[i].bytes);
	return status;
}
