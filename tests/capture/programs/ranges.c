/* ranges - markers of NVTX around and between launches, as its header makes them. */
#include <dlfcn.h>

#include "tests/capture/nvtx-client.h"
#include "tests/capture/programs/program.h"

/* What NVTX does at a program's first marker. */
static void find_tool(void)
{
	const char *path = getenv("NVTX_INJECTION64_PATH");
	void *library = path ? dlopen(path, RTLD_LAZY) : NULL;
	int (*tool)(ct_nvtx_get_export) = NULL;

	if (library)
		tool = (int (*)(ct_nvtx_get_export))dlsym(library,
							  "InitializeInjectionNvtx2");
	if (tool)
		ct_client_init(0, CT_NVTX_CORE_SLOTS, CT_NVTX_CORE2_SLOTS, tool);
}

int main(void)
{
	struct ct_nvtx_attributes event;
	uint64_t whole;
	CUfunction f;
	void *domain;

	find_tool();
	ct_mark("before cuInit");
	begin();
	f = function("in_range_spin_2000");
	domain = ct_domain("library");
	event = ct_event("inner");
	whole = ct_start("whole");
	for (int i = 0; i < 3; i++) {
		ct_push("step");
		launch(f, 1, 32, NULL);
		ct_push_event(domain, &event);
		launch(f, 2, 32, NULL);
		ct_domain_pop(domain);
		OK(cuCtxSynchronize());
		ct_pop();
	}
	ct_end(whole);
	puts("ranges: 3 steps");
	return 0;
}
