/*
 * utf8.h - text of unknown origin becomes UTF-8.  No GLib.
 */
#ifndef CT_TRACES_UTF8_H
#define CT_TRACES_UTF8_H

#include <stddef.h>

/* Copies at most LIMIT bytes of TEXT to TO, which has room for LIMIT + 1, and ends it
 * with NUL.  Stops at a NUL, never splits a character, and puts '?' for every byte that
 * is not UTF-8.  Returns the length. */
size_t ct_utf8_copy(char *to, size_t limit, const char *text, size_t length);

#endif
