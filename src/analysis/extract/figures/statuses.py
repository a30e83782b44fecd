"""Statuses: whether a figure is achieved (done or reported) or planned (target or intention).

A work report says so by its sections; a speaker by verbs and adverbs. The nearest cue before the figure wins; in a
section that reviews or plans, a cue must stand in the figure's own clause to turn it.
"""

from __future__ import annotations

import re

PLANNED = re.compile(
    r"(?:即将|将(?!军|来自|近|其|于\d{4}年前)(?![^，。]{1,16}(?:作为|定为|融入|纳入|列入|转化|变成|视为|当作))|力争|争取(?!到|上级|中央|国家|省级|资金|专项|项目|政策)|预计|有望|拟|确保|努力|下一步|未来|今后|接下来|届时|目标(?=[是为：])|再建|(?<![需主只重])要(?=[^点素闻害塞求]{0,6}(?:建|达|完成|实现|新|增|提))"
    r"|(?<![动增进才培作养展施惠制])计划(?=[^，。“”]{0,5}(?:总?投资|投入|新|建|实施|用|在|到|完成|引|安排|改))|年度计划|每年安排|正在推进)"
)
ACHIEVED = re.compile(
    r"(?:已经?(?!定)|累计|目前|现有|截至|建成(?!后)|完成了|实现了|建成了|达到了|取得|先后|以来|去年|近年来|同比|荣获|获评|入选|投产|成功|迄今|提前完成|新增了|增长了|培育了|引进了|举办了|稳居|位居|打造了|实施了|开展了|授予|选聘|始终|一直|常年|连续)"
)
_PLAN_SECTION = re.compile(
    r"今后五年|未来五年|奋斗目标|重点任务|重点工作|工作安排|工作部署|总体要求|主要目标|发展目标|预期目标|目标任务|今年(?:政府)?(?:的)?工作|下一步|打算|工作建议|工作思路|总体思路|“十五五”|工作任务|今年(?:重点|主要)|指导思想|展望|纲要（草案）"
)
_REVIEW_SECTION = re.compile(
    r"回顾|过去五年|过去一年|五年来|一年来|工作总结|发展成就|主要成就|取得|成效|工作情况|完成情况|所做的工作|做了以下|新进展|成绩"
)
# The title of the text itself: what it names is its occasion, not what a section reviews or plans.
_TITLE = re.compile(r"(?:政府工作报告|新闻发布会|记者会|答记者问|专访|访谈|实录|发布词)(?:[（(].*)?$|会议上$")
# Of the words for a review these alone announce one beside a plan (取得新成效 is said of plans too).
_ANNOUNCES_REVIEW = re.compile(r"回顾|总结|成就|过去五年|过去一年")
_OWN_PLACE_NOW = re.compile(r"已经?|目前|现有|去年|截至|上年末")


# The opening of a paragraph that leaves the review for the plan, in a section whose heading announces both.
TURNS_TO_PLAN = re.compile(
    r"规划纲要|《(?:规划)?纲要》|(?:今后|未来)五年|主要目标|目标任务|“十[五六]五”(?:时期|规划)|^（一）|到20[2-9]\d年"
)


def section_statuses(heading: str, years: list[int], year: int | None) -> tuple[str, ...]:
    """What a heading says of its section: `achieved` for a review, `planned` for a plan, both in their order where it
    announces both, nothing for neither.

    `years` are the last years of the periods in the heading, `year` is the year of the text.
    """
    if _TITLE.search(heading):
        return ()
    plan, review = _PLAN_SECTION.search(heading), _REVIEW_SECTION.search(heading)
    announced = _ANNOUNCES_REVIEW.search(heading)
    if plan and announced:
        return ("achieved", "planned") if announced.start() < plan.end() else ("planned", "achieved")
    if plan or review:
        return ("planned" if plan else "achieved",)
    if year is not None and years and re.search(r"工作|目标|任务|发展", heading):
        return ("planned" if max(years) >= year else "achieved",)
    return ()


def status(clause: str, sentence: str, section: str | None, future: bool) -> str:
    """The status of one figure.

    `clause` and `sentence` are the words before the figure in its clause and in its sentence; `section` is what the
    section says; `future` says that the figure's period lies ahead of the text.
    """
    if section == "achieved":
        return "planned" if future and not ACHIEVED.search(clause) else "achieved"
    if section == "planned":
        return "achieved" if _OWN_PLACE_NOW.search(clause) and not PLANNED.search(clause) else "planned"
    if future:
        return "planned"
    planned = max((m.end() for m in PLANNED.finditer(sentence)), default=-1)
    achieved = max((m.end() for m in ACHIEVED.finditer(sentence)), default=-1)
    return "planned" if planned > achieved else "achieved"
