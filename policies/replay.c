/*
 * replay - a ledger's facts, told to a policy again.
 *
 * The ledger falls into groups: one fact and the lines that followed from it.  Each
 * fact goes into a broker that writes a ledger of its own, and the two groups are
 * compared.  Where the policy was told something by the actuator (a launch that failed,
 * an estimate), the answer is read from the old group.  It ends at the first
 * difference, because after that the two histories have nothing to do with each other.
 */
#include "policies/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "policies/broker.h"

#define LAUNCHES_MAX (1u << 28)       /* an id beyond is damage, not work */
#define LONGEST_NS   1000000000000000 /* nor is a time of more than eleven days */

struct text {
	char *line;
	size_t size; /* of the buffer */
	uint64_t number;
};

struct replay {
	struct ct_actuator base; /* first */
	struct ct_replay *r;
	FILE *in, *out;
	char *written; /* by the broker, since the last comparison */
	size_t n_written;
	struct text ahead; /* read, but of the next group */
	bool have_ahead, breaks_off;
	char *group; /* lines, each ended by '\n' */
	size_t n_group, max_group;
	uint64_t first_line;
	size_t answered; /* answers up to here have been given */
	struct ct_broker_options options;
	const struct ct_policy *policy;
	struct ct_broker *broker;
	struct ct_job **job; /* by work id */
	uint64_t n_jobs, max_jobs;
	uint32_t n_lanes, n_tenants;
};

static int damaged(struct replay *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->r->error, sizeof(p->r->error), format, args);
	va_end(args);
	p->r->line = p->first_line;
	return -EINVAL;
}

static bool read_ahead(struct replay *p)
{
	ssize_t n;

	if (p->have_ahead)
		return true;
	n = getline(&p->ahead.line, &p->ahead.size, p->in);
	if (n <= 0)
		return false;
	p->breaks_off = p->ahead.line[n - 1] != '\n';
	p->ahead.line[n - !p->breaks_off] = '\0';
	p->ahead.number++;
	p->r->lines++;
	return p->have_ahead = true;
}

/* The sign after the time; 0: not a line of a ledger. */
static char sign_of(const char *line)
{
	char sign = 0;

	return sscanf(line, "%*d %c ", &sign) == 1 && strchr("=<~>!", sign) ? sign : 0;
}

static bool keep(struct replay *p, const char *line)
{
	size_t n = strlen(line);

	if (p->n_group + n + 2 > p->max_group) {
		size_t max = 2 * (p->n_group + n + 2);
		char *more = realloc(p->group, max);

		if (!more)
			return false;
		p->group = more;
		p->max_group = max;
	}
	memcpy(p->group + p->n_group, line, n);
	p->n_group += n;
	p->group[p->n_group++] = '\n';
	p->group[p->n_group] = '\0';
	return true;
}

/* Reads the lines up to the next fact; 0 at the end of the ledger. */
static int read_group(struct replay *p)
{
	bool any = false;

	p->n_group = p->answered = 0;
	while (read_ahead(p)) {
		char sign = sign_of(p->ahead.line);

		if (any && sign == '<')
			break;
		if (!any)
			p->first_line = p->ahead.number;
		if (p->breaks_off)
			return damaged(p, "the ledger breaks off in line %" PRIu64,
				       p->ahead.number);
		if (!sign)
			return damaged(p, "line %" PRIu64 " is not one of a ledger",
				       p->ahead.number);
		p->r->orders += sign == '>';
		if (!keep(p, p->ahead.line))
			return -ENOMEM;
		p->have_ahead = false;
		any = true;
	}
	return any;
}

/* What came after "= " in the next line of the group that has WORD. */
static const char *answer(struct replay *p, const char *word)
{
	const char *at = p->group + p->answered, *found, *end, *equals;

	found = p->n_group > p->answered ? strstr(at, word) : NULL;
	if (!found)
		return NULL;
	end = strchr(found, '\n');
	p->answered = (size_t)(end - p->group);
	equals = strstr(found, " = ");
	return equals && equals < end ? equals + 3 : NULL;
}

static int answer_int(struct replay *p, const char *word, int otherwise)
{
	const char *text = answer(p, word);

	return text ? (int)strtol(text, NULL, 10) : otherwise;
}

static int launch(struct ct_actuator *a, struct ct_job *job, const struct ct_terms *terms)
{
	return answer_int((struct replay *)a, " ~ launched ", 0);
}

static int recall(struct ct_actuator *a, uint32_t lane, enum ct_revoke how, uint32_t order)
{
	char word[48];

	snprintf(word, sizeof(word), " > revoke %" PRIu32 " how %d ", lane, (int)how);
	return answer_int((struct replay *)a, word, 0);
}

