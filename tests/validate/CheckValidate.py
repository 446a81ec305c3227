"""`popgraph validate`: rows, limits, exit status, and the table in a document.

Usage: CheckValidate.py POPGRAPH DOCUMENT
"""
import json
import subprocess
import sys
import unittest

POPGRAPH, DOCUMENT = sys.argv.pop(1), sys.argv.pop(1)


def run(*arguments):
    return subprocess.run([POPGRAPH, "validate", *arguments], capture_output=True, text=True, check=False)


class TheExperiments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.result = run("--json")
        cls.rows = json.loads(cls.result.stdout)["rows"]

    def test_cover_the_calibration(self):
        ids = {row["id"].rstrip("abc") for row in self.rows if row["calibration"]}
        self.assertEqual(ids, {f"C{n}" for n in range(1, 9)})

    def test_errors_are_those_of_the_numbers(self):
        for row in self.rows:
            low, high, simulated = row["expected_low"], row["expected_high"], row["simulated"]
            nearest = min(max(simulated, low), high)
            self.assertAlmostEqual(row["error_percent"], 100 * (simulated - nearest) / nearest, msg=row["id"])
            self.assertEqual(row["limit_percent"], 5 if row["calibration"] else 15)
            self.assertEqual(row["fine"], abs(row["error_percent"]) <= row["limit_percent"], row["id"])

    def test_calibration_is_met(self):
        self.assertEqual([row["id"] for row in self.rows if row["calibration"] and not row["fine"]], [])

    def test_what_is_too_far_off_is_explained(self):
        self.assertEqual([row["id"] for row in self.rows if not row["fine"] and not row["remark"]], [])

    def test_exit_status_says_whether_all_is_fine(self):
        self.assertEqual(self.result.returncode, 0 if all(row["fine"] for row in self.rows) else 1)
        self.assertEqual(run("C1", "C7").returncode, 0)
        bad = [row["id"] for row in self.rows if not row["fine"]]
        if bad:
            self.assertEqual(run(bad[0]).returncode, 1)

    def test_single_rows_and_unknown_ones(self):
        self.assertEqual([row["id"] for row in json.loads(run("C7", "--json").stdout)["rows"]], ["C7"])
        unknown = run("C77")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("C77", unknown.stderr)
        self.assertIn("C7 ", run("C7").stdout)

    def test_document_shows_the_table(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(run("--markdown").stdout, text, "replace the table by what `popgraph validate --markdown` prints")


if __name__ == "__main__":
    unittest.main()
