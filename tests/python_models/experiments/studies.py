"""Small studies written into a folder, for tests."""

from __future__ import annotations

from pathlib import Path

CONCEPTS = "concept_id,name,tags,active\nant,Ants,small;alive,true\nbell,Bells,loud,true\ncrow,Crows,loud;alive,true\n"  # noqa: E501
MODELS = (
    "model_id,endpoint,provider_model,for_generation,for_evaluation,parameters\n"
    'writer,offline,sluice-offline-1,true,false,"{""max_tokens"": 800}"\n'
    "judge,offline,sluice-offline-1,false,true,{}\n"
)
STUDY = "study: small\nk_max: 2\nlevel: sentence\n"
DRAFT = (
    "Link them.\n{% for concept in concepts %}{{ concept.description | data(concept.name) }}\n"
    "{% endfor %}Write it between <idea> and </idea>.\n"
)
FILES = {
    "study.yml": STUDY,
    "concepts.csv": CONCEPTS,
    "models.csv": MODELS,
    "descriptions/sentence/ant.txt": "Ants carry more than they weigh.",
    "descriptions/sentence/bell.txt": "Bells say one thing loudly.",
    "descriptions/sentence/crow.txt": "Crows remember faces.",
    "templates/draft.csv": "template_id,active,parser,min_lines\nidea,true,tag:idea,1\n",
    "templates/draft/idea.jinja": DRAFT,
    "templates/essay.csv": "template_id,generator\nsame,copy\npolished,llm\n",
    "templates/essay/polished.jinja": 'Polish.\n{{ draft | data("draft") }}\n',
    "templates/evaluation.csv": "template_id,parser,scale_min,scale_max\nlast,in_last_line,0,10\n",
    "templates/evaluation/last.jinja": (
        'How new is it?\n{{ essay | data("essay") }}\n'
        "SCORE: <a number from {{ scale_min }} to {{ scale_max }}>\n"
    ),
}


def write_study(folder: Path, **changed: str | None) -> Path:
    """Write the study with some files changed (by path), left out (None) or added."""
    for name, text in (FILES | changed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(text, encoding="utf-8")
    return folder
