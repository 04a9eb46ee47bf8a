"""Conversations that are sound, and some with one fault each."""

from __future__ import annotations

from tests.conversations_models.raw_tables import Turn

QUESTION = "How can I sleep better when I worry about my work in the evening?"
ANSWER = (
    "A fixed hour for going to bed helps many people. Write down what worries you before, and "
    "leave the telephone in another room; after a week the nights are often calmer."
)
SOUND: list[Turn] = [("user", QUESTION), ("assistant", ANSWER)]


def asked(text: str) -> list[Turn]:
    """A sound conversation in which the user says something besides."""
    return [("user", f"{QUESTION} {text}"), ("assistant", ANSWER)]


def answered(text: str) -> list[Turn]:
    """A sound question with an answer of one's own."""
    return [("user", QUESTION), ("assistant", text)]


# fault: (conversation, column of checks_scored that falls below 1)
FAULTS: dict[str, tuple[list[Turn], str]] = {
    "two answers in a row": ([*SOUND, ("assistant", "And drink tea.")], "role_order"),
    "a tool nobody called": ([("user", QUESTION), ("tool", "{}"), SOUND[1]], "role_order"),
    "a user who waits": ([*SOUND, ("user", "And now?")], "answered"),
    "no answer": ([("user", QUESTION)], "answered"),
    "an answer of spaces": (answered("  \n "), "answered"),
    "an empty turn": ([*SOUND, ("user", ""), ("assistant", ANSWER + " Yes.")], "empty_turns"),
    "too short": ([("user", "Hi"), ("assistant", "Hi.")], "length"),
    "damaged letters": (asked("Ich mÃ¶chte schlafen kÃ¶nnen."), "encoding"),
    "lost letters": (asked("I cannot f\ufffdnd sleep."), "encoding"),
    "cut off": (answered(ANSWER[:120].rstrip(" .,")), "truncation"),
    "code without an end": (answered(f"{ANSWER}\n```python\nprint(1)"), "truncation"),
    "circles": (answered("That is fine, Alex. " * 12), "repetition"),
    "circles of a paragraph": (answered(f"{ANSWER} " * 4), "repetition"),
    "the same answer twice": ([*SOUND, ("user", "And else?"), SOUND[1]], "repetition"),
    "a refusal": (answered("I’m sorry, but I can’t assist with that."), "boilerplate"),
    "a stock phrase": (answered("As an AI language model, I say: " + ANSWER), "boilerplate"),
    "a refusal in German": (answered("Dabei kann ich dir nicht helfen."), "boilerplate"),
    "an e-mail address": (asked("Write to ann.lee@mail.co.uk."), "personal_data"),
    "a telephone number": (asked("Call (202) 555-0143 or not."), "personal_data"),
    "a number from abroad": (asked("Call +49 30 123456-78."), "personal_data"),
    "a card": (asked("My card is 4111-1111-1111-1111."), "personal_data"),
    "an IP": (asked("I write from 84.23.17.250."), "personal_data"),
    "abuse": (answered(f"{ANSWER} Shut up, you stupid idiot."), "toxicity_score"),
    "few words": (answered("No no no no no no, " * 8 + "never."), "lexical_diversity"),
    "a question of one letter": ([("user", "?"), ("assistant", ANSWER * 3)], "turn_balance"),
}
# what looks like a fault and is none
INNOCENT = {
    "a class and a shiitake": asked("My assistant cooks shiitake in class."),
    "a date and an amount": asked("On 2024-01-31 10:20 I paid $1,234,567.89 for order 12345678."),
    "a version and a private host": asked("Version 2.0.1.4 runs on 192.168.0.1 and 127.0.0.1."),
    "a hotline": answered(f"{ANSWER} If it gets worse, call 1-800-273-8255."),
    "a package and a repository": asked("Take package@1.2.3 from git@github.com:a/b.git."),
    "a number that is no card": asked("The order is 4111 1111 1111 1112."),
    "a user who quotes a refusal": asked("He said: I'm sorry, but I can't assist with that."),
    "a signature": answered(f"{ANSWER}\n\nAll the best,\nAleisha"),
    "a short answer without a stop": [("user", QUESTION), ("assistant", "Try to read a book")],
    "a call and its result": [
        ("system", "You may search."),
        ("user", QUESTION),
        ("assistant", '{"name": "search"}'),
        ("tool", '{"found": 3}'),
        ("assistant", ANSWER),
    ],
    "accents": answered("Où est-il né ? Il a déjà été à l'hôtel, et la forêt était très belle là."),
}
DANGER = {
    "en": asked("Sometimes I want to kill myself."),
    "de": asked("Ich will nicht mehr leben."),
    "es": asked("A veces quiero morir."),
    "zh": [
        ("user", "我想自杀,不知道怎么办。"),
        ("assistant", "谢谢你告诉我。请马上联系身边的人。"),
    ],
    "harm": asked("I started cutting myself again."),
}
NO_DANGER = {
    "idiom": asked("I cut myself shaving this morning."),
    "film": asked("We saw Suicide Squad."),
    "prevention": asked("I work in suicide prevention."),
}
