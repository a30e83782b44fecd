"""The registry of tables and columns: type, unit, meaning in English and Chinese, allowed values.

Codebook, checks and the labels of tables come from `TABLES`. A column keeps one meaning in all tables, but for
`indicator`: in `figures` the words that name what is measured, in `indicators` a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

THEMES = (
    "macro",
    "industry",
    "innovation",
    "digital",
    "agriculture",
    "ecology",
    "urban",
    "livelihood",
    "business",
    "opening",
    "culture",
    "governance",
)
KINDS = ("heading", "question", "answer", "body")
COMPARATORS = ("=", "≈", ">", "<")
MEASURES = ("level", "share", "increase", "decrease", "rank", "duration", "streak")
STATUSES = ("achieved", "planned")
GENRES = ("press_conference", "interview", "government_work_report", "other")
EDITIONS = ("digest", "published")
SCHEMES = ("theme", "pathway", "instrument")
FORMULA_FORMS = ("counted", "digits")
CONSTRAINTS = ("hard", "soft", "range", "point")
# Why a row stands for its text (the first seven) or gives way (the others).
REASONS = (
    "only",  # nothing else says it
    "main_targets",  # it stands among the main targets of the text, the others do not
    "unrestricted",  # no word restricts what it is about, the others are restricted
    "firm",  # what is to be reached; others are only striven for (力争)
    "exact",  # the others are rounded or bounds
    "more_precise",  # it has more digits
    "first",  # it stands first, nothing else tells them apart
    "repeated",  # gives way: the same value again
    "rounded",  # gives way: the same value in fewer digits or with another comparator
    "differs",  # gives way: another value
)
SCOPES = ("self", "county", "sector", "province", "country", "other")


@dataclass(frozen=True)
class Column:
    """One column: `type` is `string`, `integer`, `number` or `boolean`; `required` means never null."""

    name: str
    type: str
    en: str
    zh: str
    meaning_en: str
    meaning_zh: str
    required: bool = True
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of data/processed with its key."""

    name: str
    en: str
    zh: str
    meaning_en: str
    meaning_zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(default=())

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def _column(name: str, type_: str, en: str, zh: str, meaning_en: str, meaning_zh: str, **more) -> Column:
    return Column(name, type_, en, zh, meaning_en, meaning_zh, **more)


