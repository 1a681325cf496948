/*
 * explain - a reason is the right one, names the right culprit, and adds up exactly.
 *
 * The first cases are small enough to be worked out by hand.  Then random programs of
 * several tenants, of which every operation is asked for: each one's causes sum to its
 * turnaround, each cause's blame to the cause, and nobody is blamed who was not there.
 */
#include "tests/unit/run-case.h"

#include <check.h>
#include <string.h>

#include "sim/explain.h"

enum { FULL = LAB_SMS, HALF = LAB_SMS / 2, ROW_MAX = 8 };

/* Asks for WHAT, words apart by blanks, with %0 and %1 for the tenants' names. */
static struct ct_explain *ask(struct lab *lab, const char *what)
{
	g_autoptr(GString) words = g_string_new(what);
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) word = NULL;

	for (size_t i = 0; i < lab->scenario->n_tenants; i++) {
		char placeholder[] = { '%', (char)('0' + i), '\0' };

		g_string_replace(words, placeholder, lab->scenario->tenant[i].name, 0);
	}
	word = g_strsplit(words->str, " ", -1);
	lab->in.explain = ct_explain_new(lab->scenario, (const char *const *)word, &error);
	if (!lab->in.explain)
		g_error("%s", error->message);
	return lab->in.explain;
}

static void add_one(struct lab *lab, uint32_t blocks, int64_t ns, int32_t rank)
{
	struct tape *tape = tape_new(1, 1);

	tape_kernel(tape, 0, 0, blocks, ns);
	lab_tenant(lab, tape, "every:1s", NULL)->rank = rank;
}

static const struct ct_explain_story *only_story(const struct ct_explain *e, size_t i)
{
	const struct ct_explain_view *v = ct_explain_view(e, i);

	ck_assert_uint_eq(v->n_ops, 1);
	ck_assert_uint_eq(v->n_worst, 1);
	return &v->worst[0];
}

static int64_t blamed(const struct ct_explain *e, const struct ct_explain_story *s,
		      enum ct_cause cause, size_t tenant)
{
	return s->blamed_ns[cause * (ct_explain_tenants(e) + 1) + tenant];
}

/* The second of two that both fill the device waits for all of the first. */
START_TEST(no_room)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, FULL, 10000, 0);
	add_one(&lab, FULL, 5000, 0);
	e = ask(&lab, "%1:0 %0:0");
	result = lab_run(&lab, "fifo");
	s = only_story(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_LAUNCH], 1000);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 10000);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_RUNNING], 5000);
	ck_assert_int_eq(s->start_ns, 11000);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_SM_ROOM, 0), 10000);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_RUNNING, 1), 5000);
	ck_assert_uint_eq(s->n_culprits, 1);
	ck_assert_uint_eq(s->culprit[0].id.tenant, 0);
	ck_assert_uint_eq(s->culprit[0].id.number, 0);
	ck_assert_uint_eq(s->culprit[0].sms, FULL);
	ck_assert_int_eq(s->culprit[0].ns, 10000);
	ck_assert(!s->culprit[0].ahead);
	/* the first waited for nobody */
	s = only_story(e, 1);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 0);
	ck_assert_uint_eq(s->n_culprits, 0);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

static void add_copy(struct lab *lab, enum ct_copy way, int64_t ns)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_op op = { .copy = (uint8_t)way, .start_ns = 1000, .end_ns = 1000 + ns };

	tape_call(tape, 0, CT_OP_MEMCPY, TAPE_CALL_NS, op);
	tape_kernel(tape, 0, 0, HALF, 10);
	lab_tenant(lab, tape, "every:1s", NULL);
}

/* Two copies to the device and one from it: the second waits for the first, which has half
 * the link while the third lasts, and the third four fifths. */
START_TEST(behind_and_beside_copies)
{
	static const int64_t loss[] = { 2500, 7500, 1000 };
	static const uint32_t because_of[] = { 2, 0, 0 };
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_copy(&lab, CT_COPY_HTOD, 5000);
	add_copy(&lab, CT_COPY_HTOD, 3000);
	add_copy(&lab, CT_COPY_DTOH, 4000);
	e = ask(&lab, "%0:0 %1:0 %2:0");
	result = lab_run(&lab, "fifo");
	for (size_t i = 0; i < 3; i++) {
		const struct ct_explain_story *s = only_story(e, i);

		ck_assert_int_eq(s->time_ns[CT_CAUSE_COPY_ENGINE], loss[i]);
		ck_assert_int_eq(blamed(e, s, CT_CAUSE_COPY_ENGINE, because_of[i]),
				 loss[i]);
		ck_assert_uint_eq(s->n_culprits, 1);
		ck_assert_uint_eq(s->culprit[0].id.tenant, because_of[i]);
	}
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* Three of half, half and full: the last waits for both, first one longer; by SMs. */
START_TEST(room_is_shared_blame)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, HALF, 10000, 0);
	add_one(&lab, HALF - 1, 10000, 0);
	add_one(&lab, FULL, 4000, 0);
	e = ask(&lab, "%2:0");
	result = lab_run(&lab, "fifo");
	s = only_story(e, 0);
	/* one SM is free, so it starts at once and waits for nobody */
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 0);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);

	lab_begin(&lab);
	add_one(&lab, FULL - 1, 10000, 0);
	add_one(&lab, 1, 10000, 0);
	add_one(&lab, FULL, 4000, 0);
	e = ask(&lab, "%2:0");
	result = lab_run(&lab, "fifo");
	s = only_story(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 10000);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_SM_ROOM, 0), 7500);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_SM_ROOM, 1), 2500);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* A small one would have room, but stands behind a large one that has none. */
