#!/bin/sh
# style - files stay short enough to read, open with what they are, and keep the format.
cd "${CT_SRCDIR:-.}" || exit 1
status=0

fail() {
	echo "style: $*" >&2
	status=1
}

files=$(find sim traces models policies capture tests experiments -name '*.[ch]' | sort)
for file in $files; do
	lines=$(wc -l <"$file")
	[ "$lines" -le 600 ] || fail "$file: $lines lines; no file is longer than 600"
	name=$(basename "$file")
	stem=${name%.c}
	case $file in
	*.c)
		head -n 2 "$file" | grep -qE "^(/\*| \*) ($stem|$name|$(echo "$stem" | tr _ -)) - " ||
			fail "$file: does not open with '$stem - what it is'"
		;;
	esac
	long=$(expand -t 8 "$file" | awk 'length > 100 { print NR; exit }')
	[ -z "$long" ] || fail "$file:$long: longer than 100 columns"
	grep -nE '(^|[^A-Z])(TODO|FIXME|XXX)([^A-Z]|$)' "$file" && fail "$file: says it is not finished"
done

# shellcheck disable=SC2086 # a list of words
if command -v clang-format-14 >/dev/null; then
	clang-format-14 --dry-run -Werror $files 2>&1 | sed -n '/error:/p' | head -n 20 >"${TMPDIR:-/tmp}/ct-style.$$"
	if [ -s "${TMPDIR:-/tmp}/ct-style.$$" ]; then
		cat "${TMPDIR:-/tmp}/ct-style.$$" >&2
		fail "clang-format -i would change these"
	fi
	rm -f "${TMPDIR:-/tmp}/ct-style.$$"
fi
exit $status
