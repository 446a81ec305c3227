"""Every public name of the core has a test in names.tsv, and every row is true: the name is declared, the test case
exists, and its file writes the name. Usage: CheckNames.py"""
import unittest

from Names import ROOT, mentions, rows, short, test_cases
from PublicNames import public_names


class TheList(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.declared, cls.rows, cls.cases = public_names(ROOT), rows(), test_cases()

    def report(self, faults):
        self.assertFalse(faults, "\n" + "\n".join(faults))

    def test_has_every_public_name(self):
        self.assertGreater(len(self.declared), 500)
        listed = {name for name, _, _ in self.rows}
        self.report([f"{name} has no row in names.tsv: name the test that exercises it"
                     for name in sorted(self.declared) if name not in listed])

    def test_has_no_name_that_is_gone(self):
        self.report([f"{name} is listed and not declared" for name, _, _ in self.rows if name not in self.declared])

    def test_names_each_once_in_order(self):
        names = [name for name, _, _ in self.rows]
        self.assertEqual(names, sorted(set(names)))

    def test_names_tests_that_exist_and_use_the_name(self):
        faults = []
        for name, program, case in self.rows:
            if (program, case) not in self.cases:
                faults.append(f"{name}: {program} has no test case '{case}'")
            elif not mentions(self.cases[program, case] + self.cases[program, None], name):
                faults.append(f"{name}: the test case '{case}' of {program} does not write {short(name)}")
        self.report(faults)


if __name__ == "__main__":
    unittest.main()
