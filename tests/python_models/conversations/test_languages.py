"""The language of a conversation: by its script, else by the model, and never by code."""

from __future__ import annotations

import duckdb
import pytest

from python_models.conversations.languages import (
    CERTAIN,
    LIKELY,
    detect,
    detect_new,
    known_before,
    prose,
)

SAID = {
    "zh": ["你好世界，今天天气怎么样？", "我很好", "如何用 Python 读取 CSV 文件？",
           "臺灣的夜市很有名",           "侬好，阿拉去白相", "請問 iPhone 15 Pro Max 幾錢？"],
    "ja": ["今日はいい天気ですね。", "東京タワーの高さは？", "ありがとう"],
    "ko": ["안녕하세요", "파이썬으로 파일을 읽는 방법은?"],
    "he": ["שלום, מה שלומך?", "איך קוראים קובץ?"],
    "th": ["สวัสดีครับ", "ไข่ต้มใช้เวลานานเท่าไร"],
    "el": ["Γειά σου, τι κάνεις σήμερα φίλε μου;", "Πόση ώρα βράζει το αυγό;\nΔεν ξέρω."],
    "ru": ["Как сварить яйцо, чтобы желток остался жидким?", "Мне очень плохо, что делать?"],
    "uk": ["Як зварити яйце, щоб жовток залишився рідким? Її рецепт", "Що мені робити, є ідеї?"],
    "bg": ["Как се вари яйце, така че жълтъкът да остане мек? Искам да знам колко минути."],
    "ar": ["مرحبا كيف حالك", "كم من الوقت يستغرق سلق البيضة؟"],
    "fa": ["چگونه تخم مرغ را آب پز کنم؟ چند دقیقه طول می کشد؟"],
    "ur": ["انڈا ابالنے میں کتنا وقت لگتا ہے؟ مجھے بتائیں۔"],
    "hi": ["अंडा उबालने में कितना समय लगता है?", "नमस्ते, आप कैसे हैं?"],
    "en": ["How long does it take to boil an egg so that the yolk stays soft?"],
    "de": ["Wie lange muss ein Ei kochen, damit der Dotter weich bleibt?"],
    "es": ["¿Cuánto tiempo tarda en cocerse un huevo para que la yema quede blanda?"],
    "be": ["Як зварыць яйка? Дзякуй вам, сябры, за ўсё."],
    "kk": ["Жұмыртқаны қанша уақыт қайнату керек? Айтыңызшы."],
    "tt": ["Мин татарча сөйләшәм, ә син кая барасың, җаным?"],
    "vi": ["Luộc trứng mất bao lâu để lòng đỏ vẫn còn mềm?"],
}  # fmt: skip
CODE = (
    "```python\nimport csv\nfrom pathlib import Path\nfor row in csv.reader(open('a.csv')):\n"
    "    print(row['name'], row['value'])\n```\n"
)
TABLE = "| name | amount of goods |\n|---|---|\n| apples from the market | 7 |\n" * 4
SHEET = "name,age,city\nAlice,30,New York\nBob,25,San Francisco\nCarol,41,Chicago\n"
LOG = (
    "2024-01-02 10:20:30 INFO Starting the server on the port of today\n"
    'Traceback (most recent call last):\n  File "/app/main.py", line 12, in <module>\n'
    "    main()\nValueError: could not read the file of settings that was named\n"
)
WRITTEN = (
    'class Reader:\n    """Reads the lines of a file for whoever asks."""\n'
    "    # open the file and return all of the lines\n\nservices:\n  web:\n    image: nginx\n"
    "SELECT name, amount\nFROM orders\nsudo apt-get install nginx\n"
)
LOOSE = "import csv\ndef read(path):\n    return list(csv.reader(open(path)))\nprint(read('a'))\n"


@pytest.mark.parametrize(
    ("language", "said"), [(name, text) for name, texts in SAID.items() for text in texts]
)
def test_the_language_is_told(language: str, said: str) -> None:
    found, confidence = detect(f"user: {said}\nassistant: {said}")
    assert found == language
    assert confidence >= 0.8


@pytest.mark.parametrize("language", ["zh", "ja", "ko", "el", "he", "th"])
def test_a_script_that_is_one_languages_own_is_certain_however_short(language: str) -> None:
    for said in SAID[language]:
        assert detect(f"user: {said}") == (language, CERTAIN)


@pytest.mark.parametrize(
    "beside", [CODE, TABLE, LOOSE, SHEET, LOG, WRITTEN, CODE * 3 + TABLE], ids=str.split
)
@pytest.mark.parametrize("language", ["zh", "ko", "ru", "de"])
def test_code_and_tables_do_not_count(language: str, beside: str) -> None:
    said = SAID[language][0]
    text = f"user: {said}\n{beside}\nassistant: {beside}\n{said}"
    assert detect(text)[0] == language
    assert "import" not in prose(text) and "apples" not in prose(text)


@pytest.mark.parametrize(
    "said",
    [
        "Let me know when you wake up.",
        "From the moment I wake up I hear my voice: mostly in my head, but out loud as well.",
        "For example:\n    you sit down and breathe",
        "It is a real thing.&nbsp;Work takes its toll on us. &nbsp;",
        "Return it to the shop (with the bill). Update me, please.",
    ],
)
def test_a_sentence_that_begins_like_code_counts(said: str) -> None:
    assert detect(f"user: {said}")[0] == "en" and said[:8] in prose(said)


def test_the_commands_of_an_answer_do_not_outweigh_what_was_asked() -> None:
    answer = "docker ps\nuname then whoami\nsystemctl restart nginx now"
    assert detect(f"user: 请解释这段代码做什么，并说明怎样修改它。\nassistant: {answer}")[0] == "zh"
    assert detect("user: What does 你好 mean?\nassistant: It means hello.")[0] == "en"


def test_the_prompt_and_what_tools_give_do_not_count() -> None:
    text = (
        "system: You are a helpful assistant, and you answer all questions in short sentences.\n"
        "user: 今天天气怎么样？\ntool: The weather of today is sunny with a light wind from west.\n"
        "assistant: 今天晴，有微风。"
    )
    assert detect(text) == ("zh", CERTAIN)
    assert detect("system: You are a helpful assistant.")[0] == "en"


def test_a_word_of_another_script_changes_nothing() -> None:
    said = "The word 你好 is what people say when they meet, and it is written with two characters."
    assert detect(f"user: {said}")[0] == "en"


def test_without_words_there_is_no_language() -> None:
    for text in ("", "user: 12 + 7 = ?\nassistant: 19", f"user: {CODE}"):
        assert detect(text) == ("und", 0.0)


def test_what_the_model_alone_said_of_a_script_is_looked_at_again() -> None:
    session = duckdb.connect()
    session.execute(
        "create table told as select * from (values ('a', 'yue', 0.6), ('b', 'zh', 1.0), "
        "('c', 'en', 0.5), ('d', 'ru', 0.7)) as rows (conversation_id, language, confidence)"
    )
    texts = session.sql(
        "select unnest(['a', 'b', 'c', 'd', 'e']) as conversation_id, 'user: 我很好' as text"
    )
    found = detect_new(session, texts, known_before(session, "told")).to_pylist()
    assert {row["conversation_id"] for row in found} == {"a", "d", "e"}
    assert all((row["language"], row["confidence"]) == ("zh", CERTAIN) for row in found)
    assert LIKELY < CERTAIN
