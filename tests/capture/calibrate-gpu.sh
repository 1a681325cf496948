#!/bin/sh
# calibrate-gpu - the flow of experiments/gpu/calibrate.sh on the fake driver.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
source=$(cd "${CT_SRCDIR:-.}" && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
CT_BUILDDIR=$build OUT=$dir/out
export CT_BUILDDIR OUT
status=0

fail() {
	echo "calibrate-gpu: $*" >&2
	status=1
}

bash "$source/experiments/gpu/calibrate.sh" --dry-run >"$dir/stdout" 2>&1 ||
	fail "exit code $?: $(cat "$dir/stdout")"
if command -v shellcheck >/dev/null; then
	shellcheck -S warning "$source/experiments/gpu/calibrate.sh" || fail "shellcheck"
fi
for run in 1 2; do
	[ -s "$dir/out/raw-$run.jsonl" ] || fail "no raw-$run.jsonl"
	"$build/cotenant" device check "$dir/out/device-$run.json" >/dev/null || fail "device-$run"
done
grep -q '^sms  *132  *132 same$' "$dir/out/difference.txt" || fail "$(cat "$dir/out/difference.txt")"
grep -q '^latency.stream_gap_ns ' "$dir/out/difference.txt" || fail "no gap is compared"
exit $status
