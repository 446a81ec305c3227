"""The public names of the core: what the headers of the host API and those of the codelet language declare for users,
their macros, and the options of engines, targets, streams and reports.

A name is qualified and stands for all its overloads: poplar::Graph::addVariable, poplar::FLOAT, poplar::SyncType."""
import glob
import os
import re

from clang import cindex
from clang.cindex import CursorKind as Kind

FUNCTIONS = {Kind.CXX_METHOD, Kind.CONSTRUCTOR, Kind.FUNCTION_DECL, Kind.FUNCTION_TEMPLATE, Kind.CONVERSION_FUNCTION}
TYPES = {Kind.CLASS_DECL, Kind.STRUCT_DECL, Kind.CLASS_TEMPLATE, Kind.ENUM_DECL, Kind.TYPEDEF_DECL,
         Kind.TYPE_ALIAS_DECL, Kind.TYPE_ALIAS_TEMPLATE_DECL}
VALUES = {Kind.VAR_DECL, Kind.FIELD_DECL, Kind.ENUM_CONSTANT_DECL}
OPTIONS = ["popgraph/runtime/EngineOptions.hpp", "popgraph/api/OptionTable.hpp"]
HIDDEN = {"detail", "std", "popgraph"}  # namespaces that are not for users


def _library():
    found = glob.glob("/usr/lib/llvm-*/lib/libclang-[0-9]*.so*") + glob.glob("/usr/lib/llvm-*/lib/libclang.so*")
    return sorted(found)[-1]


def _spelling(cursor):
    if cursor.spelling.startswith("operator"):
        return "operator " + cursor.spelling[len("operator"):].strip()
    return cursor.spelling.split("<")[0]  # constructors are spelled with the class's arguments


def _scope(cursor):
    """Names of the classes and namespaces that a declaration belongs to, wherever it is written."""
    parent = cursor.semantic_parent
    if parent is None or parent.kind == Kind.TRANSLATION_UNIT:
        return []
    named = parent.spelling and "(" not in parent.spelling and parent.kind != Kind.LINKAGE_SPEC
    return _scope(parent) + ([_spelling(parent)] if named else [])


def _walk(cursor, folders, names):
    for child in cursor.get_children():
        place = child.location.file
        if place is None or not any(os.path.realpath(place.name).startswith(folder) for folder in folders):
            continue
        if child.access_specifier not in (cindex.AccessSpecifier.INVALID, cindex.AccessSpecifier.PUBLIC):
            continue
        name = _spelling(child)
        if child.kind == Kind.USING_DECLARATION:
            named = [used.spelling for used in child.get_children() if used.kind in (Kind.OVERLOADED_DECL_REF, Kind.TYPE_REF)]
            for used in named:
                names.setdefault("::".join(_scope(child) + [used.split("::")[-1]]), "function")
        if child.kind == Kind.MACRO_DEFINITION:
            if not re.search(r"^(POPGRAPH_|POPLAR_|X$)|_(hpp|h|H)$", name):
                names.setdefault(name, "macro")
            continue
        if child.kind == Kind.NAMESPACE:
            if name == "math" and place.name.endswith("/VectorMath.h"):  # what namespace ipu takes in
                for function in child.get_children():
                    if function.kind in FUNCTIONS and not function.spelling.startswith("each"):  # each: a helper of them
                        names.setdefault("ipu::" + function.spelling, "function")
            elif name == "popgraph" and place.name.endswith("/VectorMath.h"):
                _walk(child, folders, names)
            elif name not in HIDDEN:
                _walk(child, folders, names)
            continue
        if name.startswith("__builtin_") and not name.startswith("__builtin_ipu"):
            continue  # the compiler's
        if child.kind in FUNCTIONS | TYPES | VALUES and name and "(" not in name.replace("operator ()", ""):
            if child.kind in FUNCTIONS and child.is_deleted_method():
                continue
            kind = "function" if child.kind in FUNCTIONS else "type" if child.kind in TYPES else "value"
            names.setdefault("::".join(_scope(child) + [name]), kind)
        if child.kind in TYPES:
            _walk(child, folders, names)


def _parse(includes, headers, flags, files):
    if not cindex.Config.loaded:
        cindex.Config.set_library_file(_library())
    text = "".join(f"#include <{header}>\n" for header in headers)
    unit = cindex.Index.create().parse("names.cpp", flags + ["-I" + include for include in includes],
                                       unsaved_files=[("names.cpp", text)] + files,
                                       options=cindex.TranslationUnit.PARSE_SKIP_FUNCTION_BODIES
                                       | cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    errors = [str(d) for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
    if errors:
        raise RuntimeError("\n".join(errors))
    names = {}
    _walk(unit.cursor, [os.path.realpath(include) for include in includes], names)
    return names


def _headers(include):
    found = glob.glob(include + "/*/*.hpp") + [path for path in glob.glob(include + "/*") if os.path.isfile(path)]
    return sorted(os.path.relpath(path, include) for path in found)


def public_names(root):
    """{qualified name: kind} of every public declaration."""
    host, codelet, device = (os.path.join(root, folder) for folder in
                             ("popgraph/include", "codelets/include", "codelets/device/include"))
    names = _parse([host], _headers(host), ["-std=c++17", "-I" + codelet], [])
    with open(os.path.join(root, "codelets/abi/VertexContext.h"), encoding="utf-8") as file:
        context = (device + "/popgraph/VertexContext.h", file.read())
    for name, kind in _parse([codelet, device], _headers(codelet) + _headers(device), ["-std=c++20", "-D__POPC__"],
                             [context]).items():
        names.setdefault(name, kind)
    for table in OPTIONS:
        with open(os.path.join(root, table), encoding="utf-8") as file:
            for option in re.findall(r'^ *X\("([\w.]+)"', file.read(), flags=re.M):
                names.setdefault(option, "option")
    return names


if __name__ == "__main__":
    import sys
    for name, kind in sorted(public_names(sys.argv[1]).items()):
        print(f"{kind}\t{name}")
