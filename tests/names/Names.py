"""names.tsv and the test cases it names."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Test program -> folder of its sources. Functions that libpoplar exports need a program that links it as users do, so that
# Mutate.py can replace them: the first five.
PROGRAMS = {
    "test_api": "tests/unit/api",
    "test_conformance": "tests/conformance",
    "test_errors": "tests/errors",
    "test_libs": "tests/unit/libs",
    "test_pva": "tests/unit/pva",
    "test_core": "tests/unit/core",
    "test_codelets": "tests/unit/codelets",
}


def rows():
    """[(name, program, test case)] in the order of the list."""
    with open(os.path.join(HERE, "names.tsv"), encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]
    for line in lines:
        if len(line) != 3:
            raise ValueError(f"names.tsv: not three columns: {line}")
    return [tuple(line) for line in lines]


def short(name):
    """What a program writes for a name: addVariable of poplar::Graph::addVariable; the class for its operators."""
    parts = name.split("::")
    return parts[-2] if parts[-1].startswith("operator") and len(parts) > 1 else parts[-1]


def test_cases():
    """{(program, test case): its text}, and under (program, None) the text of what a file's cases share."""
    cases = {}
    for program, folder in PROGRAMS.items():
        place = os.path.join(ROOT, folder)
        for file in sorted(os.listdir(place)) if os.path.isdir(place) else []:
            if not file.endswith((".cpp", ".hpp")):
                continue
            with open(os.path.join(place, file), encoding="utf-8") as stream:
                text = stream.read()
            parts = re.split(r'^(?:TEST_CASE|TEMPLATE_TEST_CASE|TEST_CASE_METHOD)\((?:\s*\w+,)?\s*"((?:[^"\\]|\\.)*)"', text, flags=re.M)
            cases[program, None] = cases.get((program, None), "") + parts[0]
            for name, body in zip(parts[1::2], parts[2::2]):
                cases[program, name.replace('\\"', '"')] = body
    return cases


def mentions(text, name):
    return re.search(r"(?<![A-Za-z0-9_])" + re.escape(short(name)) + r"(?![A-Za-z0-9_])", text) is not None
