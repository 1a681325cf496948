#!/usr/bin/env bash
# calibrate.sh - cotenant calibrate, twice, and how far the two differ.
#
#	experiments/gpu/calibrate.sh              with a GPU; at most 500 s
#	experiments/gpu/calibrate.sh --dry-run    on the fake driver, fewer samples
#
# Results go to $OUT (build-gpu/results): device-1.json, device-2.json, raw-1.jsonl and
# raw-2.jsonl (every sample), shown-*.txt, errors-*.txt, difference.txt and summary.txt.
# cotenant comes from $BUNDLE (build-gpu, see bundle.sh), or is built there.  Nothing is
# installed, and nothing of the GPU's settings is changed.  --dry-run takes $CT_BUILDDIR.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
OUT=${OUT:-$root/build-gpu/results}
BUNDLE=${BUNDLE:-$root/build-gpu}
options=()
mkdir -p "$OUT"
CT_DEVICE_PATH=${CT_DEVICE_PATH:-$root/models/devices}
export CT_DEVICE_PATH

if [ "${1:-}" = --dry-run ]; then
	BIN=${CT_BUILDDIR:-$root/build}
	LD_LIBRARY_PATH=$BIN/tests/fakes/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	export LD_LIBRARY_PATH
	options=(--quick)
else
	[ -x "$BUNDLE/bin/cotenant-calibrate" ] || "$here/bundle.sh" "$BUNDLE" || exit 1
	BIN=$BUNDLE/bin
	nvidia-smi -q >"$OUT/nvidia-smi.txt" 2>&1
fi

status=0
: >"$OUT/summary.txt"
for run in 1 2; do
	timeout 240 "$BIN/cotenant" calibrate -o "$OUT/device-$run.json" \
		--raw="$OUT/raw-$run.jsonl" "${options[@]}" \
		>"$OUT/shown-$run.txt" 2>"$OUT/errors-$run.txt"
	code=$?
	[ "$code" = 0 ] || status=$code
	echo "run $run: code $code, $(tail -n 1 "$OUT/shown-$run.txt")" >>"$OUT/summary.txt"
	sed 's/^/  /' "$OUT/errors-$run.txt" >>"$OUT/summary.txt"
	"$BIN/cotenant" device check "$OUT/device-$run.json" >>"$OUT/summary.txt" 2>&1 || status=1
done
# Key, both medians, and their difference in parts of the first run's distance of quartiles.
awk '
	!/ n [0-9]+, / { next }
	FNR == NR { median[$1] = $2; spread[$1] = $5 - $3; next }
	$1 in median {
		d = $2 - median[$1]
		said = "same"
		if (d && spread[$1] > 0)
			said = sprintf("%+.1f of the quartiles", d / spread[$1])
		else if (d)
			said = sprintf("%+d, beyond equal quartiles", d)
		printf "%-34s %16s %16s %s\n", $1, median[$1], $2, said
	}' "$OUT/shown-1.txt" "$OUT/shown-2.txt" >"$OUT/difference.txt"
echo "differences: $(wc -l <"$OUT/difference.txt") numbers in difference.txt, \
$(grep -c ' same$' "$OUT/difference.txt") the same" >>"$OUT/summary.txt"
# What the shipped board had otherwise: 1 is not a failure here.
"$BIN/cotenant" device diff h200-sxm "$OUT/device-2.json" >"$OUT/shipped.txt" 2>&1
echo "beside h200-sxm as shipped: see shipped.txt ($(grep -c ' measured ' "$OUT/shipped.txt") numbers)" \
	>>"$OUT/summary.txt"
cat "$OUT/summary.txt"
exit $status
