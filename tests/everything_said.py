"""What leads to every message of the bot: one long talk, and values for what no talk comes to."""

from __future__ import annotations

from bot.audit import Entry
from bot.broadcasts import Fate
from bot.charts import pictures
from bot.events import Chat, Phrase
from bot.export.order import Filters, Form, Order
from bot.groups import Group
from handlers.broadcasts import Look
from handlers.group_card import Letters
from handlers.route import CHANNELS, Route
from tests.bot.test_charts import ON, figures
from tests.door import NOW, furnished

TALK = (
    *(
        "/start",
        "/help",
        "hm hm",
        "👍",
        "/back",
        "/lettr",
        "/appeal zhanaozen-2011",
        "/demands zhanaozen-2011",
    ),
    *("/background zhanaozen-2011", "/addresses zhanaozen-2011", "DE", "/pledges"),
    *("/kit", "/cancel", "/letter", "99", "/skip", "/letter", "/back", "/cancel"),
    *("/since zhanaozen-2011", "/letter zhanaozen-2011", "quit", "protest", "3", "open", "organisation"),
    *(
        "Korea",
        "Xyzzy",
        "DE",
        "  ",
        "12",
        "x" * 201,
        "Докеры",
        "-",
        "1200",
        "/skip",
        "/skip",
        "justified",
        "/skip",
    ),
    *("name", "/skip", "agreed", "president.post", "kazmunaygas.fax", "kazmunaygas.email", "next"),
    *("/later", "/answer"),
    *("week", "tomorrow", "99", "president.post, embassy.post", "/mydata", "organisation"),
    *("/pledges", "/sent 99", "/mydata", "/sent 1", "1", "stays", "/sent", "/privacy"),
    *("/pledge zhanaozen-2011", "solidarity", "person", "DE", "sent", "1", "nameless", "/mydata"),
    *("/pledge zhanaozen-2011", "protest", "person", "/skip", "sent", "1", "name", "99", "/skip", "Ада"),
    *("/answer reply", "1", "1", "/answer", "1", "returned", "1", "/answer nothing", "1"),
    *("/answer not-yet", "1", "/pledges", "/mydata"),
    *("/pledge zhanaozen-2011", "protest", "organisation", "ES", "tonight", "1", "nameless"),
    "Europe/Madrid",
    *("/later", "saturday", "/later", "never", "/later", "/sent"),
    *("/sent 99", "/pledge zhanaozen-2011", "protest", "person", "/skip", "not-now"),
    *("/kit", "next", "/letter zhanaozen-2011", "protest", "open", "person", "FR", "/enough", "agreed"),
    *("embassy.phone", "next", "/skip"),
    *(
        "/updates zhanaozen-2011",
        "/updates nagaworld-2021",
        "/mydata",
        "/mydata file",
        "/stop nagaworld-2021",
        "/stop",
        "/group",
    ),
    *("/stats", "/language", "/cancel", "/forget", "no", "/forget", "yes"),
)
"""What somebody types who goes everywhere and makes every mistake; numbers and keys are the same in every language."""
ONE = furnished()[0].campaigns["zhanaozen-2011"].addressees("protest", None)[0]
GROUP = Group("g0", Chat("wire", "-7"), "Branch", "de", "-7/5", 50, NOW.date(), "keeper", None, ())
GONE_OUT: dict[str, object] = {
    "waiting": (("Matrix", 3),),
    "name": 5,
    "everybody": 2000,
    "over": 1200,
    "unsettled": 2,
    **{fate.value: number for number, fate in enumerate(Fate, 1)},
}
ELSEWHERE: dict[str, dict[str, object]] = {
    "broadcast/progress": {**GONE_OUT, "state": "running", "quiet": False, "minutes": 3},
    "broadcast/report": GONE_OUT,
    "reminder/send": {"campaign": ONE.title, "kind": ONE.title},
    "reminder/answer": {"campaign": ONE.title, "kind": ONE.title},
    "answer/doubtful": {
        "campaign": furnished()[0].campaigns["zhanaozen-2011"],
        "who": ONE.title,
        "channel": CHANNELS["fax"],
    },
    "campaign/none": {},
    "choose/among": {"numbers": [1, 2]},
    "compose/no-file": {},
    "compose/no-file-yet": {},
    "compose/no-words": {},
    "compose/unfetched": {"why": "large"},
    "conversation/about": {"what": "Chile"},
    "conversation/anew": {"what": "Chile"},
    "conversation/edit": {"open": False},
    "conversation/file": {},
    "conversation/forwarded": {},
    "conversation/late": {},
    "conversation/not-recorded": {},
    "conversation/old-button": {},
    "conversation/place": {},
    "conversation/slower": {},
    "conversation/stuck": {"skip": True, "back": True},
    "conversation/unreadable": {},
    "export/campaign": {},
    "export/country": {},
    "export/days": {},
    "export/far": {},
    "export/form": {},
    "export/no-days": {},
    "export/none": {},
    "export/not-yours": {},
    "export/period": {},
    "export/ready": {
        "order": Order(Form.XLSX),
        "campaigns": [],
        "number": 1,
        "sealed": True,
        "name": "letters-2026-11-23.xlsx.age",
    },
    "export/too-many": {"number": 60000, "most": 50000},
    "export/told": {
        "entry": Entry(3, NOW, "00ff00ff00ff", "export", {}),
        "platform": "",
        "order": Order(Form.PDF, Filters((), ("DE", "none"), ("sent",), NOW.date(), NOW.date())),
        "campaigns": ["Chile"],
        "number": 12,
        "sealed": True,
    },
    "group/admins-only": {},
    "group/ask": {"asked": "goal"},
    "group/card": {
        "count": Letters(15, 0),
        "goal": 50,
        "until": NOW.date(),
        "bar": "▰",
        "reached": True,
        "fewest": 5,
        "full": False,
    },
    "group/card-kept": {},
    "group/channel": {"title": "News"},
    "group/nobody": {},
    "group/overview": {"group": GROUP, "campaigns": ["Chile"], "public": True},
    "group/private": {},
    "group/unknown-role": {},
    "kit/visit": {"one": ONE, "visit": ONE},
    "language/chosen": {},
    "numbers/picture": {"picture": pictures(figures(), furnished()[0].countries, ON)[0], "full": True},
    "start/linked": {},
    "pledge/no-way": {"route": Route(furnished()[0].campaigns["nagaworld-2021"], "protest", None, ())},
    "privacy/forgotten": {"gone": False},
    "questions/place": {"meant": ["Chile"]},
    "questions/retype": {},
    "questions/words": {"optional": True},
    "start/group": {"campaigns": ()},
}
PREVIEW: dict[str, object] = {
    "people": 7,
    "size": (("Telegram", 7, (("en", 4), ("ru", 3))),),
    "parts": ("Telegram", Phrase("A group without a name")),
    "languages": ("en", "ru"),
    "out_of_reach": (("Matrix", 2),),
    "minutes": 3,
    "begins": None,
    "night": (22, 8),
    "second": True,
    "organiser": False,
    "file": True,
    "photo": True,
    "long": True,
    "platforms": {"telegram", "matrix"},
}
BROADCAST = Look(
    3, "Chile", ("Telegram",), Phrase("is done"), 7, 3, 1, 1, 1, 1, 1, (("Matrix", 1),), "tomorrow"
)
ELSEWHERE |= {
    **{
        f"broadcast/{name}": {}
        for name in (
            *(
                "expired",
                "file",
                "file-lost",
                "follows-nothing",
                "more",
                "no-zone",
                "nobody",
                "not-yours",
                "parts",
            ),
            *("quiet", "text", "time", "unread", "usual", "when", "which-country", "which-group", "zone"),
            *("which-language", "which-platform", "whom"),
        )
    },
    "broadcast/asked": {"number": 3, "people": 600, "organiser": False},
    "broadcast/message": {"words": "Out"},
    "broadcast/no-time": {"past": False},
    "broadcast/preview": PREVIEW,
    "broadcast/started": {"number": 3, "asked": True, "organiser": False, "begins": None},
    "broadcast/too-soon": {"minutes": 5},
    "broadcast/translation": {"language": "English"},
    "broadcasts/agreed": {},
    "broadcasts/list": {"broadcasts": (BROADCAST,)},
    "broadcasts/none-such": {},
    "broadcasts/look-first": {},
    "broadcasts/not-agreed": {},
    "broadcasts/one": {"one": BROADCAST},
    "broadcasts/settled": {"again": True, "people": 2},
    "broadcasts/too-late": {},
    "compose/too-long": {"longest": 10, "length": 20},
    "conversation/others-question": {},
}
"""What that talk does not come to: what happens in groups, with files, or where something fails."""