static int confine(struct ct_actuator *a, uint32_t part, uint32_t sms)
{
	return answer_int((struct replay *)a, " > carve ", 0);
}

static int arm(struct ct_actuator *a, int64_t at_ns)
{
	return 0;
}

static int estimate(struct ct_actuator *a, const struct ct_work *work, uint32_t sms,
		    struct ct_estimate *out)
{
	const char *text = answer((struct replay *)a, " > estimate ");
	int err = -ENOTSUP;

	if (text)
		sscanf(text,
		       "%d ns %" SCNd64 " p90_ns %" SCNd64 " n %" SCNu32 " source %" SCNu32,
		       &err, &out->ns, &out->p90_ns, &out->n, &out->source);
	return err;
}

static bool is_time(int64_t ns)
{
	return ns >= -LONGEST_NS && ns <= LONGEST_NS;
}

/* What the host that wrote the ledger would not have accepted is damage. */
static bool in_range(const struct ct_option *o, int64_t value)
{
	int64_t n = 0;

	switch (o->type) {
	case CT_OPTION_BOOL:
		return value == 0 || value == 1;
	case CT_OPTION_CHOICE:
		while (o->choices[n])
			n++;
		return value >= 0 && value < n;
	default:
		return value >= o->min && value <= o->max;
	}
}

static bool set_option(struct replay *p, void *state, const char *name, int64_t value)
{
	for (const struct ct_option *o = p->policy->options; o && o->name; o++) {
		char *at = (char *)state + o->offset;

		if (strcmp(o->name, name) != 0)
			continue;
		if (!in_range(o, value))
			return false;
		if (o->type == CT_OPTION_NS)
			*(int64_t *)(void *)at = value;
		else
			*(uint32_t *)(void *)at = (uint32_t)value;
	}
	return true;
}

/* The head is the start of the first group. */
static int read_head(struct replay *p, void *state)
{
	struct ct_caps *c = &p->base.caps;
	int seen = 0;
	char name[128];
	int64_t value;

	for (char *line = p->group; line && *line; line = strchr(line, '\n') + 1) {
		if (sscanf(line, "%*d = option %127s %" SCNd64, name, &value) == 2) {
			if (!set_option(p, state, name, value))
				return damaged(p, "option %s is out of range", name);
		} else if (sscanf(line,
				  "%*d = host sms %" SCNu32 " can %" SCNu32 " gate %" SCNu32
				  " granule %" SCNu32 " part_min %" SCNu32
				  " ranks %" SCNu32,
				  &p->base.sms, &c->can, &c->gate, &c->sm_granule,
				  &c->sm_part_min, &c->ranks) == 6)
			seen |= 1;
		else if (sscanf(line, "%*d = limits patience_ns %" SCNd64 " seed %" SCNu64,
				&p->options.patience_ns, &p->options.seed) == 2)
			seen |= 2;
		else
			sscanf(line,
			       "%*d = costs gate_ns %" SCNd64 " sense_ns %" SCNd64
			       " decide_ns %" SCNd64 " confine_ns %" SCNd64,
			       &c->gate_ns, &c->sense_ns, &c->decide_ns, &c->confine_ns);
	}
	if (seen != 3)
		return damaged(p, "the head of the ledger is not complete");
	if (!is_time(p->options.patience_ns) || p->options.patience_ns < 0)
		return damaged(p, "the patience in the head cannot be");
	return 0;
}

static struct ct_job *job_of(struct replay *p, uint64_t id)
{
	return id && id <= p->n_jobs ? p->job[id] : NULL;
}

static int submitted(struct replay *p, int64_t now_ns, const char *rest)
{
	struct ct_job *job;
	uint32_t lane;
	uint64_t id;
	char word[16];
	int used, n;

	if (sscanf(rest, "%" SCNu32 " work %" SCNu64 "%n", &lane, &id, &used) != 2 ||
	    lane >= p->n_lanes || id != p->n_jobs + 1 || id > LAUNCHES_MAX)
		return damaged(p, "a submission that cannot be: %.100s", rest);
	if (id >= p->max_jobs) {
		uint64_t max = p->max_jobs ? 2 * p->max_jobs : 1024;
		struct ct_job **more = realloc(p->job, max * sizeof(struct ct_job *));

		if (!more)
			return -ENOMEM;
		p->job = more;
		p->max_jobs = max;
	}
	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	p->job[++p->n_jobs] = job;
	for (uint64_t value;
	     sscanf(rest += used, " %15s %" SCNu64 "%n", word, &value, &n) == 2; used = n) {
		if (!strcmp(word, "kind"))
			job->work.kind = (uint32_t)value;
		else if (!strcmp(word, "class"))
			job->work.class_id = (uint32_t)value;
		else if (!strcmp(word, "blocks"))
			job->work.blocks = value;
		else if (!strcmp(word, "threads"))
			job->work.threads = (uint32_t)value;
		else if (!strcmp(word, "request"))
			job->work.request = (uint32_t)value;
	}
	ct_broker_submitted(p->broker, now_ns, lane, job);
	return 0;
}

