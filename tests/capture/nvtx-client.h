/*
 * nvtx-client.h - a program's side of NVTX, as its header does it, but by our own ABI.
 *
 * There may be several copies of NVTX in a process; here are CT_CLIENTS.  A slot of a copy
 * that no tool has filled is NULL, and its call does nothing and returns what NVTX returns
 * then.
 */
#ifndef CT_TESTS_CAPTURE_NVTX_CLIENT_H
#define CT_TESTS_CAPTURE_NVTX_CLIENT_H

#include <stdbool.h>

#include "capture/collector/nvtx-abi.h"

enum { CT_CLIENTS = 2 };

struct ct_client {
	ct_nvtx_function core[CT_NVTX_CORE_SLOTS], core2[CT_NVTX_CORE2_SLOTS];
	unsigned int core_size, core2_size; /* 0: the module is not there */
};

extern struct ct_client ct_client[CT_CLIENTS];

/* Empties copy I, which has tables of these sizes, and loads TOOL, which returns what it
 * returns. */
int ct_client_init(int i, unsigned int core_size, unsigned int core2_size,
		   int (*tool)(ct_nvtx_get_export));

/* The calls, in copy 0. */
void ct_mark(const char *text);
void ct_mark_wide(const wchar_t *text);
void ct_mark_event(void *domain, const struct ct_nvtx_attributes *event);
uint64_t ct_start(const char *text);
uint64_t ct_start_wide(const wchar_t *text);
uint64_t ct_start_event(void *domain, const struct ct_nvtx_attributes *event);
void ct_end(uint64_t range);
void ct_domain_end(void *domain, uint64_t range);
int ct_push(const char *text);
int ct_push_wide(const wchar_t *text);
int ct_push_event(void *domain, const struct ct_nvtx_attributes *event);
int ct_pop(void);
int ct_domain_pop(void *domain);
void *ct_register(void *domain, const char *text);
void *ct_register_wide(void *domain, const wchar_t *text);
void *ct_domain(const char *name);
void *ct_domain_wide(const wchar_t *name);
void ct_domain_destroy(void *domain);

/* The same by functions of the default domain, which have slots of their own. */
void ct_mark_ex(const struct ct_nvtx_attributes *event);
uint64_t ct_start_ex(const struct ct_nvtx_attributes *event);
int ct_push_ex(const struct ct_nvtx_attributes *event);

struct ct_nvtx_attributes ct_event(const char *text);
struct ct_nvtx_attributes ct_event_wide(const wchar_t *text);
struct ct_nvtx_attributes ct_event_registered(const void *handle);

#endif
