/*
 * laws - every policy, built in or module, against every law; every probe breaks its own.
 *
 *	laws POLICY...
 *
 * Without operands: all built-in policies, and the same ones as modules from
 * CT_POLICY_PATH.  With operands: those, named or by path.  Also here, because it needs
 * the same small world: what the shipped policies promise beyond the laws.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies/caps.h"
#include "policies/laws.h"
#include "policies/registry.h"
#include "policies/world.h"

static int failures;

static void expect(gboolean holds, const char *what, double got)
{
	if (holds)
		return;
	failures++;
	printf("FAIL: %s (got %g)\n", what, got);
}

static void say(void *data, const struct ct_laws_said *said)
{
	if (said->why)
		printf("FAIL: %s: %s: %s: %s\n", (const char *)data, said->law, said->where,
		       said->why);
}

static void obeys(const struct ct_policy *p, const char *as)
{
	g_autofree char *who = g_strdup_printf("%s (%s)", p->name, as);
	int broken = ct_laws_check(p, NULL, say, who);

	printf("%-28s %s\n", who, broken ? "BROKEN" : "keeps the laws");
	failures += broken != 0;
}

/* What a probe is expected to break, by its word in the law. */
static void expect_broken(void *data, const struct ct_laws_said *said)
{
	const char **law = data;

	if (said->why && strstr(said->law, law[0]))
		law[1] = "seen";
}

/* With options, and able to do what those need. */
static void obeys_as(const char *spec, uint32_t needs)
{
	g_autoptr(GError) error = NULL;
	struct ct_policy_choice choice;
	struct ct_policy policy;
	int broken;

	if (!ct_policy_choose(spec, NULL, &choice, &error))
		g_error("%s", error->message);
	policy = *choice.policy;
	policy.needs |= needs;
	broken = ct_laws_check(&policy, choice.state, say, (void *)spec);
	printf("%-28s %s\n", spec, broken ? "BROKEN" : "keeps the laws");
	failures += broken != 0;
	ct_policy_choice_clear(&choice);
}

/* Low ranks with much on the device, so that there is something to take back. */
static void levels_obey(void)
{
	obeys_as("gate-priority:depth=8,level=queued", CT_CAN_FLUSH);
	obeys_as("gate-priority:depth=8,level=block-end", CT_CAN_RETREAT);
	obeys_as("gate-priority:depth=8,level=switch", CT_CAN_SWITCH);
	obeys_as("gate-priority:depth=8,level=reset", CT_CAN_RESET);
	obeys_as("gate-priority:depth=8,drain=true", 0);
	obeys_as("gate-priority:depth=8,level=block-end,drain=true", CT_CAN_RETREAT);
	obeys_as("atoms:blocks=100", 0);
}

static void breaks(const char *probe, const char *law)
{
	g_autofree char *path =
		g_strdup_printf("%s/tests/probes/%s.so", g_getenv("CT_BUILDDIR"), probe);
	g_autoptr(GError) error = NULL;
	const struct ct_policy *p = ct_registry_find(path, &error);
	const char *seen[2] = { law, NULL };

	if (!p) {
		printf("FAIL: %s\n", error->message);
		failures++;
		return;
	}
	ct_laws_check(p, NULL, expect_broken, seen);
	expect(seen[1] != NULL, path, 0);
	printf("%-28s is caught: %s\n", probe, law);
}

static struct ct_world_result world(const char *spec, struct ct_world_options o)
{
	g_autoptr(GError) error = NULL;
	struct ct_policy_choice choice;
	struct ct_world_result r;
	const char *why;
	int err;

	if (!ct_policy_choose(spec, NULL, &choice, &error))
		g_error("%s", error->message);
	o.can = CT_CAN_GATE | CT_CAN_RANK | CT_CAN_CONFINE | CT_SEES_QUEUE |
		CT_SEES_REQUEST;
	o.gate = CT_GATE_DEFERS;
	err = ct_world_run(choice.policy, choice.state, &o, &r, &why);
	expect(!err, spec, err);
	ct_policy_choice_clear(&choice);
	return r;
}

