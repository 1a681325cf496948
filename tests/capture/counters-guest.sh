#!/bin/sh
# counters-guest - the library of counters as a guest in a program, which runs on as if
# alone without CUPTI, or with NVIDIA's own but no GPU.  What the library imports is looked
# at by tests/house/guests.sh.
library=${CT_BUILDDIR:-.}/capture/counters/.libs/libcotenant-counters.so
fake=${CT_BUILDDIR:-.}/tests/fakes/.libs/fake-range-profiler.so
program=${CT_BUILDDIR:-.}/tests/capture/counters-program
cotenant=${CT_BUILDDIR:-.}/cotenant
sample=${CT_SRCDIR:-.}/traces/samples/vision.ctt
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
TMPDIR=$dir
export TMPDIR
status=0
n=0

fail() {
	echo "counters-guest: $*" >&2
	status=1
}

# CUPTI PATTERN: the program ends and speaks as ever, and the sentence matches
guest() {
	n=$((n + 1))
	folder=$dir/$n
	mkdir "$folder" || exit 1
	# magic, version, flags (children), then zeros
	{
		printf 'CESS\001\000\000\000\001\000\000\000'
		head -c 4084 /dev/zero
	} >"$folder/control"
	COTENANT_CAPTURE_DIR=$folder COTENANT_CUPTI=$1 CUDA_INJECTION64_PATH=$library \
		"$program" "$fake" 5 >"$dir/out" 2>"$dir/err"
	[ $? = 5 ] || fail "$1: the program did not end with 5"
	[ "$(cat "$dir/out")" = launching ] || fail "$1: the program said $(cat "$dir/out")"
	[ ! -s "$dir/err" ] || fail "$1: $(head -n 3 "$dir/err")"
	"$cotenant" trace counters "$sample" "$folder"/*.counters -o "$dir/no.ctt" 2>"$dir/err"
	[ $? = 3 ] || fail "$1: counters came from nowhere"
	grep -q "$2" "$dir/err" || fail "$1: '$2' is not in: $(cat "$dir/err")"
	[ "$(find "$folder" -type f | wc -l)" = 2 ] || fail "$1: more files than one are left"
}

guest /nowhere/libcupti.so 'no CUPTI with a range profiler was found (libcupti.so)'
guest "$library" 'no CUPTI with a range profiler was found (cuptiGetVersion)'

if command -v nm >/dev/null && ! nm -D "$library" | grep -q '__[alt]*san_\|__ubsan_'; then
	real=${CUDA_HOME:-/usr/local/cuda}/lib64/libcupti.so
	[ ! -e "$real" ] || guest "$real" 'no kernel was measured: '
fi
exit $status