START_TEST(head_of_the_queue)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, FULL, 10000, 0);
	add_one(&lab, FULL, 5000, 0);
	add_one(&lab, 1, 1000, 0);
	e = ask(&lab, "%2:0");
	result = lab_run(&lab, "fifo");
	s = only_story(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 15000);
	/* 10 us behind the second in the queue, then 5 us because it has the SMs */
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_SM_ROOM, 1), 15000);
	ck_assert(s->culprit[0].ahead);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* Two higher ranks fill the device in turn; the first has it when the others come. */
START_TEST(behind_priority)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, FULL, 10000, 2);
	add_one(&lab, FULL, 5000, 1);
	add_one(&lab, FULL, 1000, 0);
	e = ask(&lab, "%2:0");
	result = lab_run(&lab, "priority");
	s = only_story(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_PRIORITY], 10000);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_SM_ROOM], 5000);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_PRIORITY, 1), 10000);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_SM_ROOM, 1), 5000);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* Whole requests one at a time: the second is held while the first has work. */
START_TEST(held_at_the_gate)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, FULL, 10000, 0);
	add_one(&lab, FULL, 5000, 0);
	e = ask(&lab, "%1:0");
	result = lab_run(&lab, "exclusive");
	s = only_story(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_GATE], 11000);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_GATE, 0), 11000);
	ck_assert_ptr_nonnull(s->why);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

START_TEST(behind_its_predecessor)
{
	const struct ct_explain_story *s;
	struct tape *tape = tape_new(1, 1);
	const struct ct_explain_view *v;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	tape_kernel(tape, 0, 0, HALF, 10000);
	tape_kernel(tape, 0, 0, HALF, 5000);
	lab_tenant(&lab, tape, "closed:1", NULL);
	e = ask(&lab, "%0:1 %0");
	result = lab_run(&lab, "fifo");
	s = only_story(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_STREAM_ORDER], 11000 - 1064);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_GAP], LAB_GAP_NS);
	ck_assert_ptr_nonnull(s->predecessor_name);
	ck_assert_uint_eq(s->predecessor.number, 0);
	/* each moment once: its own part begins where the first ended */
	v = ct_explain_view(e, 1);
	ck_assert_uint_eq(v->n_ops, 2);
	ck_assert_int_eq(v->once_ns[CT_CAUSE_LAUNCH], 1000);
	ck_assert_int_eq(v->once_ns[CT_CAUSE_STREAM_ORDER], 0);
	ck_assert_int_eq(v->once_ns[CT_CAUSE_RUNNING], 15000);
	ck_assert_uint_eq(v->n_requests, 1);
	ck_assert_int_eq(v->request[0].end_ns - v->request[0].arrived_ns, 16100);
	ck_assert_int_eq(v->request[0].idle_ns, 0);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* A synchronising program: 700 ns from the end of the first to the second's call. */
START_TEST(idle_between)
{
	struct tape *tape = tape_new(1, 1);
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	tape_kernel(tape, 0, 0, FULL, 10000);
	tape_call(tape, 0, CT_OP_STREAM_SYNC, 11700 - 64, (struct ct_op){ .stream = 0 });
	tape_kernel(tape, 0, 0, FULL, 10000);
	lab_tenant(&lab, tape, "closed:1", NULL);
	e = ask(&lab, "%0");
	result = lab_run(&lab, "fifo");
	ck_assert_int_eq(ct_explain_view(e, 0)->request[0].idle_ns, 700);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* Two kernels of ten slices each, in turns: nine of the other's, and all the switches. */
START_TEST(off_the_sms)
{
	const int64_t slice_ns = LAB_SLICE_NS, switch_ns = LAB_SWITCH_NS;
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	lab.scenario->sharing.mode = CT_SHARING_PROCESS;
	add_one(&lab, FULL, 10 * slice_ns, 0);
	add_one(&lab, FULL, 10 * slice_ns, 0);
	e = ask(&lab, "%0:0 %1:0");
	result = lab_run(&lab, "fifo");
	s = only_story(e, 0);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 0), 0);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 1), 9 * slice_ns);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 2), 18 * switch_ns);
	s = only_story(e, 1);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 0), 10 * slice_ns);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_CONTEXT_SWITCH, 2), 19 * switch_ns);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

