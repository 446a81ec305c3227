#!/usr/bin/env python3
"""Operations on the CPU device beside the same in PyTorch and NumPy, in one run.

Every peer and ours take turns, on as many threads each; what is printed are the best and the median of the repetitions
and the ratio of the peer's time to ours (above 1: ours is faster). Results are compared before anything is timed, and a
row whose results differ is void. Only the run of a warm program is timed; what comes before it is printed apart.

    peers.py [--build DIR] [--threads N] [--repetitions N] [--json] [CASE...]
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ELEMENTS, SIDE, ROWS, COLUMNS = 10_000_000, 4096, 100_000, 256  # as in HostOperations.cpp


def load(name):
    try:
        return __import__(name)
    except ImportError:
        print(f"peers.py: {name} is not installed; its columns are left out", file=sys.stderr)
        return None


class Ours:
    """The benchmark program, which answers on its standard output."""

    def __init__(self, program, cases, threads):
        environment = dict(os.environ, POPGRAPH_THREADS=str(threads))
        self.process = subprocess.Popen([program, "--serve", *cases], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=environment)
        self.about = json.loads(self.process.stdout.readline())

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def seconds(self, case):
        return float(self.ask(f"run {case}"))

    def result(self, np, case, folder):
        file = pathlib.Path(folder, case)
        self.ask(f"dump {case} {file}")
        values = np.fromfile(file, dtype=np.float32)
        file.unlink()
        return values


def scrambled(np, first, count):
    return (np.arange(first, first + count, dtype=np.uint64) * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)


def values(np, first, count):
    return (scrambled(np, first, count).astype(np.float64) / 4294967296.0 - 0.5).astype(np.float32)


def peers(np, torch):
    """For each case, functions by the name of their library; each returns the result. Those with `out` write to memory
    that exists, as ours does."""
    x, y = values(np, 0, ELEMENTS), values(np, 12345, ELEMENTS)
    square = values(np, 0, SIDE * SIDE).reshape(SIDE, SIDE)
    table = values(np, 0, ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    rows = (scrambled(np, 0, ROWS) % np.uint64(ROWS)).astype(np.int64)
    result = {case: {} for case in ("map5", "map5_math", "reduce_rows", "reduce_columns", "multi_slice")}
    sums, slices = np.empty(SIDE, np.float32), np.empty((ROWS, COLUMNS), np.float32)
    result["reduce_rows"]["numpy"] = lambda: np.sum(square, axis=0, out=sums)
    result["reduce_columns"]["numpy"] = lambda: np.sum(square, axis=1, out=sums)
    result["multi_slice"]["numpy take, out"] = lambda: np.take(table, rows, axis=0, out=slices, mode="clip")
    if torch is None:
        return result
    tx, ty, tsquare, ttable, trows = (torch.from_numpy(a) for a in (x, y, square, table, rows))
    tout, tsums, tslices = torch.empty(ELEMENTS), torch.empty(SIDE), torch.empty(ROWS, COLUMNS)

    def arithmetic(a, b):
        return torch.clamp_min((a * 1.5 + b) * a - 0.25, 0.0)

    def mathematics(a, b):
        return torch.tanh(a * 1.5 + b) * torch.exp(a)

    for case, f in (("map5", arithmetic), ("map5_math", mathematics)):
        compiled = torch.compile(f)
        into = torch.compile(lambda a, b, out, f=f: out.copy_(f(a, b)))
        result[case]["torch eager"] = lambda f=f: f(tx, ty)
        result[case]["torch.compile"] = lambda compiled=compiled: compiled(tx, ty)
        result[case]["torch.compile, out"] = lambda into=into: into(tx, ty, tout)
    result["reduce_rows"]["torch"] = lambda: torch.sum(tsquare, 0, out=tsums)
    result["reduce_columns"]["torch"] = lambda: torch.sum(tsquare, 1, out=tsums)
    result["multi_slice"]["torch index_select, out"] = lambda: torch.index_select(ttable, 0, trows, out=tslices)
    result["multi_slice"]["torch embedding"] = lambda: torch.nn.functional.embedding(trows, ttable)
    return result


def timed(f):
    begin = time.perf_counter()
    f()
    return time.perf_counter() - begin


def compare(np, ours, cases, folder):
    """Names of the cases whose results differ from those of any peer."""
    void = set()
    for case, functions in cases.items():
        mine = ours.result(np, case, folder)
        for name, f in functions.items():
            theirs = np.asarray(f()).reshape(-1)
            if mine.shape != theirs.shape or not np.allclose(mine, theirs, rtol=1e-4, atol=2e-3):
                print(f"peers.py: {case}: the result differs from that of {name}", file=sys.stderr)
                void.add(case)
    return void


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=str(pathlib.Path(__file__).resolve().parents[2] / "build"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    np, torch = load("numpy"), load("torch")
    if np is None:
        sys.exit("peers.py: nothing to compare with; `pip install numpy torch` brings both")
    if torch is not None:
        torch.set_num_threads(arguments.threads)
        torch.set_grad_enabled(False)

    cases = {case: functions for case, functions in peers(np, torch).items()
             if not arguments.cases or case in arguments.cases}
    ours = Ours(pathlib.Path(arguments.build, "benchmarks", "host_operations"), ["stream_copy", *cases],
                arguments.threads)
    with tempfile.TemporaryDirectory() as folder:
        void = compare(np, ours, cases, folder)

    times = {case: {name: [] for name in ("ours", "stream_copy", *functions)} for case, functions in cases.items()}
    for _ in range(arguments.repetitions):
        for case, functions in cases.items():
            time.sleep(0.02)  # threads of the last one stop spinning
            times[case]["stream_copy"].append(ours.seconds("stream_copy"))
            times[case]["ours"].append(ours.seconds(case))
            for name, f in functions.items():
                time.sleep(0.02)
                times[case][name].append(timed(f))

    report = []
    copied = min(min(runs["stream_copy"]) for runs in times.values())
    bandwidth = ours.about["stream_copy"]["bytes"] / copied
    for case, runs in times.items():
        best = {name: min(seconds) for name, seconds in runs.items()}
        middle = {name: statistics.median(seconds) for name, seconds in runs.items()}
        about = ours.about[case]
        report.append({
            "case": case, "void": case in void, "preparation": about["preparation"],
            "best_ms": {name: 1e3 * seconds for name, seconds in best.items()},
            "median_ms": {name: 1e3 * seconds for name, seconds in middle.items()},
            "ratio_of_best": {name: best[name] / best["ours"] for name in cases[case]},
            "ratio_of_median": {name: middle[name] / middle["ours"] for name in cases[case]},
            "share_of_copy_bandwidth": about["bytes"] / best["ours"] / bandwidth})
    if arguments.json:
        print(json.dumps({"benchmark": "peers", "threads": arguments.threads, "results": report}, indent=1))
        return
    print(f"a copy moves {bandwidth * 1e-9:.1f} GB/s")
    for row in report:
        print(f"{row['case']}{'  VOID: results differ' if row['void'] else ''}")
        print(f"  {'ours':26} best {row['best_ms']['ours']:8.2f} ms   median {row['median_ms']['ours']:8.2f} ms   "
              f"{100 * row['share_of_copy_bandwidth']:.0f} % of the bandwidth of a copy")
        for name in cases[row["case"]]:
            print(f"  {name:26} best {row['best_ms'][name]:8.2f} ms   median {row['median_ms'][name]:8.2f} ms   "
                  f"ratio {row['ratio_of_best'][name]:.2f} (best) {row['ratio_of_median'][name]:.2f} (median)")
        print("  " + ", ".join(f"{key.replace('_ms', '')} {ms:.1f} ms" for key, ms in row["preparation"].items()))


if __name__ == "__main__":
    main()
