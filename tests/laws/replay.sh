#!/bin/sh
# replay - a simulated run's ledger gives the same orders again, built in and as a module;
# and cotenant policy's exit codes are what its page says.
set -u
cotenant=$CT_BUILDDIR/cotenant
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

expect() { # CODE COMMAND...
	want=$1
	shift
	"$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[ "$got" = "$want" ] && return
	echo "FAIL: exit code $got, not $want: $*"
	cat "$dir/out" "$dir/err"
	failed=1
}

"$cotenant" trace generate -q -r 3 -b 1 -o "$dir/a.ctt" vision &&
	"$cotenant" trace generate -q -r 2 -b 1 --context=64 --tokens=3 -o "$dir/b.ctt" llm-decode ||
	exit 1

for module in "$CT_BUILDDIR"/policies/*.so; do
	name=$(basename "$module" .so | tr _ -)
	ledger=$dir/$name
	expect 0 "$cotenant" run -q -p "$name" -t 200ms --ledger="$ledger" \
		"x=$dir/a.ctt,rank=5,slo_ms=20,arrive=every:30ms" \
		"y=$dir/b.ctt,weight=300,arrive=closed:2"
	expect 0 "$cotenant" policy replay "$ledger"
	expect 0 "$cotenant" policy replay --policy="$module" "$ledger"
done

# A ledger that says something else, one that breaks off, and one that is none.
sed '0,/> grant 0 n 1/s//> grant 0 n 2/' "$dir/share" >"$dir/other"
expect 1 "$cotenant" policy replay "$dir/other"
grep -q 'is:  .*grant 0 n 1' "$dir/out" || { echo "FAIL: the difference is not shown"; failed=1; }
head -c 20000 "$dir/share" >"$dir/short"
expect 3 "$cotenant" policy replay "$dir/short"
sed '0,/finished 0 work [0-9]*/s//finished 0 work 99999/' "$dir/share" >"$dir/damaged"
expect 3 "$cotenant" policy replay "$dir/damaged"
grep -q 'line [0-9]*: .* not on the device' "$dir/err" ||
	{ echo "FAIL: the damage is not named"; failed=1; }
expect 3 "$cotenant" policy replay "$dir/a.ctt"
expect 1 "$cotenant" policy replay --policy=fifo "$dir/share"

expect 0 "$cotenant" policy list --output-format=json
expect 0 "$cotenant" policy show --output-format=json share:depth=3
expect 0 "$cotenant" policy check share
expect 1 "$cotenant" policy check "$CT_BUILDDIR/tests/probes/late.so"
expect 5 "$cotenant" policy check "$CT_BUILDDIR/tests/probes/needy.so"
expect 2 "$cotenant" policy show shar
grep -q "did you mean 'share'" "$dir/err" || { echo "FAIL: no suggestion"; failed=1; }
expect 2 "$cotenant" policy show share:depth=0
expect 2 "$cotenant" policy show share:dept=1
expect 3 "$cotenant" policy show /none.so
exit $failed
