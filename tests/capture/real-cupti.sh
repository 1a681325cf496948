#!/bin/sh
# real-cupti - without CUPTI, or with NVIDIA's own but without a GPU, the program runs on
# as if alone, and its spool says why there is nothing in it.
set -u
library=$CT_BUILDDIR/capture/collector/.libs/libcotenant-collector.so
inject=$CT_BUILDDIR/tests/capture/inject
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

failed=0
fail() {
	echo "FAIL: $*"
	failed=1
}

# MODE of the recording, then what the program is started with.
check() {
	folder=$work/$1.spools
	shift
	mkdir "$folder"
	# magic, version, flags: CHILDREN; then zeros
	{
		printf 'CESS\001\000\000\000\001\000\000\000'
		head -c 4084 /dev/zero
	} >"$folder/control"
	said=$(env COTENANT_CAPTURE_DIR="$folder" "$@" 2>"$work/errors")
	code=$?
	[ $code -eq 7 ] || fail "the program ended with $code instead of 7"
	[ "$said" = "1 1" ] || fail "the program said '$said'"
	[ ! -s "$work/errors" ] || fail "$(cat "$work/errors")"
	set -- "$folder"/*.spool
	[ $# -eq 1 ] && [ -f "$1" ] || fail "spools: $*"
	grep -aq "$expect" "$1" || fail "no '$expect' in the spool"
	# nobody may be waited for
	left=$(od -An -tu4 -j "$n_collecting_at" -N4 "$folder/control")
	[ "$left" -eq 0 ] || fail "$left still collect"
}

# Its place in struct ct_session_page: after the text and the moments.
n_collecting_at=$((4 * 4 + 8 + 2 * 4 + 256 + 2 * 8 + 2 * 4 + 8 + 4))

expect='no/such/cupti'
check missing env COTENANT_CUPTI=/no/such/cupti "$inject" "$library"

cupti=
for folder in "$CUDA_HOME"/lib64 "$CUDA_HOME"/lib "$CUDA_HOME"/extras/CUPTI/lib64; do
	for name in libcupti.so.13 libcupti.so.12; do
		[ -z "$cupti" ] && [ -f "$folder/$name" ] && cupti=$folder/$name
	done
done
[ -n "$cupti" ] || {
	echo "SKIP: no libcupti under $CUDA_HOME"
	exit $((failed ? 1 : 77))
}
if [ -e /dev/nvidiactl ] || [ -e /dev/dxg ]; then
	echo "SKIP: there is a GPU here, and a program without cuInit() says nothing of it"
	exit $((failed ? 1 : 77))
fi

expect='cupti'
check named env COTENANT_CUPTI="$cupti" "$inject" "$library"
check loaded "$inject" "$library" "$cupti"
exit $failed
