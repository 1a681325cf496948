/* cotenant - the program: a table of commands. */
#include "sim/cli/cli.h"

int main(void)
{
	return CT_EXIT_USAGE;
}
