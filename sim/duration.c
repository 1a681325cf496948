/*
 * duration - "250us", "10 ms", "1.5s" or plain nanoseconds, exactly.
 *
 * Decimal digits are scaled as integers: 0.1 s is 100000000 ns, not nearly so.  Digits
 * below a nanosecond are refused rather than rounded, since they are a mistaken unit
 * more often than a wish.
 */
#include "sim/scenario.h"

#include <string.h>

#include "sim/base/error.h"

static const struct unit {
	const char *name;
	int64_t ns;
} units[] = {
	{ "", 1 },
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xc2\xb5s", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "min", 60000000000 },
	{ "h", 3600000000000 },
};

static const struct unit *find_unit(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

gboolean ct_duration_parse(const char *text, int64_t *ns, GError **error)
{
	const struct unit *unit;
	const char *whole = text + strspn(text, " "), *p, *fraction = NULL;
	g_autofree char *name = NULL;
	size_t n_digits = strspn(whole, "0123456789"), n_fraction = 0;
	int64_t value = 0, scale;

	p = whole + n_digits;
	if (*p == '.') {
		fraction = ++p;
		n_fraction = strspn(p, "0123456789");
		p += n_fraction;
	}
	name = g_strstrip(g_strdup(p));
	unit = find_unit(name);
	if (n_digits + n_fraction == 0 || !unit) {
		ct_usage_error(
			error,
			"'%s' is no duration; write a number and a unit, ns (default), "
			"us, ms, s, min or h",
			text);
		return FALSE;
	}
	for (size_t i = 0; i < n_digits; i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, whole[i] - '0', &value))
			goto too_long;
	if (__builtin_mul_overflow(value, unit->ns, &value))
		goto too_long;
	scale = unit->ns;
	for (size_t i = 0; i < n_fraction; i++) {
		if (fraction[i] != '0' && scale % 10 != 0) {
			ct_usage_error(error, "'%s' is not a whole number of nanoseconds",
				       text);
			return FALSE;
		}
		scale /= 10;
		if (__builtin_add_overflow(value, (fraction[i] - '0') * scale, &value))
			goto too_long;
	}
	*ns = value;
	return TRUE;
too_long:
	ct_usage_error(error, "'%s' is too long: at most 292 years", text);
	return FALSE;
}

/* The largest of ns, us, ms and s of which it is a whole number. */
char *ct_duration_text(int64_t ns)
{
	static const char *const unit[] = { "ns", "us", "ms", "s" };
	int u = 0;

	for (; u < 3 && ns && ns % 1000 == 0; u++)
		ns /= 1000;
	return g_strdup_printf("%" G_GINT64_FORMAT "%s", ns, unit[u]);
}
