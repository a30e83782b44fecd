from __future__ import annotations

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.extract.figures.mentions import find_mentions
from analysis.extract.figures.units import read_units
from analysis.project.errors import InputError

UNITS = read_units(ROOT / "data/reference/units.csv")

# text, [(mention, value, value_max, unit, comparator)]
FOUND = [
    ("投入扶持资金120亿元", [("120亿元", 12e9, None, "元", "=")]),
    ("培训骨干10053人次", [("10053人次", 10053, None, "人次", "=")]),
    ("整治点位1300多处", [("1300多处", 1300, None, "处", ">")]),
    ("兑现8700多万元", [("8700多万元", 87_000_000, None, "元", ">")]),
    ("吸引学子3万余名", [("3万余名", 30000, None, "名", ">")]),
    ("每月节约2000余万元", [("2000余万元", 20_000_000, None, "元", ">")]),
    ("建成基站1,234座", [("1,234座", 1234, None, "座", "=")]),
    ("厂房9.5万平方米", [("9.5万平方米", 95000, None, "平方米", "=")]),
    ("装机260万千瓦", [("260万千瓦", 2_600_000, None, "千瓦", "=")]),
    ("发电20千瓦时", [("20千瓦时", 20, None, "千瓦时", "=")]),
    ("贷款1亿2000万元", [("1亿2000万元", 120_000_000, None, "元", "=")]),
    ("覆盖率86%以上", [("86%以上", 86, None, "%", ">")]),
    ("控制在4.5%以内", [("4.5%以内", 4.5, None, "%", "<")]),
    ("约3000亩", [("3000亩", 3000, None, "亩", "≈")]),
    ("接近80%", [("80%", 80, None, "%", "≈")]),
    ("不低于6000万元", [("6000万元", 60_000_000, None, "元", ">")]),
    ("不足5家", [("5家", 5, None, "家", "<")]),
    ("不超过3个工作日", [("3个工作日", 3, None, "个工作日", "<")]),
    ("增长5%左右", [("5%左右", 5, None, "%", "≈")]),
    ("集中签约25个项目", [("25个", 25, None, "个", "=")]),
    ("每县建1-2家托育机构", [("1-2家", 1, 2, "家", "=")]),
    ("管线10至20公里", [("10至20公里", 10, 20, "公里", "=")]),
    ("增长4.5%—5%", [("4.5%—5%", 4.5, 5, "%", "=")]),
    ("投资3-5亿元", [("3-5亿元", 3e8, 5e8, "元", "=")]),
    ("由6009元增加到13473元", [("6009元", 6009, None, "元", "="), ("13473元", 13473, None, "元", "=")]),
    ("从10%至20%", [("10%", 10, None, "%", "="), ("20%", 20, None, "%", "=")]),
    (
        "结构为15:61.9:23.1",
        [("15", 15, None, "%", "="), ("61.9", 61.9, None, "%", "="), ("23.1", 23.1, None, "%", "=")],
    ),
    ("分别控制在3.5%和6%以下", [("3.5%", 3.5, None, "%", "<"), ("6%以下", 6, None, "%", "<")]),
    (
        "客运分别达1409万、1305万人次",
        [("1409万", 14_090_000, None, "人次", "="), ("1305万人次", 13_050_000, None, "人次", "=")],
    ),
    ("只用两小时二十分钟", [("两小时二十分钟", 140, None, "分钟", "=")]),
    ("只用3小时20分钟", [("3小时20分钟", 200, None, "分钟", "=")]),
    ("税率百分之五", [("百分之五", 5, None, "%", "=")]),
    ("增长百分之五点三", [("百分之五点三", 5.3, None, "%", "=")]),
    ("下降千分之三", [("千分之三", 3, None, "‰", "=")]),
    ("占四分之一以上", [("四分之一以上", 25, None, "%", ">")]),
    ("覆盖近七成，", [("七成", 70, None, "%", "≈")]),
    ("三年间产值翻了一番", [("翻了一番", 2, None, "倍", "=")]),
    ("产值翻两番", [("翻两番", 4, None, "倍", "=")]),
    ("成交额实现翻番，", [("翻番", 2, None, "倍", "=")]),
    ("增长1.5倍", [("1.5倍", 1.5, None, "倍", "=")]),
    ("增长一倍以上", [("一倍以上", 1, None, "倍", ">")]),
    ("综合排名全省第五，", [("第五", 5, None, "位", "=")]),
    ("总量居全国第12位。", [("第12位", 12, None, "位", "=")]),
    ("从全省第11位跃升至第7位。", [("第11位", 11, None, "位", "="), ("第7位", 7, None, "位", "=")]),
    ("粮食“十四连丰”", [("十四连丰", 14, None, "连", "=")]),
    ("评估“六连A”", [("六连A", 6, None, "连", "=")]),
    ("增速定为“5%左右”", [("5%左右", 5, None, "%", "≈")]),
    ("增长“4.5%—5%”", [("4.5%—5%", 4.5, 5, "%", "=")]),
    ("浓度低于每立方米28微克", [("28微克", 28, None, "微克", "<")]),
    ("能耗约为全省平均的72%", [("72%", 72, None, "%", "≈")]),
    ("获批2个1类创新药", [("2个", 2, None, "个", "=")]),
    ("考核“五连优”", [("五连优", 5, None, "连", "=")]),
    ("提前5年完成", [("5年", 5, None, "年", "=")]),
    ("接入2.5万路视频", [("2.5万路", 25000, None, "路", "=")]),
    ("连续16个月增长", [("16个月", 16, None, "个月", "=")]),
    ("惠及19.82万贫困人口", [("19.82万", 198_200, None, "人", "=")]),
    ("投资超1000万的重点项目", [("1000万", 10_000_000, None, "元", ">")]),
    ("新购37楞设备", [("37楞", 37, None, "楞", "=")]),
    ("规模突破千亿元", [("千亿元", 1e11, None, "元", ">")]),
    # what looks like year and month, with a unit
    ("茶业产值2012.5亿元", [("2012.5亿元", 2012.5e8, None, "元", "=")]),
    ("林地1999.13平方公里", [("1999.13平方公里", 1999.13, None, "平方公里", "=")]),
    ("茶农增收2023.6元", [("2023.6元", 2023.6, None, "元", "=")]),
    # ratios of two parts
    ("轻重工业比为31.3：68.7", [("31.3", 31.3, None, "%", "="), ("68.7", 68.7, None, "%", "=")]),
    ("收入比由5：1缩小到2.5：1", [("5：1", 5, None, "倍", "="), ("2.5：1", 2.5, None, "倍", "=")]),
    # tenths, also before a noun
    ("超六成茶厂", [("六成", 60, None, "%", ">")]),
    ("近两成茶农", [("两成", 20, None, "%", "≈")]),
    ("占到七成半", [("七成半", 75, None, "%", "=")]),
    ("占到两成五", [("两成五", 25, None, "%", "=")]),
    ("六七成茶园", [("六七成", 60, 70, "%", "≈")]),
    ("下辖7镇8乡。", [("7镇", 7, None, "镇", "="), ("8乡", 8, None, "乡", "=")]),
    # money whose unit is left out at the end
    ("茶业增加值增长一截，将突破2000亿。", [("2000亿", 2e11, None, "元", ">")]),
    # digits and Chinese numerals mixed
    ("引资3千5百万元", [("3千5百万元", 35_000_000, None, "元", "=")]),
    ("招工1千2百人", [("1千2百人", 1200, None, "人", "=")]),
    ("造林2千零30万亩", [("2千零30万亩", 20_300_000, None, "亩", "=")]),
    ("另有3千多万元", [("3千多万元", 30_000_000, None, "元", ">")]),
    ("提高3百分点", [("3百分点", 3, None, "百分点", "=")]),
    ("装机3千千瓦", [("3千千瓦", 3000, None, "千瓦", "=")]),
    ("投入两百五万元", [("两百五万元", 2_500_000, None, "元", "=")]),
    # vague numbers are ranges
    ("投资数十亿元", [("数十亿元", 1e9, 9.9e9, "元", "≈")]),
    ("造林几十万亩", [("几十万亩", 100_000, 990_000, "亩", "≈")]),
    ("收入两三千元", [("两三千元", 2000, 3000, "元", "≈")]),
    ("超数百亿元", [("数百亿元", 1e10, 9.99e10, "元", ">")]),
    ("茶价涨了一倍半", [("一倍半", 1.5, None, "倍", "=")]),
    # things in Chinese numerals, from a hundred on
    ("就业一万二千人", [("一万二千人", 12_000, None, "人", "=")]),
    ("搬迁三千二百户", [("三千二百户", 3200, None, "户", "=")]),
    # so many machines of one size, powers of ten, sums behind their sign and in the numerals of contracts
    ("建成2×66万千瓦机组", [("2×66万千瓦", 1_320_000, None, "千瓦", "=")]),
    ("产盐1.2×10^4吨", [("1.2×10^4吨", 12_000, None, "吨", "=")]),
    ("合同￥1,230,000.00）", [("￥1,230,000.00", 1_230_000, None, "元", "=")]),
    ("奖金￥3.5万元", [("￥3.5万元", 35_000, None, "元", "=")]),
    ("计壹佰贰拾叁万元整", [("壹佰贰拾叁万元", 1_230_000, None, "元", "=")]),
]
# What only looks like a figure: dates, sessions, markers, codes, names, scale classes, period expressions.
NOTHING = [
    "2019年8月",
    "2022-2023年度",
    "10月14日上午9时",
    "12月21日-22日",
    "二〇二六年一月二十七日",
    "90年代",
    "第十四次代表大会",
    "第17届一次会议",
    "第二轮督察",
    "一是、（三）、1、2．",
    "5G网络、A2奶源、8N纯铜、PM2.5",
    "实施“3456”思路和“1060”工程",
    "推行“1+5”模式、“5+4+X”布局",
    "拨打110指挥中心、12345热线",
    "五大振兴、四轮驱动、百千万工程、双百计划",
    "千亿级集群、百亿县区、亿元村",
    "近3年、过去8年、未来三年、五年来、三年行动",
    "今年前8个月",
    "15分钟生活圈、7×24小时",
    "全省第一批、第一产业、第一动力",
    "《2030年规划》和“300米见绿”",
    "万元工业增加值",
    "两个中心、六大平台",
    "入围500强",
    "2012.5.3开工、2021.12投产、2019-20赛季",
    "比例尺1：5000、比分3：1、20:30开演",
    "三成员、一成不变",
    "百家争鸣、千名、人数百",
    "3×5米、4×4体系",
    "数十年、几百年来",
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_finds(text, expected):
    found = find_mentions(text, UNITS)
    assert [(text[m.start : m.end], m.value, m.value_max, m.unit, m.comparator) for m in found] == [
        (mention, pytest.approx(value), high, unit, sign) for mention, value, high, unit, sign in expected
    ]


@pytest.mark.parametrize("text", NOTHING)
def test_leaves_out(text):
    assert [text[m.start : m.end] for m in find_mentions(text, UNITS)] == []


ALPHABET = "0123456789.,:%‰—-至到约近超过以上下左右第一二三四五六七八九十百千万亿两半成倍番翻"
ALPHABET += "￥×^数几零壹佰万"
ALPHABET += "元亩个家年月日分之连丰，。；、（）“”《》A5G \n\t\x00"


@settings(max_examples=400, deadline=None)
@given(st.text(ALPHABET, max_size=60))
def test_spans_are_valid_disjoint_and_in_order(text):
    last = 0
    for m in find_mentions(text, UNITS):
        assert last <= m.start < m.end <= len(text)
        assert m.value >= 0 and (m.value_max is None or m.value_max > m.value)
        assert m.unit and m.comparator in "=≈><"
        last = m.end


@given(st.integers(1, 10**9), st.sampled_from(["亩", "户", "公里", "元"]))
def test_a_printed_number_is_read_back(number, unit):
    text = f"完成{number:,}{unit}，"
    assert [(m.value, m.unit) for m in find_mentions(text, UNITS)] == [(number, unit)]


@pytest.mark.parametrize("piece", ["9", "百万", "第", "（", "1,", "“", "1-", "3万", "百分之", "翻"])
def test_long_monotonous_text_ends(piece):
    find_mentions(piece * 20_000, UNITS)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("unit,dimension\n亩,area\n", "column factor, unit_si, name_en, not_before is missing"),
        ("unit,dimension,factor,unit_si,name_en,not_before\n亩,area,x,m²,mu,\n", ":2: factor 'x' is no number"),
        ("unit,dimension,factor,unit_si,name_en,not_before\n亩,area,1,,mu,\n", ":2: factor and unit_si go together"),
        (
            "unit,dimension,factor,unit_si,name_en,not_before\n亩,area,,,mu,\n亩,area,,,mu,\n",
            ":3: unit '亩' stands twice",
        ),
        ("unit,dimension,factor,unit_si,name_en,not_before\n,area,,,mu,\n", ":2: unit or dimension is empty"),
    ],
)
def test_a_bad_table_of_units_is_named(tmp_path, table, words):
    path = tmp_path / "units.csv"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(InputError, match=words.replace("²", ".")):
        read_units(path)
