"""House rules that a reader of the tree can check: layers, sizes, comments, documents. Usage: CheckTree.py ROOT"""
import os
import re
import sys
import unittest

ROOT = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else os.getcwd()
FOLDERS = ["popgraph", "codelets", "libs", "simulator", "profiler", "python", "tests"]
SOURCE = (".cpp", ".hpp", ".h", ".inc")
TEXT = SOURCE + (".py", ".pyi", ".txt", ".cmake", ".md", ".sh", ".in", ".js", ".css", ".html", ".json")

# Who may include what of the tree, lowest first: each folder may also include itself. Folders are matched by their
# longest prefix. "public" are the headers of popgraph/include and codelets/include, "<name>" those of libs/name.
BASE = ["popgraph/base"]
MACHINE = BASE + ["popgraph/machine"]
PROFILE = MACHINE + ["popgraph/profile"]
CLIENT = MACHINE + ["codelets/client", "codelets/abi"]
GRAPH = CLIENT + ["public", "popgraph/api", "popgraph/graph"]
IR = GRAPH + PROFILE + ["popgraph/ir"]
RUNTIME = IR + ["popgraph/runtime", "popgraph/backends/Backend.hpp"]
ALLOWED = {
    "popgraph/include": ["public"],
    "popgraph/base": [],
    "popgraph/machine": BASE,
    "popgraph/profile": MACHINE,
    "popgraph/api": MACHINE + ["public"],
    "popgraph/graph": GRAPH,
    "popgraph/ir": IR,
    "popgraph/passes": IR,
    "popgraph/runtime": RUNTIME,
    "popgraph/backends": RUNTIME,
    "simulator": RUNTIME,
    # Programs of published experiments, as users write them.
    "simulator/validate": PROFILE + ["public", "device", "libs", "profiler"],
    "profiler": PROFILE,
    "popgraph/engine": RUNTIME + ["popgraph/passes", "popgraph/backends", "simulator", "profiler"],
    "popgraph/tools": RUNTIME + ["popgraph/passes", "popgraph/engine", "popgraph/backends", "simulator", "profiler"],
    "codelets/abi": [],
    "codelets/client": CLIENT,
    "codelets/frontend": CLIENT,
    "codelets/include": ["public", "device"],
    "codelets/device": ["public", "device"],
    "libs/poputil": ["public", "device", "poputil"],
    "libs/popops": ["public", "device", "poputil", "popops"],
    "libs/poplin": ["public", "device", "poputil", "popops", "poplin"],
    "libs/poprand": ["public", "device", "poputil", "popops", "poprand"],
    "libs/gcl": ["public", "poputil", "popops", "gcl"],
    # popnn writes its element-wise functions with the expression compiler of popops, which users do not see.
    "libs/popnn": ["public", "device", "poputil", "popops", "poplin", "poprand", "popnn", "libs/popops/detail"],
    # Bindings and tests are users; both also read reports and files.
    "python": ["public", "libs", "profiler"],
    "tests": ["public", "device", "libs", "popgraph", "codelets", "profiler", "simulator", "tests"],
}
# Libraries of others that only these folders know.
CONFINED = {
    "clang/": ["codelets/frontend"],
    "llvm/": ["codelets/frontend"],
    "CLI/": ["popgraph/tools"],
    "sqlite3.h": ["popgraph/profile", "profiler", "tests"],
    "zstd.h": ["popgraph/profile", "profiler"],
    "pybind11/": ["python"],
    "catch2/": ["tests/support"],
    # The mark that costs code as if written in assembly, which only the libraries of the original are.
    "hand_scheduled.h": ["libs", "simulator/validate", "tests/unit/codelets"],
}


def files(suffixes, folders=FOLDERS):
    for folder in folders:
        for place, below, names in os.walk(os.path.join(ROOT, folder)):
            below[:] = sorted(name for name in below if name != "__pycache__")
            for name in sorted(names):
                if name.endswith(suffixes):
                    yield os.path.relpath(os.path.join(place, name), ROOT)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def includes(path):
    for number, line in enumerate(read(path).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^">]+)[">]', line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def owner(path, quoted, name):
    """The place in the tree that an include names, or None for a header of somebody else."""
    if quoted:
        beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
        if os.path.exists(os.path.join(ROOT, beside)):
            return beside
        if os.path.exists(os.path.join(ROOT, name)):
            return name
    for folder in ["popgraph/include", "codelets/include"]:
        if os.path.exists(os.path.join(ROOT, folder, name)):
            return "public"
    library = name.split("/")[0]
    if os.path.exists(os.path.join(ROOT, "libs", library, "include", name)):
        return library
    if os.path.exists(os.path.join(ROOT, "codelets/device/include", name)) or name == "popgraph/VertexContext.h":
        return "device"
    return None


