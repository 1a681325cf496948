/*
 * crew - independent jobs, done by several threads.
 *
 * One lock guards the two counters.  The calling thread only waits and reports, so that
 * progress is steady however long single jobs take.
 */
#include "sim/crew.h"

#include <pthread.h>

struct crew {
	const struct ct_crew_work *work;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	guint next, n_done;
};

static void *labour(void *data)
{
	struct crew *c = data;

	pthread_mutex_lock(&c->lock);
	while (c->next < c->work->n_jobs) {
		guint number = c->next++;

		pthread_mutex_unlock(&c->lock);
		c->work->job(number, c->work->data);
		pthread_mutex_lock(&c->lock);
		c->n_done++;
		pthread_cond_signal(&c->changed);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void report(struct crew *c)
{
	guint told = 0;

	pthread_mutex_lock(&c->lock);
	while (told < c->work->n_jobs) {
		while (c->n_done == told)
			pthread_cond_wait(&c->changed, &c->lock);
		told = c->n_done;
		pthread_mutex_unlock(&c->lock);
		if (c->work->done)
			c->work->done(told, c->work->data);
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
}

void ct_crew(const struct ct_crew_work *work)
{
	struct crew c = { work, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };
	guint wanted = work->n_threads ? work->n_threads : g_get_num_processors(), n = 0;
	g_autofree pthread_t *thread = NULL;

	wanted = MIN(wanted, work->n_jobs);
	thread = g_new(pthread_t, wanted + 1);
	while (n < wanted && pthread_create(&thread[n], NULL, labour, &c) == 0)
		n++;
	if (n == 0)
		labour(&c);
	report(&c);
	while (n > 0)
		pthread_join(thread[--n], NULL);
	pthread_cond_destroy(&c.changed);
	pthread_mutex_destroy(&c.lock);
}
