/*
 * actuator.h - what a control mechanism can do, can see and costs, as data.
 *
 * An actuator file (models/actuators/NAME.json, cotenant-device(5)) describes a way to
 * hold GPU work back.  The simulator offers a policy exactly that and charges exactly
 * that, so a policy never has more in simulation than it will have live.  Capabilities
 * are names here ("rank", "sees-queue"): what they mean is the policies' contract.
 */
#ifndef CT_MODELS_ACTUATOR_H
#define CT_MODELS_ACTUATOR_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

/* What stopping work costs. */
struct ct_preemption {
	int64_t signal_ns;     /* the order to its reaching the device */
	int64_t quiesce_ns;    /* all has stopped to all being back */
	uint32_t tax_permille; /* kernels that can be stopped so run so much longer */
};

enum ct_redo { CT_REDO_BLOCKS, CT_REDO_KERNEL }; /* what runs again after a reset */
enum ct_taxed { CT_TAXED_LOWER, CT_TAXED_ALL };  /* ranks below the highest, or all */

struct ct_actuator_model {
	char *name, *title, *path;
	char *gate;         /* "defers" or "blocks" */
	char **caps;        /* "gate", "rank", ... and "sees-queue", ...; NULL-terminated */
	char **exists_on;   /* vendors and compute capabilities; NULL: anywhere */
	int64_t gate_ns;    /* an order to its effect */
	int64_t sense_ns;   /* an effect to its fact */
	int64_t decide_ns;  /* the policy's own thinking, per fact */
	int64_t confine_ns; /* making a part */
	/* of those that `caps` names; the others are zero */
	struct ct_preemption flush, retreat, context_switch, reset;
	uint32_t redo, taxed;
	uint32_t slice_tax_permille; /* of kernels that run in slices */
	char *sha256;                /* of the file */
	json_t *json;
};

/* NAME as for ct_device_load(); the folders of actuators stand beside those of devices. */
struct ct_actuator_model *ct_actuator_model_load(const char *name, GError **error);
void ct_actuator_model_free(struct ct_actuator_model *);

/* The I-th field, as it is written; FALSE: there is none. */
struct ct_entry;
gboolean ct_actuator_model_entry(const struct ct_actuator_model *, size_t i,
				 struct ct_entry *out);

/* Sorted names of the shipped actuators, NULL-terminated; free with g_strfreev(). */
char **ct_actuator_model_list(GError **error);

#endif
