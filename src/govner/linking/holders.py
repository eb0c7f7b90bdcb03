"""Who holds which post: the name that a post stands beside, the verb between them, or the post's known holder."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import starmap
from operator import attrgetter

from govner.linking.mentions import Item, Name, Post
from govner.linking.posts import fits, read_post
from govner.linking.reports import report
from govner.linking.words import Words, between

HOLDER_EVIDENCE: Mapping[str, str] = {
    "before": "The post stands directly before the name: Bí thư Huyện ủy Lê Văn An.",
    "after": "The post stands behind the name, after a comma, dash, bracket, là or a verb: ông An, Bí thư Huyện ủy.",
    "colon": "The name stands behind the post, after a colon, dash or comma: Bí thư Huyện ủy: ông An.",
    "for": "The post is said to be taken from, given to or that of the name: miễn nhiệm chức Bí thư đối với ông An.",
    "verb": "A verb of holding, taking or leaving ties the post to a name further back in its sentence.",
    "pronoun": "A verb ties the post to a pronoun that means the last person spoken of: Ông hiện là đại biểu Quốc hội.",
    "list": "The post stands in a list with another post of a known holder.",
    "earlier": "The post stands alone, and the text has named the holder of that post before.",
    "later": "The post stands alone, and the text names the holder of that post further on.",
    "annotation": "The document was read from marked-up text that gives the holder itself.",
    "": "The text names no holder.",
}
"""What ``Position.evidence`` can be, each with its meaning: how the holder of a post was found. A closed list, the
surest first: of several mentions of a post the surest one tells."""

NEAR = 160
"""How many characters may part a post and a name that belong together by their place."""
KEPT = 12
"""How many known holders of one title are looked at."""

_ASIDE = re.compile(r"^\([^()]*\)|^,?[,(]?o?0?a[0\-/]*(?:,?[ot]{1,3}(?=,))?\)?|^,a?0(?=[,)\-])")
_TERM = r"(?:\([^()]*\)|y[0o](?:[,\-v]*[0o])*|y|\)|,[^.\n;]{1,14}(?=;))?"
_LIST = re.compile(_TERM + r"[,\-k;v(l]{0,3}[fnqhljxw]*")
_SAME = re.compile(_TERM + r"[fnqh]*[,\-k]{0,2}v?k?[,l]?[fnqhljxw]*")
_VERB = re.compile(r"[^.\n;]*[jxw][fnq]*")
_STRONG = re.compile(r'c?[hrn"]*|,(?:o\.?)?o[r]*')
_WEAK = re.compile(r'[fnqc]*[,:\-(l]{1,2}[hr"]*')
_FOR = re.compile(r"[^.\n;t]{0,9}t[hr]*")
_APPOSED = re.compile(r',o{1,6}k[fn]*|,?k[fn]*|[)"o]?[)"]?[,\-(]{1,2}[fnqljw:]*|[fnq]*[ljxw][fnq]*|[fnq]')
_FIRM = re.compile(r"[)]?[,]?[\-(ljxw]")
_TAKES = re.compile(r"[jxlw][fnq:]*\Z|[jlw][^.\n:]{0,60}[v,;][fnq]*\Z")  # also behind what is no post
_MATTER = re.compile(r"[jxfw][fnq]*\Z")
_BEHIND = re.compile(r"\s?[,(–-]\s?")
_BREAK = re.compile(r"[.!?…\n](?:(?<=\n)|[.!?…]*[\"”')]*\s)")  # one class first: so the engine skips to it
_THIS_ONE = re.compile(r"\s+(?:đối với|của|với|cho)\s+(?:ông|bà)\s+(?:này|ấy)\b")
_KIN = re.compile(r"m[fnqh]*\Z")
_NOBODY = re.compile(r"b[fnq]*\Z")
_REPLACED = re.compile(r"z[hr]*\Z")
_IS = re.compile(r"l[hr]+")
_ALONE = re.compile(r"\s*(?:[.,;:()–\n-]|\Z|và\b)")
_AS = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:làm|giữ(?: chức)?(?: vụ| danh)?|đảm (?:nhiệm|nhận)(?: chức vụ| chức danh)?)\s*"
)
_NAMED_TO = re.compile(r"(?:bổ nhiệm|bầu|chỉ định|phân công|miễn nhiệm|cách chức)(?: chức(?: vụ| danh)?)?\s*\Z")
_AGENT = re.compile(r"\b(?:được|bị|do|bởi)\s+(?:(?:ông|bà|đồng chí)\s+)?$", re.I)
_BY_VERB = re.compile(
    r"\b(?:bổ nhiệm|trao|ký|giới thiệu|bầu|phân công|giao|điều động|chỉ định|đề nghị|miễn nhiệm|cách chức|bãi nhiệm"
    r"|đề cử)\b"
)
_JOINED, _JOINED_LAST = re.compile(r"[,v][hr]*\Z"), re.compile(r"v[hr]*\Z")
_OTHER_VERB = re.compile(r"[jxw.\n;]")
_MANY = 16  # mentions that are looked at for the first of several people
_AND = re.compile(r"[,v][hr]*")
_PRONOUN = re.compile(r"\b(?:ông|bà|anh|chị|cô|đồng chí này|vị này)(?!\w)", re.I)


def hold(
    text: str, names: Sequence[tuple[int, int, int]], posts: Sequence[tuple[int, int]], today: str | None = None
) -> list[Post]:
    """Give every post its holder, where the text says who it is, and what its sentence reports of it.

    ``names`` are (start, end, person), ``posts`` (start, end), both in text order; the result is in the order of
    ``posts``. ``today`` is the text's ISO day, which tells the year of the days in it. Cost: linear; a post looks at
    its neighbours and at the latest holders of its title.
    """
    found = [Post(start, end, read_post(text[start:end])) for start, end in posts]
    if not found:
        return []
    items: list[Item] = sorted([*found, *starmap(Name, names)], key=attrgetter("start"))
    gaps = _gaps(text, items)
    at = 0
    while at < len(items):
        if isinstance(items[at], Name):
            at += 1
            continue
        end = at + 1
        while end < len(items) and isinstance(items[end], Post) and _LIST.fullmatch(gaps[end]):
            end += 1
        _beside(text, items, gaps, at, end)
        at = end
    breaks = [match.end() for match in _BREAK.finditer(text)]
    _by_verb(text, items, gaps, breaks)
    _overrule(found)
    report(text, items, breaks, today)
    _later(found)
    _chained(found)
    return found


def title(text: str, start: int, end: int, posts: Sequence[tuple[int, int]]) -> Words:
    """The words of the title that stands directly before a name, or else directly behind it; none without one.

    ``posts`` are (start, end) in text order.
    """
    at = bisect_left(posts, (start,))
    if at:
        before = posts[at - 1]
        if start - before[1] < 12 and _STRONG.fullmatch(between(text[before[1] : start])):
            return read_post(text[before[0] : before[1]]).title
    if at < len(posts):
        behind = posts[at]
        if behind[0] - end < 4 and _BEHIND.fullmatch(text, end, behind[0]):
            return read_post(text[behind[0] : behind[1]]).title
    return ()


def _gaps(text: str, items: Sequence[Item]) -> list[str]:
    """What stands before each item, back to the item before it; "." where that is far away. One more for the end."""
    gaps, last = [], 0
    for item in items:
        start = item.start
        far = start - last > NEAR
        gap = between(text[start - NEAR if far else last : start])
        if isinstance(item, Post):
            item.before = gap
            state = gap[len(gap.rstrip("fqnwlj")) :]
            item.former = "f" in state or "w" in state
            item.acting = "q" in state or text[start : start + 6].casefold() == "quyền "
        gaps.append("." + gap if far else gap)
        last = item.end
    gaps.append(".")
    return gaps


def _other(text: str, items: Sequence[Item], gaps: Sequence[str], at: int, gap: str) -> bool:
    """Whether a name is not that of whom a verb behind it speaks, ``gap`` the text between: "bà B thay ông A làm …",
    "được ông A bổ nhiệm làm …"."""
    while at and isinstance(items[at - 1], Post) and not gaps[at].strip("hr"):
        at -= 1
    if _KIN.search(gaps[at]) and at and isinstance(items[at - 1], Name):
        return True  # "ông A, con trai ông B, làm …"
    if _REPLACED.search(gaps[at]) and _AS.fullmatch(gap):
        return True  # but in "thay ông A về làm …" the post is A's next one
    start = items[at].start
    return _BY_VERB.search(gap) is not None and _AGENT.search(text, max(0, start - 20), start) is not None


def _beside(text: str, items: Sequence[Item], gaps: Sequence[str], at: int, end: int) -> None:
    """Holders of a list of posts from the names on both its sides."""
    left, right = items[at - 1] if at else None, items[end] if end < len(items) else None
    before, after = _ASIDE.sub("", gaps[at]) or ("," if gaps[at] else ""), gaps[end]
    posts = [item for item in items[at:end] if isinstance(item, Post)]
    for post in posts:
        post.chain = at
    if _NOBODY.search(posts[0].before):
        if isinstance(right, Name) and _IS.fullmatch(after):
            posts[-1].person, posts[-1].why = right.person, "colon"  # "chỉ còn một giám đốc là ông A"
        return
    apposed = isinstance(left, Name) and _APPOSED.fullmatch(before) is not None
    verb = isinstance(left, Name) and _VERB.fullmatch(before) is not None
    if verb and left and _other(text, items, gaps, at - 1, text[left.end : posts[0].start]):
        left, apposed = None, False
    if isinstance(right, Name) and _STRONG.fullmatch(after):
        first = len(posts) - 1
        if len(posts) > 1 and not apposed and isinstance(left, Name):
            apposed = _VERB.fullmatch(before) is not None
        firm = apposed and (_FIRM.match(before) or _VERB.fullmatch(before))
        while first > 0 and not firm and _SAME.fullmatch(gaps[at + first]):
            if apposed and "v" in gaps[at + first]:
                break  # "ông A, Bí thư X và Chủ tịch Y bà B"
            first -= 1
        for n, post in enumerate(posts):
            if n >= first:
                post.person, post.why = right.person, "before"
                post.soft = n < len(posts) - 1
            elif apposed and isinstance(left, Name):
                post.person, post.why = left.person, "after"
        return
    if _KIN.search(posts[0].before):
        return
    holder, why = None, ""
    if apposed and isinstance(left, Name):
        holder, why = left.person, "after"
        beside = at > 1 and isinstance(items[at - 2], Post) and not gaps[at - 1].strip("hr")
        posts[0].soft = before == "," and beside
    elif isinstance(right, Name) and _WEAK.fullmatch(after) and (":" not in after or _ALONE.match(text, right.end)):
        holder, why = right.person, "colon"
    elif isinstance(right, Name) and _FOR.fullmatch(after) and (len(after) < 3 or _MATTER.search(posts[0].before)):
        holder, why = right.person, "for"
    for post in posts:
        post.person, post.why = holder, why
    if why != "after":
        return
    if _VERB.fullmatch(before):
        _share(items, gaps, at, posts)
    for n in range(at + 1, end):
        if _TAKES.search(gaps[n]):
            _share(items, gaps, n, posts[n - at :])
            break


def _share(items: Sequence[Item], gaps: Sequence[str], at: int, posts: Sequence[Post]) -> None:
    """ "Ông A và bà B được bầu làm …": as many posts as people go one to each, a single post to the first."""
    first = at - 1
    while first > 0 and isinstance(items[first - 1], Name) and _AND.fullmatch(gaps[first]) and at - first < 8:
        first -= 1
    names = [item for item in items[first:at] if isinstance(item, Name)]
    if len(names) < 2:
        name = _first_of(items, gaps, at)
        if name is not None:
            posts[0].person = name.person
        return
    for n, post in enumerate(posts):
        post.person = names[n if len(names) == len(posts) else 0].person


def _first_of(items: Sequence[Item], gaps: Sequence[str], at: int) -> Name | None:
    """The first of several people, each with his own posts, to whom a verb gives one: "ông A, X và bà B, Y làm …"."""
    first: Name | None = None
    joined = False
    for n in range(at - 1, max(-1, at - _MANY), -1):
        item, gap = items[n], gaps[n]
        if isinstance(item, Post):
            if _OTHER_VERB.search(gap):
                break
            continue
        if joined:
            first = item
        if not (_JOINED if joined else _JOINED_LAST).search(gap) or _OTHER_VERB.search(gap):
            break
        joined = True
    return first


def _by_verb(text: str, items: Sequence[Item], gaps: Sequence[str], breaks: Sequence[int]) -> None:
    """Posts behind a verb of holding, taking or leaving: their holder is the name before, or the last subject."""
    name: Name | None = None
    subject: Name | None = None
    sentence = -1
    chain, chain_holder, chain_why = -1, 0, ""
    passed = -1  # the sentence in which the name last passed over is that of who appoints
    for n, item in enumerate(items):
        here = bisect_left(breaks, item.start + 1)
        if isinstance(item, Name):
            gap = gaps[n]
            if here == sentence and name is not None:
                if "(" in gap and ")" not in gap:
                    continue  # named in an aside
                if _AND.fullmatch(gap):
                    continue  # one post of several people goes by the first
            else:
                subject = item
            after = text[item.end : items[n + 1].start] if n + 1 < len(items) else ""
            if here == sentence and name is not None and _other(text, items, gaps, n, after):
                passed = here
                continue
            name, sentence = item, here
            continue
        if item.person is not None:
            continue
        if item.chain == chain:
            item.person, item.why = chain_holder, chain_why
            continue
        if not _TAKES.search(item.before) and not (
            passed == here and _NAMED_TO.search(text, item.start - 16, item.start)
        ):
            continue
        if name is not None and (sentence == here or _THIS_ONE.match(text, item.end)):
            first = _first_of(items, gaps, n) if sentence == here else None
            item.person, item.why = (first or name).person, "verb"
        elif subject is not None and _PRONOUN.search(text, breaks[here - 1] if here else 0, item.start):
            item.person, item.why = subject.person, "pronoun"
        if item.person is not None:
            chain, chain_holder, chain_why = item.chain, item.person, item.why


def _later(posts: Sequence[Post]) -> None:
    """A post named alone belongs to its holder elsewhere in the document: before it, else behind it."""
    known: dict[str, list[Post]] = {}
    for post in posts:
        if post.person is None and _NOBODY.search(post.before):
            continue
        if post.person is None:
            _take(post, known.get(post.reading.title[0], ()), "earlier")
        elif post.why != "":
            known.setdefault(post.reading.title[0], []).append(post)
    known.clear()
    for post in reversed(posts):
        if post.person is None and _NOBODY.search(post.before):
            continue
        if post.person is None:
            _take(post, known.get(post.reading.title[0], ()), "later")
        elif post.why != "":
            known.setdefault(post.reading.title[0], []).append(post)


def _chained(posts: Sequence[Post]) -> None:
    """What stands in a list with a post of a known holder is his too: "Bí thư Tỉnh ủy làm Phó Ban …"."""
    holders: dict[int, int] = {}
    for post in posts:
        if post.person is not None and post.chain >= 0:
            holders.setdefault(post.chain, post.person)
    for post in posts:
        if post.person is None and post.chain in holders and not _NOBODY.search(post.before):
            post.person, post.why = holders[post.chain], "list"


def _overrule(posts: Sequence[Post]) -> None:
    """A post that may belong to either side goes to the one who surely holds the very same post elsewhere."""
    sure: dict[tuple[object, ...], int] = {}
    for post in posts:
        if post.person is not None and not post.soft and post.why in ("before", "after"):
            sure.setdefault((post.reading.title, post.reading.rest), post.person)
    for post in posts:
        if post.soft and post.reading.rest:
            post.person = sure.get((post.reading.title, post.reading.rest), post.person)


def _take(post: Post, known: Sequence[Post], why: str) -> None:
    best, worth = None, 0
    for other in known[: -KEPT - 1 : -1]:
        if fits(post.reading, other.reading):
            same = 1 + (post.reading.rest == other.reading.rest) + 2 * (post.gone == other.gone)
            if same > worth:
                best, worth = other, same
    if best is not None:
        post.person, post.why = best.person, why
