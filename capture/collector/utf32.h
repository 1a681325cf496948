/*
 * utf32.h - wide texts of a program as UTF-8.
 *
 * wchar_t is UTF-32 on Linux.  What is no character (a surrogate, above 10FFFF) becomes
 * U+FFFD, so that what comes out is always valid.
 */
#ifndef CT_CAPTURE_COLLECTOR_UTF32_H
#define CT_CAPTURE_COLLECTOR_UTF32_H

#include <stddef.h>
#include <wchar.h>

/* Writes the first N characters of TEXT to OUT, which has room for 4 N bytes, without a
 * NUL. The bytes written. */
size_t ct_utf32_to_utf8(char *out, const wchar_t *text, size_t n);

/* Calls USE with TEXT, which may be NULL, as UTF-8 without a NUL.  A text that there is no
 * memory for is cut. */
void ct_utf32_use(const wchar_t *text, void (*use)(const char *, size_t, void *),
		  void *data);

#endif
