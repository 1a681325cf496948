# Experiments: one folder per question.
EXTRA_DIST += experiments/README.md
include experiments/ground-truth/local.mk
