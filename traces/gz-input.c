/*
 * gz-input - a file read from start to end, gunzipped if it is gzip.
 *
 * zlib tells a gzip file by its first bytes and passes anything else through.  What it
 * does not do is call the early end of a compressed file an error, which for us it is.
 */
#include "traces/gz-input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "sim/base/error.h"

#define BUFFER_BYTES (64u << 10) /* larger reads of a plain file go past it */

struct ct_gz_input {
	gzFile file;
	char *path;
	guint64 bytes;
};

struct ct_gz_input *ct_gz_input_open(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct ct_gz_input *input;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
		int code = fd >= 0 && S_ISDIR(st.st_mode) ? EISDIR : errno;

		ct_input_error(error, "%s: %s", path, g_strerror(code));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	input = g_new0(struct ct_gz_input, 1);
	input->path = g_strdup(path);
	input->bytes = (guint64)st.st_size;
	input->file = gzdopen(fd, "rb");
	if (input->file == NULL)
		g_error("out of memory");
	gzbuffer(input->file, BUFFER_BYTES);
	return input;
}

void ct_gz_input_close(struct ct_gz_input *input)
{
	if (input == NULL)
		return;
	gzclose_r(input->file);
	g_free(input->path);
	g_free(input);
}

gssize ct_gz_input_read(struct ct_gz_input *input, void *buffer, size_t length,
			GError **error)
{
	int got = gzread(input->file, buffer, (unsigned int)length);
	int code = Z_OK;
	const char *reason;

	if (got > 0)
		return got;
	reason = gzerror(input->file, &code);
	if (got == 0 && code != Z_BUF_ERROR)
		return 0;
	if (code == Z_ERRNO)
		reason = g_strerror(errno);
	ct_input_error(error, "%s: byte %" G_GINT64_FORMAT ": %s", input->path,
		       (gint64)gzoffset(input->file),
		       code == Z_BUF_ERROR ? "the compressed file was cut off" : reason);
	return -1;
}

double ct_gz_input_done(const struct ct_gz_input *input)
{
	return input->bytes > 0 ? (double)gzoffset(input->file) / (double)input->bytes
				: 0.0;
}
