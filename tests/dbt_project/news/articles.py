"""Three days of made-up news with the conditions that articles and stories have to stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.dbt_project.news.raw_news import AS_OF, entry, page

HOUR = timedelta(hours=1)
ACME = "Acme Robotics releases model Falcon"


def long(*sentences: str) -> str:
    """Give a text of the sentences, told again until it is long enough to be a whole article."""
    told = " ".join(sentences)
    return "\n\n".join([told] * (1 + 1_300 // len(told)))


ACME_TEXT = long(
    "Acme Robotics has released Falcon 9, a language model for factory robots.",
    "The company of Lyon says Falcon 9 needs half the memory of its predecessor.",
    "Its chief executive Maria Keller calls the model a step for the whole industry.",
)
ACME_ELSEWHERE = long(
    "A language model for factory robots, Falcon 9, was presented by Acme Robotics in Lyon.",
    "Maria Keller, who leads Acme Robotics, says that Falcon 9 halves the memory robots need.",
    "Analysts expect rivals to answer within the year.",
)
CHIPS = long(
    "A chip factory for accelerators opened near Dresden on Monday.",
    "Silizium Sachsen wants to make two thousand wafers a month there.",
    "The state of Saxony pays a third of the factory.",
)
LAW = long(
    "Parliament in Ottawa passed a law on automated decisions in hospitals.",
    "Doctors must be told which system proposed a treatment.",
    "The law takes effect next spring, said minister Jean Roy.",
)
WEATHER = long(
    "Researchers at Uppsala trained a network that predicts storms nine days ahead.",
    "Their benchmark counts thirty years of storms in the North Sea.",
    "The weights are free for universities.",
)
FARMS = long(
    "Robots that weed fields were tried on forty farms in Kansas this summer.",
    "Growers of soybeans saved most of their herbicide.",
    "The maker Plowbot leases the machines by the acre.",
)


def day_1() -> dict[str, Any]:
    """The first run."""
    entries = [
        # one address in two feeds, whatever the guids
        entry(
            "alpha",
            "alpha.example/falcon",
            f"{ACME} 9",
            ACME_TEXT,
            guid="a-1",
            published_at=AS_OF - 9 * HOUR,
        ),
        entry(
            "beta",
            "alpha.example/falcon",
            f"{ACME} 9",
            "Short.",
            guid="b-77",
            published_at=AS_OF - 8 * HOUR,
        ),
        # the same event in other words, at another host
        entry(
            "gamma",
            "gamma.example/acme",
            "Falcon 9: Acme Robotics shows model for robots",
            ACME_ELSEWHERE,
            published_at=AS_OF - 6 * HOUR,
        ),
        # a copy of the first but for its last words
        entry(
            "beta",
            "beta.example/copy",
            "Wire: Acme Robotics releases Falcon",
            ACME_TEXT + " Reporting by the wire.",
            published_at=AS_OF - 5 * HOUR,
        ),
        # good guids stay apart even with one link
        entry(
            "beta",
            "beta.example/live",
            "Live at noon: robots at the fair in Hanover",
            long("Robots sorted parcels at the fair in Hanover at noon."),
            guid="live-1",
            published_at=AS_OF - 4 * HOUR,
        ),
        entry(
            "beta",
            "beta.example/live",
            "Live at night: forklifts race in Hanover",
            long("Forklifts raced each other at night while visitors cheered."),
            guid="live-2",
            published_at=AS_OF - 3 * HOUR,
        ),
        # AMP, known by the address its page names
        entry(
            "alpha",
            "amp.delta.example/law",
            "Canada passes law on hospital systems",
            "",
            published_at=AS_OF - 7 * HOUR,
        ),
        entry(
            "gamma",
            "delta.example/law",
            "Canada passes law on hospital systems",
            "",
            published_at=AS_OF - 7 * HOUR,
        ),
        entry(
            "alpha",
            "alpha.example/dresden",
            "Dresden gets a chip factory",
            CHIPS,
            published_at=AS_OF - 20 * HOUR,
        ),
        # two articles of one story of which nobody knows yet that they are
        entry(
            "alpha",
            "alpha.example/storm",
            "Network predicts storms nine days ahead",
            WEATHER,
            published_at=AS_OF - 2 * HOUR,
        ),
        entry(
            "gamma",
            "gamma.example/storm",
            "Universities get free weights from Sweden",
            long("Universities may use what Sweden gives away.", "Licences are not needed."),
            published_at=AS_OF - 1 * HOUR,
        ),
        *_left_out(),
    ]
    pages = [
        page("amp.delta.example/law", LAW, canonical_key="delta.example/law"),
        page("delta.example/law", LAW, canonical_key="delta.example/law"),
        page("beta.example/list", "Headline one\nHeadline two", is_article=False),
        page("beta.example/pay", "The first lines only. Subscribe to read on.", is_stub=True),
        page("alpha.example/own", "A page of less worth than the text of its feed."),
    ]
    asked = {"delta.example/law": "ok", "amp.delta.example/law": "failed",
             "alpha.example/dresden": "failed"}  # fmt: skip
    return {
        "entries": entries,
        "pages": pages,
        "weights": {"alpha": 0.9, "gamma": 0.4},
        "fetches": [
            {"url": f"https://{link}", "role": "page", "status": status}
            for link, status in asked.items()
        ],
    }


def _left_out() -> list[dict[str, Any]]:
    return [
        entry(
            "new",
            "new.example/1",
            "Undated: found at the first fetch",
            long("Ponies graze beside the canal since spring."),
            is_first_good_fetch=True,
        ),
        entry(
            "alpha",
            "alpha.example/late",
            "Later: dated after the run",
            FARMS,
            waits=True,
            published_at=AS_OF + 10 * HOUR,
            flags='["after_as_of"]',
        ),
        entry("beta", "beta.example/list", "List: a page of links", "", published_at=AS_OF - HOUR),
        entry(
            "beta",
            "beta.example/pay",
            "Closed: a page behind a wall",
            "",
            published_at=AS_OF - HOUR,
        ),
        entry(
            "beta",
            "beta.example/pod",
            "Audio: an episode",
            long("Two hosts talk about bridges."),
            kind="audio",
            published_at=AS_OF - HOUR,
        ),
        entry(
            "beta",
            "beta.example/de",
            "Deutsch: ein Aufsatz",
            long("Ein Aufsatz handelt von Mooren."),
            language="de",
            published_at=AS_OF - HOUR,
        ),
        entry(
            "beta", "beta.example/bare", "Bare: nothing but a title", "", published_at=AS_OF - HOUR
        ),
        entry(
            "beta",
            "beta.example/old",
            "Old: from last week",
            long("Lanterns were lit along the harbour."),
            published_at=AS_OF - 60 * HOUR,
        ),
        entry(
            "beta",
            "beta.example/no",
            "Blocked: by a rule of the source",
            long("Coupons for mattresses are given away."),
            published_at=AS_OF - HOUR,
            flags='["blocked"]',
        ),
        entry(
            "beta",
            "beta.example/2099",
            "Wrong: dated in 2099",
            long("Astronomers count comets beyond Neptune."),
            published_at=AS_OF.replace(year=2099),
            flags='["date_in_future"]',
        ),
        entry(
            "alpha",
            "alpha.example/own",
            "Own: the feed has it whole",
            long("Own text here."),
            published_at=AS_OF - HOUR,
        ),
    ]


def day_2() -> dict[str, Any]:
    """A day later: what was mended, rewritten, reported, come due and found to be one."""
    now = AS_OF + timedelta(days=1)
    mended = CHIPS.replace("wafers", "waffers")
    rewritten = long(
        "Farewell to the storm network: Uppsala takes its weights back.",
        "A fault in the data of 1999 made the forecasts look better than they were.",
    )
    entries = [
        entry(
            "alpha",
            "alpha.example/dresden",
            "Dresden gets a chip factory",
            mended,
            published_at=AS_OF - 20 * HOUR,
        ),
        entry(
            "alpha",
            "alpha.example/storm",
            "Network predicts storms nine days ahead",
            rewritten,
            published_at=AS_OF - 2 * HOUR,
        ),
        # reported, and it says something new
        entry(
            "delta",
            "delta.example/acme",
            "Acme Robotics sells Falcon 9 to Toyota",
            long(
                "Acme Robotics sells its model Falcon 9 for factory robots to Toyota.",
                "Maria Keller of Acme Robotics says the deal for robots is worth 430 million.",
                "Falcon 9 is a language model from Lyon.",
            ),
            published_at=now - 5 * HOUR,
        ),
        # reported, and it says nothing new
        entry(
            "gamma",
            "gamma.example/dresden",
            "A chip factory opens near Dresden",
            long(
                "A chip factory for accelerators opened near Dresden.",
                "Silizium Sachsen wants to make wafers there.",
            ),
            published_at=now - 20 * HOUR,
        ),
        # it comes due
        entry(
            "alpha",
            "alpha.example/late",
            "Later: dated after the run",
            FARMS,
            published_at=AS_OF + 10 * HOUR,
            flags="[]",
        ),
        # a third source of an article that is there
        entry("delta", "alpha.example/falcon", f"{ACME} 9", "", published_at=now - HOUR),
    ]
    # the page of an article names another one's address as its own
    pages = [
        page(
            "gamma.example/storm", "Universities may use it.", canonical_key=("alpha.example/storm")
        )
    ]
    return {"entries": entries, "pages": pages}


def day_3() -> dict[str, Any]:
    """A day on which one thing happens."""
    now = AS_OF + timedelta(days=2)
    entries = [
        entry(
            "gamma",
            "gamma.example/mars",
            "Rover finds a lake bed on Mars",
            long(
                "A rover drove over a lake bed that nobody had seen.",
                "Its drill brought up clay.",
            ),
            published_at=now - HOUR,
        ),
        entry(
            "delta",
            "delta.example/farms",
            "Plowbot robots weed fields of forty Kansas farms",
            FARMS.replace("this summer", "in June and July"),
            published_at=now - 20 * HOUR,
        ),
    ]
    return {"entries": entries}
