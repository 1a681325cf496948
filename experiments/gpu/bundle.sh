#!/usr/bin/env bash
# bundle.sh - cotenant and what it needs, in one folder that runs elsewhere.
#
#	experiments/gpu/bundle.sh [FOLDER]      (build-gpu, in the tree)
#
# For a GPU machine that has no network and lacks libraries of ours: the programs look for
# libraries beside themselves ($ORIGIN/../lib), the C library is the machine's.  So build it
# on a system whose C library is not newer than the GPU machine's.
#
#	FOLDER/bin/cotenant, cotenant-record, cotenant-calibrate
#	FOLDER/lib/*.so.*                       GLib and others, as they are here
#	FOLDER/lib/cotenant/*.so                the collector, which needs the C library only
#	FOLDER/MANIFEST                         what was built from what
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "${1:-$root/build-gpu}"
folder=$(cd "${1:-$root/build-gpu}" && pwd)
objects=$folder/obj

# shellcheck disable=SC2016 # for make, then the shell, then the linker
flags='-Wl,--disable-new-dtags -Wl,-rpath,\$$ORIGIN/../lib'
compiler=gcc
command -v ccache >/dev/null && compiler="ccache gcc"

[ -x "$root/configure" ] || (cd "$root" && autoreconf -i)
rm -rf "${folder:?}/bin" "${folder:?}/lib"
mkdir -p "$objects" "$folder/bin" "$folder/lib/cotenant"
[ -f "$objects/Makefile" ] || (cd "$objects" && "$root/configure" -q CC="$compiler")
make -s -C "$objects" -j"$(nproc)" LDFLAGS="$flags" all

# What the programs need but for the C library, which belongs to the loader of the machine.
needed() {
	ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | xargs realpath -s | sort -u |
		grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv|ld-linux[^/]*)\.so'
}

for program in cotenant cotenant-record cotenant-calibrate; do
	file=$objects/$program
	[ ! -f "$objects/.libs/$program" ] || file=$objects/.libs/$program
	strip -o "$folder/bin/$program" "$file"
done
find "$objects/capture" -path '*/.libs/*.so' -type f | while read -r library; do
	strip -S -o "$folder/lib/cotenant/$(basename "$library")" "$library"
done
needed "$folder"/bin/* | while read -r library; do
	cp -L "$library" "$folder/lib/"
	chmod u+w "$folder/lib/$(basename "$library")"
done

# The bundle by itself: nothing it needs is missing, and nothing of ours is the system's.
for program in "$folder"/bin/*; do
	if ldd "$program" | grep -q 'not found' ||
		needed "$program" | grep -v "^$folder/lib/" | grep .; then
		echo "bundle: $program still needs the above of this system" >&2
		exit 1
	fi
done
{
	echo "commit $(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)"
	git -C "$root" diff --quiet HEAD 2>/dev/null || echo "with changes"
	echo "C library $(getconf GNU_LIBC_VERSION)"
	(cd "$folder" && sha256sum bin/* lib/*.so* lib/cotenant/*)
} >"$folder/MANIFEST"
du -sh --exclude=obj "$folder" | awk '{ print "bundle:", $1, "in", $2 }'
