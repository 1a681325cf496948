/*
 * decimal - decimal numbers, read from their text into integers.
 *
 * Exact for every number whose result is an integer of 64 bits.  Digits beyond the
 * nineteenth can only lie below the unit of a result that fits, so they are dropped.
 */
#include "traces/decimal.h"

#define MAX_EXPONENT 100000 /* far outside int64, and safe to add to */

static gboolean is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads "e-12" at *TEXT, if it stands there. */
static gboolean read_exponent(const char **text, const char *end, int *exponent)
{
	const char *c = *text;
	gboolean negative;

	*exponent = 0;
	if (c == end || (*c != 'e' && *c != 'E'))
		return TRUE;
	c++;
	negative = c < end && *c == '-';
	if (c < end && (*c == '-' || *c == '+'))
		c++;
	if (c == end)
		return FALSE;
	for (; c < end && is_digit(*c); c++) {
		if (*exponent < MAX_EXPONENT)
			*exponent = *exponent * 10 + (*c - '0');
	}
	if (negative)
		*exponent = -*exponent;
	*text = c;
	return TRUE;
}

/* VALUE * 10^SHIFT, rounded half up; FALSE if it overflows. */
static gboolean shift_decimal(guint64 value, int shift, guint64 *out)
{
	guint64 last = 0;

	for (; shift > 0 && value != 0; shift--) {
		if (!g_uint64_checked_mul(&value, value, 10))
			return FALSE;
	}
	for (; shift < 0 && (value | last) != 0; shift++) {
		last = value % 10;
		value /= 10;
	}
	*out = value + (last >= 5);
	return TRUE;
}

gboolean ct_decimal(const char *text, size_t length, int scale, gint64 *value)
{
	const char *c = text, *end = text + length;
	gboolean negative = c < end && *c == '-';
	gboolean fraction = FALSE, any = FALSE;
	guint64 mantissa = 0;
	int exponent;

	if (negative)
		c++;
	for (; c < end && (is_digit(*c) || (*c == '.' && any && !fraction)); c++) {
		if (*c == '.') {
			fraction = TRUE;
			continue;
		}
		any = TRUE;
		if (mantissa < G_MAXUINT64 / 10) {
			mantissa = mantissa * 10 + (guint64)(*c - '0');
			scale -= fraction;
		} else {
			scale += !fraction && scale < MAX_EXPONENT;
		}
	}
	if (!any || !read_exponent(&c, end, &exponent) || c != end)
		return FALSE;
	if (!shift_decimal(mantissa, scale + exponent, &mantissa))
		return FALSE;
	if (mantissa > (guint64)G_MAXINT64)
		return FALSE;
	*value = negative ? -(gint64)mantissa : (gint64)mantissa;
	return TRUE;
}
