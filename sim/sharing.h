/*
 * sharing.h - how tenants share a device: in which contexts they are, and what each of
 * them may have.
 *
 * These are what a user of the hardware decides before a policy comes in: whether the
 * tenants are streams of one process, clients of an MPS server, processes, or have MIG
 * instances, and the knobs of each of these.  A knob of a mode that is not the
 * scenario's is refused, since it would do nothing.
 */
#ifndef CT_SIM_SHARING_H
#define CT_SIM_SHARING_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

#include "models/device.h"
#include "sim/strict-json.h"

struct ct_scenario;

#define CT_MAX_SLICE_US    1000000
#define CT_MAX_CONNECTIONS 32 /* that CUDA_DEVICE_MAX_CONNECTIONS may be set to */

enum ct_sharing_mode {
	CT_SHARING_STREAMS, /* all in one context, as threads of one process */
	CT_SHARING_PROCESS, /* each in a context of its own, in slices of time */
	CT_SHARING_MPS,     /* clients of one context, with caps */
	CT_SHARING_MIG,     /* each in an instance; several in one as processes */
	CT_SHARING_MAX
};
extern const char *const ct_sharing_name[CT_SHARING_MAX + 1]; /* NULL-terminated */

struct ct_sharing { /* of a scenario */
	uint32_t mode;
	uint32_t slice_us; /* 0: the device's */
	uint32_t channels; /* of a context, or of an MPS client; 0: the device's */
	char *mig;         /* "3g,4g"; NULL: none */
};

struct ct_tenant_sharing {
	uint32_t slice_us;       /* 0: the scenario's */
	uint32_t mps_percentage; /* of the SMs, at most; 0: no cap */
	uint32_t mps_sms;        /* a static partition of so many; 0: none */
	uint32_t mps_below_normal;
	uint32_t mig_instance; /* from 1 on; 0: in order */
};

/* Rows for the tables of keys of a scenario and of a tenant; BASE is the offset of the
 * struct above in what is read.  0 is what was not given, so nobody may give it. */
#define CT_SHARING_KEY(name, read, base, field, max)                                       \
	{                                                                                  \
		name, read, (base) + offsetof(struct ct_sharing, field), 1, max            \
	}
#define CT_SHARING_KEYS(base)                                                              \
	CT_SHARING_KEY("sharing", ct_sharing_read_mode, base, mode, 0),                    \
		CT_SHARING_KEY("slice_us", ct_strict_32, base, slice_us, CT_MAX_SLICE_US), \
		CT_SHARING_KEY("channels", ct_strict_32, base, channels,                   \
			       CT_MAX_CONNECTIONS),                                        \
		CT_SHARING_KEY("mig", ct_strict_text, base, mig, 0)
#define CT_TENANT_KEY(name, read, base, field, max)                                        \
	{                                                                                  \
		name, read, (base) + offsetof(struct ct_tenant_sharing, field), 1, max     \
	}
#define CT_TENANT_SHARING_KEYS(base)                                                       \
	CT_TENANT_KEY("slice_us", ct_strict_32, base, slice_us, CT_MAX_SLICE_US),          \
		CT_TENANT_KEY("mps_percentage", ct_strict_32, base, mps_percentage, 100),  \
		CT_TENANT_KEY("mps_sms", ct_strict_32, base, mps_sms, 1024),               \
		CT_TENANT_KEY("mps_priority", ct_sharing_read_priority, base,              \
			      mps_below_normal, 0),                                        \
		CT_TENANT_KEY("mig_instance", ct_strict_32, base, mig_instance, 64)

gboolean ct_sharing_read_mode(struct ct_strict *, const struct ct_strict_key *,
			      const char *where, json_t *value, void *field);
gboolean ct_sharing_read_priority(struct ct_strict *, const struct ct_strict_key *,
				  const char *where, json_t *value, void *field);

/* The rows of a tenant alone, with their end. */
#define CT_TENANT_SHARING_N 5
extern const struct ct_strict_key ct_tenant_sharing_keys[CT_TENANT_SHARING_N + 1];

/* One key of a tenant from text: "mps_percentage", "50".  FALSE: it is none of these
 * keys; a value that cannot be is TRUE with an error. */
gboolean ct_tenant_sharing_set(struct ct_tenant_sharing *, const char *key,
			       const char *value, GError **error);

/* Whether DEVICE can be shared as the scenario says; if not, one sentence, exit code
 * CT_EXIT_UNSUPPORTED. */
gboolean ct_sharing_check(const struct ct_scenario *, const struct ct_device *device,
			  GError **error);

/* The instance, from 0 on, that the tenant of that number in the scenario has. */
uint32_t ct_sharing_instance(const struct ct_tenant_sharing *, size_t tenant,
			     uint32_t n_instances);

/* What the tenant of that number has of the device, in words ("MIG instance 1, 3g.71gb");
 * NULL: nothing of its own.  The scenario has passed ct_sharing_check(). */
char *ct_sharing_words(const struct ct_scenario *, const struct ct_device *, size_t tenant);

/* Adds the keys that are not at their default. */
void ct_sharing_echo(const struct ct_sharing *, json_t *scenario);
void ct_tenant_sharing_echo(const struct ct_tenant_sharing *, json_t *tenant);

#endif
