#!/bin/sh
# samples - the sample traces are what their commands generate.
#
# zstd's output may differ between versions, so files that are not the same are compared
# by what they say.
cotenant=${CT_BUILDDIR:-.}/cotenant
samples=${CT_SRCDIR:-.}/traces/samples
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
status=0

for model in llm-prefill llm-decode vision; do
	"$cotenant" trace generate "$model" --compress --quiet -o "$dir/$model.ctt" || exit 1
	cmp -s "$dir/$model.ctt" "$samples/$model.ctt" && continue
	"$cotenant" trace dump --output-format=json "$dir/$model.ctt" >"$dir/new" || exit 1
	"$cotenant" trace dump --output-format=json "$samples/$model.ctt" >"$dir/old" || exit 1
	cmp "$dir/old" "$dir/new" || {
		echo "samples: $model.ctt is not what 'trace generate $model' writes" >&2
		status=1
	}
done
exit $status
