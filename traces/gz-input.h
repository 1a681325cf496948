/*
 * gz-input.h - a file read from start to end, gunzipped if it is gzip.
 */
#ifndef CT_TRACES_GZ_INPUT_H
#define CT_TRACES_GZ_INPUT_H

#include <glib.h>

struct ct_gz_input;

struct ct_gz_input *ct_gz_input_open(const char *path, GError **error);
void ct_gz_input_close(struct ct_gz_input *);

/* Bytes read, 0 at the end, -1 with *ERROR: also when a gzip file was cut off. */
gssize ct_gz_input_read(struct ct_gz_input *, void *buffer, size_t length, GError **error);

/* How much of the file has been read, 0..1. */
double ct_gz_input_done(const struct ct_gz_input *);

#endif
