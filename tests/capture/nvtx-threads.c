/*
 * nvtx-threads - threads that mark, register and start at the same time.
 *
 * A program of its own, without forks, for the race detector.  Each thread's markers must
 * stand in the spool as the thread made them, and all must have the same handles.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/collector/collector.h"
#include "capture/collector/control.h"
#include "capture/collector/nvtx.h"
#include "tests/capture/nvtx-client.h"
#include "tests/capture/recording.h"

enum { THREADS = 6, ROUNDS = 3000, TEXTS = 300 };

static struct thread {
	pthread_t pthread;
	int number;
	uint32_t tid;
	void *domain, *handle[TEXTS];
	uint64_t last_range;
	int n_wrong;
} threads[THREADS];

static pthread_barrier_t barrier;

static void *run(void *data)
{
	struct thread *t = data;

	t->tid = (uint32_t)syscall(SYS_gettid);
	pthread_barrier_wait(&barrier);
	t->domain = ct_domain("of all");
	for (int i = 0; i < ROUNDS; i++) {
		struct ct_nvtx_attributes event;
		char text[32];

		snprintf(text, sizeof(text), "text %d", i % TEXTS);
		t->handle[i % TEXTS] = ct_register(t->domain, text);
		event = ct_event_registered(t->handle[i % TEXTS]);
		t->n_wrong += ct_push(text) != 0;
		t->n_wrong += ct_push_event(t->domain, &event) != 0;
		t->last_range = ct_start("range");
		t->n_wrong += ct_domain_pop(t->domain) != 0;
		t->n_wrong += ct_pop() != 0;
		ct_end(t->last_range);
		if (i == ROUNDS / 2)
			ct_mark("go");
	}
	return NULL;
}

/* The lines of THREAD are those it made, whatever the others did. */
static void check_lines(const char *spool, const struct thread *thread)
{
	GPtrArray *lines = ct_recording_lines(spool, thread->tid);
	guint at = 0;

	g_assert_cmpuint(lines->len, ==, ROUNDS * 6 + 1);
	for (int i = 0; i < ROUNDS; i++) {
		char *push = g_strdup_printf("push text %d", i % TEXTS);
		char *inner = g_strdup_printf("push of all: text %d", i % TEXTS);
		const char *start;

		g_assert_cmpstr(g_ptr_array_index(lines, at++), ==, push);
		g_assert_cmpstr(g_ptr_array_index(lines, at++), ==, inner);
		start = g_ptr_array_index(lines, at++);
		g_assert_true(g_str_has_prefix(start, "start range #"));
		g_assert_cmpstr(g_ptr_array_index(lines, at++), ==, "pop of all:");
		g_assert_cmpstr(g_ptr_array_index(lines, at++), ==, "pop");
		/* The same number. */
		g_assert_cmpstr((char *)g_ptr_array_index(lines, at++) + strlen("stop "),
				==, start + strlen("start range "));
		if (i == ROUNDS / 2)
			g_assert_cmpstr(g_ptr_array_index(lines, at++), ==, "mark go");
		g_free(push);
		g_free(inner);
	}
	g_ptr_array_unref(lines);
}

int main(void)
{
	struct ct_recording recording;
	char *spool;

	ct_recording_init(&recording);
	recording.page->flags |= CT_SESSION_WAIT_MARKER;
	strcpy(recording.page->start_marker, "go");
	g_assert_cmpint(ct_client_init(0, CT_NVTX_CORE_SLOTS, CT_NVTX_CORE2_SLOTS,
				       InitializeInjectionNvtx2),
			==, 1);
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i].pthread, NULL, run, &threads[i]);
	for (int i = 0; i < 20; i++) {
		ct_control_hook.tick(&ct_collector);
		usleep(1000);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i].pthread, NULL);
	g_assert_cmpint(atomic_load(&recording.page->start_ns), !=, 0);
	spool = ct_recording_flush(&recording);
	for (int i = 0; i < THREADS; i++) {
		g_assert_cmpint(threads[i].n_wrong, ==, 0);
		g_assert_true(threads[i].domain == threads[0].domain);
		for (int k = 0; k < TEXTS; k++)
			g_assert_true(threads[i].handle[k] == threads[0].handle[k]);
		check_lines(spool, &threads[i]);
	}
	g_free(spool);
	ct_recording_clear(&recording);
	return 0;
}