DOCUMENT = _column(
    "document",
    "string",
    "Document",
    "文献",
    "Key of the document in data/raw/sources.csv",
    "文献在 data/raw/sources.csv 中的编号",
)
CITY = _column(
    "city",
    "string",
    "City",
    "城市",
    "Key of the city in data/reference/cities.yml",
    "城市在 data/reference/cities.yml 中的编号",
)
PASSAGE = _column(
    "passage", "integer", "Passage", "段", "Number of the passage in the document, from 1", "段在文献中的序号，从 1 起"
)
SENTENCE = _column(
    "sentence",
    "integer",
    "Sentence",
    "句",
    "Number of the sentence in the document, from 1",
    "句在文献中的序号，从 1 起",
)
SPEAKER = _column(
    "speaker",
    "string",
    "Speaker",
    "发言人",
    "Who says it, where the text names a speaker",
    "发言人（文中有署名时）",
    required=False,
)
CHARACTERS = _column(
    "characters", "integer", "Characters", "字数", "Characters of the cleaned text", "清洗后文本的字符数"
)
TEXT = _column(
    "text",
    "string",
    "Text",
    "文本",
    "The characters: what the passage says, or what was taken away",
    "文字：段的内容或被去除的内容",
)
START = _column(
    "start", "integer", "Start", "起", "First character in the passage, from 0", "在段中的首字位置，从 0 起"
)
END = _column("end", "integer", "End", "止", "Character after the last one in the passage", "在段中末字之后的位置")
MENTION = _column(
    "mention",
    "string",
    "Mention",
    "原文",
    "The words as printed: text[start:end] of the passage",
    "文中原样文字：即该段 text[start:end]",
)
VALUE = _column(
    "value",
    "number",
    "Value",
    "数值",
    "Number in the base unit, 千 百 万 亿 multiplied out",
    "以基本单位计的数值（千、百、万、亿已乘出）",
)
VALUE_MAX = _column(
    "value_max",
    "number",
    "Upper value",
    "上限",
    "Upper end of a range, else null",
    "区间上限，非区间为空",
    required=False,
)
UNIT = _column("unit", "string", "Unit", "单位", "Unit without its multiplier", "不含倍率的单位")
COMPARATOR = _column(
    "comparator",
    "string",
    "Comparator",
    "限定",
    "= exact, ≈ about, > more than or at least, < less than or at most",
    "= 确数，≈ 约数，> 超过或不低于，< 不足或不超过",
    allowed=COMPARATORS,
)
PERIOD = _column(
    "period",
    "string",
    "Period",
    "时期",
    "Time the figure speaks of: 2021, 2019-H1, 2023-Q1, 2024-01/2024-08, 2017/2021, 2004/.., ../2025",
    "所述时期：2021、2019-H1、2023-Q1、2024-01/2024-08、2017/2021、2004/..、../2025",
    required=False,
)
STATUS = _column(
    "status",
    "string",
    "Status",
    "状态",
    "achieved: done or reported; planned: target or intention; null: cannot be told",
    "achieved 已实现或现状；planned 目标或打算；空为不明",
    required=False,
    allowed=STATUSES,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "documents",
            "Documents",
            "文献",
            "One row per source text, as listed in data/raw/sources.csv, with what reading found",
            "每篇来源文献一行：取自 data/raw/sources.csv，并记录读入情况",
            (
                DOCUMENT,
                CITY,
                _column(
                    "date",
                    "string",
                    "Date",
                    "日期",
                    "Date of the text: YYYY, YYYY-MM or YYYY-MM-DD",
                    "文献日期：YYYY、YYYY-MM 或 YYYY-MM-DD",
                ),
                _column("genre", "string", "Genre", "文体", "Kind of text", "文献类型", allowed=GENRES),
                _column(
                    "title",
                    "string",
                    "Title",
                    "标题",
                    "Title, written for this suite where the source has none",
                    "标题（原文无标题者由本项目拟定）",
                ),
                _column(
                    "publisher",
                    "string",
                    "Publisher",
                    "发布者",
                    "Who published the source text",
                    "原文发布者",
                    required=False,
                ),
                _column(
                    "language", "string", "Language", "语言", "Language of the text (BCP 47)", "文献语言（BCP 47）"
                ),
                _column(
                    "edition",
                    "string",
                    "Edition",
                    "版本",
                    "digest: own words of this suite; published: the source text as published",
                    "digest：本项目自撰摘编；published：已发布的原文",
                    allowed=EDITIONS,
                ),
                _column(
                    "sha256", "string", "SHA-256", "校验和", "SHA-256 of the file that was read", "所读文件的 SHA-256"
                ),
                _column(
                    "encoding",
                    "string",
                    "Encoding",
                    "编码",
                    "Character encoding found on reading",
                    "读入时识别的字符编码",
                ),
                CHARACTERS,
            ),
            ("document",),
        ),
        Table(
            "passages",
            "Passages",
            "段落",
            "The cleaned text: one row per heading, question or paragraph",
            "清洗后的文本：每个标题、提问或段落一行",
            (
                DOCUMENT,
                PASSAGE,
                _column(
                    "section",
                    "string",
                    "Section",
                    "章节",
                    "The heading or question it stands under",
                    "所属标题或提问",
                    required=False,
                ),
                SPEAKER,
                _column(
                    "role",
                    "string",
                    "Role",
                    "职务",
                    "Office or paper of the speaker as the text gives it",
                    "文中所载发言人职务或媒体",
                    required=False,
                ),
                _column("kind", "string", "Kind", "类别", "What the passage is", "段的类别", allowed=KINDS),
                TEXT,
                CHARACTERS,
            ),
            ("document", "passage"),
        ),
        Table(
            "removals",
            "Removals",
            "清洗记录",
            "Every line or run that cleaning took away, and the rule that took it",
            "清洗去除的每一行或片段及所依规则",
            (
                DOCUMENT,
                _column("line", "integer", "Line", "行", "Line of the raw file, from 1", "原始文件中的行号，从 1 起"),
                _column("rule", "string", "Rule", "规则", "Name of the cleaning rule", "清洗规则名"),
                TEXT,
            ),
        ),
        Table(
            "figures",
            "Figures",
            "数字",
            "One row per quantity mention, with the characters it stands on",
            "文中每个数量一行，附其所在文字",
            (
                DOCUMENT,
                CITY,
                PASSAGE,
                SENTENCE,
                START,
                END,
                MENTION,
                VALUE,
                VALUE_MAX,
                UNIT,
                _column(
                    "value_si",
                    "number",
                    "SI value",
                    "国际单位值",
                    "Value in unit_si, where there is one",
                    "换算为 unit_si 的数值",
                    required=False,
                ),
                _column(
                    "unit_si",
                    "string",
                    "SI unit",
                    "国际单位",
                    "SI or standard unit, where there is one",
                    "国际单位或标准单位",
                    required=False,
                ),
                COMPARATOR,
                _column(
                    "measure",
                    "string",
                    "Measure",
                    "量的种类",
                    "What kind of quantity it is",
                    "数量的种类",
                    allowed=MEASURES,
                ),
                _column(
                    "indicator",
                    "string",
                    "Indicator",
                    "指标",
                    "Shortest run of the text that names what is measured",
                    "文中指明所计之物的最短文字",
                    required=False,
                ),
                PERIOD,
                STATUS,
                _column(
                    "theme",
                    "string",
                    "Theme",
                    "主题",
                    "Policy domain of the figure",
                    "数字所属政策领域",
                    allowed=THEMES,
                ),
                SPEAKER,
            ),
            ("document", "passage", "start"),
        ),
        Table(
            "formulas",
            "Formulas",
            "提法",
            "Numbered formulas and slogans, which are no figures, with what they stand for where the text says it",
            "带数字的提法与口号（不作数字统计），文中说明所指者附其所指",
            (
                DOCUMENT,
                CITY,
                PASSAGE,
                SENTENCE,
                START,
                END,
                _column(
                    "formula",
                    "string",
                    "Formula",
                    "提法",
                    "The words as printed: text[start:end] of the passage, without quotation marks",
                    "文中原样文字：即该段 text[start:end]，不含引号",
                ),
                _column(
                    "form",
                    "string",
                    "Form",
                    "形式",
                    "counted: a Chinese numeral and what it counts; digits: a code in digits",
                    "counted：汉字数词加所计之物；digits：数字代号",
                    allowed=FORMULA_FORMS,
                ),
                _column(
                    "number",
                    "integer",
                    "Number",
                    "数目",
                    "How many things it counts, where it says so",
                    "所计之物的数目（可知时）",
                    required=False,
                ),
                _column(
                    "counted",
                    "string",
                    "Counted",
                    "所计之物",
                    "What it counts, as printed",
                    "所计之物，依原文",
                    required=False,
                ),
                _column(
                    "items",
                    "string",
                    "Items",
                    "所指",
                    "What it stands for, in the order of the text, joined by |; null where the text does not say",
                    "所指各项，依文中次序以 | 相连；文中未说明者为空",
                    required=False,
                ),
                _column(
                    "items_passage",
                    "integer",
                    "Passage of the items",
                    "所指所在段",
                    "Passage that says what it stands for",
                    "说明所指的段",
                    required=False,
                ),
                _column(
                    "items_start",
                    "integer",
                    "Start of the items",
                    "所指起",
                    "First character of the items in that passage, from 0",
                    "所指在该段中的首字位置，从 0 起",
                    required=False,
                ),
                _column(
                    "items_end",
                    "integer",
                    "End of the items",
                    "所指止",
                    "Character after the items in that passage",
                    "所指在该段中末字之后的位置",
                    required=False,
                ),
            ),
            ("document", "passage", "start"),
        ),
        Table(
            "indicators",
            "Indicators",
            "指标",
            "Figures that report or promise an indicator of data/reference/indicators.yml, on one unit",
            "属于 data/reference/indicators.yml 所列指标的数字，统一单位",
            (
                CITY,
                _column(
                    "indicator",
                    "string",
                    "Indicator",
                    "指标",
                    "Key of the indicator in data/reference/indicators.yml",
                    "指标在 data/reference/indicators.yml 中的编号",
                ),
                PERIOD,
                VALUE,
                VALUE_MAX,
                UNIT,
                COMPARATOR,
                _column(
                    "constraint",
                    "string",
                    "Constraint",
                    "约束",
                    "How a target binds: hard (at least, at most), soft (about), range, point; null if reported",
                    "目标的约束方式：hard 以上、不低于、确保，soft 左右，range 区间，point 定值；已实现者为空",
                    required=False,
                    allowed=CONSTRAINTS,
                ),
                STATUS,
                _column(
                    "scope",
                    "string",
                    "Scope",
                    "范围",
                    "Whom the value is about; self is the place of the text itself",
                    "数值所属：self 为文献所述地区本身，county 县区，sector 行业，province 省，country 全国",
                    allowed=SCOPES,
                ),
                _column(
                    "representative",
                    "boolean",
                    "Representative",
                    "代表值",
                    "True on the one row that stands for the text: one for each indicator, period, status and scope",
                    "同一文献、指标、时期、状态、范围中取作代表的一行为真",
                ),
                _column(
                    "reason",
                    "string",
                    "Reason",
                    "理由",
                    "Why the row stands for the text or gives way to another",
                    "该行取作代表或让位的理由",
                    allowed=REASONS,
                ),
                DOCUMENT,
                PASSAGE,
                SENTENCE,
                START,
                END,
                MENTION,
            ),
            ("document", "indicator", "passage", "start"),
        ),
        Table(
            "terms",
            "Terms",
            "词频",
            "Word counts of the cleaned text after the figures were taken out",
            "去除数字后清洗文本的词频",
            (
                DOCUMENT,
                _column(
                    "term",
                    "string",
                    "Term",
                    "词",
                    "Word as segmented by jieba with the project's terms",
                    "以 jieba 与本项目词表切分的词",
                ),
                _column(
                    "count", "integer", "Count", "次数", "How often it stands in the document", "在文献中出现的次数"
                ),
            ),
            ("document", "term"),
        ),
        Table(
            "codes",
            "Codes",
            "编码",
            "One row per sentence, scheme and code, with the words that carry it; a sentence may carry several codes",
            "每句、每个编码体系、每个编码一行，附依据文字；一句可有多个编码",
            (
                DOCUMENT,
                PASSAGE,
                SENTENCE,
                _column("scheme", "string", "Scheme", "编码体系", "Coding scheme", "编码体系", allowed=SCHEMES),
                _column("code", "string", "Code", "编码", "Code of the scheme", "编码体系中的编码"),
                _column(
                    "evidence", "string", "Evidence", "依据", "The matched words, joined by |", "匹配的文字，以 | 相连"
                ),
            ),
            ("document", "sentence", "scheme", "code"),
        ),
    )
}

