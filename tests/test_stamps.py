"""Stamps: a text whose stamp is known is not read; whatever was changed is."""

from __future__ import annotations

import hashlib
import os

import pytest

from analysis.project import stamps
from analysis.project.stamps import Hashes


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two texts, old enough to have stamps."""
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stamps, "FRESH", -(10**9))
    texts = tmp_path / "raw"
    texts.mkdir()
    (texts / "a.txt").write_text("甲", encoding="utf-8")
    (texts / "b.txt").write_text("乙", encoding="utf-8")
    return texts


def hashed(folder):
    """Keep the hashes of all files of `folder`."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    Hashes(folder).keep(found)
    return found


def test_known_and_unknown(folder):
    assert Hashes(folder).get("a.txt") is None
    found = hashed(folder)
    hashes = Hashes(folder)
    assert {name: hashes.get(name) for name in found} == found
    assert "a.txt" in hashes and "c.txt" not in hashes and hashes.get("c.txt") is None
    assert Hashes(folder, known=False).get("a.txt") is None


def test_another_text_of_the_same_size_and_time(folder):
    hashed(folder)
    path = folder / "a.txt"
    before = path.stat()
    path.write_text("丙", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size and path.stat().st_mtime_ns == before.st_mtime_ns
    hashes = Hashes(folder)
    assert hashes.get("a.txt") is None and hashes.get("b.txt")


def test_another_file_moved_into_its_place(folder):
    hashed(folder)
    os.replace(folder / "b.txt", folder / "a.txt")
    hashes = Hashes(folder)
    assert hashes.get("a.txt") is None and "b.txt" not in hashes


def test_what_was_just_written_is_read_again(folder, monkeypatch):
    monkeypatch.setattr(stamps, "FRESH", 60 * 10**9)
    hashed(folder)
    assert Hashes(folder).get("a.txt") is None


def test_files_that_are_gone_are_forgotten(folder):
    found = hashed(folder)
    Hashes(folder).keep({"a.txt": found["a.txt"]})
    assert Hashes(folder).get("a.txt") and Hashes(folder).get("b.txt") is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"a.txt": 5}', '{"a.txt": [1, 2]}'])
def test_a_damaged_cache_is_none(folder, damage, tmp_path):
    hashed(folder)
    (kept,) = (tmp_path / "cache" / "hashes").iterdir()
    kept.write_text(damage, encoding="utf-8")
    assert Hashes(folder).get("a.txt") is None
    hashed(folder)
    assert Hashes(folder).get("a.txt")


def test_no_cache_folder_to_write_to(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "file" / "below"))
    hashed(folder)
    assert Hashes(folder).get("a.txt") is None


def test_a_folder_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("RESOURCE_CITIES_CACHE", str(tmp_path / "cache"))
    assert "a.txt" not in Hashes(tmp_path / "none")
