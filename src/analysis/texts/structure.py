"""Structure: headings, questions, answers and paragraphs, with the speaker and the section of each."""

from __future__ import annotations

import re

from .characters import CLOSED, CONTINUERS, LABEL, LONG_LINE, TITLE_LENGTH, Line, Removal
from .furniture import head_end
from .lines import DATED_SUBTITLE, level_of
from .speakers import ASKS, Label, answerer, asker, introduced, is_no_label, report_speaker

HEADING_LENGTH = 40
SENTENCE_HEADING_LENGTH = 40
QUESTION_LENGTH = 40
# Headings without numbers that follow each other at once are the lines of one heading, up to so many.
MOST_TITLE_LINES = 4


def is_heading(text: str, head: bool) -> bool:
    """Whether a line without a label is a heading.

    Numbered lines are where they are short and have no more than one sentence; others where they have no closing mark.
    """
    if text[0] in CONTINUERS or text[-1] in "%‰" or not any(char.isalpha() for char in text):
        return False
    level = level_of(text)
    if level is not None:
        if text[-1] in "。：":
            return len(text) <= (LONG_LINE if level <= 2 else SENTENCE_HEADING_LENGTH) and not re.search(
                "[。！？；]", text[:-1]
            )
        return len(text) <= LONG_LINE and text[-1] not in CLOSED
    if text[-1] in CLOSED:
        return False
    return len(text) <= TITLE_LENGTH if head else len(text) <= HEADING_LENGTH and not re.search("[。！？；]", text)


class Structure:
    """Reads lines in order and writes the rows of `passages`; holds where in the text it stands."""

    def __init__(self, lines: list[Line], document: str) -> None:
        self.lines, self.document = lines, document
        self.head = head_end(lines)
        self._known: dict[str, str | None] | None = None
        self.report = report_speaker(lines, self.head)
        self.numbered = any(level_of(text) == 1 and is_heading(text, False) for _, text in lines)
        self.rows: list[dict] = []
        self.removals: list[Removal] = []
        self.stack: list[tuple[int, str, bool]] = []  # level, text, whether it stands within an answer
        self.state: Label | None = None
        self.question: str | None = None
        self.base: tuple[str | None, str | None] = (None, None)
        self.qa = False

    @property
    def known(self) -> dict[str, str | None]:
        """Names with an office that the text introduces or a label has named; only texts with labels need it."""
        if self._known is None:
            self._known = dict(introduced(self.lines))
        return self._known

    def label(self, text: str) -> tuple[Label, str] | None:
        """The label of a paragraph and the text after it, or None."""
        match = LABEL.match(text)
        if not match or is_no_label(match[1]) or level_of(text) is not None:
            return None
        after_question = self.state is not None and self.state.kind == "question"
        rest = text[match.end() :]
        label = asker(match[1], rest[:2000]) or answerer(match[1], lambda: self.known, after_question, self.qa)
        return (label, rest) if label and rest else None

    def path(self) -> str | None:
        return " / ".join(text for _, text, _ in self.stack) or None

    def add(self, kind: str, text: str, section: str | None, speaker: str | None, role: str | None) -> None:
        self.rows.append(
            {
                "document": self.document,
                "passage": len(self.rows) + 1,
                "section": section,
                "speaker": speaker,
                "role": role,
                "kind": kind,
                "text": text,
                "original": None,
                "characters": len(text),
            }
        )

    def heading(self, text: str, follows_heading: bool) -> None:
        """A heading of the body: it closes the parts of its level and below, and, where unnumbered, the answer."""
        level = level_of(text)
        if level is None:
            self.state = None
            self.question = None
            appendix = re.match("附件|附录|附：|名词解释|注释|注：", text) is not None
            if appendix:
                self.base = (None, None)
            level = 5 if self.numbered and self.stack and not appendix else 0
            siblings = sum(entry[0] == level for entry in self.stack)
            stays = follows_heading and 0 < siblings < MOST_TITLE_LINES and self.stack[-1][0] == level
            if not stays:
                self.stack = [entry for entry in self.stack if entry[0] < level]
        else:
            self.stack = [entry for entry in self.stack if entry[0] < level]
        speaker, role = (self.state.speaker, self.state.role) if self.state else self.base
        self.add("heading", text, self.path() or self.question, speaker, role)
        self.stack.append((level, text, self.state is not None))

    def speech(self, label: Label, text: str) -> None:
        """A paragraph under a label."""
        if label.speaker:
            self.known.setdefault(label.speaker, label.role)
        if label.kind == "question":
            self.stack = [entry for entry in self.stack if not entry[2]]
            self.question = text[:QUESTION_LENGTH] + ("…" if len(text) > QUESTION_LENGTH else "")
            self.qa = True
        self.state = label
        self.add(label.kind, text, self.path() or self.question, label.speaker, label.role)

    def paragraph(self, text: str) -> None:
        """A paragraph without a label: it goes on with what stands before it."""
        if self.state and self.state.kind == "question" and ASKS.search(self.rows[-1]["text"]):
            self.state = Label("answer", None, None)
        if self.state:
            self.add(self.state.kind, text, self.path() or self.question, self.state.speaker, self.state.role)
        else:
            self.add("body", text, self.path(), *self.base)
        if self.stack and self.stack[-1][0] == 4:
            # `一是…。` on a line of its own heads one paragraph; nothing marks where a longer part would end.
            self.stack.pop()

    def title_end(self) -> int:
        """Index of the line after the title and what belongs to it (subtitle, date, signature)."""
        end = 0
        if len(self.lines) == 1:
            return end
        while (
            end < len(self.lines) and is_heading(self.lines[end].text, True) and level_of(self.lines[end].text) is None
        ):
            if self.label(self.lines[end].text):
                break
            end += 1
        if end < len(self.lines) and self.label(self.lines[end].text):
            # Topic headings stand straight before a question; a title needs one line.
            signature = self.report[0] if self.report else 0
            keep = [i for i in range(end) if i == 0 or i <= signature or DATED_SUBTITLE.match(self.lines[i].text)]
            return max(keep, default=-1) + 1
        return end

    def read(self) -> None:
        """Read all lines into `rows` and `removals`."""
        title = self.title_end()
        after_heading = False
        for i, (number, text) in enumerate(self.lines):
            found = self.label(text)
            # A single line is more often a sentence without its mark than a title without its text.
            heading = not found and len(self.lines) > 1 and is_heading(text, i < self.head)
            if found:
                if found[0].prefix:
                    self.removals.append(Removal(number, "label_prefix", found[0].prefix))
                self.speech(*found)
            elif i < title:
                self.add("heading", text, None, None, None)
            elif heading:
                self.heading(text, after_heading)
            else:
                self.paragraph(text)
            after_heading = heading and i >= title
            if self.report and i == self.report[0]:
                self.base = self.report[1], self.report[2]
