"""Builds and runs programs as a user would: each folder is copied out of the tree, then the commands that its files
name in comments are run against an SDK. `Build:` lines (compilers get -Wall -Wextra -pedantic -Werror on top) come
before `Run:` lines; each must succeed. A program checks its own results.

Usage: RunPrograms.py SDK SCRATCH FOLDER..."""
import os
import re
import shutil
import subprocess
import sys
import time

COMMAND = re.compile(r"^\s*(?://|#)\s*(Build|Run):\s+(.+)$", re.M)
STRICT = "-Wall -Wextra -pedantic -Werror"
LIMIT = 300  # seconds; far more than any of them needs, so that a program that hangs ends


def environment(sdk, scratch):
    """What `. enable.sh` gives a shell that has nothing set."""
    for name in ["LD_LIBRARY_PATH", "LIBRARY_PATH", "CPLUS_INCLUDE_PATH", "CMAKE_PREFIX_PATH", "PKG_CONFIG_PATH",
                 "POPLAR_SDK_ENABLED", "POPLAR_ENGINE_OPTIONS", "POPLAR_TARGET_OPTIONS", "MAKEFLAGS"]:
        os.environ.pop(name, None)
    shown = subprocess.run(["bash", "-c", f". '{sdk}/enable.sh' >&2 && env -0"], check=True, capture_output=True)
    variables = dict(pair.split("=", 1) for pair in shown.stdout.decode().split("\0") if pair)
    variables.setdefault("POPGRAPH_CACHE", os.path.join(scratch, "cache"))
    return variables


def commands(folder):
    """The folder's commands, builds first; within a kind in the order of files and lines."""
    found = []
    for place, below, names in os.walk(folder):
        below.sort()
        for name in sorted(names):
            with open(os.path.join(place, name), encoding="utf-8") as file:
                found += COMMAND.findall(file.read())
    return sorted(found, key=lambda command: command[0])


def run(folder, variables, scratch):
    """Faults of one folder as text."""
    place = os.path.join(scratch, os.path.basename(folder))
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place)
    todo = commands(place)
    if {kind for kind, _ in todo} != {"Build", "Run"}:
        return [f"{folder}: no file says how to build and run it"]
    for kind, command in todo:
        if kind == "Build":
            command = re.sub(r"^(g\+\+|clang\+\+)", rf"\1 {STRICT}", command)
        start = time.monotonic()
        try:
            done = subprocess.run(["bash", "-c", command], cwd=place, env=variables, timeout=LIMIT, text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            output, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired:
            output, status = f"no end after {LIMIT} s", "none"
        print(f"{os.path.basename(folder)}: {command} ({time.monotonic() - start:.1f} s)", flush=True)
        if status != 0:
            return [f"{folder}: {command}\nstatus {status}\n{output}"]
    return []


def main():
    sdk, scratch = map(os.path.abspath, sys.argv[1:3])
    os.makedirs(scratch, exist_ok=True)
    variables = environment(sdk, scratch)
    faults = [fault for folder in sys.argv[3:] for fault in run(os.path.abspath(folder), variables, scratch)]
    print("\n".join(faults))
    return 1 if faults or len(sys.argv) < 4 else 0


sys.exit(main())
