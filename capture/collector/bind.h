/*
 * bind.h - finds CUPTI in a program, or for it.
 */
#ifndef CT_CAPTURE_COLLECTOR_BIND_H
#define CT_CAPTURE_COLLECTOR_BIND_H

#include "capture/collector/cupti.h"

/*
 * Binds the library to record with and fills CUPTI: the one named in the environment; else
 * the copy that the program has loaded already, as two in one process are two clients and
 * two clocks; else NVIDIA's usual places.  0, or enum ct_spool_note_code and a sentence
 * in WHY; then nothing in CUPTI may be called.
 */
int ct_bind(struct ct_cupti *, char *why, size_t why_bytes);

/* Of the CUDA driver in this process, as cuDriverGetVersion() says; 0: not known. */
uint32_t ct_bind_driver_version(void);

#endif
