/*
 * format - numbers for people: three significant digits and a unit.
 */
#include "sim/cli/cli.h"

#include <math.h>

struct unit {
	double at_least, divisor;
	const char *name;
};

static char *scaled(double value, const struct unit *unit)
{
	double magnitude = fabs(value);

	if (!isfinite(value))
		return g_strdup("-");
	while (unit->at_least > 0 && magnitude < unit->at_least)
		unit++;
	value /= unit->divisor;
	magnitude = fabs(value);
	if (unit->divisor == 1 && value == floor(value))
		return g_strdup_printf("%.0f%s", value, unit->name);
	return g_strdup_printf("%.*f%s",
			       magnitude < 9.995   ? 2
			       : magnitude < 99.95 ? 1
						   : 0,
			       value, unit->name);
}

char *ct_format_ns(double ns)
{
	static const struct unit units[] = {
		{ 999.5e6, 1e9, " s" },
		{ 999.5e3, 1e6, " ms" },
		{ 999.5, 1e3, " us" },
		{ 0, 1, " ns" },
	};

	return scaled(ns, units);
}

char *ct_format_bytes(double bytes)
{
	static const struct unit units[] = {
		{ 0x1p40, 0x1p40, " TiB" },
		{ 0x1p30, 0x1p30, " GiB" },
		{ 0x1p20, 0x1p20, " MiB" },
		{ 0x1p10, 0x1p10, " KiB" },
		{ 0, 1, " B" },
	};

	return scaled(bytes, units);
}

char *ct_format_count(double count)
{
	static const struct unit units[] = {
		{ 999.5e6, 1e9, " G" },
		{ 999.5e3, 1e6, " M" },
		{ 99.95e3, 1e3, " k" },
		{ 0, 1, "" },
	};

	return scaled(count, units);
}

char *ct_format_name(const char *name, glong width)
{
	g_autofree char *valid = g_utf8_make_valid(name, -1);
	g_autofree char *start = NULL;

	if (g_utf8_strlen(valid, -1) <= width)
		return g_steal_pointer(&valid);
	start = g_utf8_substring(valid, 0, width - 1);
	return g_strconcat(start, "\342\200\246", NULL); /* an ellipsis */
}
