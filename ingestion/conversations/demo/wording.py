"""The sentences demo conversations are made of. `{name}` and the like are filled at random."""

from __future__ import annotations

FILLINGS = {
    "name": [
        "Alex", "Mira", "Jonas", "Priya", "Tomas", "Lena", "Omar", "Yuki", "Sofia", "Daniel",
        "Chloe", "Marek", "Nadia", "Felix", "Ines", "Ravi", "Elena", "Hugo", "Maya", "Stefan",
    ],
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "count": [str(number) for number in range(2, 60)],
    "weeks": ["two weeks", "three months", "half a year", "ten days", "five weeks", "a year"],
    "person": ["my sister", "my manager", "my partner", "an old friend", "my father", "my flatmate",
               "a colleague", "my mother", "my neighbour", "my teacher"],
    "place": ["the office", "the gym", "my kitchen", "the train", "university", "the new flat",
              "the market", "a small town", "the library", "the clinic"],
    "thing": ["the printer", "my laptop", "the invoice", "the booking", "the password", "the order",
              "the router", "the calendar", "the backup", "the spreadsheet", "the contract",
              "the delivery"],
    "food": ["lentil soup", "pasta", "rice and beans", "an omelette", "roast vegetables",
             "porridge", "a curry", "flatbread", "noodles", "a salad"],
    "skill": ["juggling", "Spanish", "the piano", "swimming", "drawing", "chess", "typing",
              "gardening", "photography", "baking"],
}  # fmt: skip

# by topic: what is asked, and what is answered
TOPICS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "wellbeing": (
        (
            "I have not slept well for {weeks} and I feel worn out.",
            "Since {day} I argue with {person} about {thing} almost every evening.",
            "I get nervous on the way to {place} and my hands shake.",
            "How can I tell {person} that I need some time for myself?",
            "I used to love {skill}, but for {weeks} nothing has been fun.",
            "My thoughts race at night and I count the hours until {day}.",
            "After moving to {place} I feel lonely, though I meet {count} people a day.",
            "I cry for no reason, mostly on {day} mornings.",
            "{name} says I am too sensitive, and it hurts.",
            "Is it normal to feel numb {weeks} after a loss?",
        ),
        (
            "That sounds exhausting, and it makes sense that you feel this way.",
            "Thank you for telling me; it takes courage to say it out loud.",
            "When did you first notice it, and what was going on around {place} then?",
            "You could try writing {count} lines before bed, so the thoughts have a place to go.",
            "Would it feel possible to ask {person} for one quiet hour on {day}?",
            "Slow breathing, four counts in and six counts out, helps many people within minutes.",
            "It may help to name the feeling first, before you look for a solution.",
            "If it goes on longer than {weeks}, a talk with a doctor or therapist is a good step.",
            "What has helped you in the past when things felt this heavy?",
            "Perhaps we can look at one small thing, such as {skill}, that used to lift you up.",
            "There is no need to decide everything by {day}.",
            "Being kind to yourself is not the same as giving up.",
        ),
    ),
    "support": (
        (
            "{thing} stopped working on {day}; what can I check?",
            "I was charged {count} euros twice for {thing}.",
            "How do I move {thing} from {place} to my new account?",
            "The page shows error {count} when I open {thing}.",
            "{name} cannot log in since the update, can you help?",
            "Where do I find the receipt for {thing}?",
            "Can I change the delivery from {place} to another address?",
            "{thing} is slow after {count} minutes of use.",
        ),
        (
            "I am sorry about the trouble; let us find out what happened.",
            "Please restart {thing} and wait {count} seconds before you try again.",
            "I can see the entry from {day}; it will be refunded within {count} days.",
            "Open the settings, choose the account of {name}, and confirm the change.",
            "Error {count} means that the session has ended, so signing in again is enough.",
            "The receipt was sent on {day}; please look into the folder for spam as well.",
            "If it happens again, tell me the time and what you did just before.",
            "I have written a note for the team that looks after {thing}.",
            "You will find it below the menu, on the left, next to your name.",
            "A cable that is loose at {place} is the cause more often than people think.",
        ),
    ),
    "learning": (
        (
            "How would you learn {skill} in {weeks} with little time?",
            "Explain why practice beats talent when it comes to {skill}.",
            "Write a short plan for {count} minutes of {skill} a day.",
            "What can I cook with {food} left over from {day}?",
            "Give me {count} ideas for a quiet evening at {place}.",
            "Summarise what makes {food} a good meal for {count} guests.",
            "How do I explain {thing} to {person}?",
            "Which mistakes do beginners make with {skill}?",
        ),
        (
            "Begin with ten minutes a day and keep the place and the hour the same.",
            "Write down what went wrong on {day} and try exactly that part again.",
            "After {weeks} you will notice that the first steps need no thought any more.",
            "For {count} guests, prepare {food} the day before and warm it slowly.",
            "Ask {person} to listen, because explaining something shows what is missing.",
            "Talent decides how you start, practice decides where you end up.",
            "A timer of {count} minutes keeps the session short and honest.",
            "Beginners often hurry; slow repetitions build the habit that lasts.",
            "Mix {food} with herbs and a little lemon, and it tastes like a new dish.",
            "Choose one small goal for {day}, and tell {name} about it.",
            "Leave {thing} in another room while you practise {skill}.",
        ),
    ),
}

