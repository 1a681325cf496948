/*
 * error.h - how every room says that something went wrong.
 *
 * A cold failure (a file, a configuration, a module) travels as a GError in the
 * domain CT_ERROR whose code is the exit code the program will end with, so no
 * layer has to translate.  The message is one sentence in lower case without a
 * final stop, and names the file, the place and the field.
 *
 * This is the lowest header of the house: every room may include it, it includes
 * no room.  Code that is loaded into other people's processes does not use it.
 */
#ifndef CT_BASE_ERROR_H
#define CT_BASE_ERROR_H

#include <glib.h>

/* Exit codes of every cotenant program; documented in cotenant(1), held by a test. */
enum ct_exit {
	CT_EXIT_OK = 0,
	CT_EXIT_FAILED = 1,  /* ran, but an expectation or a comparison failed */
	CT_EXIT_USAGE = 2,   /* the command line is wrong */
	CT_EXIT_INPUT = 3,   /* an input file is wrong: file, place and field are named */
	CT_EXIT_EJECTED = 4, /* a policy broke its contract and was ejected */
	CT_EXIT_UNSUPPORTED = 5, /* the host cannot do what the policy needs */
	CT_EXIT_SKIPPED = 77,    /* tests only: not run, with a reason */
};

#define CT_ERROR (ct_error_quark())

static inline GQuark ct_error_quark(void)
{
	return g_quark_from_static_string("cotenant");
}

/* Fails an input: `ct_input_error(error, "%s: line %u: ...", path, line)`. */
#define ct_input_error(error, ...) g_set_error(error, CT_ERROR, CT_EXIT_INPUT, __VA_ARGS__)
#define ct_usage_error(error, ...) g_set_error(error, CT_ERROR, CT_EXIT_USAGE, __VA_ARGS__)

#endif
