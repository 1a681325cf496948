#!/bin/sh
# trace-counters - counters of Nsight Compute put into a recording of Nsight Systems, and
# that the simulator then stands on them.
cotenant=${CT_BUILDDIR:-.}/cotenant
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
TMPDIR=$dir
export TMPDIR
status=0

fail() {
	echo "trace-counters: $*" >&2
	status=1
}

ends() { # CODE ARGUMENT...
	want=$1
	shift
	"$cotenant" "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[ "$got" = "$want" ] || fail "$*: exit code $got, expected $want: $(head -n 1 "$dir/err")"
}

says() { # FILE PATTERN
	grep -q -- "$2" "$dir/$1" || fail "'$2' is not in: $(head -n 9 "$dir/$1")"
}

# 75 us of 100 in a kernel that is measured, 25 in one that is not; 10 MB in 15 us each
cat >"$dir/report.csv" <<'END'
Start (ns),Duration (ns),CorrId,GrdX,GrdY,GrdZ,BlkX,BlkY,BlkZ,Reg/Trd,StcSMem (MB),DymSMem (MB),Bytes (MB),Throughput (MBps),SrcMemKd,DstMemKd,Device,Ctx,GreenCtx,Strm,Name
1000,15000,1,500,1,1,128,1,1,32,0.0,0.0,,,,,NVIDIA A100 (0),1,,7,"void copy<(int)4>(T1 *, const T2 *)"
21000,15000,2,500,1,1,128,1,1,32,0.0,0.0,,,,,NVIDIA A100 (0),1,,7,"void copy<(int)4>(T1 *, const T2 *)"
41000,45000,3,500,1,1,128,1,1,32,0.0,0.0,,,,,NVIDIA A100 (0),1,,7,"void copy<(int)4>(T1 *, const T2 *)"
91000,25000,4,10,1,1,64,1,1,32,0.0,0.0,,,,,NVIDIA A100 (0),1,,7,"other(int)"
END
cat >"$dir/ncu.csv" <<'END'
==PROF== Connected to process 4711 (/usr/bin/python3.11)
training
"ID","Process ID","Process Name","Host Name","Kernel Name","Context","Stream","Block Size","Grid Size","Device","CC","dram__bytes_read.sum","dram__bytes_write.sum"
"","","","","","","","","","","","Mbyte","byte"
"0","4711","python3.11","127.0.0.1","void copy<4>(float *, const float *)","1","7","(128, 1, 1)","(500, 1, 1)","0","8.0","4","5,000,000"
loss 0.5
"1","4711","python3.11","127.0.0.1","void copy<4>(float *, const float *)","1","7","(128, 1, 1)","(500, 1, 1)","0","8.0","6","5,000,000"
"2","4711","python3.11","127.0.0.1","void gone<4>(float *)","1","7","(128, 1, 1)","(500, 1, 1)","0","8.0","6","1"
END

ends 0 run "$dir/report.csv" --device a100-sxm-40 --policy fifo --estimator none
says out 'DRAM use 100 % unknown'
ends 0 trace counters "$dir/report.csv" "$dir/ncu.csv" -o "$dir/joined.ctt"
says err 'counters for 1 of 2 shapes, 75.0 % of kernel time'
says err 'most of the time other(int), 25.0 %'
says err '1 of 2 measured kernels are not in the trace'
says err '1 lines between the records passed over'
ends 0 trace check "$dir/joined.ctt"
ends 0 run "$dir/joined.ctt" --device a100-sxm-40 --policy fifo --estimator none
says out 'DRAM use 75 % measured'
says out '25 % unknown'

ends 0 trace counters "$dir/joined.ctt" "$dir/ncu.csv" --compress -o "$dir/joined.ctt"
ends 0 trace info "$dir/joined.ctt"

ends 2 trace counters "$dir/report.csv" -o "$dir/no.ctt"
ends 2 trace counters "$dir/report.csv" "$dir/ncu.csv"
ends 3 trace counters "$dir/report.csv" "$dir/report.csv" -o "$dir/no.ctt"
says err 'report.csv: has no header line'
ends 3 trace counters "$dir/report.csv" "$dir/missing.csv" -o "$dir/no.ctt"
sed 's/5,000,000/5.000.000/' "$dir/ncu.csv" >"$dir/german.csv"
ends 3 trace counters "$dir/report.csv" "$dir/german.csv" -o "$dir/no.ctt"
says err "german.csv: line 5, column 126: '5.000.000' is no number"
sed 's/copy/moved/' "$dir/ncu.csv" >"$dir/other.csv"
ends 3 trace counters "$dir/report.csv" "$dir/other.csv" -o "$dir/no.ctt"
says err 'none of the 2 kernels'
[ ! -e "$dir/no.ctt" ] || fail "a failed join leaves a file"
exit $status
