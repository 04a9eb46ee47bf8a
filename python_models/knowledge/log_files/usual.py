"""Shapes of log lines that nobody declared: where their time, level and message stand."""

from __future__ import annotations

import re

from python_models.knowledge.log_files.moments import ZONES

_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_HALVES = r"\d{1,2}:\d\d:\d\d(?:\.\d+)? [AP]M\b"
_TIME = (
    rf"\d{{4}}-\d\d-\d\d[T ](?:{_HALVES}|{_CLOCK}(?: ?(?:Z|[+-]\d\d:?\d\d)| (?:"
    + "|".join(ZONES)
    + r")\b)?)"
    rf"|\d{{4}}/\d\d/\d\d {_CLOCK}|\d{{8}}T\d{{6}}Z?|\d{{8}}-\d\d:\d\d:\d\d:\d{{3}}"
    rf"|\d{{8}} {_CLOCK}|\d\d\.\d\d\.\d{{4}} {_CLOCK}"
    rf"|\w{{3}} \w{{3}} [ \d]\d {_CLOCK} \d{{4}}|\w{{3}} \d{{1,2}}, \d{{4}} {_HALVES}"
    rf"|\d{{1,2}}/\d{{1,2}}/\d{{4}},? {_HALVES}|\d{{1,2}}[- ]\w{{3}}[- ]\d{{4}} {_CLOCK}"
    r"|\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?|\w{3} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})?"
    rf"|\d\d/\d\d/\d\d {_CLOCK}|\d{{6}} \d{{6}}(?= \d)|\d\d-\d\d {_CLOCK}"
    r"|1\d{9}(?:\.\d{1,6})?(?![\d.])|1\d{12}(?!\d)"
)
_NAMES = "TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL"
_LEVEL = rf"(?:{_NAMES}|(?i:{_NAMES})(?=[\]:\t]))"  # in small letters it may be a word
LETTERS = {"I": "INFO", "W": "WARNING", "E": "ERROR", "F": "FATAL", "D": "DEBUG", "V": "TRACE"}
# a time at the start, before which may stand what syslog puts there
USUAL = re.compile(
    rf"(?:<\d{{1,3}}>(?:1 )?)?\[?(?P<time>{_TIME})\]?:?\s*"
    rf"(?:\[?(?P<level>{_LEVEL})(?:\]|\b):?)?\s*(?P<message>.*)"
)
LEVEL_FIRST = re.compile(
    rf"\[?(?P<level>{_LEVEL})\]?:?\s+\[?(?P<time>{_TIME})\]?:?\s*(?P<message>.*)"
)
WEB = re.compile(rf"(?P<host>\S+) \S+ \S+ \[(?P<time>{_TIME})\] (?P<message>.*)")
PYTHON = re.compile(  # time - logger - LEVEL - message
    rf"(?P<time>{_TIME}) - (?P<component>[^\s]+) - (?P<level>{_NAMES}) - (?P<message>.*)"
)
DATABASE = re.compile(  # PostgreSQL: time [process] LEVEL: message; MySQL: time thread [Level] ..
    rf"(?P<time>{_TIME}) (?:\[\d+\](?: \S+@\S+)? (?=[A-Z]+:)|\d+ \[)"
    r"(?P<level>[A-Z][A-Za-z]*)(?:\]|:)\s+(?P<message>.*)"
)
GLOG = re.compile(  # Kubernetes and others: I0301 10:00:00.000000 12345 file.go:123] message
    rf"(?P<level>[IWEF])(?P<time>(?:\d{{4}})?\d{{4}} {_CLOCK})\s+\d+ "
    r"(?P<component>[^\s\]]+:\d+)\] (?P<message>.*)"
)
LOGCAT = re.compile(  # Android: 03-01 10:00:00.000 1234 1234 I tag: message
    rf"(?P<time>\d\d-\d\d {_CLOCK})\s+\d+\s+\d+ (?P<level>[VDIWEF]) "
    r"(?P<component>[^:]*?)\s*: (?P<message>.*)"
)
HADOOP = re.compile(  # 081109 203615 143 INFO dfs.DataNode: message
    rf"(?P<time>\d{{6}} \d{{6}}) \d+ (?P<level>{_NAMES}) (?P<component>\S+): (?P<message>.*)"
)
REDIS = re.compile(rf"\d+:[A-Z] (?P<time>{_TIME}) [.*#-] (?P<message>.*)")
AUDIT = re.compile(
    r"type=(?P<component>\w+) msg=audit\((?P<time>\d+\.\d+):\d+\):\s*(?P<message>.*)"
)


def _keyed(time: str, level: str, message: str) -> re.Pattern[str]:
    """Return a shape of fields in any order: each is looked for from the start of the line."""
    return re.compile(rf"(?=.*?{time})(?=(?:.*?{level})?)(?=(?:.*?{message})?)")


_MEMBER = r'"(?i:{})"\s*:\s*(?:\{{"\$date"\s*:\s*)?"?(?P<{}>{})'
JSON = re.compile(
    r"\{"
    + _keyed(
        _MEMBER.format("@?timestamp|time|ts|asctime|@?t", "time", _TIME),
        _MEMBER.format(
            r"level|severity|lvl|levelname|@l|s(?=\"\s*:\s*\"[DIWEF]\d?\")", "level", r"\w+"
        ),
        _MEMBER.format("message|msg|log|MessageTemplate|@mt?", "message", r'(?<=")(?:[^"\\]|\\.)*'),
    ).pattern
)
LOGFMT = re.compile(
    r"(?=\w+=)"
    + _keyed(
        rf'\b(?:time|ts|timestamp|t)="?(?P<time>{_TIME})',
        r'\b(?:level|lvl|severity)="?(?P<level>\w+)',
        r'\b(?:msg|message)=(?:"(?=.*")|(?!"))(?P<message>(?<=")(?:[^"\\]|\\.)*|\S+)',
    ).pattern
)
# of those that as many lines have the first one says most
SHAPES = (
    PYTHON, DATABASE, GLOG, LOGCAT, HADOOP, REDIS, AUDIT, JSON, LOGFMT, USUAL, WEB, LEVEL_FIRST,
)  # fmt: skip
