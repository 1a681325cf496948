/*
 * explain-random - random programs of several tenants, of which every operation is asked
 * for: each one's causes sum to its turnaround, each cause's blame to the cause, and
 * nobody is blamed who was not there.
 */
#include "tests/unit/explain-case.h"

#include <check.h>
#include <string.h>

enum { ROW_MAX = 8 };

static char *can_preempt[] = { "gate",       "rank",       "flush",        "retreat",
			       "sees-queue", "sees-start", "sees-request", NULL };

static void copy_on(struct tape *tape, uint32_t stream, int64_t ns)
{
	struct ct_op op = { .stream = stream, .copy = CT_COPY_HTOD, .bytes = 1000 };

	op.start_ns = tape_now_ns(tape, 0) + LAB_LATENCY_NS;
	op.end_ns = op.start_ns + ns;
	tape_call(tape, 0, CT_OP_MEMCPY, TAPE_CALL_NS, op);
}

static struct tape *random_tape(GRand *rand, uint32_t *n_kernels)
{
	uint32_t streams = (uint32_t)g_rand_int_range(rand, 1, 4);
	struct tape *tape = tape_new(1, streams);

	*n_kernels = (uint32_t)g_rand_int_range(rand, 5, 30);
	for (uint32_t i = 0; i < *n_kernels; i++) {
		if (g_rand_int_range(rand, 0, 4) == 0)
			tape_think(tape, 0, g_rand_int_range(rand, 0, 20000));
		if (g_rand_int_range(rand, 0, 4) == 0) {
			copy_on(tape, (uint32_t)g_rand_int_range(rand, 0, (gint32)streams),
				g_rand_int_range(rand, 1, 20000));
			continue;
		}
		tape_kernel(tape, 0, (uint32_t)g_rand_int_range(rand, 0, (gint32)streams),
			    (uint32_t)g_rand_int_range(rand, 1, 3 * LAB_SMS),
			    g_rand_int_range(rand, 1, 20000));
	}
	return tape;
}

static void check_sums(const struct ct_explain *e, const struct ct_explain_story *s)
{
	int64_t once_ns[CT_CAUSE_MAX], total_ns = 0;
	size_t row = ct_explain_tenants(e) + 1;

	ct_explain_once(s, once_ns);
	for (size_t c = 0; c < CT_CAUSE_MAX; c++) {
		int64_t blamed_ns = 0;

		ck_assert_int_ge(s->time_ns[c], 0);
		ck_assert_int_ge(once_ns[c], 0);
		ck_assert_int_le(once_ns[c], s->time_ns[c]);
		total_ns += s->time_ns[c];
		for (size_t t = 0; t < row; t++) {
			ck_assert_int_ge(s->blamed_ns[c * row + t], 0);
			blamed_ns += s->blamed_ns[c * row + t];
		}
		ck_assert_int_eq(blamed_ns, s->time_ns[c]);
	}
	ck_assert_int_eq(total_ns, s->end_ns - s->issued_ns);
}

static const struct ct_explain_story *story_of(const struct ct_explain *e,
					       const struct ct_explain_id *id)
{
	const struct ct_explain_view *v;

	for (size_t i = 0; (v = ct_explain_view(e, i)); i++)
		if (v->kind == CT_EXPLAIN_OP && v->tenant == (int)id->tenant &&
		    v->number == id->number)
			return &v->worst[0];
	return NULL;
}

/* When it first came to the device: what was taken back came before it was last ready. */
static int64_t came_ns(const struct ct_explain_story *s)
{
	return s->time_ns[CT_CAUSE_PREEMPTION] ? s->issued_ns : s->ready_ns;
}

/* Who is blamed was on the device, or in its queues, while the story waited there. */
static void check_culprits(const struct ct_explain *e, const struct ct_explain_story *s)
{
	size_t nobody = ct_explain_tenants(e);

	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_SM_ROOM, nobody), 0);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_PRIORITY, nobody), 0);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_DRAM, nobody), 0);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_L2, nobody), 0);
	ck_assert_int_eq(explain_blamed(e, s, CT_CAUSE_COPY_ENGINE, nobody), 0);
	if (s->time_ns[CT_CAUSE_PRIORITY] + s->time_ns[CT_CAUSE_SM_ROOM] +
		    s->time_ns[CT_CAUSE_COPY_ENGINE] >
	    0)
		ck_assert_uint_gt(s->n_culprits, 0);
	for (uint32_t i = 0; i < s->n_culprits; i++) {
		const struct ct_explain_story *other = story_of(e, &s->culprit[i].id);

		ck_assert_ptr_nonnull(other);
		ck_assert(other != s);
		ck_assert_int_lt(came_ns(other), s->end_ns);
		ck_assert_int_gt(other->end_ns, came_ns(s));
		ck_assert_int_le(s->culprit[i].ns, s->time_ns[s->culprit[i].cause]);
		if (s->culprit[i].cause == CT_CAUSE_PRIORITY ||
		    s->culprit[i].cause == CT_CAUSE_SM_ROOM)
			ck_assert_int_lt(came_ns(other), s->start_ns);
		if (s->culprit[i].cause == CT_CAUSE_PRIORITY)
			ck_assert_uint_lt(other->priority, s->priority);
	}
}

