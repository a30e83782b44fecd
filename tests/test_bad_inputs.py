"""Bad inputs: broken, foreign, hostile and odd files give one line with code 2 or a right result, and nothing hangs."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from pathlib import Path

import own_files
import pytest
from own_files import TEXTS, zipped

from analysis.cli import main

OWN = TEXTS[3]
PLAIN = OWN.plain()
DATA = PLAIN.encode()
WORD, ODT = own_files.word(OWN), own_files.open_document(OWN)
BOOK, PAGE = own_files.workbook(OWN), own_files.page(OWN)
JAPANESE = (
    "昨年の県内総生産は一兆二千億円で、前年より3.4パーセント増加した。炭鉱の町の人口は減少しており、"
    "新しい産業を育てる。"
)
KOREAN = (
    "지난해 경제 성장률은 3.4퍼센트를 기록하였다. 광산 도시의 인구는 감소하고 있으며 "
    "정부는 새로운 산업을 육성하기로 하였다."
)
RUSSIAN = (
    "Добыча угля в городе выросла на 5 процентов по сравнению с прошлым годом и достигла 12 миллионов тонн в этом году."
)
ENGLISH = "The city built 12 tea factories last year, and output grew by 5.6 percent to 3.5 billion yuan."
#: As it looks when bytes of UTF-8 were read as GBK or Latin-1 and saved again.
MOJIBAKE_GBK = (PLAIN * 2).encode().decode("gb18030", "ignore").encode()
MOJIBAKE_LATIN = (PLAIN * 2).encode().decode("latin-1").encode()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = len(DATA)
        archive.addfile(info, io.BytesIO(DATA))
    return out.getvalue()


def part(data: bytes, name: str, content: str | bytes) -> bytes:
    """A document that is a zip, with one file in it changed."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    return zipped({**members, name: content})


def without(data: bytes, name: str) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped({member: archive.read(member) for member in archive.namelist() if member != name})


def locked_pdf() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(own_files.pdf(OWN)))
    writer.encrypt("geheim")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def empty_pdf() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb(size: int) -> bytes:
    """A zip that says it holds a Word document and unpacks to so many bytes."""
    return part(WORD, "word/media/image1.bin", b"\0" * size)


_ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(8)
)
_FILE_ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">'
_ODT_HEAD = f"]><office:document-content {own_files._ODT}><office:body><office:text><text:p>"
_ODT_TAIL = "</text:p></office:text></office:body></office:document-content>"

