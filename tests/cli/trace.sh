#!/bin/sh
# trace - `cotenant trace` as a user meets it: what it prints, and how it ends.
cotenant=${CT_BUILDDIR:-.}/cotenant
samples=${CT_SRCDIR:-.}/traces/samples
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
TMPDIR=$dir
export TMPDIR
status=0

fail() {
	echo "trace: $*" >&2
	status=1
}

# ends CODE ARGUMENT...: `cotenant trace ARGUMENT...` ends with CODE
ends() {
	want=$1
	shift
	"$cotenant" trace "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[ "$got" = "$want" ] || fail "$*: exit code $got, expected $want: $(head -n 1 "$dir/err")"
}

# says FILE PATTERN: what the last command wrote to FILE (out or err) matches PATTERN
says() {
	grep -q -- "$2" "$dir/$1" || fail "'$2' is not in: $(head -n 3 "$dir/$1")"
}

ends 0 info "$samples/vision.ctt"
says out 'kernels  *5700 of 11 names'
ends 0 info --output-format=json "$samples/vision.ctt"
for key in kernels names devices contexts streams memops span_ns busy_pct overlap_pct \
	dur_ns grid_blocks block_threads regs smem_bytes launch_delay_ns top; do
	says out "^  \"$key\": "
done
ends 0 info --output-format=csv "$samples/vision.ctt"
says out '^quantity,min,p10,p50,p90,p99,max$'

ends 0 dump --limit=3 "$samples/vision.ctt"
[ "$(wc -l <"$dir/out")" = 4 ] || fail "dump --limit=3: not a head and three lines"
ends 0 dump --lane=0 --limit=5 --output-format=json "$samples/vision.ctt"
[ "$(grep -c '^{.*}$' "$dir/out")" = 5 ] || fail "dump: not one object a line"
ends 2 dump --lane=1 "$samples/vision.ctt"

ends 0 check "$samples/llm-prefill.ctt"
ends 0 check --output-format=json "$samples/llm-prefill.ctt"
says out '"passed": true'

ends 0 cut "$samples/vision.ctt" --marker request#2 -o "$dir/two.ctt"
ends 0 info --output-format=json "$dir/two.ctt"
says out '"kernels": 114,'
ends 0 cut "$samples/vision.ctt" --from 2ms --to 3500us --compress -o "$dir/part.ctt"
ends 0 check "$dir/part.ctt"
ends 2 cut "$samples/vision.ctt" --from 2 -o "$dir/no.ctt"
says err "'2' is no time"
ends 3 cut "$samples/vision.ctt" --marker request#51 -o "$dir/no.ctt"
ends 3 cut "$samples/vision.ctt" --from 1000s -o "$dir/no.ctt"
[ ! -e "$dir/no.ctt" ] || fail "a failed cut leaves a file"

ends 0 merge "$dir/two.ctt" "$dir/part.ctt" -o "$dir/both.ctt"
ends 0 info --output-format=json "$dir/both.ctt"
says out '"processes": 2,'
ends 3 merge --align=clock "$dir/two.ctt" "$dir/part.ctt" -o "$dir/no.ctt"
ends 2 merge --align=sun "$dir/two.ctt" "$dir/part.ctt" -o "$dir/no.ctt"
ends 2 merge "$dir/two.ctt" -o "$dir/no.ctt"

for format in csv jsonl chrome; do
	ends 0 export --format=$format "$dir/two.ctt" -o "$dir/two.$format"
	[ -s "$dir/two.$format" ] || fail "export --format=$format: nothing written"
done
ends 2 export --format=chrom "$dir/two.ctt"
says err "did you mean 'chrome'"

# what was exported comes back as the same kernels
ends 0 info --output-format=json "$dir/two.chrome"
says out '"kernels": 114,'
ends 0 import -o "$dir/back.ctt" "$dir/two.chrome"
says err '114 kernels'
ends 0 import -o "$dir/back.ctt" "$dir/two.chrome" "$dir/two.ctt"
says err '228 kernels of 2 files'

ends 0 generate llm-decode --graph --requests=1 --tokens=2 --batch=1 -o "$dir/graph.ctt"
ends 0 info --output-format=json "$dir/graph.ctt"
says out '"graph_launches": 2,'
ends 0 check "$dir/graph.ctt"
ends 2 generate vision --tokens=4 -o "$dir/no.ctt"
ends 2 generate vision --batch=0 -o "$dir/no.ctt"
ends 2 generate vision --device=h100-sxm -o "$dir/no.ctt"
says err 'tflops is needed'
ends 2 generate visions
says err "did you mean 'vision'"

# what a trace says beside its operations
"${CT_BUILDDIR:-.}/tests/cli/extended-trace" "$dir/more.ctt" || fail "no trace with tables"
ends 0 info "$dir/more.ctt"
says out '^recorded  *process 4711, CUPTI 130001, driver 13000: 4000 records, 1 dropped, 2 w'
says out '5 works without a launch, 6 graphs without their edges; cut off; clocks within'
says out 'clocks within 900 ns; stopped at the limit'
says out '^green  *context 1 has 16 of 132 SMs$'
says out '^graphs  *3 with their edges, 3 stored$'
says out '^curves  *2 measured points'
says out '^counters  *50.0 % of kernel time with measured'
ends 0 info --output-format=json "$dir/more.ctt"
for key in recordings green_contexts graphs_with_edges graph_edges curve_points \
	counted_kernel_pct; do
	says out "^  \"$key\": "
done
says out '"stop": "stopped at the limit of bytes"'
says out '"wrong_graphs": 6'
ends 1 check "$dir/more.ctt"
says out '^graphs  *fails'
ends 0 cut "$dir/more.ctt" -o "$dir/less.ctt"
ends 0 dump --table=curves --output-format=csv "$dir/less.ctt"
[ "$(cat "$dir/out")" = "shape,sms,ns,spread_ns,samples
1,66,2000,0,3
1,132,1100,60,3" ] || fail "dump --table=curves: $(cat "$dir/out")"
ends 0 dump --table=graphs --limit=2 --output-format=json "$dir/more.ctt"
[ "$(tail -n 1 "$dir/out")" = \
	'{"process":0,"graph":6,"first_edge":0,"edges":3,"first_node":72}' ] ||
	fail "dump --table=graphs: $(cat "$dir/out")"
ends 0 dump --table=recordings "$dir/more.ctt"
ends 2 dump --table=curve "$dir/more.ctt"
says err "'curve' is none of recordings, green, graphs, edges, curves"

# cut off, damaged, foreign, absent
head -c 5000 "$samples/vision.ctt" >"$dir/short.ctt"
ends 0 info "$dir/short.ctt"
says err 'what survived is used'
ends 1 check "$dir/short.ctt"
says out '^complete  *fails'
{ head -c 300 "$samples/vision.ctt"; printf 'xxxx'; tail -c +305 "$samples/vision.ctt"; } \
	>"$dir/bad.ctt"
ends 3 check "$dir/bad.ctt"
says err 'offset'
echo 'no trace at all' >"$dir/text"
ends 3 info "$dir/text"
: >"$dir/empty"
ends 3 info "$dir/empty"
ends 3 info "$dir/absent"
ends 2 info
ends 2 fo

rm -f "$dir"/*.ctt "$dir"/two.* "$dir"/text "$dir"/empty "$dir"/out "$dir"/err
left=$(ls -A "$dir")
[ -z "$left" ] || fail "temporary files are left: $left"
exit $status
