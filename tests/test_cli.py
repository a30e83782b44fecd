"""The command line: output, exit codes, the wording of errors."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import subprocess
import sys

import pytest

from analysis.cli import main
from analysis.project.registry import TABLES


def test_figures_as_json_lines(small_project, tmp_path, capsys):
    file = tmp_path / "t.txt"
    file.write_text("今年新增企业30户，增长5%左右。\n", encoding="utf-8")
    assert main(["figures", str(file), "--date", "2024-05", "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(row) for row in rows] == [set(TABLES["figures"].names)] * 2
    first = rows[0]
    assert (first["mention"], first["value"], first["value_max"], first["period"], first["measure"]) == (
        "30户",
        30,
        None,
        "2024",
        "increase",
    )
    assert rows[1]["comparator"] == "≈"


def test_figures_as_csv_and_table(small_project, tmp_path, capsys):
    file = tmp_path / "t.txt"
    file.write_text("新建学校7所。\n没有数字。\n", encoding="gb18030")
    assert main(["figures", str(file), "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[0]["mention"] == "7所" and rows[0]["unit"] == "所"
    assert main(["figures", str(file)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split()[:3] == ["mention", "value", "value_max"] and out[1].startswith("7所")


@pytest.mark.parametrize("command", ["figures", "indicators"])
def test_a_text_without_a_row_is_told_of_beside_the_output(small_project, tmp_path, capsys, command):
    for name in ("t.txt", "u.txt"):
        (tmp_path / name).write_text("会议强调，要坚持稳中求进。\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("t.txt", "u.txt")]
    for form, out in (("jsonl", ""), ("table", ""), ("csv", ",".join(TABLES[command].names) + "\n")):
        assert main([command, *files, "--format", form]) == 0
        said = capsys.readouterr()
        assert said.out == out
        assert said.err == f"resource-cities: no {command.removesuffix('s')} found in {', '.join(files)}\n"
    # One file with a row is enough.
    (tmp_path / "u.txt").write_text("2024年地区生产总值增长5%。\n", encoding="utf-8")
    assert main([command, *files, "--format", "jsonl"]) == 0
    said = capsys.readouterr()
    assert said.out.count("\n") == 1 and said.err == ""


def test_codes_keep_sentences_without_a_code(small_project, tmp_path, capsys):
    file = tmp_path / "t.txt"
    file.write_text("推进矿山生态修复和造林绿化。谢谢。\n", encoding="utf-8")
    assert main(["codes", str(file), "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0]["code"] == "ecology" and rows[0]["text"].startswith("推进矿山")
    assert rows[-1]["text"] == "谢谢。" and rows[-1]["code"] is None


def test_standard_input(small_project):
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "figures", "-", "--format", "jsonl"],
        input="完成造林3.4万亩。".encode(),
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["value"] == 34000


READING = ("figures", "indicators", "codes")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["figures", "fehlt.txt"], "fehlt.txt"),
        (["figures", "LEER"], "empty"),
        *(([command, "PAGE"], "page.txt: this is a document in RTF; save") for command in READING),
        *(([command, "OLD"], "old.txt: the text is in Japanese") for command in READING),
        (
            ["add", "PAGE", "--city", "hewan", "--date", "2025", "--genre", "other"],
            "page.txt: this is a document in RTF",
        ),
        (["figures", "TEXT", "--date", "gestern"], "bad date 'gestern'; write YYYY"),
        (["figures", "TEXT", "--genre", "speech"], "unknown genre 'speech'"),
        (["codes", "TEXT", "--scheme", "theem"], "unknown scheme 'theem'"),
        (["build", "--documents", "hewan-2024"], "unknown document 'hewan-2024', did you mean 'hewan-2025'?"),
        (["build", "--jobs", "0"], "--jobs 0"),
        (["report", "--city", "yunlin"], "unknown city 'yunlin', did you mean 'yunling'?"),
        (["report", "--lang", "fr"], "unknown language 'fr'"),
        (["report", "--format", "docx"], "unknown format 'docx'"),
        (["report", "09_fehlt"], "unknown notebook '09_fehlt'"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(small_project, tmp_path, capsys, arguments, words):
    (tmp_path / "leer.txt").write_bytes(b"")
    (tmp_path / "text.txt").write_text("新建学校7所。", encoding="utf-8")
    (tmp_path / "page.txt").write_text("{\\rtf1 新建学校7所。}", encoding="utf-8")
    (tmp_path / "old.txt").write_text("昨年の県内総生産は一兆円で、前年より増加した。", encoding="utf-8")
    files = {"LEER": "leer.txt", "TEXT": "text.txt", "PAGE": "page.txt", "OLD": "old.txt"}
    given = [str(tmp_path / files[a]) if a in files else a for a in arguments]
    assert main(given) == 2
    captured = capsys.readouterr()
    assert words in captured.err and captured.err.count("\n") == 1 and captured.out == ""


@pytest.mark.parametrize("arguments", [[], ["figures"], ["nonsense"], ["build", "--jobs", "x"], ["add"], ["remove"]])
def test_wrong_usage_is_one_line_and_exit_code_2(capsys, arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("command", ["build", "report", "figures", "codes", "add", "check"])
def test_every_command_has_help_with_an_example(capsys, command):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"example: resource-cities {command}" in " ".join(capsys.readouterr().out.split())


def test_check_counts_what_is_wrong(small_project, capsys):
    assert main(["build"]) == 0 and main(["check"]) == 0
    assert "all is well" in capsys.readouterr().out
    (small_project / "data/raw/hewan-2025.txt").unlink()
    assert main(["check"]) == 1
    assert "1 problems" in capsys.readouterr().out


def test_outside_a_project(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("RESOURCE_CITIES_HOME", raising=False)
    monkeypatch.setenv("RESOURCE_CITIES_HOME", str(tmp_path))
    assert main(["build"]) == 2
    assert "RESOURCE_CITIES_HOME holds no data/raw" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "work in a copy"), (errno.EROFS, "in a copy"), (errno.ENOSPC, "free")],
)
def test_what_the_disk_refuses_is_one_line(small_project, monkeypatch, capsys, number, words):
    def refused(*_args, **_more):
        raise OSError(number, os.strerror(number), "data/raw/x.txt")

    monkeypatch.setattr("analysis.build.run.build", refused)
    assert main(["build"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("resource-cities: data/raw/x.txt: ") and words in said and said.count("\n") == 1


def test_other_errors_of_the_system_are_not_hidden(small_project, monkeypatch):
    def broken(*_args, **_more):
        raise OSError(errno.EIO, "broken", "x")

    monkeypatch.setattr("analysis.build.run.build", broken)
    with pytest.raises(OSError, match="broken"):
        main(["build"])
