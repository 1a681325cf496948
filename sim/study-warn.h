/*
 * study-warn.h - fills a finished study's warnings.
 */
#ifndef CT_SIM_STUDY_WARN_H
#define CT_SIM_STUDY_WARN_H

#include "sim/study.h"

void ct_study_warn(struct ct_study *);

#endif
