# Experiments: one folder per question.
EXTRA_DIST += experiments/README.md
include experiments/engines/local.mk
include experiments/estimator/local.mk
include experiments/gpu/local.mk
include experiments/ground-truth/local.mk
