#!/bin/sh
# exports - the collector shows a program its two entries and nothing else, and needs
# nothing but the C library.
set -u
library=$CT_BUILDDIR/capture/collector/.libs/libcotenant-collector.so
command -v nm >/dev/null && command -v ldd >/dev/null && command -v readelf >/dev/null || {
	echo "SKIP: no nm, ldd or readelf here"
	exit 77
}
if nm -D --undefined-only "$library" | grep -q '__asan_\|__tsan_\|__ubsan_'; then
	echo "SKIP: sanitizers import and export their own symbols"
	exit 77
fi

failed=0
fail() {
	echo "FAIL: $*"
	failed=1
}

exports=$(nm -D --defined-only "$library" | sed 's/.* //' | sort | tr '\n' ' ')
[ "$exports" = "InitializeInjection InitializeInjectionNvtx2 " ] || fail "exports: $exports"

unresolved=$(ldd -r "$library" 2>&1 | grep -i 'undefined\|not found')
[ -z "$unresolved" ] || fail "$unresolved"

needs=$(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^libc\.so\|^ld-linux')
[ -z "$needs" ] || fail "needs $needs"
readelf -d "$library" | grep -q NODELETE || fail "may be unloaded, while CUPTI keeps its functions"
readelf -d "$library" | grep -q TEXTREL && fail "has text relocations"
readelf -d "$library" | grep -q 'RPATH\|RUNPATH' && fail "has a search path of its own"

# What would end a program, speak in it, or change its signals.
for banned in abort exit _exit printf puts fprintf perror sigaction signal setenv putenv \
	fork execve system __assert_fail; do
	nm -D --undefined-only "$library" | sed 's/.* //; s/@.*//' | grep -qx "$banned" &&
		fail "imports $banned"
done
exit $failed
