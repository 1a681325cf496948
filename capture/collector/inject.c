/*
 * inject - what the driver calls, inside the first cuInit() of the program.
 */
#include "capture/collector/collector.h"

CT_COLLECTOR_EXPORT int InitializeInjection(void);

/* It returns 1, as the examples of NVIDIA do. */
int InitializeInjection(void)
{
	ct_collector_open();
	return 1;
}
