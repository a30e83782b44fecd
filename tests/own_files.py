"""Twelve texts of our own and files of every format that hold them, with what stands around a text on a page."""

from __future__ import annotations

import csv
import html
import io
import json
import zipfile
from dataclasses import dataclass
from email.message import EmailMessage


@dataclass(frozen=True)
class Table:
    """Rows of cells, and the sentences that they say."""

    rows: tuple[tuple[str, ...], ...]
    says: tuple[str, ...]


Block = str | Table


@dataclass(frozen=True)
class Own:
    """A text of ours: its title, its blocks."""

    title: str
    blocks: tuple[Block, ...]

    def plain(self, indent: str = "") -> str:
        """The text as plain text."""
        lines = [self.title]
        for block in self.blocks:
            lines += [indent + line for line in ([block] if isinstance(block, str) else block.says)]
        return "\n".join(lines) + "\n"


TEXTS = (
    Own(
        "云岭市2024年国民经济和社会发展统计公报",
        (
            "一、综合",
            "初步核算，2024年全市地区生产总值386.4亿元，按不变价格计算，比上年增长5.3%。",
            "其中，第一产业增加值41.2亿元，增长3.8%；第二产业增加值168.9亿元，增长6.1%。",
            Table(
                (
                    ("指标", "单位", "2024年", "比上年增长%"),
                    ("粮食产量", "万吨", "45.6", "2.1"),
                    ("原煤产量", "万吨", "1230.5", "-3.4"),
                    ("茶叶产量", "吨", "8,120", "11.7"),
                ),
                (
                    "2024年粮食产量45.6万吨，比上年增长2.1%。",
                    "2024年原煤产量1230.5万吨，比上年下降3.4%。",
                    "2024年茶叶产量8,120吨，比上年增长11.7%。",
                ),
            ),
            "二、人口",
            "年末全市常住人口88.7万人，城镇化率达到61.4%，比上年末提高0.9个百分点。",
        ),
    ),
    Own(
        "云岭市政府工作报告（2025年1月12日）",
        (
            "各位代表：现在，我代表市人民政府向大会报告工作，请予审议。",
            "一、2024年工作回顾",
            "过去一年，全市新建高标准农田12.6万亩，改造老旧小区47个，惠及居民1.3万户。",
            "规上工业企业达到213家，比上年增加18家，高新技术企业突破60家。",
            "二、2025年主要目标",
            "地区生产总值增长5.5%左右，一般公共预算收入增长4%，城镇新增就业9000人以上。",
            "新建充电桩800个，力争引进投资超亿元的项目30个。",
        ),
    ),
    Own(
        "河湾市转型发展新闻发布会答记者问",
        (
            "主持人：各位记者朋友，大家上午好，今天的发布会请来了市里的几位负责人。",
            "晨报记者：这些年关停了多少煤矿？新的产业有哪些？",
            "市长王小明：五年来全市关停小煤矿36座，退出产能540万吨，安置职工1.2万人。",
            "我们用腾出来的土地建了三个产业园，入驻企业128家，去年产值达到95亿元，同比增长17.6%。",
        ),
    ),
    Own(
        "从一座矿到一片湖：石台县采煤沉陷区治理纪实",
        (
            "走进石台县北部，昔日的沉陷区已经变成了水面4200亩的湿地公园。",
            "2019年以来，县里累计投入治理资金6.8亿元，修复矿山面积1.75万亩，植树230万株。",
            "去年公园接待游客61万人次，带动周边320户村民办起了农家乐，户均增收2.4万元。",
        ),
    ),
    Own(
        "石台县2023年分行业用电情况",
        (
            "2023年全县全社会用电量为31.2亿千瓦时，同比增长4.7%。",
            Table(
                (
                    ("行业", "用电量（亿千瓦时）", "同比增长（%）"),
                    ("采矿业", "9.4", "-6.2"),
                    ("制造业", "12.8", "8.9"),
                ),
                (
                    "采矿业用电量9.4亿千瓦时，同比下降6.2%。",
                    "制造业用电量12.8亿千瓦时，同比增长8.9%。",
                ),
            ),
            "居民生活用电量为5.1亿千瓦时，占全部用电量的16.3%。",
        ),
    ),
    Own(
        "青坪区关于加快培育新兴产业的实施方案",
        (
            "为加快青坪区产业转型，制定本方案。",
            "到2027年，全区新兴产业产值达到200亿元，占工业总产值的比重达到35%以上。",
            "每年安排专项资金5000万元，对新认定的高新技术企业一次性奖励20万元。",
            "到2026年底前建成标准厂房30万平方米，引进龙头企业5家。",
        ),
    ),
    Own(
        "松河市前三季度经济运行情况",
        (
            "2024年前三季度，松河市实现地区生产总值257.3亿元，同比增长4.9%。",
            "固定资产投资增长7.2%，其中工业投资增长15.4%；社会消费品零售总额96.5亿元，增长3.6%。",
            "城镇居民人均可支配收入26890元，增长4.4%；农村居民人均可支配收入15230元，增长6.8%。",
        ),
    ),
    Own(
        "专访松河市委书记：老工业城市如何再出发",
        (
            "记者：松河的石化产业占到工业的一半，往后怎么走？",
            "市委书记李建国：我们要把油头做精、化身做大，到2028年化工新材料产值要超过150亿元。",
            "去年我们新开工项目86个，完成投资112亿元，同比增长21.5%，这是近十年来最好的一年。",
        ),
    ),
    Own(
        "铜山市历年铜产量",
        (
            "铜山市的铜业从上世纪五十年代起步，如今正在向深加工转变。",
            Table(
                (
                    ("年份", "产量", "职工"),
                    ("2021年", "12.4万吨", "8600人"),
                    ("2022年", "11.9万吨", "8100人"),
                    ("2023年", "11.3万吨", "7700人"),
                ),
                (
                    "2021年产量12.4万吨，职工8600人。",
                    "2022年产量11.9万吨，职工8100人。",
                    "2023年产量11.3万吨，职工7700人。",
                ),
            ),
            "2023年铜板带产量5.6万吨，铜箔产量1.8万吨，深加工产值达到48亿元。",
        ),
    ),
    Own(
        "白桦林业局改革十年回望",
        (
            "2014年全面停止商业性采伐以来，林区森林面积增加了18万亩，蓄积量净增960万立方米。",
            "林下经济产值由2014年的1.1亿元增加到2023年的7.5亿元，职工人均年收入达到5.2万元。",
            "全局开发森林旅游线路9条，建成家庭农场140个，吸纳就业2600人。",
        ),
    ),
    Own(
        "盐湖市关于2025年重点项目建设的通知",
        (
            "2025年全市要铺开的重点项目有142个，概算总投资680亿元，当年计划完成160亿元。",
            "其中盐化工项目24个，新能源项目19个，装机容量达到210万千瓦。",
            "各县区要确保一季度开工率不低于40%，上半年开工率达到80%以上。",
        ),
    ),
    Own(
        "金沟市节能降碳与生态修复综述",
        (
            "“十四五”以来，金沟市单位生产总值能耗累计下降14.2%，空气质量优良天数比例达到91.8%。",
            "2023年全市完成历史遗留废弃矿山治理37处，恢复耕地3100亩。",
            "今年还将投入9.6亿元，建设污水处理厂4座，新增日处理能力6万吨。",
        ),
    ),
)


