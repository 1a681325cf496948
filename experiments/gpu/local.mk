# What only a GPU can say about the recorder.
EXTRA_DIST += experiments/gpu/README.md
dist_noinst_SCRIPTS += \
	experiments/gpu/bundle.sh \
	experiments/gpu/calibrate.sh \
	experiments/gpu/compare.py \
	experiments/gpu/dry-workload \
	experiments/gpu/figures.py \
	experiments/gpu/record.sh \
	experiments/gpu/spool-facts.py \
	experiments/gpu/workloads.py
