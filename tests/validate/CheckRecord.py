"""`popgraph record` with sweeps. Usage: CheckRecord.py POPGRAPH EXAMPLE"""
import csv
import os
import re
import subprocess
import sys
import tempfile
import unittest

POPGRAPH, EXAMPLE = sys.argv.pop(1), sys.argv.pop(1)


def record(*arguments, program=(EXAMPLE,), **environment):
    return subprocess.run([POPGRAPH, "record", *arguments, "--", *program], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})


def table(text):
    lines = [re.split(r"  +", line.strip()) for line in text.splitlines()]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


class Sweeps(unittest.TestCase):
    def test_run_every_combination_in_order(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "sweep.csv")
            result = record("--sweep", "slotCycles=3,6,12", "--sweep", "workers=1,6", "-o", path)
            self.assertEqual(result.returncode, 0, result.stderr)
            rows = table(result.stdout)
            with open(path, encoding="utf-8", newline="") as file:
                self.assertEqual(list(csv.DictReader(file)), rows)
        self.assertEqual([(row["slotCycles"], row["workers"]) for row in rows],
                         [(s, w) for s in ("3", "6", "12") for w in ("1", "6")])
        cycles = [int(row["compute_cycles"]) for row in rows]
        # One worker or six: the program has one vertex. Its slots take longer.
        self.assertEqual(cycles[0], cycles[1])
        self.assertEqual(cycles[4] - cycles[2], 2 * (cycles[2] - cycles[0]))
        self.assertGreater(cycles[2], cycles[0])
        for row in rows:
            self.assertEqual(int(row["cycles"]),
                             sum(int(row[kind + "_cycles"]) for kind in
                                 ("compute", "exchange", "sync", "host_exchange", "control")))
            self.assertGreater(int(row["max_tile_bytes"]), 0)

    def test_rows_show_the_machine_that_a_program_chose_itself(self):
        result = record("--sweep", "machine=gc200,bow", "--sweep", "workers=4,6")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("the program chose machine itself", result.stderr)
        self.assertNotIn("chose workers", result.stderr)
        self.assertEqual([(row["machine"], row["workers"]) for row in table(result.stdout)],
                         [("gc200", "4"), ("gc200", "6")] * 2)
        self.assertNotIn("itself", record("--sweep", "machine=gc200").stderr)

    def test_constants_that_no_cycle_follows_from_are_told(self):
        result = record("--sweep", "memoryBase=1,2")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn('"memoryBase" is another than usual', result.stderr)
        rows = table(result.stdout)
        self.assertEqual(rows[0]["cycles"], rows[1]["cycles"])

    def test_without_a_sweep_one_line_is_printed(self):
        result = record()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(table(result.stdout)), 1)
        slow = record(POPGRAPH_MACHINE="gc200,slotCycles=60")
        self.assertGreater(int(table(slow.stdout)[0]["cycles"]), int(table(result.stdout)[0]["cycles"]))

    def test_options_of_the_environment_stay(self):
        result = record(POPLAR_ENGINE_OPTIONS='{"nonsense": "1"}')
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("nonsense", result.stderr)

    def test_mistakes_are_told_before_anything_runs(self):
        for sweep, fault in (("workrs=3", 'did you mean "workers"'), ("workers=", "NAME=VALUE"),
                             ("workers", "NAME=VALUE"), ("machine=gc300", "gc300"), ("workers=1,,2", "NAME=VALUE")):
            result = record("--sweep", sweep, program=("sh", "-c", "echo started >&2"))
            self.assertEqual(result.returncode, 2, sweep)
            self.assertIn(fault, result.stderr)
            self.assertNotIn("started", result.stderr)

    def test_programs_that_fail_end_the_sweep(self):
        for program, fault in ((("sh", "-c", "exit 5"), "exited with 5"), (("sh", "-c", "kill -9 $$"), "signal 9"),
                               (("true",), "ran no engine"), (("/nowhere/program",), "cannot start /nowhere/program")):
            result = record("--sweep", "workers=6", program=program)
            self.assertEqual(result.returncode, 3, program)
            self.assertIn(fault, result.stderr)


if __name__ == "__main__":
    unittest.main()