/* Who is blamed for a wait at the gate had work on the device while it lasted. */
static void check_gate(const struct ct_explain *e, const struct ct_explain_story *s)
{
	const struct ct_explain_view *v;

	for (uint32_t t = 0; t < ct_explain_tenants(e); t++) {
		gboolean had_work = FALSE;

		if (!explain_blamed(e, s, CT_CAUSE_GATE, t))
			continue;
		for (size_t i = 0; (v = ct_explain_view(e, i)); i++) {
			const struct ct_explain_story *other = &v->worst[0];

			had_work |= v->kind == CT_EXPLAIN_OP && v->tenant == (int)t &&
				    other->issued_ns < s->released_ns &&
				    other->end_ns > s->issued_ns;
		}
		ck_assert_msg(had_work, "tenant %u had no work while %u:%u was held", t,
			      s->id.tenant, (unsigned)s->id.number);
	}
}

static void check_everything(const struct ct_explain *e, const struct ct_run_result *result)
{
	int64_t time_ns[ROW_MAX][CT_CAUSE_MAX] = { { 0 } };
	const struct ct_explain_view *v;

	for (size_t i = 0; (v = ct_explain_view(e, i)); i++) {
		if (v->kind == CT_EXPLAIN_OP) {
			const struct ct_explain_story *s = explain_only(e, i);

			check_sums(e, s);
			check_culprits(e, s);
			check_gate(e, s);
			for (size_t c = 0; c < CT_CAUSE_MAX; c++)
				time_ns[v->tenant][c] += s->time_ns[c];
		} else {
			const struct ct_tenant_result *t = &result->tenant[v->tenant];

			/* the stories of all operations came before */
			for (size_t c = 0; c < CT_CAUSE_MAX; c++) {
				ck_assert_int_eq(v->time_ns[c], t->time_ns[c]);
				ck_assert_int_eq(v->time_ns[c], time_ns[v->tenant][c]);
			}
			ck_assert_int_eq(v->turnaround_ns, t->turnaround_ns);
		}
	}
}

/* Runs until all have answered once; what others do beyond is cut off by duration 0. */
START_TEST(random_runs_add_up)
{
	static const char *const policies[] = {
		"fifo",      "priority",  "turns",
		"partition", "exclusive", "gate-priority:depth=8,level=block-end",
		"share",
	};
	gboolean takes_back =
		strstr(policies[_i % G_N_ELEMENTS(policies)], "level=") != NULL;
	GRand *rand = g_rand_new_with_seed((guint32)_i + 1);
	uint32_t n_tenants = (uint32_t)g_rand_int_range(rand, 1, 5), n_kernels[ROW_MAX];
	g_autoptr(GString) words = g_string_new(NULL);
	struct ct_run_result *plain, *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	if (takes_back)
		lab.actuator.caps = can_preempt;
	for (uint32_t t = 0; t < n_tenants; t++)
		lab_tenant(&lab, random_tape(rand, &n_kernels[t]), "every:1s", NULL)->rank =
			g_rand_int_range(rand, 0, 3);
	for (uint32_t t = 0; _i % 2 && t < n_tenants; t++)
		ct_program_estimate(lab.programs->pdata[t], ct_estimator_find("bound"));
	lab.scenario->duration_ns = 900000000; /* one request each */
	if (_i % 3 == 2)
		lab.scenario->sharing.mode = CT_SHARING_PROCESS;
	for (uint32_t t = 0; t < n_tenants; t++)
		for (uint32_t k = 0; k < n_kernels[t]; k++)
			g_string_append_printf(words, "%%%u:%u ", t, k);
	for (uint32_t t = 0; t < n_tenants; t++)
		g_string_append_printf(words, "%s%%%u", t ? " " : "", t);
	plain = lab_run(&lab, policies[_i % G_N_ELEMENTS(policies)]);
	e = explain_ask(&lab, words->str);
	result = lab_run(&lab, policies[_i % G_N_ELEMENTS(policies)]);
	/* listening changes nothing */
	ck_assert_uint_eq(plain->digest, result->digest);
	check_everything(e, result);
	ct_run_result_free(plain);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
	g_rand_free(rand);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("explain-random");
	TCase *tcase = tcase_create("explain-random");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, random_runs_add_up, 0, 84);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
