#!/bin/sh
# device - pictures of boards: whose SMs they show, that they fit a terminal, that SVG is XML.
cotenant=${CT_BUILDDIR:-.}/cotenant
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0

fail() {
	echo "device: $*" >&2
	status=1
}

draw() { # CODE ARGUMENTS...
	want=$1
	shift
	"$cotenant" device draw "$@" >"$folder/out" 2>"$folder/err"
	got=$?
	[ "$got" = "$want" ] || fail "draw $*: exit code $got, not $want: $(cat "$folder/err")"
}

letters() { # LETTER COUNT: so many SMs of that owner on the chip
	n=$(grep -E '^( [A-Za-z.]( [A-Za-z. ]*)?|\|[A-Za-z. |]*)$' "$folder/out" | tr -cd "$1" | wc -c)
	[ "$n" = "$2" ] || fail "$n SMs are '$1', not $2"
}

says() {
	grep -q -- "$1" "$folder/out" "$folder/err" || fail "did not say '$1'"
}

# every board, undivided: all its SMs, in 100 columns
for board in $("$cotenant" device list --output-format=csv | sed 1d | cut -d, -f1); do
	draw 0 "$board"
	sms=$("$cotenant" device show "$board" --output-format=csv | sed -n 's/^sms,\([0-9]*\),.*/\1/p')
	letters o "$sms"
	long=$(awk 'length > 100' "$folder/out" | head -n 1)
	[ -z "$long" ] || fail "$board: wider than 100 columns: $long"
	if grep -q "GPC 0" "$folder/out"; then
		says "Sizes of GPCs"
	else
		says "no GPCs are drawn"
	fi
done

draw 0 h200-sxm --mig 3g,4g
letters A 60
letters B 64
letters . 8
says '^ A  3g.71gb@4  *60 SMs  *69.50 GiB  *2400 GB/s  *30.00 MiB of L2  *3 copy engines$'
says '^\[B 4g.71gb  *\]\[A 3g.71gb  *\]$'
says 'not published'

draw 0 a100-sxm-40 --mig 1g,1g,1g,1g,1g,1g,1g
for letter in A B C D E F G; do
	letters $letter 14
done
letters . 10

draw 0 h100-sxm --split 11,72
letters A 16
letters B 72
letters . 44
says '^ A  part 1  *16 SMs  *11 were asked for$'
says 'the L2, the DRAM'

# SVG: well formed, one cell for each SM and each line of the legend, nothing from elsewhere
draw 0 h200-sxm --mig 3g,4g --output-format=svg -o "$folder/board.svg"
[ ! -s "$folder/out" ] || fail "svg: a file was asked for, and stdout has something"
n=$(grep -c '<title>SM ' "$folder/board.svg")
[ "$n" = 132 ] || fail "svg: $n SMs have a title, not 132"
grep -q '<title>SM 131, GPC 7</title>' "$folder/board.svg" || fail "svg: no SM 131"
grep -q '<title>SM 0, GPC 0: 4g.71gb@0</title>' "$folder/board.svg" || fail "svg: no owner"
if grep -E 'href|url\(|@import' "$folder/board.svg"; then
	fail "svg: refers to something outside"
fi
if command -v xmllint >/dev/null; then
	xmllint --noout "$folder/board.svg" || fail "svg: is not XML"
elif command -v python3 >/dev/null; then
	python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' \
		"$folder/board.svg" || fail "svg: is not XML"
fi

# a title is text, whatever is in it
sed 's/"title": ".*"/"title": "A \& B <b> µ"/' "${CT_SRCDIR:-.}/models/devices/t4.json" \
	>"$folder/odd.json"
draw 0 "$folder/odd.json" --output-format=svg
says '<title>A &amp; B &lt;b&gt; µ</title>'
draw 0 "$folder/odd.json"
says '^A & B <b> µ$'

# refusals
draw 2 h200-sxm --mig 3g --split 8
draw 2 h200-sxm --split eight
says "'eight' is no number of SMs"
draw 2 h200-sxm --split 0
draw 2 h200-sxm --split ""
draw 2 h200-sxm --output-format=csv
says 'there are text and svg'
draw 2
draw 3 h200-sxm --split 72,72
says 'part 2: no room for 72 SMs: .* and 60 are left'
draw 3 t4 --mig 1g
says 't4 has no MIG'
draw 3 h200-sxm --mig 4g,4g
says '1 of 4g.71gb is the most'
draw 3 h200-sxm --mig 3g.40gb
says "did you mean '3g.71gb'"
draw 3 nothing-like-it
draw 1 t4 -o "$folder/none/board.svg"
exit $status