#: Name → bytes and words of the line that refuses them.
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "white space": (b" \n\t\r\n ", "empty"),
    "only a mark": (b"\xef\xbb\xbf", "empty"),
    "only a mark of UTF-16": (b"\xff\xfe", "empty"),
    "ideographic spaces": ("　　\n　".encode(), "empty"),
    "NUL": (b"\0" * 100, "UTF-8"),
    "one NUL in a text": (DATA[:60] + b"\0" + DATA[60:], "UTF-8"),
    "control characters": (bytes(range(1, 9)) * 50, "UTF-8"),
    "all bytes": (bytes(range(256)) * 20, "UTF-8"),
    "one byte": (b"\xff", "UTF-8"),
    "UTF-32": (PLAIN.encode("utf-32"), "UTF-8"),
    "UTF-16 cut in the middle": (PLAIN.encode("utf-16")[:101], "UTF-8"),
    "half of a mark": (b"\xff\xfe\xff", "UTF-8"),
    "Shift-JIS": (JAPANESE.encode("shift_jis"), "UTF-8"),
    "EUC-JP": (JAPANESE.encode("euc_jp"), "UTF-8"),
    "ISO-2022-JP": (JAPANESE.encode("iso2022_jp"), "UTF-8"),
    "Japanese": (JAPANESE.encode(), "in Japanese"),
    "EUC-KR": (KOREAN.encode("euc_kr"), "UTF-8"),
    "CP949": (KOREAN.encode("cp949"), "UTF-8"),
    "Korean": (KOREAN.encode(), "in Korean"),
    "KOI8-R": (RUSSIAN.encode("koi8_r"), "UTF-8"),
    "Windows-1251": (RUSSIAN.encode("cp1251"), "UTF-8"),
    "Russian": (RUSSIAN.encode(), "not in Chinese"),
    "English": (ENGLISH.encode(), "not in Chinese"),
    "UTF-7": ((PLAIN * 2).encode("utf-7"), "not in Chinese"),
    "Base64": (b"5LqR5bKt5biCMjAyNOW5tOWbveawkee7j+a1juWSjOekvuS8muWPkeWxlee7n+iuoeWFrOaKpQ==" * 3, "not in Chinese"),
    "UTF-8 read as GBK": (MOJIBAKE_GBK, "UTF-8"),
    "UTF-8 read as Latin-1": (MOJIBAKE_LATIN, "UTF-8"),
    "UTF-8 read as GBK, whole": (("鍏ㄥ競鍘诲勾鏂板缓鑼跺巶瀹" * 20).encode(), "garbled"),
    "question marks": (("?" * 30 + ENGLISH).encode(), "not in Chinese"),
    "program": (b"\x7fELF" + bytes(200), "a program"),
    "Windows program": (b"MZ\x90\0" + bytes(200), "a program"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture (PNG); recognise its text first"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(50), "a picture (JPEG)"),
    "GIF": (b"GIF89a\x01\xff" + bytes(50), "a picture (GIF)"),
    "TIFF": (b"II*\0" + bytes(50), "a picture (TIFF)"),
    "TIFF the other way": (b"MM\0*" + bytes(50), "a picture (TIFF)"),
    "WebP": (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(50), "a picture (WebP)"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(50), "a picture (HEIC)"),
    "AVIF": (b"\0\0\0\x18ftypavif" + bytes(50), "a picture (AVIF)"),
    "film": (b"\0\0\0\x18ftypmp42" + bytes(50), "a film"),
    "recording": (b"ID3\x04\0\xff" + bytes(50), "a recording"),
    "Ogg": (b"OggS" + bytes(50), "a recording"),
    "WAV": (b"RIFF\x10\0\0\0WAVEfmt " + bytes(50), "a film or a recording"),
    "gzip": (gzip.compress(DATA), "an archive (gzip); unpack it"),
    "bzip2": (b"BZh91AY&SY\xff" + bytes(50), "an archive (bzip2)"),
    "xz": (b"\xfd7zXZ\0" + bytes(50), "an archive (xz)"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(50), "an archive (zstd)"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(50), "an archive (7z)"),
    "RAR": (b"Rar!\x1a\x07\x01\0" + bytes(50), "an archive (RAR)"),
    "tar": (tar(), "an archive (tar)"),
    "zip": (zipped({"a.txt": PLAIN}), "an archive (zip)"),
    "empty zip": (zipped({"a": ""}), "an archive (zip)"),
    "zip cut off": (zipped({"a.txt": PLAIN})[:60], "damaged"),
    "zip head alone": (b"PK\x03\x04", "damaged"),
    "SQLite": (b"SQLite format 3\0" + bytes(50), "a database"),
    "Parquet": (b"PAR1" + bytes(50), "a Parquet file"),
    "Arrow": (b"ARROW1\0\0" + bytes(50), "an Arrow file"),
    "DjVu": (b"AT&TFORM" + bytes(50), "a scanned book"),
    "PostScript": (b"%!PS-Adobe-3.0\n" + DATA, "a PostScript file"),
    "CAJ": (b"CAJ\0\xff" + bytes(50), "a CAJ document"),
    "old Word": (OLE, "older document of Word, Excel or WPS (.doc, .xls, .wps); save it as .docx"),
    "locked Word": (OLE + "EncryptedPackage".encode("utf-16-le") + bytes(99), "has a password; save it without one"),
    "RTF": (b"{\\rtf1\\ansi " + DATA + b"}", "a document in RTF; save it as .docx"),
    "RTF behind a mark": (b"\xef\xbb\xbf {\\rtf1 " + DATA, "a document in RTF"),
    "PDF without pages": (b"%PDF-1.7\n%%EOF\n", "the PDF is damaged"),
    "PDF cut off": (own_files.pdf(OWN)[:400], "the PDF is damaged"),
    "PDF of bytes": (b"%PDF-1.4\n" + bytes(range(256)) * 40, "the PDF is damaged"),
    "PDF that is a text": (b"%PDF-1.4\n" + DATA, "the PDF is damaged"),
    "scanned PDF": (empty_pdf(), "holds pictures of pages and no text; recognise its text first (OCR"),
    "locked PDF": (locked_pdf(), "the PDF has a password"),
    "Word without body": (without(WORD, "word/document.xml"), "this is an archive (zip)"),
    "Word without types": (without(WORD, "[Content_Types].xml"), "the Word document is damaged"),
    "Word without relations": (without(WORD, "_rels/.rels"), "the Word document is damaged"),
    "Word of no XML": (part(WORD, "word/document.xml", "<w:document"), "the Word document is damaged"),
    "Word of other XML": (part(WORD, "word/document.xml", "<a/>"), "the Word document is damaged"),
    "Word of nothing": (part(WORD, "word/document.xml", ""), "the Word document is damaged"),
    "Word cut off": (WORD[: len(WORD) // 2], "damaged"),
    "Word with other bytes": (WORD[:3000] + bytes(300) + WORD[3300:], "damaged"),
    "bomb": (bomb(410_000_000), "the file unpacks to 41"),
    "OpenDocument without text": (part(ODT, "content.xml", "<a/>"), "holds no text"),
    "OpenDocument of no XML": (part(ODT, "content.xml", "<a"), "the OpenDocument text is damaged"),
    "OpenDocument without content": (without(ODT, "content.xml"), "the OpenDocument text is damaged"),
    "locked OpenDocument": (part(ODT, "META-INF/manifest.xml", "<encryption-data/>"), "has a password"),
    "OpenDocument with entities": (
        part(ODT, "content.xml", f"<?xml version='1.0'?>{_ENTITIES}{_ODT_HEAD}&i;{_ODT_TAIL}"),
        "OpenDocument",
    ),
    "OpenDocument that names a file": (
        part(ODT, "content.xml", f"<?xml version='1.0'?>{_FILE_ENTITY}{_ODT_HEAD}&a;{_ODT_TAIL}"),
        "holds no text",
    ),
    "OpenDocument sheet": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}),
        "a file of another kind: OpenDocument file, but no text",
    ),
    "presentation": (zipped({"ppt/presentation.xml": "<a/>"}), "another kind: presentation"),
    "e-book": (zipped({"META-INF/container.xml": "<a/>", "mimetype": "application/epub+zip"}), "e-book"),
    "workbook of numbers": (part(BOOK, "xl/worksheets/sheet1.xml", "<a/>"), "the workbook"),
    "workbook of no XML": (part(BOOK, "xl/workbook.xml", "<workbook"), "the workbook is damaged"),
    "workbook without sheets": (without(BOOK, "xl/worksheets/sheet1.xml"), "the workbook"),
    "page without text": (b"<!DOCTYPE html><html><body></body></html>", "this web page holds no text"),
    "page of script": (b"<html><script>var a = 12;</script><style>p{margin:10px}</style></html>", "holds no text"),
    "page in English": (f"<html><body><p>{ENGLISH}</p></body></html>".encode(), "not in Chinese"),
    "page of pictures": (b"<html><body><img src=a.png><img src=b.png></body></html>", "holds no text"),
    "head of a page": (b"<html>", "holds no text"),
    "saved page without page": (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x--\n",
        "no text",
    ),
    "saved page of no kind": (b"Content-Type: text/html; charset=none\n\n", "empty"),
    "e-mail in English": (f"Subject: x\nContent-Type: text/plain\n\n{ENGLISH}".encode(), "not in Chinese"),
    "XML": (f"<?xml version='1.0'?><root><a>{PLAIN}</a></root>".encode(), "this is an XML file"),
    "JSON list": (json.dumps([{"text": PLAIN}], ensure_ascii=False).encode(), "one JSON list; write one object a line"),
    "JSON cut off": (b'{"text": "', "no JSON"),
    "JSON lines without text": (b'{"a": 1}\n{"a": 2}\n', "no column of this file of JSON lines holds texts"),
    "JSON of another kind on line 2": (own_files.json_lines(OWN).encode() + b"[1]\n", ":2: no JSON object"),
    "deep JSON": (b'{"a": ' + b"[" * 100_000, "no JSON"),
    "large JSON number": (b'{"a": ' + b"1" * 5000 + b"}", "JSON"),
    "CSV without texts": (b"text,a\n,1\n,2\n", "empty"),
    "CSV without a text in its rows": (b"title,text\n1,\n", "empty"),
    "long line": (("全市新建茶厂。" * 300_000).encode(), ":1: a line of 2,100,000 characters"),
}

