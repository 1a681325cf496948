#!/bin/sh
# device-diff - what two board files say differently, from outside.
cotenant=$(cd "${CT_BUILDDIR:-.}" && pwd)/cotenant || exit 1
boards=$(cd "${CT_SRCDIR:-.}/models/devices" && pwd) || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0

fail() {
	echo "device-diff: $*" >&2
	status=1
}

differ() { # CODE ARGUMENT...: output in $folder/out
	want=$1
	shift
	"$cotenant" device diff "$@" >"$folder/out" 2>"$folder/err"
	got=$?
	[ "$got" = "$want" ] || fail "$*: exit code $got, not $want: $(cat "$folder/err")"
}

says() {
	grep -q -- "$1" "$folder/out" "$folder/err" || fail "does not say '$1': $(cat "$folder/out")"
}

# a board of its own: 2 % more SMs' worth of bandwidth, and a range that holds the shipped one
edit() { # VALUE [RANGE]
	awk -v value="$1" -v range="$2" '
		/"bytes_per_s"/ && !done { sub(/"value": *[0-9]+/, "\"value\": " value range); done = 1 }
		{ print }' "$boards/h200-sxm.json" >"$folder/mine.json"
}
grep -q '"bytes_per_s"' "$boards/h200-sxm.json" || fail "the key that is edited is gone"

differ 0 h200-sxm h200-sxm
[ ! -s "$folder/out" ] || fail "equal boards: something is said"
differ 0 --all h200-sxm h200-sxm
says '^sms  *132  *132'
edit 4896000000000
differ 1 h200-sxm "$folder/mine.json"
says '^dram.bytes_per_s .* 4800000000000  *4896000000000.* +2 %'
[ "$(grep -c '^[a-z].*%' "$folder/out")" = 1 ] || fail "more than one key differs"
differ 0 --threshold=2.1 h200-sxm "$folder/mine.json"
differ 1 --threshold=1.9 h200-sxm "$folder/mine.json"
differ 1 --output-format=json h200-sxm "$folder/mine.json"
says '"differences": 1'
says '"pct": 2.0'
differ 1 --output-format=csv h200-sxm "$folder/mine.json"
says '^dram.bytes_per_s,4800000000000,4896000000000,bytes/s,2,'
edit 4896000000000 ', "range": [4700000000000, 5000000000000]'
differ 0 h200-sxm "$folder/mine.json"
differ 0 --all h200-sxm "$folder/mine.json"
says 'in its range'
differ 1 h200-sxm t4
# sources and words are no properties
sed -e 's/"from": "/"from": "as shipped: /' -e 's/"title": "/"title": "My /' \
	"$boards/h200-sxm.json" >"$folder/mine.json"
differ 0 h200-sxm "$folder/mine.json"
sed '/"name": "1g.18gb"/,/}/s/"most": 7/"most": 6/' "$boards/h200-sxm.json" >"$folder/mine.json"
differ 1 h200-sxm "$folder/mine.json"
says '^mig.profiles'

# refusals
differ 2 h200-sxm
differ 2 h200-sxm t4 --threshold=-1
differ 2 h200-sxm t4 --threshold=nan
differ 3 h200-sxm h2000-sxm
echo '{' >"$folder/mine.json"
differ 3 h200-sxm "$folder/mine.json"
says 'mine.json'
exit $status
