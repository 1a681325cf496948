/*
 * find - where the collector lies, and what stands in its way.
 */
#include "config.h"

#include "capture/record/find.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/session.h"

#define LIBRARY "libcotenant-collector.so"

char *ct_find_collector(char **why)
{
	const char *wanted = g_getenv(CT_COLLECTOR_ENV);
	g_autofree char *here = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = here ? g_path_get_dirname(here) : g_strdup("/");
	char *place[] = {
		g_build_filename(dir, "capture", "collector", ".libs", LIBRARY, NULL),
		g_build_filename(dir, "..", "lib", "cotenant", LIBRARY, NULL),
		g_build_filename(CT_PKGLIBDIR, LIBRARY, NULL),
	};
	char *found = NULL;

	*why = NULL;
	if (wanted && *wanted) {
		found = realpath(wanted, NULL);
		if (!found)
			*why = g_strdup_printf(
				"its library %s (" CT_COLLECTOR_ENV ") is missing", wanted);
	} else {
		for (gsize i = 0; !found && i < G_N_ELEMENTS(place); i++)
			found = realpath(place[i], NULL);
		if (!found)
			*why = g_strdup_printf("its library " LIBRARY
					       " is missing: looked for in " CT_PKGLIBDIR
					       " and beside %s",
					       here ? here : "the program");
	}
	for (gsize i = 0; i < G_N_ELEMENTS(place); i++)
		g_free(place[i]);
	return found;
}

char *ct_find_obstacle(void)
{
	const char *other = g_getenv(CT_INJECTION_ENV);

	/* One library is loaded, and one profiler may subscribe: whoever set it comes
	 * first, and a recording without it is one variable away. */
	if (g_getenv(CT_SESSION_FOLDER_ENV))
		return g_strdup("it is being recorded already, by the cotenant record that "
				"this one was started by");
	if (other && *other && strcmp(other, "none") != 0)
		return g_strdup_printf(CT_INJECTION_ENV
				       " is set to %s, and there can be one profiler only; "
				       "unset it to record",
				       other);
	return NULL;
}

char *ct_find_program(const char *program)
{
	return g_find_program_in_path(program);
}
