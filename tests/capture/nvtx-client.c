/* nvtx-client - a program's side of NVTX, as its header does it, but by our own ABI. */
#include "tests/capture/nvtx-client.h"

#include <string.h>

struct ct_client ct_client[CT_CLIENTS];

/* NVTX gives out an array of pointers to its function pointers. */
static ct_nvtx_function *core_table[CT_CLIENTS][CT_NVTX_CORE_SLOTS + 1];
static ct_nvtx_function *core2_table[CT_CLIENTS][CT_NVTX_CORE2_SLOTS + 1];

static int give(int i, int module, ct_nvtx_function ***table, unsigned int *size)
{
	bool core = module == CT_NVTX_CORE;

	if ((!core && module != CT_NVTX_CORE2) ||
	    (core ? ct_client[i].core_size : ct_client[i].core2_size) == 0)
		return 0;
	*table = core ? core_table[i] : core2_table[i];
	*size = core ? ct_client[i].core_size : ct_client[i].core2_size;
	return 1;
}

static int give_0(int module, ct_nvtx_function ***table, unsigned int *size)
{
	return give(0, module, table, size);
}

static int give_1(int module, ct_nvtx_function ***table, unsigned int *size)
{
	return give(1, module, table, size);
}

static const struct ct_nvtx_callbacks callbacks[CT_CLIENTS] = {
	{ sizeof(callbacks[0]), give_0 },
	{ sizeof(callbacks[1]), give_1 },
};

static const void *export_0(uint32_t id)
{
	return id == CT_NVTX_EXPORT_CALLBACKS ? &callbacks[0] : NULL;
}

static const void *export_1(uint32_t id)
{
	return id == CT_NVTX_EXPORT_CALLBACKS ? &callbacks[1] : NULL;
}

int ct_client_init(int i, unsigned int core_size, unsigned int core2_size,
		   int (*tool)(ct_nvtx_get_export))
{
	struct ct_client *client = &ct_client[i];

	memset(client, 0, sizeof(*client));
	client->core_size = core_size;
	client->core2_size = core2_size;
	for (unsigned int k = 1; k < CT_NVTX_CORE_SLOTS; k++)
		core_table[i][k] = &client->core[k];
	for (unsigned int k = 1; k < CT_NVTX_CORE2_SLOTS; k++)
		core2_table[i][k] = &client->core2[k];
	return tool(i == 0 ? export_0 : export_1);
}

/* Calls what stands in SLOT, as a function of TYPE; OTHERWISE if nothing does. */
#define CALL(table, slot, type, otherwise, ...)                                            \
	(ct_client[0].table[slot] ? ((type)ct_client[0].table[slot])(__VA_ARGS__)          \
				  : (otherwise))
#define DO(table, slot, type, ...)                                                         \
	do {                                                                               \
		if (ct_client[0].table[slot])                                              \
			((type)ct_client[0].table[slot])(__VA_ARGS__);                     \
	} while (0)

typedef const struct ct_nvtx_attributes *event_ptr;

void ct_mark(const char *text)
{
	DO(core, CT_NVTX_MARK_A, void (*)(const char *), text);
}

void ct_mark_wide(const wchar_t *text)
{
	DO(core, CT_NVTX_MARK_W, void (*)(const wchar_t *), text);
}

void ct_mark_event(void *domain, const struct ct_nvtx_attributes *event)
{
	DO(core2, CT_NVTX_DOMAIN_MARK_EX, void (*)(void *, event_ptr), domain, event);
}

void ct_mark_ex(const struct ct_nvtx_attributes *event)
{
	DO(core, CT_NVTX_MARK_EX, void (*)(event_ptr), event);
}

uint64_t ct_start(const char *text)
{
	return CALL(core, CT_NVTX_START_A, uint64_t(*)(const char *), 0, text);
}

