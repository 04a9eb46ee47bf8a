"""Articles and faithful texts about them, written by hand, with what checks stumble over."""

from __future__ import annotations

from python_models.news.checks.evidence import Article, Evidence, Sentence

# (title, source, host, day; passages; sentences of a faithful text with the passages they cite)
TOLD: list[tuple[tuple[str, str, str, str], list[str], list[tuple[str, tuple[int, ...]]]]] = [
    (
        ("Orvane buys chip designer Kestrel Silicon for $1.2bn", "tech ledger", "tech-ledger.test",
         "Tuesday 3 February 2026 (2026-02-03)"),
        [
            "Orvane Systems, the Munich-based maker of industrial cameras, said on Monday that it"
            " had agreed to buy Kestrel Silicon for $1.2 billion in cash. Kestrel, founded in 2019"
            " by Mira Holt and Jonas Wendt, employs 340 people in Dresden and Austin.",
            "“We have been buying their chips for four years, and we would rather own the roadmap,”"
            " Orvane's chief executive, Paula Reyes, told analysts on a call. Revenue at Kestrel"
            " rose 38% to 212 million dollars last year, according to a filing.",
            "The deal needs approval from the European Commission and from regulators in the United"
            " States. It is expected to close in the third quarter of 2026. Shares of Orvane fell"
            " 4.5 percent in Frankfurt trading.",
        ],
        [
            ("Orvane is to pay 1,200 million dollars in cash for Kestrel Silicon, a designer of"
             " chips with 340 employees in Dresden and Austin.", (1,)),
            ("Its boss, Paula Reyes, said that the company “would rather own the roadmap” after four"
             " years as a customer.", (2,)),
            ("Kestrel’s sales grew by 38 per cent to $212m in the past year.", (2,)),
            ("Regulators in Europe and the US still have to agree, and closing is planned for the"
             " third quarter of 2026.", (3,)),
            ("Investors were cool: the Orvane share lost 4.5% in Frankfurt.", (3,)),
        ],
    ),
    (
        ("Court fines Lumeno over scraped photos", "civic wire", "civic-wire.test",
         "Thursday 12 February 2026 (2026-02-12)"),
        [
            "A court in Rotterdam on Wednesday ordered Lumeno AI to pay 30.5 million euros for"
            " building a face database out of photos it took from the web without consent. The"
            " database holds more than 41,000,000 pictures of Dutch residents.",
            "Judge Anneke de Vries wrote that the firm “never asked, never told and never stopped”."
            " Lumeno has six weeks to delete the pictures; each further week costs it 250,000"
            " euros.",
            "A spokesperson for Lumeno said it would appeal. The case was brought by the Dutch"
            " consumer group Helder, which speaks for 18,300 people. It is the first ruling of its"
            " kind under the AI Act.",
        ],
        [
            ("Lumeno AI has to pay €30.5 million because it filled a face database with photos from"
             " the web, a court in Rotterdam decided.", (1,)),
            ("More than 41 million images of people in the Netherlands are in it.", (1,)),
            ("The firm “never asked, never told and never stopped”, Judge de Vries wrote.", (2,)),
            ("It must erase everything within 6 weeks or pay another 250,000 euros a week.", (2,)),
            ("Helder had sued for about 18,000 people; Lumeno wants to appeal.", (3,)),
        ],
    ),
    (
        ("Small model beats larger ones at reading contracts", "lab notes", "lab-notes.test",
         "Monday 9 February 2026 (2026-02-09)"),
        [
            "Researchers at the University of Tampere have trained a language model with 7 billion"
            " parameters that finds errors in contracts more reliably than systems ten times its"
            " size. On the ClauseBench test it got 91.4 percent of 2,600 questions right.",
            "The best larger model, Halcyon-70B, reached 88.9%. Training took 11 days on 64 GPUs and"
            " cost about $48,000. “Most of the gain comes from cleaner data, not from a cleverer"
            " architecture,” said Elina Saarinen, who led the work.",
            "The weights are published under an Apache licence. The team warns that the model was"
            " tested in English and Finnish only, and that between 3 and 5 percent of its answers"
            " named clauses that do not exist.",
        ],
        [
            ("A model of seven billion parameters from the University of Tampere reads contracts"
             " better than far bigger ones.", (1,)),
            ("It solved 91.4% of the 2 600 ClauseBench questions, while Halcyon-70B came to 88.9"
             " percent.", (1, 2)),
            ("Elina Saarinen credits the data: “Most of the gain comes from cleaner data”, she"
             " says.", (2,)),
            ("Training needed 64 GPUs for 11 days and roughly 48,000 dollars.", (2,)),
            ("In 3 to 5 per cent of answers, though, it made up clauses, and it knows only English"
             " and Finnish.", (3,)),
        ],
    ),
    (
        ("Cloud outage at Nordpeak takes hospitals offline", "union gazette", "union-gazette.test",
         "Saturday 14 February 2026 (2026-02-14)"),
        [
            "An outage at the cloud provider Nordpeak cut 27 hospitals in Sweden and Norway off from"
            " their records for nearly nine hours on Friday. It began at 06:40 after a faulty"
            " certificate was rolled out to all regions at once.",
            "“No patient was harmed, but we were writing on paper until the afternoon,” said Lars"
            " Ekholm of Karolinska hospital. Nordpeak, which has 12,400 customers, promised a report"
            " within ten days.",
            "Sweden's civil protection agency, MSB, will look into whether the provider broke the"
            " NIS2 directive, which allows fines of up to 2% of yearly revenue. Nordpeak's revenue"
            " was 3.1 billion kronor in 2025.",
        ],
        [
            ("For almost 9 hours on Friday, 27 Swedish and Norwegian hospitals had no access to"
             " their records because of a faulty certificate at Nordpeak.", (1,)),
            ("Nobody came to harm, “but we were writing on paper until the afternoon”, Lars Ekholm"
             " of the Karolinska said.", (2,)),
            ("The provider owes its 12,400 customers an explanation within 10 days.", (2,)),
            ("The MSB asks whether NIS2 was broken; fines may reach two percent of revenue, which"
             " stood at 3.1 bn kronor in 2025.", (3,)),
        ],
    ),
    (
        ("Anvil raises half a billion for robot hands", "market monitor", "market-monitor.test",
         "Wednesday 18 February 2026 (2026-02-18)"),
        [
            "Anvil Robotics has raised $500 million in a funding round led by Copperfield Ventures,"
            " valuing the start-up at $4.75 billion, the company said on Tuesday. It was valued at"
            " 1.9 billion dollars a year ago.",
            "Anvil builds hands with 22 joints for warehouse robots; 6,000 of them are at work with"
            " DHL and Zalando. Chief technology officer Tomasz Nowak said the next version would"
            " “pick a grape without bruising it”.",
            "Analysts at Brightwater put the market at $9bn to $11bn by 2030. Anvil, which lost $86"
            " million in 2025, does not expect a profit before 2028.",
        ],
        [
            ("Anvil has raised half a billion dollars, with Copperfield Ventures in the lead, at a"
             " value of 4.75 billion dollars.", (1,)),
            ("A year ago it was worth $1.9bn.", (1,)),
            ("Some 6,000 of its robot hands, which have 22 joints, work for Zalando and DHL.", (2,)),
            ("Tomasz Nowak wants the next one to “pick a grape without bruising it”.", (2,)),
            ("Brightwater sees a market of 9 to 11 billion dollars in 2030; Anvil lost about 90"
             " million dollars last year.", (3,)),
        ],
    ),
    (
        ("Ministry drops plan for chat surveillance", "public courier", "public-courier.test",
         "Friday 6 February 2026 (2026-02-06)"),
        [
            "Germany's interior ministry has dropped a plan to make messengers scan private chats,"
            " two people familiar with the matter told the Public Courier. The draft had drawn"
            " criticism from Signal and WhatsApp and from 78 civil rights groups.",
            "“Breaking encryption for everyone to catch a few was never going to work,” said Meredith"
            " Okafor of the Digital Rights Forum. A petition against it collected 1.3 million"
            " signatures in three weeks.",
            "A new draft is due in April. The ministry declined to comment on the report, which has"
            " not been confirmed.",
        ],
        [
            ("The German interior ministry is reported to have given up its plan to have private"
             " chats scanned; this is unconfirmed.", (1, 3)),
            ("Signal, WhatsApp and 78 groups had objected, and 1,300,000 people signed a petition"
             " within three weeks.", (1, 2)),
            ("Meredith Okafor from the Digital Rights Forum said that “breaking encryption for"
             " everyone to catch a few was never going to work”.", (2,)),
            ("In April a new draft is to follow.", (3,)),
        ],
    ),
]  # fmt: skip


def stories() -> list[tuple[Evidence, list[Sentence]]]:
    """Return what was told and a faithful text about each."""
    found = []
    for number, (about, passages, text) in enumerate(TOLD, start=1):
        short = f"{number:08x}"
        evidence = Evidence(
            {f"{short}:{at}": passage for at, passage in enumerate(passages, start=1)},
            {short: Article(*about)},
        )
        sentences = [Sentence(said, tuple(f"{short}:{at}" for at in cited)) for said, cited in text]
        found.append((evidence, sentences))
    return found
