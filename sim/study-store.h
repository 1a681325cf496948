/*
 * study-store.h - devices, actuators, traces and programs, each loaded once.
 *
 * Everything in a store lives as long as the store, and is read-only.
 */
#ifndef CT_SIM_STUDY_STORE_H
#define CT_SIM_STUDY_STORE_H

#include "sim/study.h"

struct ct_study_store;

/* INPUTS collects the files that were read. */
struct ct_study_store *ct_study_store_new(const struct ct_study_options *,
					  GPtrArray *inputs);
void ct_study_store_free(struct ct_study_store *);

const struct ct_device *ct_study_store_device(struct ct_study_store *, const char *name,
					      GError **error);
const struct ct_actuator_model *ct_study_store_actuator(struct ct_study_store *,
							const char *name, GError **error);
const struct ct_program *ct_study_store_program(struct ct_study_store *,
						const struct ct_device *,
						const struct ct_tenant_spec *,
						const char *estimator, GError **error);

/* Notes PATH and the hash of its content (SHA256, or computed here if that is NULL). */
gboolean ct_study_store_note(struct ct_study_store *, const char *path, const char *sha256,
			     GError **error);

#endif
