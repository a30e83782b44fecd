"""The house: sizes of files and functions, floors, circles, and that every public function is used by the package."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/analysis"
MOST_LINES, MOST_OF_A_FUNCTION, MOST_FLOORS = 700, 60, 8
# Tables that a person reads from top to bottom: words, columns, style sheets.
TABLES = {"present/strings/en.yml", "present/strings/zh.yml", "project/tables.yml", "rendering/html/page.css"}
# What others call: the command, the exporters' and the kernel's own hooks, what notebooks and papermill call.
ROOMS = ("project", "texts", "extract", "compare", "build", "present", "publish", "rendering")


@cache
def trees() -> dict[str, ast.Module]:
    """Dotted name of each module below `analysis` → its syntax tree."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def is_package(module: str) -> bool:
    return (PACKAGE / module.replace(".", "/")).is_dir()


def imports(module: str, typing: bool = False) -> set[str]:
    """The modules of the package that `module` imports anywhere; what only types need counts with `typing`."""
    own = module.split(".") if module else []
    here = own if is_package(module) or not module else own[:-1]
    passed = set()
    if not typing:
        for node in ast.walk(trees()[module]):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                passed |= {id(inner) for inner in ast.walk(node)}
    found = set()
    for node in ast.walk(trees()[module]):
        if not isinstance(node, ast.ImportFrom) or not node.level or id(node) in passed:
            continue
        base = here[: len(here) - node.level + 1] + (node.module.split(".") if node.module else [])
        for name in node.names:
            full = ".".join([*base, name.name])
            found.add(full if full in trees() else ".".join(base))
    return found - {module}


def test_no_file_is_too_long():
    long = {}
    for path in sorted(PACKAGE.rglob("*")):
        name = path.relative_to(PACKAGE).as_posix()
        if path.suffix in {".py", ".css", ".js", ".j2", ".typ", ".yml"} and name not in TABLES:
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > MOST_LINES:
                long[name] = lines
    assert long == {}
    assert [name for name in TABLES if not (PACKAGE / name).is_file()] == []


def test_no_function_is_too_long():
    long = {
        f"{module}.{node.name}": node.end_lineno - node.lineno + 1
        for module, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_OF_A_FUNCTION
    }
    assert long == {}


def room(module: str) -> str:
    """The room a module stands in: its folder below `analysis`, or itself."""
    return module.split(".")[0]


def floors(arrows: dict[str, set[str]]) -> dict[str, int]:
    """Room → its floor, 1 on the ground; raises where rooms import each other in a circle."""
    known: dict[str, int] = {}

    def floor(name: str, way: tuple[str, ...]) -> int:
        if name in way:
            raise AssertionError("a circle: " + " → ".join([*way[way.index(name) :], name]))
        if name not in known:
            known[name] = 1 + max((floor(below, (*way, name)) for below in sorted(arrows[name])), default=0)
        return known[name]

    for name in sorted(arrows):
        floor(name, ())
    return known


def test_rooms_stand_on_few_floors_without_a_circle():
    arrows: dict[str, set[str]] = {}
    for module in trees():
        if module:
            arrows.setdefault(room(module), set()).update(room(each) for each in imports(module) if each)
    for name, below in arrows.items():
        below.discard(name)
    stand = floors(arrows)
    assert max(number for name, number in stand.items() if name != "__main__") <= MOST_FLOORS, stand
    assert arrows["rendering"] == set()


def test_modules_import_each_other_in_no_circle():
    def below(module: str) -> set[str]:
        """Without the faces of packages, which hand names on."""
        return {each for each in imports(module) if not is_package(each)}

    floors({module: below(module) for module in trees() if not is_package(module)})


@pytest.mark.parametrize("circle", [{"a": {"b"}, "b": {"a"}}, {"a": {"b"}, "b": {"c"}, "c": {"b"}}])
def test_a_circle_is_found(circle):
    with pytest.raises(AssertionError, match="a circle: b → |a circle: a → "):
        floors(circle)


def words_used() -> dict[str, int]:
    """How often each name stands in the package, its templates, the notebooks, pyproject.toml and the public docs."""
    # The face of a package only hands names on.
    paths = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]
    paths += [*PACKAGE.rglob("*.yml"), *PACKAGE.rglob("*.j2"), *ROOT.glob("notebooks/*.ipynb")]
    paths.append(ROOT / "pyproject.toml")
    counts: dict[str, int] = {}
    for path in paths:
        if path.is_file():
            for word in re.findall(r"[A-Za-z_]\w*", path.read_text(encoding="utf-8")):
                counts[word] = counts.get(word, 0) + 1
    return counts


def test_no_function_serves_only_tests():
    counts = words_used()
    unused = [
        f"{module}.{node.name}"
        for module, tree in trees().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("__") and counts[node.name] < 2
    ]
    assert unused == []


def test_no_test_measures_time():
    """Speed is shown by benchmarks; a test that measures it fails on a busy machine."""
    clock = re.compile(r"\b(?:perf_counter|process_time)\b|assert [^\n]*\bseconds\s*<")
    found = [path.name for path in sorted((ROOT / "tests").glob("test_*.py")) if path.name != Path(__file__).name]
    assert [name for name in found if clock.search((ROOT / "tests" / name).read_text(encoding="utf-8"))] == []