/* The job must be on the device, or the broker would rightly not have it. */
static int finished(struct replay *p, int64_t now_ns, const char *rest)
{
	struct ct_done done = { 0 };
	struct ct_job *job;
	uint64_t id;

	if (sscanf(rest,
		   "%*u work %" SCNu64 " waited_ns %" SCNd64 " ran_ns %" SCNd64
		   " blocks_left %" SCNu64,
		   &id, &done.waited_ns, &done.ran_ns, &done.blocks_left) != 4 ||
	    !is_time(done.waited_ns) || !is_time(done.ran_ns) || !(job = job_of(p, id)) ||
	    job->released_ns == INT64_MIN)
		return damaged(p, "an end of what was not on the device: %.100s", rest);
	ct_broker_finished(p->broker, now_ns, job, &done);
	if (!done.blocks_left) {
		free(job);
		p->job[id] = NULL;
	}
	return 0;
}

static int started(struct replay *p, int64_t now_ns, const char *rest)
{
	uint64_t id;

	if (sscanf(rest, "%*u work %" SCNu64, &id) != 1 || !job_of(p, id))
		return damaged(p, "a start of what is not there: %.100s", rest);
	ct_broker_started(p->broker, now_ns, job_of(p, id));
	return 0;
}

static int joined(struct replay *p, int64_t now_ns, const char *rest)
{
	const char *name = strstr(rest, " name ");
	int64_t slo_ns;
	uint32_t weight;
	int32_t rank;
	char text[256];

	if (!name ||
	    sscanf(rest, "%*u rank %" SCNd32 " weight %" SCNu32 " slo_ns %" SCNd64, &rank,
		   &weight, &slo_ns) != 3 ||
	    !is_time(slo_ns))
		return damaged(p, "a tenant that cannot be read: %.100s", rest);
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(name + 6, "\n"), name + 6);
	ct_broker_joined(p->broker, now_ns, text, rank, weight, slo_ns);
	p->n_tenants++;
	return 0;
}

static int opened(struct replay *p, int64_t now_ns, const char *rest)
{
	uint32_t tenant;

	if (sscanf(rest, "%*u tenant %" SCNu32, &tenant) != 1 ||
	    ct_broker_opened(p->broker, now_ns, tenant) < 0)
		return damaged(p, "a lane that cannot be opened: %.100s", rest);
	p->n_lanes++;
	return 0;
}

static int closed(struct replay *p, int64_t now_ns, const char *rest)
{
	return ct_broker_closed(p->broker, now_ns, (uint32_t)strtoul(rest, NULL, 10)) < 0
		       ? damaged(p, "a lane that cannot be closed: %.100s", rest)
		       : 0;
}

static int left(struct replay *p, int64_t now_ns, const char *rest)
{
	return ct_broker_left(p->broker, now_ns, (uint32_t)strtoul(rest, NULL, 10)) < 0
		       ? damaged(p, "a tenant that cannot leave: %.100s", rest)
		       : 0;
}

static int request(struct replay *p, const char *rest, struct ct_request *r,
		   uint32_t *tenant)
{
	memset(r, 0, sizeof(*r));
	if (sscanf(rest,
		   "%" SCNu32 " tenant %" SCNu32 " arrived_ns %" SCNd64
		   " deadline_ns %" SCNd64,
		   &r->id, tenant, &r->arrived_ns, &r->deadline_ns) != 4 ||
	    *tenant >= p->n_tenants || !is_time(r->arrived_ns) || !is_time(r->deadline_ns))
		return damaged(p, "a request that cannot be read: %.100s", rest);
	return 0;
}

static int asked(struct replay *p, int64_t now_ns, const char *rest)
{
	struct ct_request r;
	uint32_t tenant;
	int err = request(p, rest, &r, &tenant);

	if (!err)
		ct_broker_asked(p->broker, now_ns, &r, tenant);
	return err;
}

static int answered(struct replay *p, int64_t now_ns, const char *rest)
{
	struct ct_request r;
	uint32_t tenant;
	int err = request(p, rest, &r, &tenant);

	if (!err)
		ct_broker_answered(p->broker, now_ns, &r, tenant);
	return err;
}

