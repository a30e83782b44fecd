"""The project's own files: notebooks thin and clean, locks without hosts, texts that agree with each other."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def code_cells(path: Path) -> list:
    return [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_are_thin_and_clean(path):
    nbformat.validate(json.loads(path.read_text(encoding="utf-8")))
    cells = code_cells(path)
    assert all(not c.outputs and c.execution_count is None for c in cells), "clear the outputs before committing"
    lines = [line for c in cells for line in c.source.splitlines() if line.strip()]
    assert len(lines) <= 150 and max(len(c.source.splitlines()) for c in cells) <= 15
    parameters = [c for c in cells if "parameters" in c.metadata.get("tags", [])]
    assert len(parameters) == 1 and all("#" in line for line in parameters[0].source.splitlines())
    tree = ast.parse("\n".join(c.source for c in cells))
    assert not [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.Lambda, ast.Try))]
    assert len([n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]) == 1
    # A choice that matters stands in the notebook as a plain argument; what is said stands in the language files.
    said = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    assert [text for text in said if re.search(r"[\u4e00-\u9fff]|[a-z] [a-z]", text)] == [], "words belong to strings/"


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_locks_have_hashes_and_no_host(path):
    text = path.read_text(encoding="utf-8")
    assert "://" not in text and "index" not in text
    pins = re.findall(r"^[a-z0-9][a-z0-9._-]*==", text, re.M)
    assert len(pins) > 40 and text.count("--hash=sha256:") >= len(pins)


def test_locks_agree():
    def pins(name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for package, version in re.findall(
            r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", (ROOT / name).read_text(encoding="utf-8"), re.M
        ):
            found.setdefault(package, set()).add(version)
        return found

    base = pins("requirements.lock")
    for other in ("requirements-test.lock", "requirements-lab.lock"):
        more = pins(other)
        assert {k: more.get(k) for k in base} == base


def test_direct_dependencies_are_locked_and_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    methods = (ROOT / "docs/methods.md").read_text(encoding="utf-8")
    for requirement in project["dependencies"]:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", lock, re.M), f"{name}: run make lock"
        assert name in methods.lower(), f"docs/methods.md does not say why {name}"


def test_citation_and_package_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == project["version"] and citation["license"] == "MIT"


def test_make_help_names_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ["setup", "data", "reports", "lab", "test", "check", "lint", "lock", "audit", "sbom", "clean"]:
        assert re.search(rf"^{target}:.*## ", makefile, re.M) and f"make {target}" in shown


def test_readmes_say_the_same_commands():
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")]
    commands = [re.findall(r"^(?:make|papermill|resource-cities|git) .*$", text, re.M) for text in texts]
    assert commands[0] and [re.sub(r"\s*#.*", "", c) for c in commands[0]] == [
        re.sub(r"\s*#.*", "", c) for c in commands[1]
    ]
    for text in texts:
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / link).exists(), link


def test_no_copied_sentences(shared):
    done = subprocess.run(
        [sys.executable, str(shared / "tools/verbatim.py"), str(ROOT)], capture_output=True, text=True
    )
    assert done.stdout.startswith("0 shared runs"), done.stdout


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_tree_of_the_readme_is_that_of_the_project(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    tree = re.search(r"```\n(data/raw/.*?)```", text, re.S)
    assert tree is not None
    named = re.findall(r"^( *)([\w/]+/) ", tree[1], re.M)
    tops = {name for indent, name in named if not indent}
    rooms = {name for indent, name in named if indent}
    ignored = {"reports/", "data/processed/"}
    assert {name for name in tops - ignored if not (ROOT / name).is_dir()} == set()
    package = ROOT / "src/analysis"
    assert rooms == {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    folders = {f"{path.relative_to(ROOT).parts[0]}/" for path in ROOT.glob("*/*") if path.is_file()}
    hidden = {name for name in folders if name.startswith(".")}
    assert folders - hidden - ignored - {top.split("/")[0] + "/" for top in tops} == set()


def test_contributing_names_the_rooms():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    package = ROOT / "src/analysis"
    rooms = {path.parent.relative_to(package).as_posix() for path in package.glob("*/__init__.py")}
    missing = {room for room in rooms if not re.search(rf"\| `{room}[`/]", text)}
    assert missing == set()
    paths = set(re.findall(r"`((?:data|tests|docs|src|notebooks|benchmarks)/[\w./-]+)`", text))
    assert {path for path in paths if not (ROOT / path).exists()} == set()


def test_the_page_on_what_may_be_called_is_up_to_date():
    run = subprocess.run([sys.executable, "docs/write_api.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, f"python docs/write_api.py {run.stderr[-500:]}"
