/*
 * find.h - where the collector lies, and what stands in its way.
 */
#ifndef CT_CAPTURE_RECORD_FIND_H
#define CT_CAPTURE_RECORD_FIND_H

#include <glib.h>

/* What the driver, and NVTX, load into a program. */
#define CT_INJECTION_ENV      "CUDA_INJECTION64_PATH"
#define CT_NVTX_INJECTION_ENV "NVTX_INJECTION64_PATH"

/* The library to load, before all others. */
#define CT_COLLECTOR_ENV "COTENANT_COLLECTOR"

/* Its absolute path: from the environment, beside this program (as built, or as
 * installed), or where it was to be installed.  NULL: *WHY says where it was looked for. */
char *ct_find_collector(char **why);

/* Why PROGRAM cannot be recorded in this environment, whatever it does; NULL if it can. */
char *ct_find_obstacle(void);

/* The file that PROGRAM names, through PATH; NULL if there is none. */
char *ct_find_program(const char *program);

#endif