# --- files ------------------------------------------------------------------------------------------------------------


def markdown(own: Own) -> str:
    """The text as Markdown."""
    parts = [f"# {own.title}"]
    for block in own.blocks:
        if isinstance(block, str):
            parts.append(block)
            continue
        head, *rows = (f"| {' | '.join(row)} |" for row in block.rows)
        parts.append("\n".join([head, "|" + "---|" * len(block.rows[0]), *rows]))
    return "\n\n".join(parts) + "\n"


def page(own: Own, charset: str = "utf-8") -> str:
    """The text as the page of an office, with what stands around it there."""
    body = []
    for block in own.blocks:
        if isinstance(block, str):
            body.append(f'<p style="text-indent:2em"><span>{html.escape(block)}</span></p>')
        else:
            rows = "".join(f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in row)}</tr>" for row in block.rows)
            body.append(f"<table border=1><tbody>{rows}</tbody></table>")
    return f"""<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{own.title}-云岭市人民政府</title>
<meta name="PubDate" content="2025-02-03 10:20"><meta name="ContentSource" content="云岭日报">
<style>.main{{width:980px;margin:0 auto}}</style><script>var n = 5000; $('#share').show();</script></head><body>
<div class="top"><a href="/">首页</a> <a href="/a">要闻</a> <a href="/b">政务公开</a> <a href="/c">办事服务</a></div>
<div>当前位置：<a href="/">首页</a> &gt; <a href="/b">政务公开</a> &gt; 正文</div>
<table><tr><td>索引号：</td><td>1001/2025-00017</td><td>主题分类：</td><td>综合政务</td></tr>
<tr><td>发文机关：</td><td>云岭市政府办公室</td><td>成文日期：</td><td>2025年02月03日</td></tr></table>
<div class="main"><h1>{own.title}</h1><div class="info">来源：云岭日报 发布时间：2025-02-03 10:20 浏览：1234次
字号：[<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>]</div>
<div id="zoom">{"".join(body)}</div><p>责任编辑：小河</p></div>
<div class="more"><h3>相关阅读</h3><ul><li><a href="/1">云岭市2019年新建学校15所 增长9%</a></li>
<li><a href="/2">去年云岭市接待游客320万人次</a></li></ul></div>
<div class="foot"><p>主办：云岭市人民政府办公室 网站标识码：1000000001 电话：0000-1234567</p>
<p>您是第1234567位访客</p></div>
</body></html>
"""


