/*
 * nvtx-real - NVIDIA's own NVTX, header and library, finds the collector and is recorded.
 *
 * The program runs itself as a client, with the environment that the recorder sets, and
 * looks into the spool afterwards.  No GPU is needed, and no driver.  Built only where the
 * toolkit's headers are; where its library of NVTX functions is too (a copy that NVIDIA
 * compiled), that is a second client.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nvtx3/nvToolsExt.h>

#include "sim/base/error.h"
#include "tests/capture/recording.h"
#include "traces/spool.h"

/* A process that does not use CUDA has no spool unless its markers fill a block. */
enum { FILLERS = 40000 };

static const char *const expected[] = {
	"push outer",
	"push lib: registered",
	"mark wide \xe2\x82\xac",
	"start job #1",
	"pop lib:",
	"mark lib: event",
	"stop #1",
	"pop",
};

static int by_header(void)
{
	nvtxDomainHandle_t lib;
	nvtxEventAttributes_t event = { 0 };
	nvtxRangeId_t job;
	int wrong = nvtxRangePushA("outer") != 0;

	lib = nvtxDomainCreateA("lib");
	event.version = NVTX_VERSION;
	event.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
	event.messageType = NVTX_MESSAGE_TYPE_REGISTERED;
	event.message.registered = nvtxDomainRegisterStringW(lib, L"registered");
	wrong += nvtxDomainRangePushEx(lib, &event) != 0;
	nvtxMarkW(L"wide \u20ac");
	job = nvtxRangeStartA("job");
	wrong += nvtxDomainRangePop(lib) != 0;
	event.messageType = NVTX_MESSAGE_TYPE_ASCII;
	event.message.ascii = "event";
	nvtxDomainMarkEx(lib, &event);
	nvtxRangeEnd(job);
	wrong += nvtxRangePop() != 0;
	/* Nobody listens to these; they must do nothing. */
	nvtxNameCategoryA(1, "category");
	nvtxNameOsThreadA(1, "thread");
	wrong += nvtxDomainResourceCreate(lib, NULL) != NULL;
	for (int i = 0; i < FILLERS; i++)
		nvtxMarkA("filler");
	nvtxDomainDestroy(lib);
	return wrong;
}

#define FUNCTION(name) __typeof__(&name) name##_ = (__typeof__(&name))dlsym(library, #name)

/* The same through a copy of NVTX that is not ours to compile. */
static int by_library(const char *path)
{
	void *library = dlopen(path, RTLD_NOW);
	nvtxEventAttributes_t event = { 0 };
	nvtxDomainHandle_t lib;
	nvtxRangeId_t job;
	int wrong;

	if (!library)
		return 100;
	FUNCTION(nvtxRangePushA);
	FUNCTION(nvtxRangePop);
	FUNCTION(nvtxMarkA);
	FUNCTION(nvtxMarkW);
	FUNCTION(nvtxRangeStartA);
	FUNCTION(nvtxRangeEnd);
	FUNCTION(nvtxDomainCreateA);
	FUNCTION(nvtxDomainRegisterStringA);
	FUNCTION(nvtxDomainRangePushEx);
	FUNCTION(nvtxDomainRangePop);
	FUNCTION(nvtxDomainMarkEx);
	wrong = nvtxRangePushA_("outer") != 0;
	lib = nvtxDomainCreateA_("lib");
	event.version = NVTX_VERSION;
	event.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
	event.messageType = NVTX_MESSAGE_TYPE_REGISTERED;
	event.message.registered = nvtxDomainRegisterStringA_(lib, "registered");
	wrong += nvtxDomainRangePushEx_(lib, &event) != 0;
	nvtxMarkW_(L"wide \u20ac");
	job = nvtxRangeStartA_("job");
	wrong += nvtxDomainRangePop_(lib) != 0;
	event.messageType = NVTX_MESSAGE_TYPE_ASCII;
	event.message.ascii = "event";
	nvtxDomainMarkEx_(lib, &event);
	nvtxRangeEnd_(job);
	wrong += nvtxRangePop_() != 0;
	for (int i = 0; i < FILLERS; i++)
		nvtxMarkA_("filler");
	return wrong;
}

/* Runs this program as ARGUMENT says; its exit status. */
static int run(const char *argument)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		execl("/proc/self/exe", "nvtx-real", argument, NULL);
		_exit(127);
	}
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void check(const char *argument)
{
	struct ct_recording recording;
	GPtrArray *lines;
	char **spools;

	ct_recording_init(&recording);
	g_assert_cmpint(run(argument), ==, 0);
	spools = ct_recording_spools(&recording);
	g_assert_cmpuint(g_strv_length(spools), ==, 1);
	lines = ct_recording_lines(spools[0], 0);
	g_assert_cmpuint(lines->len, ==, G_N_ELEMENTS(expected) + FILLERS + 1);
	g_assert_cmpstr(g_ptr_array_index(lines, lines->len - 1), ==, "end");
	for (guint i = 0; i < lines->len - 1; i++)
		g_assert_cmpstr(g_ptr_array_index(lines, i), ==,
				i < G_N_ELEMENTS(expected) ? expected[i] : "mark filler");
	g_ptr_array_unref(lines);
	g_strfreev(spools);
	ct_recording_clear(&recording);
}

int main(int argc, char **argv)
{
	const char *build = g_getenv("CT_BUILDDIR");
	char *collector;

	if (argc > 1)
		return strcmp(argv[1], "header") == 0 ? by_header() : by_library(argv[1]);
	collector = g_build_filename(build ? build : ".", "capture", "collector", ".libs",
				     "libcotenant-collector.so", NULL);
	if (!g_file_test(collector, G_FILE_TEST_EXISTS)) {
		printf("skipped: %s was not built\n", collector);
		return CT_EXIT_SKIPPED;
	}
	g_setenv("NVTX_INJECTION64_PATH", collector, TRUE);
	check("header");
	if (g_file_test(CT_NVTX_LIBRARY, G_FILE_TEST_EXISTS))
		check(CT_NVTX_LIBRARY);
	else
		printf("no %s: its copy of NVTX was not tried\n", CT_NVTX_LIBRARY);
	g_free(collector);
	return 0;
}
