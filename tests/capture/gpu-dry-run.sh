#!/bin/sh
# gpu-dry-run - the flow of experiments/gpu/record.sh on the fake driver: every step runs, and
# what it leaves can be read.
command -v python3 >/dev/null || { echo "gpu-dry-run: no python3" >&2; exit 77; }
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
source=$(cd "${CT_SRCDIR:-.}" && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH COTENANT_CAPTURE_DIR COTENANT_CUPTI
PYTHONDONTWRITEBYTECODE=1
CT_BUILDDIR=$build OUT=$dir/out
export CT_BUILDDIR OUT PYTHONDONTWRITEBYTECODE
status=0

fail() {
	echo "gpu-dry-run: $*" >&2
	status=1
}

says() { # PATTERN
	grep -q -- "$1" "$dir/out/summary.txt" || fail "'$1' is not in the summary"
}

bash "$source/experiments/gpu/record.sh" --dry-run --only "environment tools smoke calls \
record:llama-decode-graph record:resnet50-train record:pair compare:bert-infer \
overhead:llama-decode-graph:2 curves:bert-infer:16,48,96 replay samples" \
	>"$dir/stdout" 2>&1 || fail "exit code $?"
failed=$(grep '^== ' "$dir/out/summary.txt" | grep -v ': code 0,')
[ -z "$failed" ] || fail "$failed"
[ "$(grep -c '^== ' "$dir/out/summary.txt")" = 12 ] || fail "not 12 steps"
says 'kernels_join .*driver'
says 'driver only: kernels_join .*driver'
says 'runtime only: kernels_join .*no call'
says 'bytes per kernel: spool'
says 'overhead: median'
says 'curves: 3 of the 3 kinds of kernel'
says 'replay error'
tar -xzf "$dir/out/samples.tgz" -C "$dir" || fail "no samples"
for sample in "$dir"/samples/*.ctt; do
	case $sample in
	*/pair.ctt) continue ;; # two programs are not alone
	esac
	"$build/cotenant" trace check "$sample" >/dev/null || fail "$sample: check"
done
tar -tzf "$dir/out/traces.tgz" >/dev/null || fail "no traces"
[ "$status" = 0 ] || sed -n 1,400p "$dir/out/summary.txt" >&2
exit $status
