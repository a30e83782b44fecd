"""The YAML reader: values with their lines, checks that say where and how to mend, files that must not be walked."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analysis.project.errors import InputError
from analysis.project.yaml_lines import DEEPEST, MOST, parse_yaml, read_yaml

FILE = """\
# fruit
apple:
  name: 苹果
  price: 3.5
  fresh: true
  kinds: &kinds
    - 红
    - [青, 黄]
pear:
  name: "12"
  kinds: *kinds
"""


def wrong(call, *arguments, **named) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    line = str(caught.value)
    assert "\n" not in line and "; " in line
    return line


def test_values_know_their_lines():
    fruit = parse_yaml(FILE, "fruit.yml").fields(required=("apple",))
    assert {key: node.line for key, node in fruit.items()} == {"apple": 2, "pear": 9}
    apple = fruit["apple"].fields(allowed=("name", "price", "fresh", "kinds"), required=("name",))
    assert apple["name"].text() == "苹果" and apple["price"].number(above=0, most=4) == 3.5 and apple["fresh"].truth()
    assert [(item.line, item.is_list) for item in apple["kinds"].items()] == [(7, False), (8, True)]
    assert [item.text() for item in apple["kinds"].items(nested=True)] == ["红", "青", "黄"]
    pear = fruit["pear"].fields()
    assert pear["kinds"].value() == ["红", ["青", "黄"]] and pear["name"].text() == "12"
    assert pear["kinds"].line == 11


@pytest.mark.parametrize(
    ("text", "ask", "said"),
    [
        ("a: 1\n\nb: 2\n", lambda n: n.fields(allowed=("a", "bb")), "f.yml:3: unknown key 'b', did you mean 'bb'?"),
        ("a: 1\n", lambda n: n.fields(required=("b",)), "b is absent; add b:"),
        ("a:\n  x: 1\n", lambda n: n.fields()["a"].fields(allowed=("y",)), "f.yml:2: a: unknown key 'x'"),
        ("a:\n  x: 1\n", lambda n: n.fields()["a"].fields(required=("y",)), "f.yml:1: a: y is absent"),
        ("[1]\n", lambda n: n.fields(), "is no mapping"),
        ("", lambda n: n.fields(), "is no mapping"),
        ("a: 1\n", lambda n: n.fields()["a"].items(), "f.yml:1: a is no list; write a: ["),
        ("a:\n  - 词\n  - 2\n", lambda n: n.fields()["a"].words(), "f.yml:3: a is no list of words"),
        ("a: [' ']\n", lambda n: n.fields()["a"].words(), "a is no list of words"),
        ("a: []\n", lambda n: n.fields()["a"].words(empty=False), "a holds no word"),
        ("a: 2\n", lambda n: n.fields()["a"].text(), "a is empty or no text"),
        ("a: ' '\n", lambda n: n.fields()["a"].text(), "a is empty or no text"),
        ("a: b\n", lambda n: n.fields()["a"].number(), "a 'b' is no number"),
        ("a: true\n", lambda n: n.fields()["a"].number(), "a 'true' is no number"),
        ("a: .nan\n", lambda n: n.fields()["a"].number(), "a '.nan' is no number"),
        ("a: [1]\n", lambda n: n.fields()["a"].number(), "a 'a list' is no number"),
        ("a: 11\n", lambda n: n.fields()["a"].number(above=0, most=10), "a '11' is not above 0 and 10 or less"),
        ("a: yess\n", lambda n: n.fields()["a"].truth(), "a 'yess' is neither true nor false"),
        ("a: matur\n", lambda n: n.fields()["a"].one_of(["mature"]), "a: unknown 'matur', did you mean 'mature'?"),
        ("a: [b]\n", lambda n: n.fields()["a"].one_of(["b"]), "a: unknown 'a list'"),
        ("a: !!int b\n", lambda n: n.value(), "a 'b' is not what its tag says"),
    ],
)
def test_wrong_values(text, ask, said):
    assert said in wrong(ask, parse_yaml(text, "f.yml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1, 2\n", "is not valid YAML"),
        ("a: b\nc: 'd\n", "is not valid YAML"),
        ("a: \0\n", "is not valid YAML"),
        ("a: *b\n", "f.yml:1: is not valid YAML"),
        ("---\na: b\n---\nc: d\n", "f.yml:3: is not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", "f.yml:3: 'a' is already in line 1; keep one"),
        ("x:\n  - {a: 1, a: 2}\n", "f.yml:2: 'a' is already in line 2"),
        ("2020: a\n", "f.yml:1: key '2020' is no text"),
        ("? [a]\n: b\n", "f.yml:1: key '[…]' is no text"),
        ("a:\n  <<: {b: c}\n", "f.yml:2: key '<<' is no text"),
        ("a: !!python/object/apply:os.system [true]\n", "f.yml:1: the tag 'python/object/apply:os.system' is not read"),
        ("a: !!binary aGk=\n", "the tag 'binary' is not read"),
        ("a: !!set {b}\n", "the tag 'set' is not read"),
        ("a: !!str [b]\n", "the tag 'str' is not read"),
        ("a: &x [*x]\n", "f.yml:1: a reference (*) stands for what it stands in"),
        ("a: " + "[" * (DEEPEST + 1), f"more than {DEEPEST} deep"),
        ("[" * 50_000, f"more than {DEEPEST} deep"),
        ("- " * 50_000, f"more than {DEEPEST} deep"),
    ],
)
def test_files_that_are_refused(text, said):
    assert said in wrong(parse_yaml, text, "f.yml")


def test_references_that_grow_without_end_are_refused_before_anybody_walks_them():
    names = [f"x{i}: &x{i} [{', '.join([f'*x{i - 1}'] * 9) if i else 'l'}]" for i in range(12)]
    line = wrong(parse_yaml, "\n".join(names), "f.yml")
    assert f"more than {MOST:,} values" in line and line.startswith("f.yml:7: ")


def test_a_long_value_is_shown_in_short():
    assert len(wrong(parse_yaml("a: " + "字" * 9000, "f.yml").fields()["a"].number)) < 200


def test_the_file_itself(tmp_path):
    path = tmp_path / "a.yml"
    assert "a.yml: no such list; give" in wrong(read_yaml, path, absent="no such list")
    path.write_bytes("a: 词".encode("gb18030"))
    assert "is not UTF-8; save it as UTF-8" in wrong(read_yaml, path)
    path.write_text("a: 词\n", encoding="utf-8-sig")
    assert read_yaml(path).value() == {"a": "词"}
    assert "f" not in read_yaml(path).fields()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(categories=["L"]), min_size=1, max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_it_reads_what_the_library_wrote(value):
    text = yaml.safe_dump({"a": value}, allow_unicode=True)
    assert parse_yaml(text, "f.yml").value() == yaml.safe_load(text)


@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_one_line(text):
    try:
        parse_yaml(text, "f.yml").value()
    except InputError as error:
        assert "\n" not in str(error)
