#!/bin/sh
# purity - a policy imports nothing: no clock, no dice, no allocator, no I/O.
# The probe that reads a clock must be caught, or this test proves nothing.
set -u
policies=$CT_BUILDDIR/policies
probes=$CT_BUILDDIR/tests/probes

command -v nm >/dev/null || { echo "SKIP: no nm here"; exit 77; }
if nm -D --undefined-only "$policies"/fifo.so | grep -q '__asan_\|__tsan_\|__ubsan_'; then
	echo "SKIP: sanitizers import their own symbols"
	exit 77
fi

# The linker's own weak symbols are nobody's doing.
imports() {
	nm -D --undefined-only "$1" |
		grep -v ' w \(_ITM_\|__cxa_finalize\|__gmon_start__\)'
}
exports() {
	nm -D --defined-only "$1" | grep -v ' ct_policy$'
}

failed=0
for module in "$policies"/*.so; do
	if imports "$module"; then
		echo "FAIL: $module imports the above"
		failed=1
	fi
	if exports "$module"; then
		echo "FAIL: $module exports the above beside ct_policy"
		failed=1
	fi
done
imports "$probes/impure.so" >/dev/null || {
	echo "FAIL: impure.so reads a clock and was not caught"
	failed=1
}
exit $failed
