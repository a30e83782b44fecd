"""Encodings: bytes become text, and what is no plain text in simplified Chinese is refused in one line."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

from ..project.errors import InputError

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: A larger share of control, private-use and unassigned characters is no text.
MOST_ODD = 0.01


def _odd_share(text: str) -> float:
    """The share of `text` that is control characters other than white space, private use or unassigned."""
    if "".join(text.split()).isprintable():
        # So it is for most texts, and this is a fraction of the work of counting.
        return 0.0
    odd = sum(
        count
        for char, count in Counter(text).items()
        if unicodedata.category(char) in ("Cc", "Co", "Cn", "Cs") and not char.isspace()
    )
    return odd / len(text)


#: The commonest characters of Chinese prose, in both scripts. Seven of ten characters of a policy text are among
#: them, at least four of ten in short or odd ones, and one of ten where bytes are read in an encoding not their own.
COMMON = frozenset(
    "业化新建全展发国实动进推产大设和的力加一高中人工生区增体市提务成强等持民能重政创城地行深保合平家个作质会制年经施开入升服资治现长量"
    "改造项理好水以省企基点上为育代万优济科效面技快心有在用文坚机社级公目域更农要海出续五系主学支态度品规场融村完革型三性安定程共投源领稳"
    "数色标同金总打统通活不到事群医乡法台境环我元放亿商是教集位方运费智多达管电向防十引办本对分协营落善居绿范策期部整府构护消促时就关各步"
    "外路转局战综特应扩际口联风与试物培做第四障自园批下精山网流值先计模收式贸健准交小积链划两率们突老县南导次极险来专供超前首取内江他她这"
    "那也了但或者看没当把被让给从你您问答说想谢请记業發國實動進產設區體務強創個質會經開資現長項點為爲萬優濟堅機級農續學態規場領穩數標總統"
    "群羣醫鄉臺環億運費達電辦對協營綠範構護時關轉戰綜應擴際聯風與試園網計貿準積鏈劃兩們縣導極險來專內這沒當讓給從問說謝請記"
)
#: From how many Chinese characters on the share of common ones tells, the least share of prose, how much is looked at.
ENOUGH, LEAST_COMMON, SAMPLE = 20, 0.2, 200_000
#: The byte encodings of Chinese, the likelier first.
_BYTES = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
_KANA, _HANGUL = re.compile("[\u3041-\u30fa]"), re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u4e00-\u9fff]")


def common_share(text: str) -> tuple[int, float]:
    """How many Chinese characters the beginning of `text` has, and which share of them is common."""
    han = _HAN.findall(text, 0, SAMPLE)
    return len(han), sum(char in COMMON for char in han) / len(han) if han else 0.0


def _readable(data: bytes, name: str) -> str | None:
    """`data` in the encoding `name`, or None where it does not fit or gives what no text has."""
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or _odd_share(text) > MOST_ODD else text


def _rank(text: str) -> float:
    """How much like Chinese prose `text` is; short texts are not told apart."""
    characters, common = common_share(text)
    whole = characters / max(1, len(text))
    return common * whole if characters >= ENOUGH else min(common, LEAST_COMMON) * whole


def _decoded(data: bytes) -> tuple[str, str] | None:
    """`data` as text and the name of its encoding: the one in which it is most like Chinese prose."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            text = _readable(data, name)
            return (text, name) if text is not None else None
    text = _readable(data, "utf-8")
    if text is not None:
        return text, "utf-8"
    found = [(text, name) for name in _BYTES if (text := _readable(data, name)) is not None and _is_prose(text, name)]
    return max(found, key=lambda entry: _rank(entry[0]), default=None)


def _is_prose(text: str, name: str) -> bool:
    """Whether so many of the Chinese characters of `text` are common that it can be Chinese.

    Short texts always can, unless they are in UTF-16 without its mark, in which any bytes give some characters.
    """
    characters, common = common_share(text)
    if name.startswith("utf-16"):
        return characters >= ENOUGH / 2 and common >= LEAST_COMMON
    return common >= LEAST_COMMON if characters >= ENOUGH else not _foreign(text)