static int settled(struct replay *p, int64_t now_ns, const char *rest)
{
	struct ct_outcome o;

	if (sscanf(rest,
		   "%" SCNu32 " status %" SCNd32 " blocks_left %" SCNu64
		   " blocks_lost %" SCNu64,
		   &o.order, &o.status, &o.blocks_left, &o.blocks_lost) != 4)
		return damaged(p, "an outcome that cannot be read: %.100s", rest);
	ct_broker_settled(p->broker, now_ns, &o);
	return 0;
}

static int alarmed(struct replay *p, int64_t now_ns, const char *rest)
{
	ct_broker_alarm(p->broker, now_ns);
	return 0;
}

/* Tells the fact at the head of the group. */
static int tell(struct replay *p)
{
	static const struct {
		const char *word;
		int (*tell)(struct replay *, int64_t now_ns, const char *rest);
	} facts[] = {
		{ "submitted", submitted }, { "finished", finished },
		{ "started", started },     { "alarm", alarmed },
		{ "asked", asked },         { "answered", answered },
		{ "settled", settled },     { "joined", joined },
		{ "opened", opened },       { "closed", closed },
		{ "left", left },
	};
	int64_t now_ns;
	char word[16];
	int used = 0;

	p->r->facts++;
	if (sscanf(p->group, "%" SCNd64 " < %15s%n", &now_ns, word, &used) != 2 ||
	    !is_time(now_ns))
		return damaged(p, "a fact that cannot be read: %.100s", p->group);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (!strcmp(word, facts[i].word))
			return facts[i].tell(p, now_ns, p->group + used);
	return damaged(p, "an unknown fact '%s'", word);
}

static int compare(struct replay *p)
{
	const char *old = p->group, *new, *end;
	uint64_t line = p->first_line;
	int differs;

	fflush(p->out);
	p->written[p->n_written] = '\0';
	new = p->written;
	end = p->group + p->n_group;
	differs = p->n_written != p->n_group || memcmp(old, new, p->n_group) != 0;
	for (; differs; line++) {
		size_t n_old = strcspn(old, "\n"), n_new = strcspn(new, "\n");

		if (n_old == n_new && !memcmp(old, new, n_old) && old < end) {
			old += n_old + 1;
			new += n_new + 1;
			continue;
		}
		p->r->line = line;
		snprintf(p->r->expected, sizeof(p->r->expected), "%.*s", (int)n_old, old);
		snprintf(p->r->got, sizeof(p->r->got), "%.*s", (int)n_new, new);
		break;
	}
	rewind(p->out);
	return differs;
}

static int begin(struct replay *p)
{
	void *state = calloc(1, (size_t)p->policy->state_size + 1);
	const char *why;
	int err = state ? read_group(p) : -ENOMEM;

	if (err == 0)
		err = damaged(p, "the ledger is empty");
	if (err > 0)
		err = sign_of(p->group) == '=' ? read_head(p, state)
					       : damaged(p, "the ledger has no head");
	p->options.ledger = p->out;
	p->options.state_defaults = state;
	if (!err) {
		err = ct_broker_new(p->policy, &p->base, &p->options, &p->broker, &why);
		if (err)
			err = damaged(p, "%s", why);
	}
	free(state);
	return err ? err : compare(p);
}

int ct_replay_run(const struct ct_policy *policy, FILE *ledger, struct ct_replay *r)
{
	static const struct ct_actuator_ops ops = {
		.size = sizeof(ops),
		.name = "replay",
		.launch = launch,
		.recall = recall,
		.confine = confine,
		.arm = arm,
		.estimate = estimate,
	};
	struct replay p = {
		.base = { .ops = &ops }, .r = r, .in = ledger, .policy = policy
	};
	int err = -ENOMEM;

	memset(r, 0, sizeof(*r));
	p.out = open_memstream(&p.written, &p.n_written);
	if (p.out)
		err = begin(&p);
	while (!err && (err = read_group(&p)) > 0) {
		err = tell(&p);
		if (!err)
			err = compare(&p);
	}
	ct_broker_free(p.broker);
	for (uint64_t i = 1; i <= p.n_jobs; i++)
		free(p.job[i]);
	free(p.job);
	free(p.group);
	free(p.ahead.line);
	if (p.out)
		fclose(p.out);
	free(p.written);
	return err;
}

int ct_replay_policy(FILE *ledger, char *name, size_t size)
{
	char line[256], word[128];
	int found = 0;

	for (int i = 0; i < 4 && !found && fgets(line, sizeof(line), ledger); i++)
		found = sscanf(line, "%*d = policy %127s", word) == 1;
	snprintf(name, size, "%s", found ? word : "");
	rewind(ledger);
	return found;
}
