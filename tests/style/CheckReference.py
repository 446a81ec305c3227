"""The reference pages: they find public names without a comment, and accept comments that speak for several.

Usage: CheckReference.py REFERENCE.PY
"""
import os
import subprocess
import sys
import tempfile
import unittest

REFERENCE = sys.argv.pop(1)


def reference(text, html="-"):
    """Exit status and output for one header."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "Header.hpp"), "w", encoding="utf-8") as file:
            file.write("#ifndef H\n#define H\n/// \\file\n/// A header.\n\n" + text + "\n#endif\n")
        done = subprocess.run([sys.executable, REFERENCE, html, "name", "1.0", folder], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Reference(unittest.TestCase):
    def accepts(self, text):
        status, said = reference("/// A namespace.\nnamespace n {\n" + text + "\n}\n")
        self.assertEqual(status, 0, said)

    def refuses(self, name, text):
        status, said = reference("/// A namespace.\nnamespace n {\n" + text + "\n}\n")
        self.assertNotEqual(status, 0, said)
        self.assertIn(name, said)
        self.assertIn(": 1 fault\n", said)

    def test_refuses_names_without_a_comment(self):
        self.refuses("function", "void function(int x);")
        self.refuses("second", "/// The first.\nvoid first();\n\nvoid second();")
        self.refuses("Class", "class Class {\npublic:\n  /// Does it.\n  void f();\n};")
        self.refuses("member", "/// A class.\nclass Class {\npublic:\n  void member();\n};")
        self.refuses("field", "/// A struct.\nstruct Struct {\n  /// One.\n  int one;\n\n  int field;\n};")
        self.refuses("Enum", "enum class Enum { A, B };")
        self.refuses("MACRO", "#define MACRO 1")

    def test_accepts_comments_that_speak_for_several(self):
        self.accepts("/// Overloads.\nvoid f(int x);\nvoid f(double x,\n       int y);\ninline int f() {\n  return 1;\n}")
        self.accepts("/// A class, and how it is made.\nclass Class {\npublic:\n  Class();\n  explicit Class(int x);\n"
                     "  ~Class();\n\n  Class(const Class &) = default;\n  Class &operator=(const Class &) = default;\n"
                     "protected:\n  int ours_;\n};")
        self.accepts("/// An enum.\nenum class Enum { A, B };")
        self.accepts("// Numbers.\n#define ONE 1\n#define TWO 2")
        self.accepts("/// \\name Group\n/// @{\n/// The first.\nvoid first();\n/// The second.\nvoid second();\n/// @}")

    def test_makes_pages(self):
        with tempfile.TemporaryDirectory() as folder:
            html = os.path.join(folder, "html")
            status, said = reference("/// Does something of note.\nvoid f();", html)
            self.assertEqual(status, 0, said)
            with open(os.path.join(html, "Header_8hpp.html"), encoding="utf-8") as page:
                self.assertIn("Does something of note.", page.read())


if __name__ == "__main__":
    unittest.main()
