"""Conversations that are sound, and some with one fault each."""

from __future__ import annotations

from tests.dbt_project.conversations.raw_tables import Turn
from tests.python_models.conversations.personal_texts import PERSONAL, PUBLIC

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


# by language: danger, a turn of phrase that only sounds like it, a refusal, abuse, and an answer
# that speaks of the same things without being either
LANGUAGES: dict[str, tuple[str, str, str, str, str]] = {
    "de": (
        "Ich bin lebensmüde und möchte nicht mehr leben.",
        "Bist du lebensmüde? Das ist doch viel zu hoch!",
        "Es tut mir leid, aber das kann ich nicht tun.",
        "Halt die Fresse, du Idiot.",
        "Als großes Sprachmodell gilt ein Netz ab einer Milliarde Gewichten. Ich kann dir dabei "
        "gern helfen, und es tut mir leid, dass es gestern nicht ging.",
    ),
    "fr": (
        "J'ai des idées suicidaires depuis hier.",
        "C'était drôle, j'avais envie de mourir de rire.",
        "Je suis désolé, je ne peux pas faire cela.",
        "Ta gueule, espèce d'imbécile.",
        "Le modèle de langage prédit le mot suivant. Je suis désolé pour toi, et je peux t'aider.",
    ),
    "es": (
        "Tengo ganas de morir y pensamientos suicidas.",
        "Me quiero morir de vergüenza por lo de ayer.",
        "No puedo cumplir con esa solicitud.",
        "Cállate la boca, pedazo de mierda.",
        "La prevención del suicidio es tarea de todos. Siento lo que pasó; puedo ayudarte con eso.",
    ),
    "pt": (
        "Tenho vontade de morrer todos os dias.",
        "Esse filme vai me matar de rir.",
        "Sinto muito, mas não posso fazer isso.",
        "Vai se foder, seu imbecil.",
        "Xeque-mate se a torre subir. O modelo de linguagem prevê a palavra seguinte, e posso "
        "ajudar com isso.",
    ),
    "it": (
        "Vorrei farla finita con la vita.",
        "Voglio farla finita con le sigarette.",
        "Mi dispiace, ma non posso farlo.",
        "Vaffanculo, testa di cazzo.",
        "La guerra di Troia durò dieci anni. Mi dispiace per ieri: posso aiutarti con il tema, e "
        "mi taglio i capelli domani.",
    ),
    "nl": (
        "Ik wil dood en heb zelfmoordgedachten.",
        "Ik moest mezelf snijden bij het scheren, zei hij.",
        "Het spijt me, maar ik kan u niet helpen.",
        "Rot op, klootzak.",
        "Een taalmodel voorspelt het volgende woord. Het spijt me van gisteren; ik kan je daarmee "
        "helpen.",
    ),
    "pl": (
        "Mam myśli samobójcze i nie chcę żyć.",
        "To było tak głupie, że chcę umrzeć ze śmiechu.",
        "Przykro mi, ale nie mogę tego zrobić.",
        "Spierdalaj, ty idioto.",
        "Model językowy przewiduje następne słowo. Przykro mi z powodu wczoraj, mogę ci w tym "
        "pomóc.",
    ),
    "ru": (
        "Я больше не хочу жить, думаю о самоубийстве.",
        "Какая шутка, хочу умереть со смеху.",
        "К сожалению, я не могу помочь с этой просьбой.",
        "Заткнись, ублюдок.",
        "«Идиот» и «Собачье сердце» стоит прочесть. Как искусственный интеллект меняет мир, я "
        "расскажу, и с этим могу помочь.",
    ),
    "zh": (
        "我有轻生的念头,真的活不下去了。",
        "好久不见,我想死你了。",
        "很抱歉，我无法满足您的请求。",
        "闭嘴吧,你这个王八蛋。",
        "作为一个AI研究者,他把BERT作为语言模型来用。这个问题我可以回答,也能协助你。",
    ),
    "ja": (
        "もう死にたい。消えてしまいたい。",
        "その試合は自殺点で負けた。",
        "申し訳ありませんが、その件はお手伝いできません。",
        "くたばれ、この馬鹿が。",
        "BERTは言語モデルとして広く使われています。必死ね、と言われても、お手伝いできます。",
    ),
}
DANGER |= {f"{name}, its own": asked(said[0]) for name, said in LANGUAGES.items()}
NO_DANGER |= {f"{name}, a phrase": asked(said[1]) for name, said in LANGUAGES.items()}
FAULTS |= {
    f"{name}, a refusal": (answered(f"{said[2]} {ANSWER}"), "boilerplate")
    for name, said in LANGUAGES.items()
}
FAULTS |= {
    f"{name}, abuse": (answered(f"{ANSWER} {said[3]}"), "toxicity_score")
    for name, said in LANGUAGES.items()
}
INNOCENT |= {
    f"{name}, an answer": answered(f"{ANSWER} {said[4]}") for name, said in LANGUAGES.items()
}
# what is masked is what fails: the same texts for the rules and for the masks
FAULTS |= {text: (asked(text), "personal_data") for text in PERSONAL}
INNOCENT |= {text: asked(text) for text in PUBLIC}
