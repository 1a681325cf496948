# Traces: the format, its reader and writer, importers, exporters, tools.
noinst_LTLIBRARIES += traces/libtraces.la
traces_libtraces_la_SOURCES = \
	traces/api-call.c \
	traces/api-call.h \
	traces/assemble.h \
	traces/check.c \
	traces/check.h \
	traces/copier.c \
	traces/copier.h \
	traces/csv.c \
	traces/csv.h \
	traces/cursor.c \
	traces/cut.c \
	traces/cut.h \
	traces/decimal.c \
	traces/decimal.h \
	traces/events.c \
	traces/events.h \
	traces/export.h \
	traces/format.h \
	traces/gz-input.c \
	traces/gz-input.h \
	traces/import-kineto.c \
	traces/import-nsys-csv.c \
	traces/import-orion-csv.c \
	traces/import.c \
	traces/import.h \
	traces/intern.c \
	traces/intern.h \
	traces/kineto-sync.c \
	traces/kineto-sync.h \
	traces/kineto.c \
	traces/kineto.h \
	traces/merge.c \
	traces/merge.h \
	traces/quantiles.c \
	traces/quantiles.h \
	traces/reader-chunks.c \
	traces/reader-index.h \
	traces/reader.c \
	traces/reader.h \
	traces/record.c \
	traces/record.h \
	traces/sorter.c \
	traces/sorter.h \
	traces/stats.c \
	traces/stats.h \
	traces/utf8.c \
	traces/utf8.h \
	traces/writer.c \
	traces/writer.h
traces_libtraces_la_LIBADD = $(GLIB_LIBS) $(YAJL_LIBS) $(SQLITE_LIBS) $(ZSTD_LIBS) \
	$(ZLIB_LIBS) $(XXHASH_LIBS)
