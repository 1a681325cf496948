#!/bin/sh
# gpu-scripts - what runs on a GPU machine once a month can at least be read by its shells
# and interpreters, and its arithmetic is right.
here=${CT_SRCDIR:-.}/experiments/gpu
status=0

fail() {
	echo "gpu-scripts: $*" >&2
	status=1
}

for script in record.sh bundle.sh dry-workload; do
	bash -n "$here/$script" || fail "$script: bash cannot read it"
	if command -v shellcheck >/dev/null; then
		shellcheck -S warning "$here/$script" || fail "$script: shellcheck"
	fi
done

# Every step that is listed is there.
for step in $(bash "$here/record.sh" --list); do
	grep -q "^step_${step%%:*}() {" "$here/record.sh" || fail "record.sh: no step $step"
done

if ! command -v python3 >/dev/null; then
	echo "gpu-scripts: no python3; its scripts are not looked at" >&2
	exit $((status ? status : 77))
fi
for script in compare.py spool-facts.py figures.py; do
	PYTHONDONTWRITEBYTECODE=1 python3 "$here/$script" --self-test || fail "$script: self-test"
done
python3 - "$here/workloads.py" <<'END' || fail "workloads.py: python cannot read it"
import ast, sys
tree = ast.parse(open(sys.argv[1], encoding="utf-8").read())
names = {n.targets[0].id for n in tree.body if isinstance(n, ast.Assign)}
sys.exit(0 if {"WORKLOADS", "PAIR"} <= names else 1)
END

# Workloads that record.sh names are those that there are.
for step in $(bash "$here/record.sh" --list); do
	case $step in
	record:* | compare:* | overhead:* | curves:* | counters:*)
		name=${step#*:}
		grep -q "\"${name%%:*}\"" "$here/workloads.py" ||
			fail "record.sh: no workload ${name%%:*}"
		;;
	esac
done
exit $status
