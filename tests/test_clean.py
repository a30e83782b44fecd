"""Cleaning: characters, furniture, broken lines, structure, sentences, dates. All sentences here are made up."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pandas as pd
import pytest
from cleaned import cleaned_text
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.project.registry import TABLES, problems
from analysis.texts import characters
from analysis.texts.clean import clean
from analysis.texts.dates import text_date
from analysis.texts.sentences import sentence_texts, sentences, split_sentences

LONG = "全市去年新修道路三百公里，改造小区二十个，城里和乡下的面貌都有了新的变化，居民的日子更加方便。"
COLUMNS = ["kind", "speaker", "role", "text"]


def rows(text: str) -> list[tuple]:
    """(kind, speaker, text) of each passage; None for no speaker."""
    passages, _ = clean(text)
    return [
        (kind, None if pd.isna(speaker) else speaker, body)
        for kind, speaker, body in zip(passages["kind"], passages["speaker"], passages["text"], strict=True)
    ]


def texts(text: str) -> list[str]:
    return list(clean(text)[0]["text"])


def removed(text: str) -> list[tuple[int, str, str]]:
    _, removals = clean(text)
    return list(zip(removals["line"], removals["rule"], removals["text"], strict=True))


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "\n \n", "下载\n打印", LONG])
def test_tables_are_those_of_the_registry(text):
    passages, removals = clean(text, "demo")
    assert list(passages) == TABLES["passages"].names
    assert list(removals) == TABLES["removals"].names
    assert problems("passages", passages) == problems("removals", removals) == []
    assert set(passages["document"]) | set(removals["document"]) <= {"demo"}
    assert list(passages["characters"]) == [len(text) for text in passages["text"]]
    assert list(passages["passage"]) == list(range(1, len(passages) + 1))


# --- characters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("粮田扩大到 300 万亩,增长５％。", "粮田扩大到300万亩，增长5%。"),
        ("税收增长4%以 上，严管“三 费”支出。", "税收增长4%以上，严管“三费”支出。"),
        ("开展“甲城无忧 乙县放心”活动。", "开展“甲城无忧 乙县放心”活动。"),
        ("推广AI PC和云 服务。", "推广AI PC和云服务。"),
        ("产值达1,234万元,居第2。", "产值达1,234万元，居第2。"),
        ("三次产业之比为12:50.5:37.5。", "三次产业之比为12:50.5:37.5。"),
        ("每天8:30开门,欢迎!好吗?", "每天8:30开门，欢迎！好吗？"),
        ("见http://a.example/b?c=1,谢谢。", "见http://a.example/b?c=1，谢谢。"),
        ("设立中心(含分中心)和实验室(Lab)。", "设立中心（含分中心）和实验室(Lab)。"),
        ("增长3．5个百分点,降耗2. 5%。", "增长3.5个百分点，降耗2.5%。"),
        ("\ufeff新\u200b城\u00a0\u00a0建\x07设。", "新城建设。"),
        ("⽤⽔节约三成。", "用水节约三成。"),
        ("他说'好'，又说\"行\"。", "他说'好'，又说\"行\"。"),
        ("Why, he said: yes!", "Why, he said: yes!"),
    ],
)
def test_characters(raw, cleaned):
    assert texts(raw) == [cleaned]


def test_titles_keep_the_space_between_their_members_and_close_up_spaced_words():
    assert texts(f"走好新路 打好新牌\n{LONG}")[0] == "走好新路 打好新牌"
    assert texts(f"政 府 工 作 报 告\n{LONG}")[0] == "政府工作报告"


def test_spaces_and_invisible_characters_are_recorded_with_their_line():
    assert removed("甲。\n乙 丙，\u200b丁。") == [(2, "invisible", "U+200B"), (2, "stray_space", " ")]


# --- furniture --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("首页 > 新闻 > 正文", "navigation"),
        ("当前位置：首页>要闻", "navigation"),
        ("下载", "button"),
        ("打印 收藏 分享", "button"),
        ("【字体：大 中 小】", "button"),
        ("查看余下全文", "button"),
        ("来源：晨光日报", "source"),
        ("2024-01-02 15:53 来源:晨光日报", "source"),
        ("发布时间：2024-01-02", "source"),
        ("浏览量：1234次", "counter"),
        ("（责任编辑：某某）", "editor"),
        ("张某作报告。晨光日报记者 李某某", "caption"),
        ("新闻稿配图001.JPG", "image"),
        ("△我市建成新的桥梁。", "caption"),
        ("新桥今日通车。本报记者 王某某 摄", "caption"),
        ("（资料图）", "picture_note"),
        ("扫一扫在手机打开当前页", "scan"),
        ("— 3 —", "page_number"),
        ("********", "ornament"),
    ],
)
def test_furniture_of_the_head(line, rule):
    text = f"某市新闻发布会实录\n{line}\n{LONG}\n{LONG}"
    assert line not in texts(text)
    assert [(number, name) for number, name, _ in removed(text) if name != "stray_space"] == [(2, rule)]


@pytest.mark.parametrize(
    "lines",
    [
        ["相关报道：", "另一条新闻的标题"],
        ["标签：", "相关阅读", "相关词"],
        ["编辑：某某", "校对：某某"],
        ["责任编辑:某某审核人:某某总值班:某某"],
        ["某网版权与免责声明", "凡本网注明“某网讯”的作品，版权均属某网，未经授权不得转载。违者追究法律责任。"],
        ["姓名:", "电话:", "提交"],
        ["【", "打印本页", "】"],
        ["上一篇：某事", "下一篇：某事"],
    ],
)
def test_furniture_of_the_tail(lines):
    text = "\n".join([LONG, *lines])
    assert texts(text) == [LONG]
    assert [number for number, rule, _ in removed(text) if rule != "stray_space"] == list(range(2, len(lines) + 2))


def test_furniture_set_over_several_lines():
    text = "\n".join(
        ["当前位置：", "首页", ">", "要闻", "某市工作报告", "发表时间：", "2024-01-02 09:00", "来源：", "晨光日报",
         "【字号：", "大", "小", "】", LONG]
    )  # fmt: skip
    assert texts(text) == ["某市工作报告", LONG]


def test_picture_notes_leave_a_line_of_the_body():
    assert texts(f"{LONG}（图片均为资料图片）") == [LONG]
    assert removed(f"{LONG}（图片均为资料图片）") == [(1, "picture_note", "（图片均为资料图片）")]


def test_a_title_that_stands_twice_is_kept_once():
    text = f"某市工作报告（摘要）\n2024-01-02 来源：晨光日报\n某市工作报告（摘要）\n{LONG}"
    assert texts(text) == ["某市工作报告（摘要）", LONG]
    assert (1, "repeated_title", "某市工作报告（摘要）") in removed(text)


@pytest.mark.parametrize(
    "line",
    [
        "来源地区分布更广，客源增长一成。",
        "时间：从今年起，用三年建成。",
        "版权保护得到加强，授权专利增长两成。",
        "首页改版后，办事更加方便。",
        "欢迎各位记者前来拍摄。",
        "下载量超过十万次。",
        "相关报道很多，反响很好。",
        "编辑出版业产值增长5%。",
        "标签化管理覆盖全部企业。",
        "扫码支付覆盖全部商户。",
        "2024年1月2日10:30大桥合龙，全长三公里。",
        "以上项目获得授权专利二十件。",
        "餐饮服务许可证全部网上办理。",
    ],
)
def test_sentences_of_the_body_stay(line):
    assert line in texts(f"某市发布会实录\n{LONG}\n{line}\n{LONG}")
    assert line in texts(f"某市发布会实录\n{LONG}\n{line}")


PAGE = """云岭新路通车
索引号：0012/2024-5 主题分类：交通
English| 新闻| 政务| 视频
全市去年新修道路三百公里，改造小区二十个，城里和乡下的面貌都有了新的变化。
市长小河看新路。 张三 摄
 $('#share').show({size: 3});