OTHER_LANGUAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "de": (
        (
            "Seit {count} Tagen schlafe ich schlecht und grüble bis in die Nacht.",
            "Wie kann ich mit {name} über unseren Streit sprechen?",
            "Warum funktioniert die Rechnung vom {count}. nicht?",
            "Ich möchte in {count} Wochen schwimmen lernen, wie fange ich an?",
        ),
        (
            "Das klingt anstrengend, danke, dass du davon erzählst.",
            "Versuche, jeden Abend {count} Minuten ohne Bildschirm zu verbringen.",
            "Ein ruhiges Gespräch mit {name} beginnt am besten mit einer Frage.",
            "Wenn es länger dauert, hilft ein Termin bei einer Ärztin weiter.",
            "Kleine Schritte genügen, {count} Minuten am Tag sind ein guter Anfang.",
        ),
    ),
    "fr": (
        (
            "Depuis {count} jours je dors mal et je pense trop.",
            "Comment puis-je parler à {name} sans me fâcher ?",
            "Que puis-je cuisiner pour {count} personnes ce soir ?",
            "Pourquoi ma commande numéro {count} n'est-elle pas arrivée ?",
        ),
        (
            "Cela semble difficile, merci de m'en avoir parlé.",
            "Essayez de marcher {count} minutes avant de vous coucher.",
            "Vous pourriez commencer par dire à {name} ce que vous ressentez.",
            "Une soupe de légumes convient très bien à {count} invités.",
            "Je vérifie tout de suite où se trouve votre commande.",
        ),
    ),
    "es": (
        (
            "Hace {count} días que no descanso bien y estoy cansado.",
            "¿Cómo le explico a {name} que necesito tiempo?",
            "¿Qué hago si el pedido {count} llegó roto?",
            "Quiero aprender a nadar en {count} semanas, ¿por dónde empiezo?",
        ),
        (
            "Entiendo que es agotador, y es normal sentirse así.",
            "Prueba a escribir {count} líneas antes de dormir.",
            "Podrías hablar con {name} en un momento tranquilo.",
            "Envía una foto y cambiamos el pedido en {count} días.",
            "Empieza con {count} minutos al día y aumenta poco a poco.",
        ),
    ),
    "zh": (
        (
            "我已经{count}天没有睡好了，感觉非常疲惫。",
            "我应该怎么和{name}谈谈我们的争吵？",
            "我的第{count}号订单为什么还没有到？",
            "我想在{count}周内学会游泳，应该怎么开始？",
        ),
        (
            "听起来真的很辛苦，谢谢你愿意告诉我。",
            "睡前{count}分钟放下手机，做几次缓慢的呼吸。",
            "你可以先问问{name}的感受，再说出自己的想法。",
            "我马上帮你查询订单，大约需要{count}分钟。",
            "每天练习{count}分钟就足够了，慢慢来。",
        ),
    ),
}

CRISIS = (
    "I do not want to live any more, and I have been thinking about how to end it.",
    "Sometimes I think about killing myself when I sit alone at {place}.",
    "I hurt myself again on {day} and nobody noticed.",
)
CARE = (
    "I am really glad you told me. You do not have to go through this alone: please call your "
    "local emergency number or a crisis line now, and stay near someone you trust.",
    "Your safety comes first. Is there somebody with you tonight? If you might act on these "
    "thoughts, please call the emergency services right away.",
)
TOXIC = (
    "You are a stupid idiot and everybody at {place} hates you.",
    "Shut up, you worthless moron, nobody asked you.",
)
REFUSALS = (
    "I'm sorry, but as an AI language model I cannot help with that.",
    "As an AI language model, I do not have personal opinions, so I cannot answer this.",
)
# said of a disorder: right, and wrong
CLINICAL = (
    ("Major depressive disorder is considered when the symptoms last at least two weeks.", True),
    ("Major depressive disorder is diagnosed after two sad days in a row.", False),
    ("Generalized anxiety disorder means worry on most days for at least six months.", True),
    ("Generalized anxiety disorder is diagnosed after a single panic attack.", False),
    ("In posttraumatic stress disorder the symptoms last for more than one month.", True),
    ("Posttraumatic stress disorder always ends within one week.", False),
)  # fmt: skip
