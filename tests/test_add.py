"""Add, remove, list: texts into a project, all or nothing. All sentences here are made up."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from conftest import add_source

from analysis import cli
from analysis.build.check import check
from analysis.project.errors import InputError
from analysis.project.folders import Project
from analysis.texts import register
from analysis.texts.cities import read_cities
from analysis.texts.likeness import Likeness
from analysis.texts.metadata_table import entries_of
from analysis.texts.plan_places import known_city, read_places
from analysis.texts.register import Entry, add_sources, remove_sources
from analysis.texts.sources import document_file, read_document, read_sources

TEXT = "云岭市2025年回顾\n2025年，云岭市新建学校3所，修路12公里。\n"


@pytest.fixture
def project(small_project: Path) -> Project:
    return Project(small_project)


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def written(folder: Path, name: str = "新.txt", text: str = TEXT) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


KNOWN = {"city": "yunling", "date": "2025-02", "genre": "other"}


def refused(project: Project, path: Path, **more: str) -> str:
    before = tree(project.root)
    with pytest.raises(InputError) as caught:
        add_source(project, path, **{**KNOWN, **more})
    assert tree(project.root) == before and "\n" not in str(caught.value) and caught.value.cure
    return str(caught.value)


def test_a_published_text_goes_where_git_does_not_look(project: Project, tmp_path: Path) -> None:
    row = add_source(project, written(tmp_path), **KNOWN)
    path, edition = document_file(project, row)
    assert path.parent == project.published and edition == row["edition"] == "published"
    assert read_document(project, read_sources(project).iloc[-1]).text == TEXT
    own = add_source(project, written(tmp_path, text=TEXT.replace("3所", "8所")), digest=True, **KNOWN)
    assert document_file(project, own)[0].parent == project.raw and own["edition"] == "digest"
    assert check(project) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"city": "nowhere"}, "unknown city 'nowhere'.*--name-zh"),
        ({"city": "yichun"}, "'yichun' names several places.*宜春市.*伊春市"),
        ({"city": "../x", "name_zh": "某市"}, "bad city key"),
        ({"city": "moushi", "name_zh": "某\n市"}, "bad city key"),
        ({"genre": "speech"}, "unknown genre 'speech'"),
        ({"genre": ""}, "does not tell its genre; give it with --genre"),
        ({"date": "2025-2"}, "bad date '2025-2'"),
        ({"date": "2025-02-30"}, "bad date"),
        ({"date": "0999"}, "far from the years"),
        ({"date": "2999-01"}, "the date 2999-01 is after today; give --yes"),
        ({"date": "2011"}, "the date 2011 is far from the years that the text names .2025 to 2025.; give --yes"),
        ({"document": "Neu"}, "bad document key"),
        ({"document": "a/../b"}, "bad document key"),
        ({"document": "a" * 300}, "bad document key"),
        ({"document": "hewan-2025"}, "'hewan-2025' is already there; name another"),
        ({"title": "上\r下"}, "the title is blank or holds line ends"),
        ({"title": "   "}, "the title is blank"),
        ({"title": "甲\u2028乙"}, "the title is blank or holds"),
        ({"title": "\x1b[31m红"}, "control characters"),
        ({"publisher": "\n"}, "the publisher is blank"),
        ({"publisher": "\x00社"}, "the publisher is blank"),
    ],
)
def test_add_refuses_and_writes_nothing(project: Project, tmp_path: Path, more: dict[str, str], said: str) -> None:
    assert re.search(said, refused(project, written(tmp_path), **more))


def test_a_file_that_is_not_there_or_no_text_is_named(project: Project, tmp_path: Path) -> None:
    assert "fehlt.txt: the file is missing" in refused(project, tmp_path / "fehlt.txt")
    (tmp_path / "b.txt").write_bytes(b"\0\1\2")
    assert "b.txt: " in refused(project, tmp_path / "b.txt")


def test_the_same_text_twice_is_refused_in_any_encoding(project: Project, tmp_path: Path) -> None:
    row = add_source(project, written(tmp_path), **KNOWN)
    assert f"already there as '{row['document']}'" in refused(project, written(tmp_path, "b.txt"))
    (tmp_path / "c.txt").write_text(TEXT, encoding="gb18030")
    assert f"already there as '{row['document']}'" in refused(project, tmp_path / "c.txt")
    assert "already there as 'yunling-2024'" in refused(project, project.raw / "yunling-2024.txt")


def test_check_names_a_text_that_is_registered_twice(project: Project) -> None:
    head, first, *rest = project.sources.read_text(encoding="utf-8").splitlines()
    again = first.replace("yunling-2024", "yunling-2024-b")
    (project.raw / "yunling-2024-b.txt").write_bytes((project.raw / "yunling-2024.txt").read_bytes())
    project.sources.write_text("\n".join([head, first, again, *rest]) + "\n", encoding="utf-8")
    assert check(project) == [
        "data/raw/sources.csv: yunling-2024, yunling-2024-b are the same text; keep one with 'resource-cities remove'"
    ]


@pytest.mark.parametrize("folder", ["raw", "published"])
def test_an_unregistered_file_of_that_name_stays(project: Project, tmp_path: Path, folder: str) -> None:
    project.published.mkdir(exist_ok=True)
    (getattr(project, folder) / "yunling-2025.txt").write_text("别的文字。", encoding="utf-8")
    assert "that no row of sources.csv names is already there" in refused(project, written(tmp_path))
    (getattr(project, folder) / "yunling-2025.txt").write_text(TEXT, encoding="utf-8", newline="")
    assert add_source(project, written(tmp_path), **KNOWN)["document"] == "yunling-2025"


def test_a_text_about_another_place_is_asked_about(project: Project, tmp_path: Path) -> None:
    path = written(tmp_path, text="2025年，鹤岗市修路。鹤岗市种树。鹤岗市建校3所。\n")
    assert "the text never names 云岭市, but 鹤岗市 3 times; give --yes if that is right" in refused(project, path)
    assert add_source(project, path, insist=True, **KNOWN)["city"] == "yunling"


@pytest.mark.parametrize("name", ["云岭市", "云岭", " Yunling ", "yunling", "YUNLING"])
def test_a_city_has_several_names(project: Project, tmp_path: Path, name: str) -> None:
    assert add_source(project, written(tmp_path), **{**KNOWN, "city": name})["city"] == "yunling"
    assert known_city(read_cities(project), name) == "yunling"


@pytest.mark.parametrize(
    ("name", "key", "name_zh", "kind"),
    [
        ("鹤岗市", "hegang", "鹤岗市", "declining"), ("hegang", "hegang", "鹤岗市", "declining"),
        ("230400", "hegang", "鹤岗市", "declining"), ("宜春市", "yichun", "宜春市", "mature"),
        ("宽甸", "kuandian", "宽甸满族自治县", "mature"), ("Ordos", "eerduosi", "鄂尔多斯市", "growing"),
    ],
)  # fmt: skip
def test_a_place_of_the_plan_becomes_a_city(
    project: Project, tmp_path: Path, name: str, key: str, name_zh: str, kind: str
) -> None:
    row = add_source(project, written(tmp_path, text=TEXT.replace("云岭市", name_zh)), **{**KNOWN, "city": name})
    city = read_cities(project)[key]
    assert row["city"] == key and city["name_zh"] == name_zh and city["class"] == kind
    assert check(project) == []


def test_any_other_place_is_given_once(project: Project, tmp_path: Path) -> None:
    text = TEXT.replace("云岭市", "松坪市")
    new = {"city": "songping", "name_zh": "松坪市", "name_en": "Songping"}
    add_source(project, written(tmp_path, text=text), **{**KNOWN, **new})
    again = add_source(project, written(tmp_path, text=text + "再修路。\n"), **{**KNOWN, "city": "松坪"})
    assert again["city"] == "songping" and read_cities(project)["songping"]["class"] == "comparator"


def test_the_plan_has_262_places() -> None:
    places = read_places(Project(Path(__file__).parents[1]))
    assert len(places) == len({row["name_zh"] for row in places}) == 262
    assert Counter(row["class"] for row in places) == {
        "growing": 31,
        "mature": 141,
        "declining": 67,
        "regenerating": 23,
    }
    path = Path(__file__).parents[1] / "data/reference/resource_cities.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    levels = Counter(row["level"] for row in rows)
    assert levels == {"prefecture": 126, "county_city": 62, "county": 58, "district": 16}
    assert sum(bool(row["exhausted_batch"]) for row in rows) == 69
    assert all(
        row["pinyin"].isascii() and row["pinyin"].islower() and row["short_zh"] in row["name_zh"] for row in rows
    )


HEAD = "name_zh,short_zh,pinyin,name_en,province_zh,province_en,class,code\n"


@pytest.mark.parametrize(
    "bad", ["name_zh,class\n", "x\n", HEAD + '"a,b\n', HEAD + "甲市,甲,jia,Jia,某省,X,rich,1\n", HEAD + ",甲\n"]
)
def test_a_damaged_list_of_places_is_named(project: Project, bad: str) -> None:
    (project.reference / "resource_cities.csv").write_text(bad, encoding="utf-8")
    assert check(project)[0].startswith("data/reference/resource_cities.csv:")


def test_nearly_the_same_text_is_named(project: Project, tmp_path: Path) -> None:
    pytest.importorskip("rensa")
    long = TEXT + "".join(f"第{number}个项目投资{number * 7}万元，带动就业{number + 3}人。\n" for number in range(200))
    entries = [Entry(written(tmp_path, f"{at}.txt", long + "完。" * at), **KNOWN) for at in range(2)]
    [note] = add_sources(project, entries).notes
    assert note.startswith("yunling-2025-02 is nearly the same text as yunling-2025 (")
    likeness = Likeness()
    assert likeness.add("a", long) == [] and likeness.add("b", "山" * 50 + "河" * 50 + TEXT) == []
    assert likeness.add("c", long)[0] == ("a", 1.0)


# --- many -------------------------------------------------------------------------------------------------------------


def test_a_bad_file_among_many_is_named_and_the_others_are_in(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for at in range(4):
        written(folder, f"{at}.txt", TEXT + f"另有{at + 20}项。\n")
    (folder / "2.txt").write_bytes(b"\0\1\2")
    heard: list[tuple[int, str]] = []
    entries, wrong = entries_of([folder], Entry(Path(), **KNOWN))
    added = add_sources(project, entries, done=lambda number, name: heard.append((number, name)))
    assert not wrong and len(added.rows) == 3 and [number for number, _ in heard] == [1, 2, 3, 4]
    assert str(folder / "2.txt") in str(added.refused[0])
    assert list(read_sources(project)["document"])[-3:] == [row["document"] for row in added.rows]


def test_a_table_names_paths_and_what_is_known(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for at in range(3):
        written(folder, f"{at}.txt", TEXT + f"另有{at + 20}项。\n")
    table = "path,city,date,genre,title,note\n0.txt,云岭,2025-01,other,甲,x\n1.txt,,,,,\n\n"
    table += ",a,b,c,d,e\nfehlt.txt,,,,,\n2.txt,x\n"
    (folder / "metadata.csv").write_text(table, encoding="gb18030")
    entries, wrong = entries_of([folder], Entry(Path(), **KNOWN))
    added = add_sources(project, entries)
    assert [(row["date"], row["title"]) for row in added.rows] == [("2025-01", "甲"), ("2025-02", "云岭市2025年回顾")]
    assert [error.line for error in wrong] == [5, 7] and "fehlt.txt" in str(added.refused[0])


@pytest.mark.parametrize("text", ["path,citty\na,b\n", "path,Date\na,b\n"])
def test_a_misspelt_column_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"t.csv:1: unknown column '(citty|Date)', did you mean"):
        entries_of([written(tmp_path, "t.csv", text)], Entry(Path()))


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no text in this folder"):
        entries_of([tmp_path], Entry(Path()))


# --- all or nothing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_is_undone(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error) -> None:
    project.published.mkdir(exist_ok=True)
    before, write = tree(project.root), register.replace_text

    def fails(path: Path, text: str) -> None:
        if path == project.sources:
            raise error
        write(path, text)

    monkeypatch.setattr(register, "replace_text", fails)
    text = TEXT.replace("云岭市", "鹤岗市")
    with pytest.raises(type(error)):
        add_sources(project, [Entry(written(tmp_path, text=text), **{**KNOWN, "city": "鹤岗"})])
    assert tree(project.root) == before


def test_a_head_with_spaces_and_no_last_line_end(project: Project, tmp_path: Path) -> None:
    lines = project.sources.read_text(encoding="utf-8").splitlines()
    project.sources.write_text("\n".join([lines[0].replace(",", " , "), *lines[1:]]), encoding="utf-8")
    add_source(project, written(tmp_path), **KNOWN)
    assert read_sources(project).iloc[-1]["title"] == "云岭市2025年回顾"


def test_many_at_once_lose_no_row(project: Project, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "analysis", "add", "--city", "云岭", "--date", "2025", "--genre", "other"]
    environment = {**os.environ, "RESOURCE_CITIES_HOME": str(project.root)}
    running = [
        subprocess.Popen(
            [*command, str(written(tmp_path, f"{at}.txt", TEXT + f"另有{at + 20}项。\n"))],
            env=environment, stdout=subprocess.DEVNULL,
        )
        for at in range(6)
    ]  # fmt: skip
    assert [process.wait(120) for process in running] == [0] * 6
    assert len(read_sources(project)) == 8 and check(project) == []


# --- remove, list -----------------------------------------------------------------------------------------------------


def test_remove_takes_row_and_text_away(project: Project, tmp_path: Path) -> None:
    before = {**tree(project.root)}
    row = add_source(project, written(tmp_path), title="甲，“乙”,丙", **KNOWN)
    assert [path.name for path in remove_sources(project, [row["document"]])] == ["yunling-2025.txt"]
    assert tree(project.root) == before
    with pytest.raises(InputError, match="unknown document 'yunling-2025'"):
        remove_sources(project, [row["document"]])


def test_remove_minds_fields_of_several_lines(project: Project) -> None:
    head, first, second = project.sources.read_bytes().decode().splitlines()
    cells = next(csv.reader([first]))
    quoted = ",".join(f'"{cell[:2]}\r\n{cell[2:]}"' if at == 4 else cell for at, cell in enumerate(cells))
    project.sources.write_bytes(f"{head}\r\n{quoted}\r\n{second}\r\n".encode())
    remove_sources(project, ["yunling-2024"])
    assert project.sources.read_bytes().decode() == f"{head}\r\n{second}\r\n"


def test_the_commands(project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    assert cli.main(["add", str(path), "--city", "云岭", "--genre", "other", "--date", "2025"]) == 0
    assert "yunling-2025" in capsys.readouterr().out
    assert cli.main(["add", str(path), "--city", "云岭", "--genre", "other", "--date", "2025"]) == 2
    assert "already there as 'yunling-2025'" in capsys.readouterr().err
    assert cli.main(["list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == [
        "yunling-2024", "hewan-2025", "yunling-2025",
    ]  # fmt: skip
    assert cli.main(["remove", "yunling-2025"]) == 0 and cli.main(["remove", "yunling-2025"]) == 2
