"""Shows that the tests of names.tsv notice when a function is broken: replaces functions of libpoplar, one at a time, by
one that throws, and runs the test that the list names. Exit code 1 when a test passes all the same.

Usage: Mutate.py BUILD [--count 20] [--seed N] [--all]"""
import argparse
import os
import random
import re
import subprocess
import sys
import tempfile

from Names import rows

THROWER = """#include <stdexcept>
extern "C" void popgraphReplaced() { throw std::runtime_error("this function was replaced"); }
"""


def symbols(library):
    """{qualified name: mangled symbols} of the functions that a library exports."""
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    mangled = [line.split()[2] for line in lines.splitlines() if line.split()[1] in "TW"]
    plain = subprocess.run(["c++filt", "-p"], input="\n".join(mangled), check=True, capture_output=True,
                           text=True).stdout.splitlines()
    found = {}
    for symbol, name in zip(mangled, plain):
        name = re.sub(r"\[abi:\w+\]", "", name)
        if "~" in name or name.startswith(("vtable", "typeinfo", "std::", "guard")):
            continue
        name = re.sub(r"::operator(?=\W)", "::operator ", name)
        found.setdefault(name, []).append(symbol)
    return found


def replacement(folder, names):
    """A library to preload whose symbols of these names throw."""
    source = os.path.join(folder, "replaced.cpp")
    with open(source, "w", encoding="utf-8") as file:
        file.write(THROWER)
        for symbol in names:
            file.write(f'__asm__(".globl {symbol}\\n.type {symbol},@function\\n{symbol}: jmp popgraphReplaced@PLT\\n");\n')
    library = os.path.join(folder, "replaced.so")
    subprocess.run(["g++", "-shared", "-fPIC", "-O0", source, "-o", library], check=True)
    return library


def passes(build, program, case, preload=None):
    environment = dict(os.environ, POPGRAPH_CACHE=os.path.join(build, "tests/cache"))
    if preload:
        environment["LD_PRELOAD"] = preload
    pattern = re.sub(r'([\\,*\[\]"])', r"\\\1", case)
    run = subprocess.run([os.path.join(build, "tests", program), pattern], env=environment, capture_output=True,
                         timeout=600)
    if b"No test" in run.stdout:
        raise RuntimeError(f"{program} has no test case '{case}'")
    return run.returncode == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    exported = symbols(os.path.join(build, "sdk/lib/libpoplar.so"))
    candidates = [row for row in rows() if row[0] in exported]
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    chosen = candidates if options.all else sorted(random.Random(seed).sample(candidates, options.count))
    print(f"{len(chosen)} of {len(candidates)} functions, seed {seed}")
    unnoticed, healthy = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for name, program, case in chosen:
            if (program, case) not in healthy:
                healthy[program, case] = passes(build, program, case)
            if not healthy[program, case]:
                print(f"the test '{case}' of {program} fails without any change")
                unnoticed.append(name)
                continue
            noticed = not passes(build, program, case, replacement(folder, exported[name]))
            print(f"{'noticed' if noticed else 'NOT NOTICED'}: {name} by '{case}'", flush=True)
            if not noticed:
                unnoticed.append(name)
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} replaced functions were noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