.mark {
  height: 55px;
}
阅读 1,234 评论 5 点赞 6
上一页 1 2 3 下一页
电话：
主办：云岭市政府办公室 邮编：000000
相关解读
云岭的桥也快通了
"""


def test_a_page_of_an_office_with_all_that_stands_around_its_text():
    assert texts(PAGE) == ["云岭新路通车", PAGE.splitlines()[3]]
    assert [rule for _, rule, _ in removed(PAGE) if rule != "stray_space"] == (
        ["record", "navigation", "caption", "script", "script", "script", "ornament", "counter", "page_number"]
        + ["form", "site", "related", "related"]
    )


def test_lists_of_other_pages_end_a_text_without_a_long_sentence():
    body = ["云岭新路", "今年修了三条新路，方便了居民。"]
    assert texts("\n".join([*body, "相关阅读", "云岭的桥"])) == body


# --- broken lines -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "joined"),
    [
        ("——2024年1月3日在某省第一届\n人民代表大会上\n各位代表：", "——2024年1月3日在某省第一届人民代表大会上"),
        ("全市加快推进修路、\n建桥和治水。", "全市加快推进修路、建桥和治水。"),
        ("今年的\n主要目标\n是：增长百分之五。", "今年的主要目标是：增长百分之五。"),
        ("我们相信明天\n，一定更好。", "我们相信明天，一定更好。"),
        (f"{LONG}空气里的PM\n2.5\n年均浓度逐年下降。", f"{LONG}空气里的PM2.5年均浓度逐年下降。"),
    ],
)  # fmt: skip
def test_lines_broken_in_a_sentence_are_joined(raw, joined):
    assert texts(f"某省工作报告\n{raw}")[1] == joined


@pytest.mark.parametrize(
    "raw",
    [
        f"{LONG}\n聚焦健康生活\n{LONG}",
        f"一、去年\n{LONG}\n（一）修路\n{LONG}",
        f"{LONG[:-1]}\n（二）治水有了新的成效。{LONG}",
    ],
)
def test_other_lines_are_not_joined(raw):
    assert texts(raw) == raw.split("\n")


# --- structure --------------------------------------------------------------------------------------------------------


def test_questions_and_answers():
    text = (
        "某市发布会实录\n市委书记王小明，市长李大同，副市长赵云山、钱多多出席。\n"
        "聚焦产业\n晨光日报、晨光网记者:产业如何？\n"
        "市委书记王小明:产业很好。\n一是办厂。工厂多了。\n"
        "聚焦民生\n问:民生呢？\n钱多多:也好。\n海岸财经：请问下一步？\n市长李大同: 再干。"
    )
    passages, removals = clean(text)
    assert rows(text) == [
        ("heading", None, "某市发布会实录"),
        ("body", None, "市委书记王小明，市长李大同，副市长赵云山、钱多多出席。"),
        ("heading", None, "聚焦产业"),
        ("question", "晨光日报、晨光网", "产业如何？"),
        ("answer", "王小明", "产业很好。"),
        ("answer", "王小明", "一是办厂。工厂多了。"),
        ("heading", None, "聚焦民生"),
        ("question", None, "民生呢？"),
        ("answer", "钱多多", "也好。"),
        ("question", "海岸财经", "请问下一步？"),
        ("answer", "李大同", "再干。"),
    ]
    assert list(passages["role"].fillna(""))[3:] == [
        "记者", "市委书记", "市委书记", "", "", "副市长", "记者", "市长",
    ]  # fmt: skip
    assert list(passages["section"].fillna(""))[3:6] == ["聚焦产业"] * 3
    assert set(removals["rule"]) <= {"stray_space"}


def test_without_topic_headings_the_question_is_the_section():
    passages, _ = clean("问：路修得怎么样？\n答：很好。\n问：桥呢？\n答：也好。")
    assert list(passages["section"]) == ["路修得怎么样？"] * 2 + ["桥呢？"] * 2


def test_an_answer_without_label_follows_a_question():
    assert [row[0] for row in rows("问：路修得怎么样？\n去年修了十条路。\n问：桥呢？\n修了三座。")] == [
        "question", "answer", "question", "answer",
    ]  # fmt: skip


def test_words_before_the_label_of_a_question_are_recorded():
    assert rows("热词问：路怎么样？\n答：很好。")[0] == ("question", None, "路怎么样？")
    assert removed("热词问：路怎么样？\n答：很好。") == [(1, "label_prefix", "热词")]


def test_a_label_on_a_line_of_its_own():
    assert rows("记者：\n路怎么样？\n市长李大同：\n很好。") == [
        ("question", None, "路怎么样？"),
        ("answer", "李大同", "很好。"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "问：好吗？\n金融业：增长两成。",
        "主要目标：增长百分之五。\n金融：增长百分之六。",
        "各位记者：大家好。\n王某：甲。",
        "市委书记指出：要快。",
        "请问：谁来修路？",
    ],
)
def test_what_only_looks_like_a_label_stays_in_the_text(text):
    assert texts(text)[-1] in text


def test_work_report():
    text = (
        "某市政府工作报告\n——2024年1月3日在某市第一届人民代表大会第二次会议上\n代市长 王 明\n各位代表：\n"
        f"一、去年工作\n{LONG}\n（一）修路\n{LONG}\n一是修大路。\n{LONG}\n二、今年工作\n（一）更好治水。{LONG}\n附件1\n名词解释\n1.“三新”：\n指新路、新桥、新城。"
    )
    passages, _ = clean(text)
    assert list(passages["kind"]) == [
        "heading", "heading", "heading", "body", "heading", "body", "heading", "body", "heading", "body", "heading",
        "body", "heading", "heading", "heading", "body",
    ]  # fmt: skip
    assert list(passages["section"].fillna(""))[3:] == [
        "", "", "一、去年工作", "一、去年工作", "一、去年工作 / （一）修路", "一、去年工作 / （一）修路",
        "一、去年工作 / （一）修路 / 一是修大路。", "", "二、今年工作", "", "附件1", "附件1 / 名词解释",
        "附件1 / 名词解释 / 1.“三新”：",
    ]  # fmt: skip
    assert set(passages["speaker"][3:12]) == {"王明"}
    assert set(passages["role"][3:12]) == {"代市长"}
    assert passages["speaker"][:3].isna().all() and passages["speaker"][12:].isna().all()


def test_the_person_who_gives_a_report_may_stand_in_its_first_sentence():
    passages, _ = clean(f"某市政府工作报告（摘编）\n1月3日，代市长王明向大会作了报告。\n{LONG}")
    assert passages["speaker"].iloc[-1] == "王明"


def test_a_single_line_is_body():
    assert rows("地区生产总值增长6%") == [("body", None, "地区生产总值增长6%")]


# --- what must hold for any text --------------------------------------------------------------------------------------

FRAGMENTS = [
    *"\n\n\n 　\u00a0\u200b\x07，。！？；：、,:;?!()（）“”《》【】—…%％.．>△03７aＡ元",
    *("2.5", "2024年", "1月2日", "2024-01-02", "GDP", "&nbsp;", "\t", "\r\n", "\u2028", "\ue000", "⽤", "😀"),
    *("问", "答", "问：", "答:", "记者", "记者：", "晨光日报记者：", "海岸财经：", "请问如何？", "主持人："),
    *("市长", "王小明", "王小明：", "市长王小明：", "副市长王小明、李某", "政府工作报告", "各位代表："),
    *("——2024年1月2日在某市会议上", "一、", "（一）", "(1)", "1.", "一是", "第一，", "附件"),
    *("来源：", "来源：某报", "时间：", "阅读量：", "责任编辑：某某", "首页", "下载", "【字号：", "大", "图1.jpg"),
    *("（资料图）", "（本报记者甲摄）", "本报记者某某摄", "相关阅读", "标签：", "提交", "版权声明", "扫一扫", "- 3 -"),
    *("增长", "是", "的", "全市经济", LONG, LONG[:-1] + "和民生"),
]
fragments = st.sampled_from(FRAGMENTS)
any_text = st.one_of(
    st.lists(st.one_of(fragments, fragments, st.characters(codec="utf-8")), max_size=25).map("".join),
    st.lists(st.lists(fragments, min_size=1, max_size=5).map("".join), max_size=10).map("\n".join),
)

BACK = {full: half for half, full in characters._ASCII_MARKS.items()} | {"（": "(", "）": ")", "．": "."}


def visible(text: str) -> Counter[str]:
    """The characters of `text` that must not vanish, after the one-to-one maps."""
    return Counter(
        BACK.get(char, char)
        for char in text.translate(characters.MAP)
        if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


@settings(max_examples=400, deadline=None)
@given(any_text)
@example("市长 (")
@example("问：\n,(1)")
@example("市长王小明：，\n各位代表：\n王小明\n0")
@example("市长\u00a0王小明：（资料图）")
@example("提交\n全市经济问：市长王小明：来源：")
@example(f"市长王小明：{LONG[:-1]}和民生\n王小明：0。")
@example(f"委书记王小明：小\n{LONG[:-1]}，十二个镇都装上了新路灯\n2，，三四五六七八九十甲乙丙丁戊己庚辛壬癸")
def test_cleaning_twice_is_cleaning_once(text):
    passages, _ = clean(text)
    again, removals = clean(cleaned_text(passages))
    assert again[COLUMNS].fillna("").values.tolist() == passages[COLUMNS].fillna("").values.tolist()
    assert removals.empty


@settings(max_examples=400, deadline=None)
@given(any_text)
def test_no_character_vanishes_unrecorded(text):
    passages, removals = clean(text)
    there: Counter[str] = Counter("问答提发追回记者:QA" * len(passages))  # what labels may hold beside names
    for column in (passages["text"], passages["speaker"], passages["role"]):
        there.update(visible("".join(column.dropna())))
    there.update(visible("".join(removals.loc[removals["rule"] != "invisible", "text"])))
    assert not visible(text) - there


@settings(max_examples=300, deadline=None)
@given(any_text)
def test_sentences_cover_the_text_in_order(text):
    spans = split_sentences(text)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in zip(spans, spans[1:], strict=False))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)


def test_removals_name_the_line_of_the_file():
    text = f"\r\n下载\r\n\r\n{LONG}\r\n\r\n相关阅读\r\n"
    assert [number for number, _, _ in removed(text)] == [2, 6]


# --- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentences",
    [
        ["增长3.5%。", "真的？！", "好！"],
        ["甲好；乙也好。", "丙更好。"],
        ["他说：“修路。要快。”", "大家同意。"],
        ["做到“一好。”的要求。", "坚决办。"],
        ["（见附表。）下一句。", "再一句。"],
        ["煤、电……等都增长。", "好……", "好。"],
        ["“没有收尾。", "第二句。"],
        ["见a?b=c页。", "Why?", "好!"],
        ['他说"很好。"', '"再见。"', "好。"],
        ["没有句号"],
    ],
)
def test_split_sentences(sentences):
    text = "".join(sentences)
    assert [text[a:b] for a, b in split_sentences(text)] == sentences


def test_a_line_break_ends_a_sentence_and_white_space_is_left_out():
    text = "第一行 \n\n  第二行。 末句"
    assert [text[a:b] for a, b in split_sentences(text)] == ["第一行", "第二行。", "末句"]


# --- the sentence of a row --------------------------------------------------------------------------------------------


def test_the_sentence_of_a_row():
    passages, _ = clean("甲地去年修了路。乙地今年造了桥！\n丙地明年建站。", "d")
    numbered = [(1, "甲地去年修了路。"), (2, "乙地今年造了桥！"), (3, "丙地明年建站。")]
    assert [row[2:] for row in sentences(passages)] == numbered
    spans = pd.DataFrame({"document": ["d"] * 3, "passage": [1, 1, 2], "start": [7, 8, 3]})
    assert sentence_texts(spans, passages) == ["甲地去年修了路。", "乙地今年造了桥！", "丙地明年建站。"]
    numbers = pd.DataFrame({"document": ["d", "d"], "sentence": [3, 1]})
    assert sentence_texts(numbers, passages) == ["丙地明年建站。", "甲地去年修了路。"]


# --- date -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("某市工作报告\n——2024年1月3日在某市会议上\n来源：某报\n时间：2024-02-02", "2024-01-03"),
        ("某市工作报告\n——二〇二六年一月二十七日在某市会议上", "2026-01-27"),
        ("某市工作报告（2022年1月13日 王某）\n2022-03-15 15:53", "2022-01-13"),
        ("发布会实录\n来源:某网2024-09-29\n9月27日上午，发布会在省城举行。", "2024-09-27"),
        ("访谈实录\n2023-05-17 11:09 来源：某社\n近年来变化很大。", "2023-05-17"),
        ("发布会实录\n2024年9月27日上午，发布会在省城举行。", "2024-09-27"),
        ("某文\n成文日期：2024年3月\n正文。", "2024-03"),
        ("2023年某市规划\n正文。", "2023"),
        ("会议于2024年2月30日召开。\n正文。", None),
        ("自2019年以来，变化很大。", None),
        ("", None),
    ],
)
def test_text_date(text, found):
    assert text_date(text) == found


# --- the published texts, where they are at hand ----------------------------------------------------------------------

LEFT_BEHIND = re.compile(
    "字[号体][:：]|打印|扫一扫|责任编辑|相关报道|相关阅读|来源[:：]|阅读量|当前位置|首页|免责声明|资料图片|相关资料图"
    "|记者.{0,12}摄$|[.](?:jpg|png)$"
)


def test_the_published_texts_come_clean_and_whole(shared):
    provincial = sorted((shared / "corpora" / "provincial-2026").glob("*.txt"))
    sources = sorted((shared / "sources").glob("*.txt"))
    assert (len(provincial), len(sources)) == (16, 5)
    for path in provincial + sources:
        raw = path.read_text(encoding="utf-8-sig")
        passages, removals = clean(raw, path.stem)
        left = [text for text in passages["text"] if len(text) <= 80 and LEFT_BEHIND.search(text)]
        assert not left, f"{path.name}: {left[0][:60]}"
        share = len("".join("".join(passages["text"]).split())) / len("".join(raw.split()))
        assert share >= (0.99 if path in provincial else 0.89), path.name
        long = [text for text in removals["text"] if len(text) > 100]
        assert all(re.search("版权|图为|摄$", text) for text in long), f"{path.name}: {long}"
        again, more = clean(cleaned_text(passages), path.stem)
        assert more.empty
        assert again[COLUMNS].fillna("").values.tolist() == passages[COLUMNS].fillna("").values.tolist()