def below(path, folder):
    return path == folder or path.startswith(folder + "/")


class TheTree(unittest.TestCase):
    def report(self, faults):
        self.assertFalse(faults, "\n" + "\n".join(faults))

    def test_keeps_its_layers(self):
        faults, seen = [], 0
        libraries = os.listdir(os.path.join(ROOT, "libs"))
        for path in files(SOURCE):
            rule = max((r for r in ALLOWED if below(path, r)), key=len, default=None)
            if rule is None:
                faults.append(f"{path}: no rule says what this folder may include; add one to {os.path.basename(__file__)}")
                continue
            allowed = ALLOWED[rule] + [rule]
            if "libs" in allowed:
                allowed = allowed + libraries
            for number, quoted, name in includes(path):
                target = owner(path, quoted, name)
                if target is None:
                    continue
                seen += 1
                if not any(below(target, a) for a in allowed):
                    faults.append(f"{path}:{number}: {rule} may not include {name}")
        self.assertGreater(seen, 500)
        self.report(faults)

    def test_confines_foreign_libraries(self):
        self.report([f"{path}:{number}: {name} is for {', '.join(CONFINED[prefix])} only"
                     for path in files(SOURCE) for number, quoted, name in includes(path)
                     for prefix in CONFINED
                     if name.startswith(prefix) and not any(below(path, a) for a in CONFINED[prefix])])

    def test_names_headers_from_the_top(self):
        self.report([f"{path}:{number}: write the path of \"{name}\" from the tree's top"
                     for path in files((".cpp", ".hpp")) for number, quoted, name in includes(path)
                     if quoted and owner(path, quoted, name) is None])

    def test_has_no_long_files(self):
        self.report([f"{path}: {lines} lines; 800 are the limit" for path in files(TEXT)
                     for lines in [read(path).count("\n")] if lines > 800])

    def test_says_who_is_to_do_what(self):
        self.report([f"{path}:{number}: write TODO(name)" for path in files(TEXT)
                     for number, line in enumerate(read(path).splitlines(), 1)
                     if re.search(r"\b(TODO|FIXME|XXX)\b(?!\()", line) and not path.endswith("CheckTree.py")])

    def test_names_no_place_of_its_making(self):
        places = re.compile(r"/[w]ork/|/[t]mp/(?:brief|build)|\.\./[s]hared|/[r]oot/|/[h]ome/\w")
        top = [name for name in os.listdir(ROOT) if os.path.isfile(os.path.join(ROOT, name))]
        self.report([f"{path}:{number}: {line.strip()}" for path in list(files(TEXT)) + top + [".ci/run"]
                     for number, line in enumerate(read(path).splitlines(), 1) if places.search(line)])

    def test_documents_its_public_names(self):
        faults, seen = [], 0
        definition = re.compile(
            r"(?:template\s*<[^;]*>\s*)?(?:(?:class|struct|enum class|enum)\s+(?:\w+_API\s+)?(\w+)(?!\w*<)[^;()<]*\{"
            r"|(?:\w+_API|inline)\s+.*?(\w+|operator\S+)\()")
        for path in files((".hpp",)):
            if "/include/" not in path or "/detail/" in path or path.startswith("codelets/device"):
                continue
            # A comment speaks for its paragraph: overloads that follow without an empty line need none of their own.
            # Only names at the left margin are looked at, so bodies of inline functions do not matter.
            commented, hidden = False, False
            for number, line in enumerate(read(path).splitlines(), 1):
                if re.match(r"(\} // )?namespace (\w+::)*detail\b", line):
                    hidden = line.startswith("namespace")
                if hidden:
                    continue
                if not line.strip() or line.startswith(("namespace", "#", "using namespace")):
                    commented = False
                elif line.lstrip().startswith(("//", "/*", "*")):
                    commented = True
                else:
                    match = definition.match(line)
                    if match:
                        seen += 1
                        name = match.group(1) or match.group(2)
                        special = line.startswith("template <>") or re.match(r"operator|hash$", name)
                        if not commented and not special:
                            faults.append(f"{path}:{number}: {name} has no comment that says what it is")
        self.assertGreater(seen, 100)
        self.report(faults)

    def test_keeps_strings_out_of_layouts(self):
        """Programs of either std::string share objects with these libraries, so no public class holds one."""
        member = re.compile(r"  (?:mutable )?std::(?:string|list|\w+<[^;()]*std::string[^;()]*>) \w+;")
        headers = [path for folder in ("popgraph", "libs/poputil", "libs/popops")
                   for path in files((".hpp",), [folder + "/include"])]
        self.assertGreater(len(headers), 40)
        self.report([f"{path}:{number}: keep a detail::OwnedText instead: {line.strip()}" for path in headers
                     for number, line in enumerate(read(path).splitlines(), 1) if member.match(line)])


