"""Drain: messages of one form share a template, whose id never changes."""

from python_models.knowledge.log_files.drain import Drain


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