/* Weights are 100, 200, 300 by tenant; all have several launches waiting all the time. */
static void shares_are_by_weight(void)
{
	static const struct ct_world_options busy = { .seed = 7,
						      .servers = 1,
						      .tenants = 3,
						      .lanes = 3,
						      .requests = 80,
						      .launches = 200 };
	static const char *const specs[] = { "share", "turns:slice_ns=1000000,depth=1" };

	for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
		struct ct_world_result r = world(specs[i], busy);
		double one = (double)r.contended_ns[0];
		double two = (double)r.contended_ns[1] / one,
		       three = (double)r.contended_ns[2] / one;

		printf("%-28s device time 1 : %.2f : %.2f for weights 1 : 2 : 3\n",
		       specs[i], two, three);
		expect(two > 1.7 && two < 2.3, "weight 200 gets twice of 100", two);
		expect(three > 2.5 && three < 3.5, "weight 300 gets three times of 100",
		       three);
	}
}

/* Tenant 2 has the highest rank; under fifo it gets a third, behind the gate nearly all. */
static void ranks_are_respected(void)
{
	static const struct ct_world_options busy = { .seed = 5,
						      .servers = 1,
						      .tenants = 3,
						      .lanes = 2,
						      .requests = 100,
						      .launches = 20 };
	static const char *const specs[] = { "gate-priority", "priority" };

	for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
		struct ct_world_result r = world(specs[i], busy);
		double part =
			(double)r.contended_ns[2] /
			(double)(r.contended_ns[0] + r.contended_ns[1] + r.contended_ns[2]);

		printf("%-28s highest rank has %.0f%% of the contended time\n", specs[i],
		       100 * part);
		expect(part > 0.7, specs[i], part);
	}
}

/* 132 SMs in granules of 8 hold 16 parts at most. */
static void too_many_are_refused(void)
{
	static const struct ct_world_options o = { .servers = 1,
						   .tenants = 16,
						   .lanes = 1,
						   .requests = 1,
						   .launches = 1,
						   .can = CT_CAN_GATE | CT_CAN_CONFINE };
	static const struct ct_world_options needy = { .servers = 1,
						       .tenants = 1,
						       .lanes = 1,
						       .requests = 1,
						       .launches = 1,
						       .can = CT_CAN_GATE };
	g_autoptr(GError) error = NULL;
	const struct ct_policy *p = ct_registry_find("partition", &error);
	struct ct_world_options small = o;
	struct ct_world_result r;
	const char *why = NULL;

	expect(ct_world_run(p, NULL, &o, &r, &why) == 0, "sixteen parts fit", 0);
	small.sms = 120;
	expect(ct_world_run(p, NULL, &small, &r, &why) == -28,
	       "a sixteenth on 120 SMs does not", 0);
	expect(ct_world_run(p, NULL, &needy, &r, &why) == -95, "no parts, no partition", 0);
	expect(strstr(why, "confine") != NULL, why, 0);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		const struct ct_policy *p = ct_registry_find(argv[i], &error);

		if (p)
			obeys(p, argv[i]);
		else
			printf("FAIL: %s\n", error->message);
		failures += !p;
	}
	if (argc > 1)
		return failures != 0;
	for (const struct ct_policy *const *p = ct_registry_builtin(); *p; p++) {
		g_autofree char *file = g_strdelimit(g_strdup((*p)->name), "-", '_');
		g_autofree char *path =
			g_strdup_printf("%s/policies/%s.so", g_getenv("CT_BUILDDIR"), file);
		g_autoptr(GError) error = NULL;
		const struct ct_policy *module = ct_registry_find(path, &error);

		obeys(*p, "built in");
		expect(module && module != *p, path, 0);
		if (module)
			obeys(module, "module");
	}
	levels_obey();
	breaks("miser", "starves");
	breaks("greedy", "refused");
	breaks("late", "rest while");
	breaks("impure", "same seed");
	breaks("quitter", "starves");
	shares_are_by_weight();
	ranks_are_respected();
	too_many_are_refused();
	return failures != 0;
}
