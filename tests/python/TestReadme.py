"""The program of python/README.md runs and prints what it should."""
import contextlib
import io
import os
import re
import tempfile
import unittest


class TheReadme(unittest.TestCase):
    def test_shows_a_program_that_runs(self):
        path = os.path.join(os.path.dirname(__file__), "../../python/README.md")
        with open(path, encoding="utf-8") as file:
            program = re.search(r"```python\n(.*?)```", file.read(), re.S).group(1)
        before = os.getcwd()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
            os.chdir(folder)
            try:
                exec(compile(program, path, "exec"), {})
            finally:
                os.chdir(before)
        numbers = re.findall(r"\[(.*?)\]", out.getvalue(), re.S)
        self.assertEqual([float(n) for n in numbers[0].split()], [n * n + 1 for n in range(64)])
        self.assertEqual(len(numbers[1].split()), 16)


if __name__ == "__main__":
    unittest.main()