def saved_page(own: Own) -> bytes:
    """The page as a browser saves it whole."""
    message = EmailMessage()
    message["Subject"] = "saved"
    message.set_content(page(own), subtype="html", charset="utf-8", cte="quoted-printable")
    message.make_mixed()
    message.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="a.png")
    return bytes(message).replace(b"multipart/mixed", b"multipart/related")


def word(own: Own) -> bytes:
    """The text as a Word document."""
    import docx

    document = docx.Document()
    document.add_heading(own.title, 0)
    for block in own.blocks:
        if isinstance(block, str):
            paragraph = document.add_paragraph()
            # Word parts a paragraph wherever it likes.
            for at in range(0, len(block), 7):
                paragraph.add_run(block[at : at + 7]).bold = at % 2 == 0
        else:
            table = document.add_table(rows=0, cols=len(block.rows[0]))
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
    document.sections[0].footer.paragraphs[0].text = "第1页"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_ODT = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
)


def open_document(own: Own) -> bytes:
    """The text as an OpenDocument text."""
    parts = [f"<text:h>{html.escape(own.title)}</text:h>"]
    for block in own.blocks:
        if isinstance(block, str):
            parts.append(f"<text:p><text:span>{html.escape(block[:5])}</text:span>{html.escape(block[5:])}</text:p>")
        else:
            cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
            rows = (f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in block.rows)
            parts.append(f"<table:table>{''.join(rows)}</table:table>")
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODT}><office:body><office:text>'
        f"{''.join(parts)}</office:text></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content,
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def pdf(own: Own, pages: int = 1) -> bytes:
    """The text as a PDF document on narrow pages with running heads; tables stand there as their sentences."""
    import typst

    from analysis.rendering.fonts import font_folder

    lines = own.plain().rstrip().split("\n") * pages
    text = "\n\n".join(f'#par[#text("{line}")]' for line in lines)
    source = (
        "#set page(width: 11cm, height: 5cm, margin: 1.2cm, header: [云岭资料汇编], "
        'footer: context [#counter(page).display("1")])\n'
        '#set text(font: "Noto Sans SC", size: 10.5pt, lang: "zh")\n'
        f"#set par(first-line-indent: (amount: 2em, all: true))\n{text}\n"
    )
    return typst.compile(source.encode(), font_paths=[str(font_folder())])


def csv_table(own: Own) -> str:
    """The text as a row of a CSV table."""
    out = io.StringIO()
    csv.writer(out).writerows([["标题", "发布日期", "正文"], [own.title, "2025-02-03", own.plain()]])
    return out.getvalue()


def json_lines(own: Own) -> str:
    """The text as a line of JSON."""
    return json.dumps({"title": own.title, "date": "2025-02-03", "text": own.plain()}, ensure_ascii=False) + "\n"


def workbook(own: Own) -> bytes:
    """The text as a row of a workbook."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["标题", "发布日期", "正文"])
    book.active.append([own.title, "2025-02-03", own.plain()])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
