"""Reference pages from the comments of the public headers, with Doxygen. A public name without a comment is a failure.

Usage: Reference.py HTML-FOLDER NAME VERSION INCLUDE-FOLDER...   (HTML-FOLDER "-": check only)

Doxygen wants a comment at every declaration; in our headers a comment speaks for its paragraph, that of a class for its
constructors too, that of an enum for its enumerators. So Doxygen reads copies of the headers in which the comments of
paragraphs are repeated. A plain comment before macros is one, too. Operators and members of specialisations mean what they mean everywhere.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

OPTIONS = """
QUIET = YES
RECURSIVE = YES
FILE_PATTERNS = *.hpp
FULL_PATH_NAMES = YES
WARN_IF_UNDOCUMENTED = YES
WARN_IF_INCOMPLETE_DOC = NO
WARN_FORMAT = "$file:$line: $text"
JAVADOC_AUTOBRIEF = YES
EXTRACT_STATIC = YES
HIDE_UNDOC_MEMBERS = NO
HAVE_DOT = NO
GENERATE_LATEX = NO
MACRO_EXPANSION = YES
EXCLUDE_PATTERNS = */detail/*
EXCLUDE_SYMBOLS = popgraph* *::detail* std::*
SEARCHENGINE = YES
SORT_MEMBER_DOCS = NO
"""
COMMENT = re.compile(r"\s*///(?!<)")
SPECIAL = re.compile(r"\s*(?:explicit\s+|virtual\s+)*(?:~\w+\(|(\w+)\((?:const )?\1 ?(?:&&?|&) ?\w*\)|"
                     r"(\w+) &operator=\((?:const )?\2 ?&&? ?\w*\))")


def code(line):
    """A line without strings and comments."""
    line = re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'', '""', line)
    return re.sub(r"//.*|/\*.*?\*/", "", line).rstrip()


def repeated(lines):
    """The lines of a header with the comment of a paragraph at each of its declarations. No line moves."""
    block, plain, own, depth, inside = [], [], False, 0, False
    for line in lines:
        text = code(line)
        if inside:
            depth += len(re.findall(r"[({\[]", text)) - len(re.findall(r"[)}\]]", text))
            inside = depth > 0 or not re.search(r"[;}]$", text)
        elif not line.strip():
            block, plain = [], []
        elif re.match(r"\s*///\s*@[{}]\s*$", line): # a comment of its own, or the next one would be lost in it
            line, block, own = line.replace("///", "/**") + " */", [], False
        elif COMMENT.match(line):
            block = (block if own else []) + [COMMENT.sub("", line).strip()]
            own = True
        elif re.match(r"\s*protected:", line): # for the library itself
            line, block, own = "private:", [], False
        elif line.lstrip().startswith("#define") and re.match(r"#define \w+", line):
            if not own and (block or plain):
                line = "/** " + " ".join(block or plain) + " */ " + line
            own = False
        elif line.startswith("// "):
            plain, own = plain + [line[3:]], False
        elif line.lstrip().startswith(("#", "//")) or not text.strip():
            own = False
        elif re.match(r"\s*(?:[})]|namespace\b|extern \"C\"|public:|private:|protected:|friend struct|friend class)", text):
            block, own = [], False
        else:
            start = line
            if not own and block and not any(re.search(r"[\\@](?:file|name)", part) for part in block):
                line = "/** " + " ".join(block) + " */ " + line
            elif not own and SPECIAL.match(line) and text.endswith(";"):
                line = "" # copying, moving and destroying say nothing of their own
            own = False
            depth = len(re.findall(r"[({\[]", text)) - len(re.findall(r"[)}\]]", text))
            if re.match(r"\s*(?:template\s*<.*>\s*)?(?:class|struct|union)\b[^;]*\{$", code(start)):
                block, depth = [], 0 # a scope: its members are declarations of their own
            else:
                inside = depth > 0 or not re.search(r"[;}]$|^\s*[A-Z_]+\([^()]*\)$", text)
        yield line


def copy(folder, to):
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            target = os.path.join(to, os.path.relpath(path, folder))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(path, encoding="utf-8") as source, open(target, "w", encoding="utf-8") as out:
                out.write("\n".join(repeated(source.read().split("\n"))))
            yield os.path.relpath(target, to), path


def faults(warnings, origin, headers):
    """What Doxygen says, with the paths of the headers; without what needs no comment of its own."""
    undefined = set()
    for path in origin.values():
        with open(path, encoding="utf-8") as file:
            undefined |= set(re.findall(r"^#undef (\w+)", file.read(), re.M))
    for line in warnings.splitlines():
        member = re.search(r"Member (.*) \((\w[\w ]*)\) of (?:class|struct|namespace|file) (.*) is not documented", line)
        if member:
            text, kind, owner = member.groups()
            name = re.match(r"[\w ]*?(operator\b|\w+)", text).group(1)
            if (kind == "enumvalue" or name == "operator" or "<" in owner or name == owner.split("::")[-1] or
                    name in undefined):
                continue
        elif not line.strip() or re.search(r"Compound \S.*<.*> is not documented", line):
            continue
        path = line.split(":")[0]
        yield line.replace(path, origin.get(os.path.relpath(path, headers), path))


def main():
    html, name, version, *folders = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        headers = os.path.join(scratch, "include")
        origin = {}
        for folder in folders:
            origin.update(copy(folder, headers))
        with open(os.path.join(scratch, "Doxyfile"), "w", encoding="utf-8") as out:
            out.write(OPTIONS + f"""
PROJECT_NAME = {name}
PROJECT_NUMBER = {version}
INPUT = {headers}
STRIP_FROM_PATH = {headers}
STRIP_FROM_INC_PATH = {headers}
INCLUDE_PATH = {headers}
OUTPUT_DIRECTORY = {scratch}
WARN_LOGFILE = {scratch}/warnings
PREDEFINED = POPLAR_API= PVA_API= PVTI_API=
GENERATE_HTML = {"NO" if html == "-" else "YES"}
GENERATE_XML = {"YES" if html == "-" else "NO"}
XML_PROGRAMLISTING = NO
""")
        subprocess.run(["doxygen", os.path.join(scratch, "Doxyfile")], check=True)
        with open(os.path.join(scratch, "warnings"), encoding="utf-8") as file:
            found = list(dict.fromkeys(faults(file.read(), origin, headers))) # some are said twice
        print("\n".join(found), end="\n" if found else "")
        print(f"{len(origin)} headers: {len(found)} {'fault' if len(found) == 1 else 'faults'}")
        if found or not origin:
            sys.exit(1)
        if html != "-":
            shutil.rmtree(html, ignore_errors=True)
            shutil.copytree(os.path.join(scratch, "html"), html)


if __name__ == "__main__":
    main()
