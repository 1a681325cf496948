#!/bin/sh
# explain - cotenant run --explain from outside, on the bundled samples.
build=$(cd "${CT_BUILDDIR:-.}" && pwd) || exit 1
samples=$(cd "${CT_SRCDIR:-.}/traces/samples" && pwd) || exit 1
cotenant=$build/cotenant
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
status=0

fail() {
	echo "explain: $*" >&2
	status=1
}

run() { # CODE OPTION...: the samples under one policy
	want=$1
	shift
	"$cotenant" run "chat=$samples/llm-decode.ctt,requests=request,arrive=poisson:10" \
		"prompts=$samples/llm-prefill.ctt,requests=request,arrive=closed:2" \
		--policy turns --duration 300ms -q "$@" >out 2>err
	got=$?
	[ "$got" = "$want" ] || {
		fail "$*: exit code $got, not $want"
		cat err >&2
	}
}

says() { # FILE TEXT
	grep -q -- "$2" "$1" || {
		fail "$1 does not say '$2'"
		cat "$1" >&2
	}
}

# a tenant: its causes, whose fault, its requests; an operation; a kernel by name
run 0 --explain chat --explain prompts:12 --explain 'prompts#1:12' --explain chat:gemm
says out '^explain chat: [0-9]* operations$'
says out '^gate .* prompts'
says out '^slowest of [0-9]* requests'
says out '^explain prompts:12: 1 operation$'
says out '^  prompts#1:12 .*: kernel of stream'
says out '^called at [0-9]*\.[0-9][0-9][0-9] us$'
says out '^explain chat:gemm: '

# the same as a document, as described, and the same bytes again
run 0 --explain chat --explain prompts:12 --output-format json --reproducible
cp out first
run 0 --explain chat --explain prompts:12 --output-format json --reproducible
cmp -s out first || fail "not the same bytes again"
run 0 --explain chat --explain prompts:12 --output-format json
"$build/tests/cli/report-check" <out || fail "json: not as described"

# the timeline has the numbers
run 0 --timeline t.json
says t.json '"number":12,'

# what names nothing, and what cannot be
run 2 --explain nonesuch
says err 'nonesuch: neither a tenant nor the name of a kernel'
run 2 --duration 1us --explain prompts
says err 'prompts: nothing of this tenant ended'
run 2 --explain chat:999999999
says err 'no kernel, copy or memset of that number'
run 2 --explain chat:
run 2 --explain 'chat#1:gemm'
run 2 --explain chat --output-format csv
says err 'no CSV form'
run 2 --explain chat --repeat 2
says err 'needs exactly one run'
exit $status
