/*
 * utf8 - text of unknown origin becomes UTF-8.
 *
 * Kernel names come from compilers, range names from anybody's program.  A trace holds
 * UTF-8 so that no reader behind it has to wonder.
 */
#include "traces/utf8.h"

#include <stdint.h>
#include <string.h>

/* Length of the character at TEXT, or 0 if no UTF-8 character begins there. */
static size_t character_bytes(const unsigned char *text, size_t left)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code = text[0];
	size_t n, i;

	if (code < 0x80)
		return 1;
	if (code < 0xc2 || code > 0xf4)
		return 0;
	n = code < 0xe0 ? 2 : code < 0xf0 ? 3 : 4;
	if (n > left)
		return 0;

	code &= 0x7fu >> n;
	for (i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3fu);
	}
	if (code < smallest[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	return n;
}

size_t ct_utf8_copy(char *to, size_t limit, const char *text, size_t length)
{
	const unsigned char *from = (const unsigned char *)text;
	size_t used = 0, i = 0, n;

	while (i < length && from[i] != '\0') {
		n = character_bytes(from + i, length - i);
		if (used + (n ? n : 1) > limit)
			break;
		if (n)
			memcpy(to + used, from + i, n);
		else
			to[used] = '?';
		used += n ? n : 1;
		i += n ? n : 1;
	}
	to[used] = '\0';
	return used;
}
