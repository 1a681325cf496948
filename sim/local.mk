# Sim: time, a device, an audience; and the front door.
noinst_LTLIBRARIES += sim/libsim.la
sim_libsim_la_SOURCES = \
	sim/arrival.c \
	sim/base/error.h \
	sim/base/list.h \
	sim/compute.c \
	sim/compute.h \
	sim/copy-engine.c \
	sim/copy-engine.h \
	sim/duration.c \
	sim/event.c \
	sim/event.h \
	sim/explain.c \
	sim/explain.h \
	sim/gpu-check.c \
	sim/gpu-classes.c \
	sim/gpu-classes.h \
	sim/gpu-engine.c \
	sim/gpu-engine.h \
	sim/gpu-internal.h \
	sim/gpu-look.c \
	sim/gpu-look.h \
	sim/gpu-mutant.h \
	sim/gpu-place.c \
	sim/gpu-place.h \
	sim/gpu-queue.c \
	sim/gpu-queue.h \
	sim/gpu-rates.c \
	sim/gpu-rates.h \
	sim/gpu-recall.c \
	sim/gpu-refill.c \
	sim/gpu-refill.h \
	sim/gpu-registers.c \
	sim/gpu-registers.h \
	sim/gpu.c \
	sim/gpu.h \
	sim/metrics.c \
	sim/metrics.h \
	sim/program.c \
	sim/program.h \
	sim/run-actuator.c \
	sim/run-copy.c \
	sim/run-explain.c \
	sim/run-host.c \
	sim/run-internal.h \
	sim/run-load.c \
	sim/run-result.c \
	sim/run-sharing.c \
	sim/run-stream.c \
	sim/run.c \
	sim/run.h \
	sim/scenario-echo.c \
	sim/scenario-json.c \
	sim/scenario.c \
	sim/scenario.h \
	sim/sharing-check.c \
	sim/sharing.c \
	sim/sharing.h \
	sim/strict-json.c \
	sim/strict-json.h \
	sim/study-alone.c \
	sim/study-alone.h \
	sim/study-plan.c \
	sim/study-plan.h \
	sim/study-store.c \
	sim/study-store.h \
	sim/study-warn.c \
	sim/study-warn.h \
	sim/study.c \
	sim/study.h \
	sim/timeline.c \
	sim/timeline.h
sim_libsim_la_LIBADD = models/libmodels.la policies/libpolicies.la traces/libtraces.la \
	$(GLIB_LIBS) $(JANSSON_LIBS) $(XXHASH_LIBS)
include sim/cli/local.mk
dist_man_MANS += sim/cotenant-report.5 sim/cotenant-run.1 sim/cotenant-scenario.5
