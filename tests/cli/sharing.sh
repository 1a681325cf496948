#!/bin/sh
# sharing - the ways to share a device, from outside: said in reports, the same bytes
# every time, and knobs of another mode refused.
cotenant=$(cd "${CT_BUILDDIR:-.}" && pwd)/cotenant || exit 1
samples=$(cd "${CT_SRCDIR:-.}/traces/samples" && pwd) || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0

fail() {
	echo "sharing: $*" >&2
	status=1
}

# CODE FILE ARGUMENT...: two tenants for 30 ms; the report in FILE
run() {
	want=$1
	report=$folder/$2
	shift 2
	"$cotenant" run "$@" --policy fifo --duration 30ms --quiet --reproducible \
		>"$report" 2>"$folder/err"
	got=$?
	[ "$got" = "$want" ] || fail "$*: exit code $got, not $want: $(cat "$folder/err")"
}

says() { # FILE TEXT
	grep -q -- "$2" "$folder/$1" || fail "$1: does not say '$2'"
}

a=a=$samples/vision.ctt,requests=request
b=b=$samples/vision.ctt,requests=request

run 0 streams "$a" "$b"
says streams 'sharing mode streams'
run 0 process "$a,slice_us=700" "$b" --sharing process --slice-us 900
says process 'tenant    a: .*, slices of 700 us'
says process 'tenant    b: .*, slices of 900 us'
run 0 mps "$a,mps_percentage=40" "$b,mps_priority=below-normal" --sharing mps
says mps 'tenant    a: .*, 40 % of the SMs at most'
says mps 'tenant    b: .*, below-normal'
# Clients that want the same SMs get them in the order in which they ask, not by number.
"$cotenant" run "a=$samples/llm-prefill.ctt,requests=request,mps_percentage=98" \
	"b=$samples/llm-prefill.ctt,requests=request,mps_percentage=98" --sharing mps \
	--policy fifo --duration 100ms --quiet >"$folder/alike"
awk '$2 == "a" { a = $3 } $1 == "b" { b = $2 } END { exit !(a > 0 && a == b) }' "$folder/alike" ||
	fail "two equal clients with 98 % each fare differently: $(cat "$folder/alike")"
run 0 mps "$a,mps_sms=16" "$b,mps_sms=32" --sharing mps
says mps 'tenant    b: .*, a partition of 32 SMs'
run 0 mig "$a,mig_instance=2" "$b,mig_instance=1" --sharing mig --mig 3g,4g
says mig 'tenant    a: .*, MIG instance 2, 4g.71gb'
says mig 'tenant    b: .*, MIG instance 1, 3g.71gb'

for mode in process mps mig; do
	set -- "$a" "$b" --sharing "$mode" --output-format=json
	[ "$mode" = mig ] && set -- "$@" --mig 3g,3g
	run 0 once "$@"
	run 0 twice "$@"
	cmp -s "$folder/once" "$folder/twice" || fail "$mode: not the same bytes twice"
	says once "\"sharing\": *\"$mode\""
done

run 5 out "$a,mps_percentage=40" "$b"
says err 'mps_percentage does nothing in mode streams'
run 5 out "$a,mps_sms=16" "$b" --sharing mps
says err 'every MPS client needs mps_sms'
run 3 out "$a" "$b" --sharing mig --mig 4g,4g
says err "no place for '4g'"
run 2 out "$a" "$b" --sharing turns
exit $status
