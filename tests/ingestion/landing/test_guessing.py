"""Encodings nobody declared, or declared wrongly."""

from __future__ import annotations

import pytest

from ingestion.landing.guessing import guess
from ingestion.news.feeds import read_feed
from ingestion.news.feeds.decoding import decode

pytestmark = pytest.mark.unit
CHINESE = "中国人工智能公司周二发布新的语言模型。该公司表示投资者反应积极。"
TAIWAN = "台灣人工智慧公司週二發表新的語言模型。該公司表示投資人反應良好。"
JAPANESE = "日本の人工知能企業は火曜日に新しい言語モデルを発表した。投資家の反応は良好だ。"
RUSSIAN = "Российская компания представила во вторник новую языковую модель. Все довольны."
TEXTS = {
    "gb2312": CHINESE,
    "gb18030": CHINESE,
    "big5": TAIWAN,
    "shift_jis": JAPANESE,
    "euc_jp": JAPANESE,
    "euc_kr": "한국의 인공지능 기업이 화요일 새로운 언어 모델을 발표했다. 투자자들의 반응은 좋다.",
    "cp1251": RUSSIAN,
    "koi8_r": RUSSIAN,
    "cp1253": "Η εταιρεία παρουσίασε την Τρίτη ένα νέο γλωσσικό μοντέλο. Οι επενδυτές χαίρονται.",
    "cp1255": "החברה הציגה ביום שלישי מודל שפה חדש. המשקיעים מרוצים מאוד",
    "cp1256": "قدمت الشركة يوم الثلاثاء نموذجا لغويا جديدا والمستثمرون راضون",
    "cp1250": "Firma przedstawiła we wtorek nowy model językowy, a inwestorzy są zadowoleni. Żółć.",
    "iso8859_2": "Společnost představila v úterý nový jazykový model. Příšerně žluťoučký kůň.",
    "cp1254": "Şirket salı günü yeni bir dil modeli tanıttı. Yatırımcılar çok memnun görünüyor.",
    "cp1252": "Die Firma stellte am Dienstag ein neues Modell vor – „für alle“. Größer, schöner.",
    "tis_620": "บริษัทเปิดตัวแบบจำลองภาษาใหม่เมื่อวันอังคาร นักลงทุนพอใจ",
}


def feed(text: str, encoding: str, declared: str, count: int) -> bytes:
    said = f' encoding="{declared}"' if declared else ""
    items = f"<item><title>{text}</title><link>http://e.example/abcdef</link></item>" * count
    return (
        f'<?xml version="1.0"{said}?><rss version="2.0"><channel><title>News</title>'
        f"<link>http://www.example.com/</link>{items}</channel></rss>"
    ).encode(encoding)


@pytest.mark.parametrize("count", [1, 8])
@pytest.mark.parametrize("declared", ["", "utf-8"])
@pytest.mark.parametrize("encoding", list(TEXTS))
def test_bytes_that_are_not_what_was_declared_are_guessed(
    encoding: str, declared: str, count: int
) -> None:
    read = read_feed(feed(TEXTS[encoding], encoding, declared, count))
    assert {entry["title"] for entry in read.items} == {TEXTS[encoding]}
    assert read.encoding_confidence is not None and 0 < read.encoding_confidence < 1


@pytest.mark.parametrize("encoding", list(TEXTS))
def test_what_was_declared_and_is_right_is_believed(encoding: str) -> None:
    read = read_feed(feed(TEXTS[encoding], encoding, encoding, 1))
    assert read.items[0]["title"] == TEXTS[encoding]
    assert read.encoding_confidence is None


@pytest.mark.parametrize(
    "text",
    ["Ärger über Österreich", "Çà et là, l'été déjà", "Ålesund får ny bro på øya", "¿Qué año?"],
)
def test_a_short_western_text_is_western(text: str) -> None:
    assert guess(text.encode("cp1252"))[0] == "cp1252"


def test_what_the_header_says_comes_before_what_the_document_says() -> None:
    body = feed(RUSSIAN, "cp1251", "iso-8859-1", 1)
    assert decode(body, "text/xml; charset=windows-1251").encoding == "cp1251"


def test_a_character_that_is_broken_does_not_change_the_others() -> None:
    body = feed("Café ünïcode", "utf-8", "utf-8", 60).replace(b"</title>", b"\xff</title>", 1)
    read = read_feed(body)
    assert read.encoding == "utf-8"
    assert read.encoding_confidence is not None and read.encoding_confidence < 1
    assert read.items[-1]["title"] == "Café ünïcode"


@pytest.mark.parametrize("written", ["don&#146;t", "don\x92t", "don&amp;#146;t"])
def test_a_control_character_of_latin_1_is_the_one_it_is_in_cp1252(written: str) -> None:
    body = f"<rss><channel><item><title>{written}</title></item></channel></rss>".encode()
    assert read_feed(body).items[0]["title"] == "don’t"


SHORT = {
    "cp1251": "Привет мир новости дня сегодня",
    "koi8_r": "Привет мир новости дня сегодня",
    "iso8859_7": "Ελληνικά νέα σήμερα στην Αθήνα",
    "cp1255": "חדשות היום בישראל",
}


@pytest.mark.parametrize("encoding", list(SHORT))
def test_a_title_is_enough_to_tell_a_script_by(encoding: str) -> None:
    read = read_feed(feed(SHORT[encoding], encoding, "utf-8", 1))
    assert read.items[0]["title"] == SHORT[encoding]


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        ("Žluťoučký kůň", "cp1250", "iso-8859-2"),
        ("Žluťoučký kůň", "iso8859_2", "iso-8859-2"),
        ("Ελληνικά “νέα”", "cp1253", "iso-8859-7"),
    ],
)
def test_an_encoding_of_windows_is_told_from_the_one_it_is_called(
    text: str, encoding: str, declared: str
) -> None:
    assert read_feed(feed(text, encoding, declared, 1)).items[0]["title"] == text


def test_a_broken_character_of_a_short_feed_leaves_the_others() -> None:
    body = feed("Привет мир", "utf-8", "utf-8", 2).replace(b"</title>", b"\xff</title>", 1)
    assert read_feed(body).items[-1]["title"] == "Привет мир"