FIGURE = "12家"
LINE = "全市去年新建茶厂12家，修路三百公里。"
#: Name → bytes of files that are read all the same; the figure `FIGURE` is in each.
READ: dict[str, bytes] = {
    "UTF-8": LINE.encode(),
    "UTF-8 with mark": b"\xef\xbb\xbf" + LINE.encode(),
    "UTF-16": LINE.encode("utf-16"),
    "UTF-16 BE with mark": b"\xfe\xff" + LINE.encode("utf-16-be"),
    "UTF-16 without mark": LINE.encode("utf-16-le"),
    "UTF-16 BE without mark": LINE.encode("utf-16-be"),
    "GBK": LINE.encode("gbk"),
    "GB18030 with a rare character": (LINE + "㐀").encode("gb18030"),
    "Big5": "全市去年新建茶廠12家，修路三百公里，財政收入增長。".encode("big5"),
    "line ends of old Macs": LINE.encode() + b"\r" + LINE.encode(),
    "line ends of Windows": LINE.encode() + b"\r\n",
    "line separator": f"{LINE}\u2028{LINE}".encode(),
    "vertical tab": f"{LINE}\x0b{LINE}".encode(),
    "zero-width spaces": LINE.replace("1", "\u200b1").encode(),
    "soft hyphen": LINE.replace("厂", "厂\u00ad").encode(),
    "right-to-left marks": f"\u202e{LINE}\u202c".encode(),
    "full-width digits": LINE.replace("12", "１２").encode(),
    "combining marks": (LINE + "e" + "\u0301" * 500).encode(),
    "emoji": (LINE + "👍🏽" * 50).encode(),
    "private characters": (LINE * 10 + "\ue000").encode(),
    "escape sequences": f"\x1b[31m{LINE}".encode() + LINE.encode() * 20,
    "formula": f"=cmd|' /C calc'!A0\n{LINE}".encode(),
    "Jinja": f"{{{{ 7*7 }}}} {{% for a in b %}}\n{LINE}".encode(),
    "Typst": f"#let a = 1\n{LINE}".encode(),
    "Markdown": f"# 题目\n\n**{LINE}**\n\n[x](javascript:alert(1))\n".encode(),
    "Markdown of marks": (f"{LINE}\n\n" + "**" * 4000 + "\n# a\n").encode(),
    "Markdown of brackets": (f"# 题\n{LINE}\n" + "[" * 5000 + "\n").encode(),
    "Markdown table without rows": f"# 题\n|a|b|\n|---|---|\n\n{LINE}\n".encode(),
    "brackets": (LINE + "（" * 5000).encode(),
    "quotes": (LINE + "“" * 5000).encode(),
    "digits": (LINE + "9" * 20_000).encode(),
    "points": (LINE + "1." * 10_000).encode(),
    "numerals": (LINE + "一千" * 10_000).encode(),
    "commas": (LINE + "，" * 50_000).encode(),
    "blank lines": (LINE + "\n" * 100_000).encode(),
    "short lines": (LINE + "\n市" * 20_000).encode(),
    "labels": (LINE + "\n市长王小明：" * 5_000).encode(),
    "a long word": (LINE * 1000 + "a" * 200_000).encode(),
    "page": f"<html><body><p>{LINE}</p></body></html>".encode(),
    "page in GBK": f"<html><meta charset=gb2312><body><p>{LINE}</p></body></html>".encode("gbk"),
    "page that names another encoding": f"<html><meta charset=big5><body><p>{LINE}</p></body></html>".encode(),
    "page without head": f"<p>{LINE}</p>\n<p><b>a</b></p><br><div>b</div>".encode(),
    "page of one table": f"<html><table><tr><td>{LINE * 8}</td></tr></table></html>".encode(),
    "page in tables": f"<html><table><tr><td><table><tr><td>{LINE}</td></tr></table></td></tr></table></html>".encode(),
    "page whose tags stay open": f"<html><body><div><p>{LINE}<td><li><b>".encode(),
    "page with a wide cell": f"<html><p>{LINE}<table><tr><td colspan=99999999>甲<td rowspan=-1>乙</table>".encode(),
    "page with a script in an attribute": f'<html><p onclick="alert(1)">{LINE}</p></html>'.encode(),
    "page with NUL": f"<html><body>\0<p>{LINE}</p></html>".encode().replace(b"\0", b"&#0;"),
    "page with odd references": f"<html><p>{LINE}&#xd800;&#x110000;&nbsp;&unknown;</p></html>".encode(),
    "deep page": f"<html>{'<div>' * 200}<p>{LINE}</p></html>".encode(),
    "page of forms": f"<html><form action=x><input name=a><p>{LINE}</p></form></html>".encode(),
    "page in XHTML": f'<?xml version="1.0" encoding="utf-8"?><html xmlns="x"><p>{LINE}</p></html>'.encode(),
    "page with comments": f"<!-- {'x' * 1500} --><html><p>{LINE}<!-- 增长99% --></p></html>".encode(),
    "hidden text": f'<html><p>{LINE}</p><p style="display:none">{LINE}</p></html>'.encode(),
    "e-mail": b"Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n" + LINE.encode(),
    "e-mail with a wrong charset": b"Content-Type: text/plain; charset=klingon\n\n" + LINE.encode(),
    "JSON lines": json.dumps({"text": LINE, "x": [1, {"a": None}]}).encode(),
    "JSON lines with blanks": b"\n" + json.dumps({"content": LINE}).encode() + b"\n\n",
    "CSV": f"title,text\n题,{LINE}\n".encode(),
    "CSV with semicolons": f"标题;正文\n题;{LINE}\n".encode("gbk"),
    "CSV with tabs": f"标题\t正文\n题\t{LINE}\n".encode("utf-16"),
    "CSV with long fields": f"标题,正文\n题,{LINE * 2_000}\n".encode(),
    "CSV with short rows": f"标题,正文,日期\n题,{LINE}\n题\n".encode(),
    "workbook": own_files.workbook(own_files.Own("题", (LINE,))),
    "Word": own_files.word(own_files.Own("题", (LINE,))),
    "OpenDocument": own_files.open_document(own_files.Own("题", (LINE,))),
    "PDF": own_files.pdf(own_files.Own("题", (LINE,))),
    "PDF behind blank lines": b"\n\n" + own_files.pdf(own_files.Own("题", (LINE,))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_no_text_is_one_line_and_code_2(tmp_path, capsys, name):
    data, words = REFUSED[name]
    path = tmp_path / "bad.file"
    path.write_bytes(data)
    assert main(["figures", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith(f"resource-cities: {path}")
    assert words in said.err and "; " in said.err and "Traceback" not in said.err


@pytest.mark.parametrize("name", READ)
def test_what_is_odd_is_read_all_the_same(tmp_path, capsys, name):
    path = tmp_path / "odd.file"
    path.write_bytes(READ[name])
    assert main(["figures", str(path), "--format", "jsonl", "--date", "2025"]) == 0
    said = capsys.readouterr()
    assert FIGURE in [json.loads(line)["mention"] for line in said.out.splitlines()]
    assert "\x1b" not in said.err and "Traceback" not in said.err


def test_what_is_no_file_is_refused(tmp_path, capsys):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (pipe, loop, tmp_path, tmp_path / "none.txt", tmp_path / ("x" * 300), Path("/dev/null")):
        assert main(["figures", str(path)]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("command", ["figures", "indicators", "entities", "codes"])
def test_good_texts_beside_bad_ones_are_read(tmp_path, capsys, command):
    good, bad, worse = tmp_path / "good.txt", tmp_path / "bad.txt", tmp_path / "worse.txt"
    good.write_text(PLAIN, encoding="utf-8")
    bad.write_bytes(REFUSED["PNG"][0])
    assert main([command, str(bad), str(good), str(worse), "--format", "jsonl"]) == 2
    said = capsys.readouterr()
    assert command == "indicators" or said.out.count("\n") > 1
    lines = [line for line in said.err.splitlines() if line.startswith("resource-cities: /")]
    assert len(lines) == 2 and "a picture (PNG)" in lines[0] and "the file is missing" in lines[1]
    assert main([command, str(bad), str(worse)]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_the_table_is_long_enough():
    assert len(REFUSED) + len(READ) >= 150