_DTYPES = {"string": "string", "integer": "int64", "number": "float64", "boolean": "bool"}


def _dtype(column: Column) -> str:
    """The pandas type of a column; integers that may be missing are the nullable ones."""
    return "Int64" if column.type == "integer" and not column.required else _DTYPES[column.type]


def frame(table: str, rows: list[dict] | Mapping[str, Sequence[Any]] | pd.DataFrame) -> pd.DataFrame:
    """`rows`, or columns by name, as a data frame with exactly the registered columns, order and types of `table`.

    Missing values of string columns are <NA>. Raises KeyError where a registered column is absent from non-empty rows.
    """
    import pandas as pd

    columns = TABLES[table].columns
    if isinstance(rows, pd.DataFrame):
        return pd.DataFrame({c.name: rows[c.name].astype(_dtype(c)) for c in columns})
    if isinstance(rows, Mapping):
        return pd.DataFrame({c.name: _cells(rows[c.name], _dtype(c)) for c in columns})
    # Column by column: pandas takes far longer over a list of rows.
    return pd.DataFrame({c.name: _cells([row[c.name] for row in rows], _dtype(c)) for c in columns})


def _cells(values: Sequence[Any], dtype: str) -> Any:
    """The values of one column as an array of that pandas type, by the shortest way there is."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if dtype == "string":
        return pd.array(pa.array(values, pa.large_string(), from_pandas=True), dtype=dtype)  # type: ignore[call-overload]
    return pd.array(values, dtype=dtype) if dtype == "Int64" else np.array(values, dtype=dtype)


def problems(table: str, data: pd.DataFrame | pa.Table) -> list[str]:
    """What in `data` breaks the registry: absent columns, nulls, values not allowed, repeated keys. One line each."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found, spec = [], TABLES[table]
    there = data.column_names if isinstance(data, pa.Table) else data.columns
    absent = [name for name in spec.names if name not in there]
    if absent:
        return [f"{table}: column {', '.join(absent)} is absent"]
    if not isinstance(data, pa.Table):
        data = pa.table({name: pa.array(data[name], from_pandas=True) for name in spec.names})
    for column in spec.columns:
        cells = data.column(column.name)
        if column.required and cells.null_count:
            found.append(f"{table}.{column.name}: {cells.null_count} empty cells")
        values = set(pc.unique(cells).to_pylist()) - {None} if column.allowed else set()
        wrong = sorted(values - set(column.allowed))
        if wrong:
            found.append(f"{table}.{column.name}: not allowed: {', '.join(map(str, wrong[:5]))}")
    if spec.key:
        different = data.group_by(list(spec.key), use_threads=False).aggregate([]).num_rows
        if different < data.num_rows:
            found.append(f"{table}: {data.num_rows - different} rows repeat the key {', '.join(spec.key)}")
    return found


def codebook(lang: str = "en") -> str:
    """The registry as a Markdown page in `lang` (`en` or `zh`)."""
    heads = ("Column", "Type", "Meaning", "Values") if lang == "en" else ("列", "类型", "含义", "取值")
    lines = ["# Codebook" if lang == "en" else "# 数据字典", ""]
    for table in TABLES.values():
        title, meaning = (table.en, table.meaning_en) if lang == "en" else (table.zh, table.meaning_zh)
        lines += [
            f"## {table.name} ({title})",
            "",
            meaning,
            "",
            "| " + " | ".join(heads) + " |",
            "| --- | --- | --- | --- |",
        ]
        for c in table.columns:
            words = c.meaning_en if lang == "en" else c.meaning_zh
            empty = "" if c.required else (" (may be empty)" if lang == "en" else "（可为空）")
            label, values = c.en if lang == "en" else c.zh, " ".join(f"`{v}`" for v in c.allowed)
            lines.append(f"| `{c.name}` {label} | {c.type} | {words}{empty} | {values} |")
        lines.append("")
    return "\n".join(lines)