class TheDocuments(unittest.TestCase):
    def report(self, faults):
        self.assertFalse(faults, "\n" + "\n".join(faults))

    def test_name_files_that_exist(self):
        faults = []
        for path in list(files((".md",))) + ["README.md"]:
            for link in re.findall(r"\]\(([^)#]+)[^)]*\)", read(path)):
                if not link.startswith("http") and not os.path.exists(
                        os.path.join(ROOT, os.path.dirname(path), link)):
                    faults.append(f"{path}: there is no {link}")
        self.report(faults)

    def test_show_files_as_they_are(self):
        """A code block after a line that ends in a link to a file is that file, or consecutive lines of it."""
        faults, seen = [], 0
        for path in list(files((".md",))) + ["README.md"]:
            for link, block in re.findall(r"\]\((\S+)\):?\n+```(?:cpp|python|sh)\n(.*?)```", read(path), re.S):
                seen += 1
                shown = re.sub(r"\s+\Z", "\n", block)
                if shown not in read(os.path.normpath(os.path.join(os.path.dirname(path), link))):
                    faults.append(f"{path}: the block below {link} is not what that file says")
        self.assertGreater(seen, 0)
        self.report(faults)

    def test_name_commands_that_exist(self):
        commands = set()
        for path in files((".cpp",), ["popgraph/tools"]):
            commands |= set(re.findall(r'add_subcommand\("([\w-]+)"', read(path)))
        presets = set(re.findall(r'"name": "(\w+)"', read("CMakePresets.json")))
        faults, seen = [], 0
        for path in list(files((".md",))) + ["README.md"]:
            for code in re.findall(r"```.*?```|`[^`\n]+`", read(path), re.S):
                for command in re.findall(r"(?:^|`)popgraph ([a-z][\w-]*)", code, re.M):
                    seen += 1
                    if command not in commands:
                        faults.append(f"{path}: popgraph has no command {command}")
            for preset in re.findall(r"--preset (\w+)", read(path)):
                seen += 1
                if preset not in presets:
                    faults.append(f"{path}: there is no preset {preset}")
        self.assertGreater(seen, 3)
        self.report(faults)

    def test_name_tests_that_exist(self):
        """Each row of the table of errors ends in the name of a test."""
        case = r'TEST_CASE(?:_METHOD)?\((?:\w+,\s*)?"((?:[^"\\]|\\.|"\s*")*)"'
        cases = {re.sub(r'"\s*"', "", name) for path in files((".cpp",), ["tests"])
                 for name in re.findall(case, read(path))}
        table = "tests/errors/README.md"
        rows = [line.split("|")[-2].strip() for line in read(table).splitlines()
                if line.startswith("| ") and not line.startswith("| condition")]
        self.assertGreater(len(rows), 20)
        self.report([f"{table}: there is no test \"{row}\"" for row in rows if row not in cases])

    def test_list_the_environment(self):
        names = {name for path in files((".cpp", ".hpp"), ["popgraph", "codelets", "simulator", "profiler", "libs"])
                 for name in re.findall(r'\("((?:POPGRAPH|POPLAR)_[A-Z_]+)"', read(path))}
        self.assertGreater(len(names), 5)
        self.report([f"README.md does not say what {name} means" for name in sorted(names)
                     if f"`{name}`" not in read("README.md")])

    def test_stand_in_every_folder(self):
        self.report([f"{folder} has no README.md" for folder in FOLDERS
                     if not os.path.exists(os.path.join(ROOT, folder, "README.md"))])


if __name__ == "__main__":
    unittest.main()
