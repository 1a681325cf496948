# What the simulator says beside what was measured: built by run, and for its test.
check_PROGRAMS += experiments/ground-truth/truth
experiments_ground_truth_truth_SOURCES = \
	experiments/ground-truth/abacus.c \
	experiments/ground-truth/beside.c \
	experiments/ground-truth/beside.h \
	experiments/ground-truth/closed-form.c \
	experiments/ground-truth/fit.c \
	experiments/ground-truth/fit.h \
	experiments/ground-truth/group.c \
	experiments/ground-truth/head-of-line.c \
	experiments/ground-truth/igniter-forms.c \
	experiments/ground-truth/igniter.c \
	experiments/ground-truth/igniter.h \
	experiments/ground-truth/inthewild.c \
	experiments/ground-truth/microbench-kernel.c \
	experiments/ground-truth/microbench.c \
	experiments/ground-truth/microbench.h \
	experiments/ground-truth/natural.c \
	experiments/ground-truth/parvagpu.c \
	experiments/ground-truth/preemption.c \
	experiments/ground-truth/print.c \
	experiments/ground-truth/recording.c \
	experiments/ground-truth/recording.h \
	experiments/ground-truth/solo.c \
	experiments/ground-truth/statistics.c \
	experiments/ground-truth/statistics.h \
	experiments/ground-truth/table.c \
	experiments/ground-truth/table.h \
	experiments/ground-truth/tally.c \
	experiments/ground-truth/truth.c \
	experiments/ground-truth/truth.h \
	tests/unit/run-case.c \
	tests/unit/run-case.h \
	tests/unit/tiny-trace.c \
	tests/unit/tiny-trace.h \
	tests/unit/xsched-case.c \
	tests/unit/xsched-case.h
experiments_ground_truth_truth_LDADD = sim/libsim.la -lm
dist_noinst_SCRIPTS += experiments/ground-truth/run
EXTRA_DIST += experiments/ground-truth/README.md
