"""Where names stand in a passage, and of what kind they are.

way         finds                                                                example
book        what stands in 《》                                                   《云岭市水源保护条例》
class word  a class word and the words to its left that may belong to the name   云岭新材料产业园
quotation   a quotation before a class word, or as what a verb of doing acts on  “双百”计划, 推行“厂长接待日”
list        what is listed before 等 and a class word: each is of its kind       甲、乙等企业
known       names without a class word                                           华为
lead        whom a park or chain is led by, the firm of a manager                以云岭焦化为龙头, 云岭科技董事长
form        a form of the vocabulary                                             地铁6号线
industry    names of industries that stand as such                               发展冰雪旅游

Of names that overlap the longest stays.
"""

from __future__ import annotations

from .class_words import ClassWords
from .lists import Lists
from .names import Name, longest
from .quotations import Quotations
from .sectors import Sectors


class Passage(ClassWords, Lists, Quotations, Sectors):
    """The names of one passage, found in all ways."""

    def names(self) -> list[Name]:
        """All names, without overlap, in order."""
        found = [*self._books(), *self._lists(), *self._given(), *self._held(), *self._known(), *self._leads()]
        found += [*self._formed(), *self._led(), *self._carried()]
        listed = {(name.start, name.end) for name in found if name.way == "list"}
        for run in self._runs():
            name = self._class_word(run)
            name = self._joined(run, name) or name
            if name and (name.start, name.end) not in listed:
                found.append(self._route(self._with_and(name, run)))
                found += self._sharing(name)
        taken = longest(found)
        found = [*taken, *self._quotations(taken)]
        return longest([*found, *self._industries(longest(found))])