static void copy_on(struct tape *tape, uint32_t stream, int64_t ns)
{
	struct ct_op op = { .stream = stream, .copy = CT_COPY_HTOD, .bytes = 1000 };

	op.start_ns = tape_now_ns(tape, 0) + LAB_LATENCY_NS;
	op.end_ns = op.start_ns + ns;
	tape_call(tape, 0, CT_OP_MEMCPY, TAPE_CALL_NS, op);
}

static char *can_preempt[] = { "gate",       "rank",       "flush",        "retreat",
			       "sees-queue", "sees-start", "sees-request", NULL };

/* Four waves of 25 us give way to a higher rank after the first, and go on when it has
 * ended: until then it is the higher rank's fault. */
START_TEST(taken_back)
{
	const struct ct_explain_story *s;
	struct tape *high = tape_new(1, 1);
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	lab.actuator.caps = can_preempt;
	add_one(&lab, 4 * FULL, 100000, 0);
	tape_think(high, 0, 3000);
	tape_kernel(high, 0, 0, FULL, 10000);
	lab_tenant(&lab, high, "every:1s", NULL)->rank = 10;
	e = ask(&lab, "%0:0 %0");
	result = lab_run(&lab, "gate-priority:depth=8,level=block-end");
	s = only_story(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_RUNNING], 100000);
	/* a wave has ended at 26 us, the higher rank at 36 us */
	ck_assert_int_eq(s->time_ns[CT_CAUSE_PREEMPTION], 10000);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_PREEMPTION, 1), 10000);
	ck_assert_int_eq(ct_explain_view(e, 1)->turnaround_ns, s->end_ns - s->issued_ns);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

/* All that the bandwidth allows is asked for by each of three. */
START_TEST(for_bandwidth)
{
	const struct ct_explain_story *s;
	struct ct_run_result *result;
	struct ct_explain *e;
	struct lab lab;

	lab_begin(&lab);
	add_one(&lab, 1, 10000, 0);
	add_one(&lab, 2, 1000000, 0);
	add_one(&lab, 1, 1000000, 0);
	for (guint i = 0; i < lab.programs->len; i++)
		ct_program_estimate(lab.programs->pdata[i], ct_estimator_find("bound"));
	e = ask(&lab, "%0:0");
	result = lab_run(&lab, "fifo");
	s = only_story(e, 0);
	ck_assert_int_eq(s->time_ns[CT_CAUSE_RUNNING], 10000);
	ck_assert_int_gt(s->time_ns[CT_CAUSE_DRAM], 1000);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_DRAM, 0), 0);
	ck_assert_int_gt(blamed(e, s, CT_CAUSE_DRAM, 1), 0);
	ck_assert_int_gt(blamed(e, s, CT_CAUSE_DRAM, 2), 0);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_DRAM, 1) + blamed(e, s, CT_CAUSE_DRAM, 2),
			 s->time_ns[CT_CAUSE_DRAM]);
	ck_assert_uint_eq(s->n_culprits, 2);
	ct_run_result_free(result);
	ct_explain_free(e);
	lab_end(&lab);
}
END_TEST

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

	ck_assert_int_eq(blamed(e, s, CT_CAUSE_SM_ROOM, nobody), 0);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_PRIORITY, nobody), 0);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_DRAM, nobody), 0);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_L2, nobody), 0);
	ck_assert_int_eq(blamed(e, s, CT_CAUSE_COPY_ENGINE, nobody), 0);
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

static void check_everything(const struct ct_explain *e, const struct ct_run_result *result)
{
	int64_t time_ns[ROW_MAX][CT_CAUSE_MAX] = { { 0 } };
	const struct ct_explain_view *v;

	for (size_t i = 0; (v = ct_explain_view(e, i)); i++) {
		if (v->kind == CT_EXPLAIN_OP) {
			const struct ct_explain_story *s = only_story(e, i);

			check_sums(e, s);
			check_culprits(e, s);
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
	e = ask(&lab, words->str);
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
	Suite *suite = suite_create("explain");
	TCase *tcase = tcase_create("explain");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, no_room);
	tcase_add_test(tcase, behind_and_beside_copies);
	tcase_add_test(tcase, room_is_shared_blame);
	tcase_add_test(tcase, head_of_the_queue);
	tcase_add_test(tcase, behind_priority);
	tcase_add_test(tcase, held_at_the_gate);
	tcase_add_test(tcase, off_the_sms);
	tcase_add_test(tcase, taken_back);
	tcase_add_test(tcase, for_bandwidth);
	tcase_add_test(tcase, behind_its_predecessor);
	tcase_add_test(tcase, idle_between);
	tcase_add_loop_test(tcase, random_runs_add_up, 0, 60);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
