# Experiments: one folder per question.
