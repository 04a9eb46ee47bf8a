"""Talk as Slack exports it: users, channels, one file per channel and day."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.knowledge.demo.organisation import DELIVERIES, START, Entity
from ingestion.knowledge.demo.phrases import say, say_otherwise
from ingestion.knowledge.demo.prose import chat
from ingestion.knowledge.demo.story import News, Story, unsaid_fact
from ingestion.knowledge.demo.written import Written, folder_of, zipped

SOURCE = "demo_slack"
TEAM = "T0NORTHWIND"
ZONE = ZoneInfo("Europe/Berlin")  # of the workspace: day files are of its days
Message = dict[str, Any]


@dataclass
class Talk:
    """The talk of the whole story, by channel."""

    story: Story
    written: Written
    chance: random.Random
    messages: dict[str, list[Message]]

    def add(self, channel: str, at: datetime, user: str, text: str, **more: Any) -> Message:
        """Somebody writes something."""
        ts = f"{int(at.timestamp())}.{self.chance.randrange(100, 999_999):06d}"
        message = {"type": "message", "user": user, "text": text, "ts": ts, **more}
        self.messages[channel].append(message)
        return message


def write_talk(story: Story, written: Written) -> None:
    """Write what was said since the delivery before, for each."""
    talk = Talk(story, written, story.org.dice("talk"), defaultdict(list))
    channels = {"general": "C001NW", "incidents": "C002NW"}
    for number, team in enumerate(story.org.all("Team"), start=3):
        channels[team.name(START).lower().replace(" ", "-")] = f"C{number:03d}NW"
    for news in story.news:
        _tell(talk, news, channels)
    _unsaid(talk, channels)
    left = story.org.size.messages - sum(map(len, talk.messages.values()))
    _small_talk(talk, list(channels), left)
    last = datetime.combine(START - timedelta(days=40), datetime.min.time(), UTC)
    for day in DELIVERIES:
        until = datetime.combine(day, datetime.min.time(), UTC)
        files = dict(_export(talk, channels, last, until))
        written.files[f"{folder_of('slack', day)}/Northwind Slack export.zip"] = zipped(files)
        last = until


def _clock(talk: Talk, day: date) -> datetime:
    minutes = talk.chance.randint(8 * 60, 17 * 60)
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=minutes)


def _speaker(talk: Talk) -> Entity:
    return talk.chance.choice(talk.story.org.all("Person"))


def _delivery(at: datetime) -> int:
    return next(number for number, day in enumerate(DELIVERIES) if at.date() < day)


def _tell(talk: Talk, news: News, channels: dict[str, str]) -> None:
    """A message of what is new, and a thread below it."""
    channel, at = talk.chance.choice(list(channels)), _clock(talk, news.day)
    people = talk.chance.choice(("full", "first", "mention"))
    sentence = say(
        talk.story.org, news.fact, news.day, talk.chance, news.kind, news.is_ended, people
    )
    _post(talk, channel, channels[channel], at, sentence)


def _post(talk: Talk, channel: str, channel_id: str, at: datetime, sentence: Any) -> None:
    root = talk.add(channel, at, _speaker(talk).user, sentence.written or sentence.text)
    native_id = f"{TEAM}/{channel_id}/{root['ts']}/thread"
    talk.written.says(_delivery(at), SOURCE, native_id, sentence)
    count = talk.chance.choice((1, 2, 4))
    root |= {"thread_ts": root["ts"], "reply_count": count}
    for number in range(count):
        later = at + timedelta(minutes=3 + 2 * number, seconds=talk.chance.randrange(60))
        mention = f"<@{_speaker(talk).user}> " if talk.chance.random() < 0.3 else ""
        words = mention + chat(talk.chance)
        reply = talk.add(channel, later, _speaker(talk).user, words, thread_ts=root["ts"])
        if number == 3:
            reply |= {"subtype": "thread_broadcast"}


def _unsaid(talk: Talk, channels: dict[str, str]) -> None:
    """Plans, hearsay and denials: none of them is so."""
    org = talk.story.org
    for number in range(max(6, org.size.changes // 2)):
        day = START + timedelta(days=talk.chance.randrange(1, (DELIVERIES[-1] - START).days))
        polarity = ("planned", "reported", "negated")[number % 3]
        fact = unsaid_fact(talk.story, day, f"talk {number}")
        who = talk.chance.choice(org.all("Person")[2:-1]).name(day)
        sentence = say_otherwise(org, fact, day, talk.chance, polarity, who)
        channel = talk.chance.choice(list(channels))
        _post(talk, channel, channels[channel], _clock(talk, day), sentence)


def _small_talk(talk: Talk, channels: list[str], left: int) -> None:
    length = (DELIVERIES[-1] - START).days
    while left > 0:
        day = START + timedelta(days=talk.chance.randrange(length))
        channel, at = talk.chance.choice(channels), _clock(talk, day)
        for _ in range(min(left, talk.chance.randint(2, 9))):
            message = talk.add(channel, at, _speaker(talk).user, chat(talk.chance))
            if talk.chance.random() < 0.05:
                edited = f"{int(at.timestamp()) + 30}.000000"
                message |= {"edited": {"user": message["user"], "ts": edited}}
            at += timedelta(seconds=talk.chance.randint(20, 900))
            left -= 1
    for _ in range(3):
        alert = {"fallback": "Alert", "text": f"Alert: {chat(talk.chance)}"}
        at = _clock(talk, START + timedelta(days=talk.chance.randrange(length)))
        message = talk.add("incidents", at, "", "", subtype="bot_message", attachments=[alert])
        message |= {"bot_id": "B001NW", "username": "pager"}
        del message["user"]


def _export(
    talk: Talk, channels: dict[str, str], last: datetime, until: datetime
) -> Iterator[tuple[str, bytes]]:
    day = until.date() - timedelta(days=1)
    people = talk.story.org.all("Person")
    yield "users.json", _json([_user(one, day) for one in people])
    members = [one.user for one in people]
    listed = [{"id": of, "name": name, "members": members} for name, of in channels.items()]
    yield "channels.json", _json(listed)
    for kind in ("groups", "dms", "mpims"):
        yield f"{kind}.json", _json([])
    for channel, messages in talk.messages.items():
        days: dict[str, list[Message]] = defaultdict(list)
        for message in sorted(messages, key=lambda one: one["ts"]):
            at = datetime.fromtimestamp(int(message["ts"].split(".")[0]), UTC)
            if last <= at < until:
                days[at.astimezone(ZONE).date().isoformat()].append(message)
        for name, some in sorted(days.items()):
            yield f"{channel}/{name}.json", _json(some)


def _user(person: Entity, day: date) -> dict[str, Any]:
    name = person.name(day)
    profile = {"real_name": name, "display_name": name, "email": person.mail}
    return {
        "id": person.user,
        "team_id": TEAM,
        "name": person.mail.split("@")[0],
        "real_name": name,
        "deleted": False,
        "is_bot": False,
        "profile": profile,
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode()
