/*
 * session - the page of a recording, as those see it that are in its programs.
 */
#define _GNU_SOURCE
#include "capture/session.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct ct_session_page *ct_session_map(const char *folder)
{
	struct ct_session_page *page = MAP_FAILED;
	char path[PATH_MAX];
	struct stat file;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", folder, CT_SESSION_PAGE_NAME) >=
	    (int)sizeof(path))
		return NULL;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &file) == 0 && file.st_size >= (off_t)sizeof(*page))
		page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return NULL;
	if (page->magic == CT_SESSION_MAGIC && page->version == CT_SESSION_VERSION)
		return page;
	munmap(page, sizeof(*page));
	return NULL;
}
