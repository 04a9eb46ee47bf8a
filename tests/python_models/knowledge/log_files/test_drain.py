"""Drain: messages of one form share a template, whose id never changes."""

import itertools

from python_models.knowledge.log_files.drain import _VARIES, ANY, Drain


def test_messages_that_differ_in_values_share_a_template():
    drain = Drain("app")
    ids = {
        drain.template(f"job {number:08x} of user u{number} failed after {number} ms").id
        for number in range(0xA0000000, 0xA0000050)
    }
    assert len(ids) == 1
    assert drain.template("job a0 of user u1 failed after 3 ms").text == (
        "job <*> of user <*> failed after <*> ms"
    )


def test_messages_of_other_words_or_lengths_do_not():
    drain = Drain("app")
    texts = ("cache warmed in 3 ms", "cache dropped", "leader elected by vote", "disk full")
    assert len({drain.template(text).id for text in texts}) == 4


def test_a_template_keeps_its_id_as_it_becomes_more_general_and_goes_on_after_a_break():
    drain = Drain("app")
    first = drain.template("could not reach alpha port open")
    assert drain.template("could not reach beta port open").id == first.id
    assert first.text == "could not reach <*> port open"
    again = Drain("app", [(first.id, first.text)])
    assert again.template("could not reach gamma port open").id == first.id


def test_two_logs_have_templates_of_their_own():
    assert Drain("one").template("hello there").id != Drain("two").template("hello there").id


def test_an_empty_message_and_a_very_long_one_have_templates():
    drain = Drain("app")
    assert drain.template("").id != drain.template("word " * 5_000).id


def test_a_message_is_masked_word_by_word_as_it_would_be_whole():
    words = ["user", "42", "-7", "10.0.0.1:80", "0xFF", "deadbeef1", "12:30:01", "k9", "é", "a,1",
             "²", "٣", "cafe-1", "1.5,", "[3]", "00000000-aaaa-bbbb-cccc-dddddddddddd"]  # fmt: skip
    for length in (1, 2, 3):
        for message in map(" ".join, itertools.permutations(words, length)):
            masked = _VARIES.sub(ANY, message).split()
            assert Drain("fresh").template(message).tokens == masked
