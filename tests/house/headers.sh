#!/bin/sh
# headers - every header compiles alone, opens with its idea, and is guarded by its name.
cd "${CT_SRCDIR:-.}" || exit 1
status=0
n=0
flags="-std=gnu11 -fsyntax-only -Wall -Wextra -I. -I${CT_BUILDDIR:-.}"
# shellcheck disable=SC2046,SC2086 # lists of words
flags="$flags $(pkg-config --cflags glib-2.0 jansson yajl sqlite3 libzstd libxxhash)"
for header in $(find sim traces models policies capture -name '*.h' | sort); do
	n=$((n + 1))
	# shellcheck disable=SC2086
	if ! printf '#include "%s"\n' "$header" | ${CC:-cc} $flags -x c -; then
		echo "headers: $header does not compile alone" >&2
		status=1
	fi
	if ! head -n 2 "$header" | grep -q "^/\* ${header##*/} - \|^ \* ${header##*/} - "; then
		echo "headers: $header does not open with '${header##*/} - its idea'" >&2
		status=1
	fi
done
[ "$n" -gt 20 ] || { echo "headers: only $n found" >&2; exit 1; }
exit $status
