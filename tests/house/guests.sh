#!/bin/sh
# guests - the libraries that are loaded into other people's programs show their entries
# and nothing else, need nothing but the C library, and import nothing by which a program
# could be ended, spoken in, or have its signals, environment or locale changed.
# A library that does both must be caught, or this test proves nothing.
set -u
capture=$CT_BUILDDIR/capture
command -v nm >/dev/null && command -v ldd >/dev/null && command -v readelf >/dev/null || {
	echo "SKIP: no nm, ldd or readelf here"
	exit 77
}
if nm -D --undefined-only "$capture"/collector/.libs/libcotenant-collector.so |
	grep -q '__asan_\|__tsan_\|__ubsan_'; then
	echo "SKIP: sanitizers import and export their own symbols"
	exit 77
fi

failed=0
fail() {
	echo "FAIL: $*"
	failed=1
}

# LIBRARY EXPORTS: says what is wrong with it
complaints() {
	exports=$(nm -D --defined-only "$1" | sed 's/.* //' | sort | tr '\n' ' ')
	[ "$exports" = "$2 " ] || echo "exports: $exports"
	ldd -r "$1" 2>&1 | grep -i 'undefined\|not found'
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/needs \1/p' |
		grep -v '^needs libc\.so\|^needs ld-linux'
	readelf -d "$1" | grep -q NODELETE || echo "may be unloaded, while CUPTI keeps its functions"
	readelf -d "$1" | grep -q TEXTREL && echo "has text relocations"
	readelf -d "$1" | grep -q 'RPATH\|RUNPATH' && echo "has a search path of its own"
	nm -D --undefined-only "$1" | sed 's/.* //; s/@.*//' | grep -xE \
		'abort|_?exit|_Exit|quick_exit|raise|kill|__assert_fail|.*longjmp.*|(v|f|d|vf)?printf|__(v|f|d|vf)?printf_chk|f?puts|f?putc|putchar|fwrite|perror|stdout|stderr|sigaction|signal|sigaltstack|setitimer|alarm|setenv|unsetenv|putenv|clearenv|setlocale|chdir|umask|v?fork|exec.*|posix_spawn.*|system|popen|daemon|setrlimit|g_.*'
}

guest() { # LIBRARY EXPORTS
	said=$(complaints "$1" "$2")
	[ -z "$said" ] || fail "$1: $said"
}

guest "$capture"/collector/.libs/libcotenant-collector.so "InitializeInjection InitializeInjectionNvtx2"
guest "$capture"/counters/.libs/libcotenant-counters.so "InitializeInjection"

# Whatever else is installed beside them is not named above.
for library in "$capture"/*/.libs/*.so; do
	case $library in
	*/libcotenant-collector.so | */libcotenant-counters.so) ;;
	*) fail "$library: not looked at" ;;
	esac
done

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
echo 'void abort(void); int puts(const char *); void InitializeInjection(void);
void InitializeInjection(void) { if (puts("x")) abort(); }
void more(void); void more(void) {}' >"$dir/bad.c"
${CC:-cc} -shared -fPIC -o "$dir/bad.so" "$dir/bad.c" || fail "no compiler"
said=$(complaints "$dir/bad.so" InitializeInjection)
for word in 'exports: InitializeInjection more' '^abort' '^puts' 'may be unloaded'; do
	echo "$said" | grep -q "$word" || fail "a bad library was not caught: '$word' is not in: $said"
done
exit $failed
