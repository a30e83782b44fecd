"""What sentences frame a text and say nothing of their own: questions, captions, thanks, words that open or close.

They have no codes. Headings and questions of whole passages are told by the kind of the passage; here it is the
sentence that tells.
"""

from __future__ import annotations

import re

#: Kinds of passages that name a matter and say nothing on it.
FRAME_KINDS = ("heading", "question")

#: A sentence of thanks with more characters than this says something besides.
THANKS = 45

#: At the beginning of a sentence: captions (图为…, 图：…), invitations, addresses, wishes.
_OPENING = re.compile(
    r"[（(【\[]?(?:本?图|上图|下图|左图|右图|图片|配图|照片|视频)[一二三四五六七八九十\d]{0,2}\s*(?:[:：]|为|是|来源|说明)"
    r"|[（(【\[][^）)】\]]*(?:配图|图片|插图|照片|图为)"
    r"|[^，。；]{0,12}\s摄[。）)]?$"
    r"|(?:有请|请|欢迎)[^，。；]{0,20}(?:提问|介绍|回答|发言|讲话)[。！]?$"
    r"|以上(?:就)?是[^。]{0,16}(?:介绍|汇报|情况|回答)[。！]?$"
    r"|(?:各位|尊敬的|同志们|女士们|先生们|朋友们|大家好|你好|您好|主持人)[^，。；]{0,24}[：:！!，,。]$"
    r"|(?:最后)?[，,]?祝(?:愿)?(?:大家|各位|同志们|朋友们)"
)
#: Anywhere: who asks and who answers, words that close, thanks, credits of pictures. No other character begins one.
_INSIDE = re.compile(
    r"(?=[？?资（(【\[回解答专采对接下现最首先发见访提问介汇请衷诚由崇])(?:"
    r"[？?][”’」』）)]*$"
    r"|(?:资料图片?|资料照片)[。）)】]?$|[（(【][^）)】]{0,20}摄[）)】]。?$"
    r"|(?:回答|解答|答)(?:了)?(?:大家|各位)?(?:记者|媒体)[^，。]{0,8}(?:提问|问题|关切)"
    r"|(?:专访|采访|对话)(?:了|到)?[^，。；]{0,24}(?:书记|市长|县长|省长|局长|主任|负责人)[^，。；]{0,6}[。：:]?$"
    r"|接受[^。；]{0,20}(?:采访|专访)[。：:]?$"
    r"|(?:下面|现在|接下来|最后|首先|先)[，,]?(?:请|有请|进入|欢迎|开始)[^。；]{0,30}(?:提问|介绍|回答|发言|发布|讲话|环节)"
    r"|(?:发布会|见面会|采访|访谈|提问|问答|介绍|发布|汇报|发言|回答)[^，。；]{0,8}(?:到此|到这里|就到这|告一段落|至此)"
    r"|请(?:予)?审议|提出(?:宝贵)?意见[。！]?$"
    r"|(?:衷心|诚挚|由衷)的?(?:感谢|谢意|祝福|祝愿)|崇高(?:的)?敬意)"
)
_THANKS = re.compile(r"(?:非常|十分|再次|首先|也|很|好的?[，,])*(?:感谢|谢谢|多谢)")


def frames(sentence: str) -> bool:
    """Whether `sentence` is a question, a caption, thanks, or words that open or close a talk."""
    if _OPENING.match(sentence) or _INSIDE.search(sentence):
        return True
    return len(sentence) <= THANKS and _THANKS.match(sentence) is not None
