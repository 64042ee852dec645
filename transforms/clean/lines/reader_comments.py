"""Finds the comments of readers below a line that counts them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copydesk.transforms.clean.lines.line import Line

RULE = "reader_comments"
#: A line that counts comments: "Comments (3)", "12 Kommentare".
_COUNT = re.compile(r"\D{0,30}\d{1,5}\D{0,30}")
#: What a reader presses to answer a comment, with what is beside it: "Reply Report", "Reply · 3 likes".
_REPLY = re.compile(
    r"\W*(?:reply|antworten|répondre|responder|rispondi|reageren?|beantwoorden|svara?|vastaa|odpowiedz|odpovědět|válasz|răspunde|yanıtla|cevapla|ответить|відповісти|απάντηση"
    r"|رد|השב|उत्तर दें|trả lời|balas|ตอบกลับ|返信|回复|回覆|답글)\b.{0,40}",
    re.IGNORECASE,
)
#: The replies that show a list of comments, and the lines of one comment at most (arbitrary).
_REPLIES, _LINES = 2, 10


def lines_of_comments(lines: Sequence[Line]) -> list[int]:
    """Return the lines of the comments below a line that counts them: names, times, what is said.

    The list ends at the last line that offers to reply. A list with one such line stays.
    """
    for place, line in enumerate(lines):
        if line.category == "comments" and _COUNT.fullmatch(line.text):
            end, replies = place, 0
            for below in range(place + 1, len(lines)):
                if below - end > _LINES:
                    break
                if _REPLY.fullmatch(lines[below].text):
                    end, replies = below, replies + 1
            if replies >= _REPLIES:
                return [n for n in range(place + 1, end + 1) if not lines[n].category]
    return []
