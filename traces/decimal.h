/*
 * decimal.h - decimal numbers, read from their text into integers.
 *
 * Traces write times as microseconds with a fraction, of a size (1.7e18 ns) at which a
 * double has lost the nanoseconds; so no number of a trace ever passes through one.
 */
#ifndef CT_TRACES_DECIMAL_H
#define CT_TRACES_DECIMAL_H

#include <glib.h>

/* *VALUE becomes TEXT times 10^SCALE, rounded to nearest.  TEXT is a JSON number:
 * digits, perhaps a fraction, perhaps an exponent.  FALSE if it is anything else (NaN
 * too) or if the result does not fit; then *VALUE is not touched. */
gboolean ct_decimal(const char *text, size_t length, int scale, gint64 *value);

#endif
