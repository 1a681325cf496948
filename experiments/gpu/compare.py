#!/usr/bin/env python3
"""compare.py - a trace beside what torch.profiler saw in another run of the same requests.

    compare.py --cotenant PROGRAM TRACE PROFILE.json [--from-marker NAME]
    compare.py --self-test

Kernels are compared by name: how many launches, their summed time and their median.  Two
runs are never equal to the nanosecond, so counts must agree exactly and times are shown.
Kernels outside of ranges NAME are not looked at (the profiler did not see them either).
Exits with 1 if a count differs.
"""
import argparse
import csv
import io
import json
import shutil
import statistics
import subprocess
import sys


def demangled(names):
    """{name: as a C++ compiler's tools spell it}, without spaces, which tools disagree on."""
    names = sorted(names)
    out = names
    tool = shutil.which("c++filt") or shutil.which("cu++filt")
    if tool and any(name.startswith("_Z") for name in names):
        done = subprocess.run([tool], input="\n".join(names), text=True, check=True,
                              capture_output=True)
        out = done.stdout.split("\n")[: len(names)]
    return {name: text.replace(" ", "") for name, text in zip(names, out)}


def kernels_in(rows, marker):
    """{name: [ns]} of the kernels whose call, or whose graph's, is inside a range MARKER of
    any thread (a backward pass has a thread of its own)."""
    rows = list(rows)
    ranges, opened = [], {}
    for row in sorted(rows, key=lambda r: int(r["sequence"])):
        if row["kind"] == "marker-begin" and row["name"] == marker:
            opened.setdefault(row["lane"], []).append(int(row["api_start_ns"]))
        elif row["kind"] == "marker-end" and row["name"] == marker and opened.get(row["lane"]):
            ranges.append((opened[row["lane"]].pop(), int(row["api_start_ns"])))
    found, graph_call = {}, {}
    for row in rows:
        call = row["api_start_ns"]
        if row["kind"] == "graph-launch":
            graph_call[row["lane"]] = call
        if row["kind"] != "kernel":
            continue
        call = call or graph_call.get(row["lane"], "")
        when = int(call or row["start_ns"])
        if marker is None or any(a <= when < b for a, b in ranges):
            ns = int(row["end_ns"]) - int(row["start_ns"])
            found.setdefault(row["name"], []).append(ns)
    return found, len(ranges)


def merged(kernels):
    spelled = demangled(kernels)
    out = {}
    for name, ns in kernels.items():
        out.setdefault(spelled[name], []).extend(ns)
    return out


def percent(a, b):
    return f"{100.0 * (a - b) / b:+.2f} %" if b else "-"


def compare(ours, theirs, out):
    """Prints; the number of names whose counts differ."""
    ours, theirs = merged(ours), merged(theirs)
    names = sorted(set(ours) | set(theirs), key=lambda n: -sum(theirs.get(n, ours.get(n))))
    differ = [n for n in names if len(ours.get(n, [])) != len(theirs.get(n, []))]
    count_a, count_b = sum(map(len, ours.values())), sum(map(len, theirs.values()))
    sum_a, sum_b = sum(map(sum, ours.values())), sum(map(sum, theirs.values()))
    print(f"kernels: trace {count_a}, profiler {count_b}; names: {len(ours)}, "
          f"{len(theirs)}; counts differ for {len(differ)}", file=out)
    print(f"summed time: trace {sum_a / 1e6:.3f} ms, profiler {sum_b / 1e6:.3f} ms "
          f"({percent(sum_a, sum_b)})", file=out)
    ratios = [statistics.median(ours[n]) / statistics.median(theirs[n])
              for n in names if n in ours and n in theirs and statistics.median(theirs[n])]
    if ratios:
        ratios.sort()
        print(f"medians, trace / profiler, over {len(ratios)} names: lowest {ratios[0]:.3f}, "
              f"middle {statistics.median(ratios):.3f}, highest {ratios[-1]:.3f}", file=out)
    for name in differ[:20]:
        print(f"  count: trace {len(ours.get(name, []))}, profiler "
              f"{len(theirs.get(name, []))}: {name[:120]}", file=out)
    for name in names[:12]:
        if name in ours and name in theirs:
            a, b = statistics.median(ours[name]), statistics.median(theirs[name])
            print(f"  median {a / 1e3:10.3f} us, {percent(a, b):>9}, "
                  f"{len(ours[name]):6d} launches: {name[:100]}", file=out)
    return len(differ)


def self_test():
    text = "lane,sequence,kind,name,api_start_ns,start_ns,end_ns\n" \
           "0,0,kernel,a,0,5,9\n0,1,marker-begin,request,10,,\n0,2,kernel,a,11,20,30\n" \
           "0,3,graph-launch,,12,,\n0,4,kernel,_Z1bi,,30,50\n1,5,kernel,c,13,20,21\n" \
           "0,6,marker-end,request,60,,\n0,7,kernel,a,61,70,99\n"
    ours, n = kernels_in(csv.DictReader(io.StringIO(text)), "request")
    assert n == 1 and ours == {"a": [10], "_Z1bi": [20], "c": [1]}, ours
    out = io.StringIO()
    assert compare(ours, {"a": [10], "_Z1bi": [18], "c": [1]}, out) == 0
    assert "kernels: trace 3, profiler 3" in out.getvalue()
    assert "+6.90 %" in out.getvalue(), out.getvalue()
    assert compare(ours, {"a": [10, 10], "_Z1bi": [18]}, io.StringIO()) == 2
    if shutil.which("c++filt"):
        assert compare({"_Z1bi": [1]}, {"b(int)": [1]}, io.StringIO()) == 0
    print("compare.py: self-test passed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("trace", nargs="?")
    parser.add_argument("profile", nargs="?")
    parser.add_argument("--cotenant", default="cotenant")
    parser.add_argument("--from-marker", default="request")
    parser.add_argument("--self-test", action="store_true")
    args = parser.parse_args()
    if args.self_test:
        self_test()
        return 0
    if not args.profile:
        parser.error("a trace and a profile are needed")
    export = subprocess.Popen([args.cotenant, "trace", "export", "-f", "csv", args.trace],
                              stdout=subprocess.PIPE, text=True)
    ours, n = kernels_in(csv.DictReader(export.stdout), args.from_marker)
    if export.wait() != 0:
        return 3
    with open(args.profile, encoding="utf-8") as file:
        theirs = json.load(file)
    if n != theirs["requests"]:
        print(f"the trace has {n} ranges {args.from_marker}, the profile "
              f"{theirs['requests']}")
    return 1 if compare(ours, theirs["kernels_ns"], sys.stdout) else 0


if __name__ == "__main__":
    sys.exit(main())
