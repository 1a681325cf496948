/*
 * why - one sentence on why nothing was recorded.
 *
 * Who may do what is NVIDIA's word: tracing needs no rights since CUDA 10.2
 * (developer.nvidia.com/CUPTI_ERROR_INSUFFICIENT_PRIVILEGES), counters need
 * CAP_SYS_ADMIN, or CAP_PERFMON from driver 565 on, or a module parameter
 * (developer.nvidia.com/ERR_NVGPUCTRPERM).
 */
#include "config.h"

#include "capture/record/why.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "capture/record/find.h"
#include "capture/session.h"
#include "traces/spool.h"

#define DRIVER "libcuda.so.1"

gboolean ct_why_is_empty(const struct ct_notes *notes)
{
	return notes->n_kernels == 0;
}

char *ct_why_note(const struct ct_note *note)
{
	const char *text = note->text && *note->text ? note->text : "no details";

	switch (note->code) {
	case CT_SPOOL_NO_CUPTI:
		return g_strdup_printf(
			"CUPTI was not found (%s); set " CT_SESSION_CUPTI_ENV
			" to a libcupti.so: one comes with the CUDA toolkit, in "
			"extras/CUPTI/lib64, and with the Python package nvidia-cuda-cupti",
			text);
	case CT_SPOOL_OLD_CUPTI:
		return g_strdup_printf("CUPTI is too old (%s); set " CT_SESSION_CUPTI_ENV
				       " to a newer libcupti.so",
				       text);
	case CT_SPOOL_BUSY:
		return g_strdup_printf(
			"there can be one profiler in a program, and it has one (%s): run "
			"it without nsys, ncu, cuda-gdb, compute-sanitizer and "
			"torch.profiler",
			text);
	case CT_SPOOL_DENIED:
		return g_strdup_printf(
			"the driver does not permit it (%s): run as root or with "
			"CAP_SYS_ADMIN (docker run --cap-add=SYS_ADMIN), or load the "
			"nvidia module with NVreg_RestrictProfilingToAdminUsers=0",
			text);
	case CT_SPOOL_FAILED:
		return g_strdup_printf("CUPTI refused: %s", text);
	case CT_SPOOL_FATAL:
		return g_strdup_printf("CUPTI gave up while the program ran: %s", text);
	case CT_SPOOL_STOLEN:
		return g_strdup_printf(
			"another profiler took the records over (%s); torch.profiler of a "
			"newer PyTorch does: switch it off",
			text);
	case CT_SPOOL_WRITE_FAILED:
		return g_strdup_printf("the records could not be written: %s", text);
	case CT_SPOOL_KIND_MISSING:
		return g_strdup_printf("CUPTI does not record one kind of thing, %s", text);
	case CT_SPOOL_FULL:
		return g_strdup("the recording ended at its limit of bytes");
	default:
		return NULL;
	}
}

/* Not merely cut off, as those of killed programs are. */
gboolean ct_why_is_damaged(const struct ct_notes *notes)
{
	return notes->n_damaged > 0;
}

/* Statically linked: an ELF program that asks for no interpreter. */
static gboolean is_static(const char *path)
{
	union {
		Elf64_Ehdr elf;
		char bytes[4096];
	} head;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	gssize length = fd >= 0 ? read(fd, head.bytes, sizeof(head)) : -1;

	if (fd >= 0)
		close(fd);
	if (length < (gssize)sizeof(head.elf) ||
	    memcmp(head.elf.e_ident, ELFMAG, SELFMAG) != 0 ||
	    head.elf.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.elf.e_phentsize != sizeof(Elf64_Phdr))
		return FALSE;
	for (guint i = 0; i < head.elf.e_phnum; i++) {
		guint64 at = head.elf.e_phoff + i * sizeof(Elf64_Phdr);
		Elf64_Phdr segment;

		if (at > sizeof(head) || at + sizeof(segment) > (guint64)length)
			return FALSE; /* not here: not known */
		memcpy(&segment, head.bytes + at, sizeof(segment));
		if (segment.p_type == PT_INTERP)
			return FALSE;
	}
	return TRUE;
}

/* Runs with other rights than whoever starts it. */
static gboolean is_privileged(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return FALSE;
	return (st.st_mode & S_ISUID && st.st_uid != geteuid()) ||
	       (st.st_mode & S_ISGID && st.st_gid != getegid()) ||
	       getxattr(path, "security.capability", NULL, 0) > 0;
}

static char *no_collector(const struct ct_record_options *options)
{
	const char *name = options->program[0];
	g_autofree char *path = ct_find_program(name);
	void *driver = dlopen(DRIVER, RTLD_LAZY | RTLD_LOCAL);

	if (!driver)
		return g_strdup_printf("there is no NVIDIA driver here (%s)", dlerror());
	dlclose(driver);
	if (path && is_static(path))
		return g_strdup_printf("%s is statically linked, and nothing can be loaded "
				       "into it",
				       name);
	if (path && is_privileged(path))
		return g_strdup_printf("%s runs with other rights than yours, where "
				       "libraries named in the environment are not loaded",
				       name);
	if (!options->children)
		return g_strdup_printf("%s itself never initialised CUDA, and its children "
				       "are not recorded with --no-children",
				       name);
	return g_strdup_printf(
		"%s never initialised CUDA before it ended, or cleared its environment "
		"or became another user before it did",
		name);
}

char *ct_why_nothing(const struct ct_why *why)
{
	static const uint32_t weighty[] = {
		CT_SPOOL_NO_CUPTI, CT_SPOOL_OLD_CUPTI,    CT_SPOOL_BUSY,
		CT_SPOOL_DENIED,   CT_SPOOL_FATAL,        CT_SPOOL_STOLEN,
		CT_SPOOL_FAILED,   CT_SPOOL_WRITE_FAILED,
	};

	if (!g_file_test(why->folder, G_FILE_TEST_IS_DIR))
		return g_strdup_printf("%s was removed while the program ran", why->folder);
	if (why->n_collectors == 0 && why->notes->n_spools == 0)
		return no_collector(why->options);
	for (gsize i = 0; i < G_N_ELEMENTS(weighty); i++) {
		const struct ct_note *note = ct_notes_find(why->notes, weighty[i]);

		if (note)
			return ct_why_note(note);
	}
	if (ct_why_is_damaged(why->notes))
		return g_strdup_printf("no kernel can be read from %s: %u of %u spools %s "
				       "damaged",
				       why->folder, why->notes->n_damaged,
				       why->notes->n_spools,
				       why->notes->n_damaged == 1 ? "is" : "are");
	if (!why->began)
		return g_strdup_printf("no range '%s' began, which --start-on-marker waits "
				       "for",
				       why->options->start_marker);
	if (why->notes->n_spools == 0)
		return g_strdup("CUDA was initialised, but no record was written");
	if (why->notes->n_launches > 0)
		return g_strdup_printf("%" G_GUINT64_FORMAT
				       " launches were seen, but CUPTI "
				       "told of no kernel",
				       why->notes->n_launches);
	return g_strdup("CUDA was initialised, but no kernel ran while it was recorded");
}
