# Traces: the format, its reader and writer, importers, exporters, tools.
noinst_LTLIBRARIES += traces/libtracewriter.la traces/libtraces.la

# What recorders take into other people's processes.
traces_libtracewriter_la_SOURCES = \
	traces/api-call.c \
	traces/api-call.h \
	traces/driver-call.c \
	traces/driver-call.h \
	traces/format.h \
	traces/intern.c \
	traces/intern.h \
	traces/record.c \
	traces/record.h \
	traces/spool.h \
	traces/utf8.c \
	traces/utf8.h \
	traces/writer.c \
	traces/writer.h
traces_libtracewriter_la_CFLAGS = $(STRICT_CFLAGS) $(WARN_CFLAGS) $(SANITIZE_FLAGS) \
	$(ZSTD_CFLAGS) $(XXHASH_CFLAGS)
traces_libtracewriter_la_LIBADD = $(ZSTD_LIBS) $(XXHASH_LIBS)

traces_libtraces_la_SOURCES = \
	traces/assemble-facts.c \
	traces/assemble-join.c \
	traces/assemble-nested.c \
	traces/assemble-order.c \
	traces/assemble-overlap.c \
	traces/assemble-state.h \
	traces/assemble-tables.c \
	traces/assemble.c \
	traces/assemble.h \
	traces/check-graphs.c \
	traces/check-graphs.h \
	traces/check-waits.c \
	traces/check-waits.h \
	traces/check.c \
	traces/check.h \
	traces/copier.c \
	traces/copier.h \
	traces/counter-file.h \
	traces/counter-table.c \
	traces/counter-table.h \
	traces/csv.c \
	traces/csv.h \
	traces/cursor.c \
	traces/cut.c \
	traces/cut.h \
	traces/decimal.c \
	traces/decimal.h \
	traces/events.c \
	traces/events.h \
	traces/export-chrome.c \
	traces/export-csv.c \
	traces/export-jsonl.c \
	traces/export-row.c \
	traces/export-row.h \
	traces/export.c \
	traces/export.h \
	traces/generate-llm.c \
	traces/generate-vision.c \
	traces/generate.c \
	traces/generate.h \
	traces/gz-input.c \
	traces/gz-input.h \
	traces/import-kineto.c \
	traces/import-nsys-csv.c \
	traces/import-nsys-sqlite.c \
	traces/import-orion-csv.c \
	traces/import-spool.c \
	traces/import.c \
	traces/import.h \
	traces/join-curves.c \
	traces/join-curves.h \
	traces/join-counters.c \
	traces/join-counters.h \
	traces/kernel-name.c \
	traces/kernel-name.h \
	traces/kineto-sync.c \
	traces/kineto-sync.h \
	traces/kineto-words.c \
	traces/kineto-words.h \
	traces/kineto.c \
	traces/kineto.h \
	traces/merge.c \
	traces/merge.h \
	traces/ncu-csv.c \
	traces/ncu-lines.c \
	traces/ncu-lines.h \
	traces/nsys-calls.c \
	traces/nsys-ranges.c \
	traces/nsys-target.c \
	traces/nsys.h \
	traces/quantiles.c \
	traces/quantiles.h \
	traces/reader-chunks.c \
	traces/reader-index.h \
	traces/reader.c \
	traces/reader.h \
	traces/saturate.h \
	traces/sorter.c \
	traces/sorter.h \
	traces/spool-graphs.c \
	traces/spool-import.h \
	traces/spool-ranges.c \
	traces/spool-reader.c \
	traces/spool-reader.h \
	traces/spool-work.c \
	traces/sqlite-table.c \
	traces/sqlite-table.h \
	traces/stats.c \
	traces/stats.h \
	traces/tempfile.c \
	traces/tempfile.h
traces_libtraces_la_LIBADD = traces/libtracewriter.la $(GLIB_LIBS) $(YAJL_LIBS) $(SQLITE_LIBS) $(ZSTD_LIBS) \
	$(ZLIB_LIBS) $(XXHASH_LIBS)
dist_man_MANS += traces/cotenant-import.7 traces/cotenant-trace.1 traces/cotenant-trace.5

SAMPLES = \
	traces/samples/llm-decode.ctt \
	traces/samples/llm-prefill.ctt \
	traces/samples/vision.ctt
nobase_dist_pkgdata_DATA += $(SAMPLES)
EXTRA_DIST += traces/README.md traces/samples/README.md

.PHONY: samples
samples: cotenant$(EXEEXT)
	for sample in $(SAMPLES); do \
		model=$${sample##*/}; \
		CT_DEVICE_PATH='$(srcdir)/models/devices' ./cotenant trace generate \
			"$${model%.ctt}" --compress -o "$(srcdir)/$$sample" || exit 1; \
	done