uint64_t ct_start_wide(const wchar_t *text)
{
	return CALL(core, CT_NVTX_START_W, uint64_t(*)(const wchar_t *), 0, text);
}

uint64_t ct_start_event(void *domain, const struct ct_nvtx_attributes *event)
{
	return CALL(core2, CT_NVTX_DOMAIN_START_EX, uint64_t(*)(void *, event_ptr), 0,
		    domain, event);
}

uint64_t ct_start_ex(const struct ct_nvtx_attributes *event)
{
	return CALL(core, CT_NVTX_START_EX, uint64_t(*)(event_ptr), 0, event);
}

void ct_end(uint64_t range)
{
	DO(core, CT_NVTX_END, void (*)(uint64_t), range);
}

void ct_domain_end(void *domain, uint64_t range)
{
	DO(core2, CT_NVTX_DOMAIN_END, void (*)(void *, uint64_t), domain, range);
}

int ct_push(const char *text)
{
	return CALL(core, CT_NVTX_PUSH_A, int (*)(const char *), CT_NVTX_NOT_TRACKED, text);
}

int ct_push_wide(const wchar_t *text)
{
	return CALL(core, CT_NVTX_PUSH_W, int (*)(const wchar_t *), CT_NVTX_NOT_TRACKED,
		    text);
}

int ct_push_event(void *domain, const struct ct_nvtx_attributes *event)
{
	return CALL(core2, CT_NVTX_DOMAIN_PUSH_EX, int (*)(void *, event_ptr),
		    CT_NVTX_NOT_TRACKED, domain, event);
}

int ct_push_ex(const struct ct_nvtx_attributes *event)
{
	return CALL(core, CT_NVTX_PUSH_EX, int (*)(event_ptr), CT_NVTX_NOT_TRACKED, event);
}

int ct_pop(void)
{
	return CALL(core, CT_NVTX_POP, int (*)(void), CT_NVTX_NOT_TRACKED);
}

int ct_domain_pop(void *domain)
{
	return CALL(core2, CT_NVTX_DOMAIN_POP, int (*)(void *), CT_NVTX_NOT_TRACKED,
		    domain);
}

void *ct_register(void *domain, const char *text)
{
	return CALL(core2, CT_NVTX_REGISTER_A, void *(*)(void *, const char *), NULL,
		    domain, text);
}

void *ct_register_wide(void *domain, const wchar_t *text)
{
	return CALL(core2, CT_NVTX_REGISTER_W, void *(*)(void *, const wchar_t *), NULL,
		    domain, text);
}

void *ct_domain(const char *name)
{
	return CALL(core2, CT_NVTX_DOMAIN_CREATE_A, void *(*)(const char *), NULL, name);
}

void *ct_domain_wide(const wchar_t *name)
{
	return CALL(core2, CT_NVTX_DOMAIN_CREATE_W, void *(*)(const wchar_t *), NULL, name);
}

void ct_domain_destroy(void *domain)
{
	DO(core2, CT_NVTX_DOMAIN_DESTROY, void (*)(void *), domain);
}

static struct ct_nvtx_attributes event_of(int32_t message_type)
{
	struct ct_nvtx_attributes event = { .version = 3,
					    .bytes = sizeof(event),
					    .message_type = message_type };

	return event;
}

struct ct_nvtx_attributes ct_event(const char *text)
{
	struct ct_nvtx_attributes event = event_of(CT_NVTX_MESSAGE_ASCII);

	event.message.ascii = text;
	return event;
}

struct ct_nvtx_attributes ct_event_wide(const wchar_t *text)
{
	struct ct_nvtx_attributes event = event_of(CT_NVTX_MESSAGE_WIDE);

	event.message.wide = text;
	return event;
}

struct ct_nvtx_attributes ct_event_registered(const void *handle)
{
	struct ct_nvtx_attributes event = event_of(CT_NVTX_MESSAGE_REGISTERED);

	event.message.registered = handle;
	return event;
}
