/* utf32 - wide texts of a program as UTF-8. */
#include "capture/collector/utf32.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define HERE 128 /* characters of a text that need no memory */

static size_t put_character(char *out, uint32_t c)
{
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[n] | c);
	return n;
}

size_t ct_utf32_to_utf8(char *out, const wchar_t *text, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t c = (uint32_t)text[i];

		if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			c = 0xfffd;
		bytes += put_character(out + bytes, c);
	}
	return bytes;
}

void ct_utf32_use(const wchar_t *text, void (*use)(const char *, size_t, void *),
		  void *data)
{
	size_t n = text ? wcslen(text) : 0;
	char here[4 * HERE];
	char *utf8 = here;

	if (n > HERE) {
		int kept = errno;

		utf8 = n <= SIZE_MAX / 4 ? malloc(4 * n) : NULL;
		errno = kept;
		if (!utf8) {
			utf8 = here;
			n = HERE;
		}
	}
	use(text ? utf8 : NULL, ct_utf32_to_utf8(utf8, text, n), data);
	if (utf8 != here)
		free(utf8);
}