def _foreign(text: str) -> str:
    """What `text` is where it is no Chinese, else nothing; texts of a few words are taken for Chinese."""
    sample = text[:SAMPLE]
    characters, common = common_share(text)
    kana, hangul = len(_KANA.findall(sample)), len(_HANGUL.findall(sample))
    if kana >= 5 and kana > 0.15 * (kana + characters):
        return "in Japanese"
    if hangul >= 5 and hangul > 0.15 * (hangul + characters):
        return "in Korean"
    if characters >= ENOUGH and common < LEAST_COMMON / 2:
        return "garbled: it was read in the wrong encoding before it was saved"
    letters = [char for char in sample if char.isalpha()]
    if len(letters) >= 60 and characters < 0.02 * len(letters):
        high = sum("\x80" <= char <= "\u017f" for char in letters)
        if high > 0.3 * len(letters):
            return "garbled: it was read in the wrong encoding before it was saved"
        return "not in Chinese"
    return ""


def decode(data: bytes) -> tuple[str, str]:
    """`data` as text without byte order mark, and the name of its encoding.

    UTF-8, UTF-16, GB18030 and Big5 are told apart by what the text then says. Raises ValueError where `data` holds
    nothing to read or none of these fits.
    """
    found = _decoded(data) if data else None
    if not data or (found and not found[0].strip()):
        raise ValueError("the text is empty")
    if found is None:
        raise ValueError("neither UTF-8, UTF-16, GB18030 nor Big5 text")
    return found


def file_bytes(path: Path, shown: str) -> bytes:
    """The bytes of the file at `path`."""
    try:
        if isinstance(path, Path) and (path.is_fifo() or path.is_socket()):
            raise InputError("this is a pipe", cure="put a file in its place", path=shown)
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError("the file is missing", cure="put it there or correct the path", path=shown) from None
    except IsADirectoryError:
        raise InputError("this is a folder", cure="name a text file", path=shown) from None
    except ValueError as error:
        raise InputError(f"no path of a file: {error}", cure="correct the path", path=shown) from None
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", cure="make the file readable", path=shown) from None


def read_text(path: Path, shown: str) -> tuple[bytes, str, str]:
    """The bytes of the file at `path`, its text and encoding."""
    data = file_bytes(path, shown)
    return (data, *decoded(data, shown))


def decoded(data: bytes, shown: str) -> tuple[str, str]:
    """`decode` with its failure as an InputError."""
    try:
        return decode(data)
    except ValueError as error:
        cure = "fill the file with the text" if "empty" in str(error) else "save it as plain text in UTF-8"
        raise InputError(str(error), cure=cure, path=shown) from None


# --- which script, which language -------------------------------------------------------------------------------------

#: A text in traditional characters has so many that are only that, and more of them than of simplified ones.
FEWEST_TRADITIONAL = 3


@cache
def _script(char: str) -> str:
    """`traditional` or `simplified` for a Chinese character that only one of the two has, else nothing.

    Big5 holds the characters of Taiwan, GB 2312 those of the mainland.
    """
    if not "\u4e00" <= char <= "\u9fff":
        return ""
    known = []
    for name, coding in (("simplified", "gb2312"), ("traditional", "big5")):
        try:
            char.encode(coding)
        except UnicodeEncodeError:
            continue
        known.append(name)
    return known[0] if len(known) == 1 else ""


def is_traditional(text: str) -> bool:
    """Whether most of the characters of `text` that tell the two scripts apart are traditional ones."""
    counts: Counter[str] = Counter()
    for char, count in Counter(text).items():
        counts[_script(char)] += count
    return counts["traditional"] >= FEWEST_TRADITIONAL and counts["traditional"] > counts["simplified"]


def check_chinese(text: str, shown: str) -> None:
    """InputError where `text`, which the file `shown` holds, is no Chinese: its figures would be read wrongly."""
    foreign = _foreign(text)
    if foreign:
        cure = "open it in its own encoding and save it as UTF-8" if "garbled" in foreign else "give a text in Chinese"
        raise InputError(f"the text is {foreign}", cure=cure, path=shown)
