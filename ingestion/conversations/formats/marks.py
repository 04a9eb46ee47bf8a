"""The marks that chat templates put between turns, one row for each family of templates."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Marks:
    """How one family of templates writes a conversation.

    Attributes:
        format: name of the format it is landed as.
        confidence: 0..1, how sure the marks are.
        begin: where a turn begins; group 1 says who speaks.
        ends: what closes a turn, if anything does.
        certain: without this in the text it is another format.
        names: what group 1 says, where that is no name of a role.
        is_words: the marks are words that prose may hold too.
        has_preface: text before the first mark is a system prompt.
    """

    format: str
    confidence: float
    begin: re.Pattern[str]
    ends: tuple[str, ...]
    certain: str
    names: dict[str, str] = field(default_factory=dict)
    is_words: bool = False
    has_preface: bool = False


def _of(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.M)


_WHO = r"system|user|assistant|tool|observation|prompter|prompt|answer|human|bot|model"
_LINES = r"Human|User|Assistant|System|Bot|AI|Falcon"
_CAPITALS = r"HUMAN|USER|ASSISTANT|SYSTEM|AI"
_SMALL = r"human|user|assistant|system|ai"
_BEGIN = r"\A(?:<\|begin_of_sentence\|>|<\|begin_of_text\|>|<\|endoftext\|>|<s>|<bos>)?\s*"
_OUTPUT = "tool▁output▁begin"
ANSWER_MARK = "tool▁outputs▁end"

# the most specific first
STYLES = (
    Marks("chatml", 1.0, _of(r"<\|im_start\|>[ \t]*([\w.-]*)[ \t]*(?:<\|im_sep\|>|\n)?"),
          ("<|im_end|>",), "<|im_start|>"),
    Marks("kimi", 0.95, _of(r"<\|im_(?:user|assistant|system)\|>(\w+)<\|im_middle\|>"),
          ("<|im_end|>",), "<|im_middle|>"),
    Marks("llama3", 0.95, _of(r"<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>\s*"),
          ("<|eot_id|>", "<|eom_id|>"), "<|start_header_id|>"),
    Marks("llama4", 0.95, _of(r"<\|header_start\|>\s*(\w+)\s*<\|header_end\|>\s*"),
          ("<|eot|>", "<|eom|>"), "<|header_start|>"),
    Marks("gemma", 0.95, _of(r"<\|turn>\s*(\w+)[ \t]*\n?"), ("<turn|>",), "<|turn>"),
    Marks("apertus", 0.95, _of(r"<\|(system|developer|user|assistant)_start\|>"),
          ("<|system_end|>", "<|developer_end|>", "<|user_end|>", "<|assistant_end|>"),
          "<|user_start|>"),
    Marks("baichuan", 0.95, _of(r"<reserved_(106|107|195|196)>"), (), "<reserved_1",
          {"106": "user", "107": "assistant", "195": "user", "196": "assistant"},
          has_preface=True),
    Marks("grok", 0.95, _of(r"(?:\A|<\|separator\|>)\s*(Human|Assistant|System):[ \t]*"),
          ("<|separator|>",), "<|separator|>"),
    Marks("gemma", 0.95, _of(r"<start_of_turn>\s*(\w+)[ \t]*\n?"), ("<end_of_turn>",),
          "<start_of_turn>"),
    Marks("granite", 0.95, _of(r"<\|start_of_role\|>\s*(\w+)\s*<\|end_of_role\|>"),
          ("<|end_of_text|>",), "<|start_of_role|>"),
    Marks("command", 0.95,
          _of(r"<\|START_OF_TURN_TOKEN\|>\s*<\|(USER|CHATBOT|SYSTEM)_TOKEN\|>"),
          ("<|END_OF_TURN_TOKEN|>",), "<|START_OF_TURN_TOKEN|>"),
    Marks("deepseek", 0.95, _of(rf"<｜(User|Assistant|{_OUTPUT}|{ANSWER_MARK})｜>"),
          ("<｜end▁of▁sentence｜>", "<｜tool▁output▁end｜>"), "<｜User｜>",
          {_OUTPUT: "tool", ANSWER_MARK: "assistant"}, has_preface=True),
    Marks("exaone", 0.95, _of(r"\[\|(system|user|assistant|tool)\|\]"), ("[|endofturn|]",),
          "[|user|]"),
    Marks("baize", 0.95, _of(r"\[\|(Human|AI)\|\][ \t]*\n?"), (), "[|Human|]", has_preface=True),
    Marks("seed", 0.95, _of(r"<seed:bos>(\w+)\n"), ("<seed:eos>",), "<seed:bos>"),
    Marks("minimax", 0.95, _of(r"\]~b\](system|user|ai|tool)\n"), ("[e~[",), "]~b]",
          {"ai": "assistant"}),
    Marks("hunyuan", 0.95, _of(r"<｜hy_(User|Assistant)｜>"),
          ("<｜hy_place▁holder▁no▁2｜>", "<｜hy_place▁holder▁no▁8｜>"), "<｜hy_User｜>",
          has_preface=True),
    Marks("nemotron", 0.95, _of(r"<extra_id_[01]>(System|User|Assistant)\n"), (), "<extra_id_1>"),
    Marks("internlm", 0.95, _of(r"<\|(System|User|Bot)\|>:[ \t]*"), ("<eoh>", "<eoa>", "<eos>"),
          "<|User|>:"),
    Marks("minicpm", 0.95, _of(r"<(用户|AI)>"), ("</s>",), "<用户>"),
    Marks("glm", 0.95, _of(r"<\|(system|user|assistant|observation)\|>[ \t]*\n?"), (), "<sop>"),
    Marks("zephyr", 0.95, _of(rf"(?:^|(?<=>)|(?<=\s))<\|({_WHO})\|>[ \t]*\n?"),
          ("<|end|>", "</s>", "<|endoftext|>", "<|eom|>"), "<|user|>"),
    Marks("zephyr", 0.9, _of(rf"(?:^|(?<=>)|(?<=\s))<\|({_WHO})\|>[ \t]*\n?"),
          ("<|endoftext|>", "</s>", "<|end|>"), "<|prompt",
          {"prompt": "user", "answer": "assistant"}),
    Marks("openchat", 0.95,
          _of(r"(?:^|(?<=>)|(?<=\s))(?:(?:GPT4(?: Correct)?|Code) (?=[UA])|(?=System))"
              r"(User|Assistant|System):[ \t]*"),
          ("<|end_of_turn|>",), "<|end_of_turn|>", has_preface=True),
    Marks("stablelm", 0.95, _of(r"<\|(SYSTEM|USER|ASSISTANT)\|>[ \t]*\n?"), ("<|endoftext|>",),
          "<|USER|>"),
    Marks("alpaca_text", 0.9, _of(r"^### (Instruction|Input|Response|System):[ \t]*\n?"),
          (), "### Instruction", is_words=True),
    Marks("vicuna", 0.9, _of(r"(?:^|(?<=\S)|(?<=\s))### (Human|User|Assistant|System):[ \t]*"),
          ("</s>",), "### Human:", is_words=True),
    Marks("vicuna", 0.9, _of(r"^### (Human|User|Assistant|System):[ \t]*"),
          ("</s>",), "### User:", is_words=True),
    Marks("chatglm", 0.9, _of(r"^(?:\[Round \d+\]\s*)?^(问|答)[：:][ \t]*"), (), "答：",
          {"问": "user", "答": "assistant"}, is_words=True),
    Marks("transcript", 0.9, _of(rf"(?:\A|\n\n)({_LINES}):[ \t]*"), (), "Human:", is_words=True),
    Marks("transcript", 0.85, _of(rf"(?:{_BEGIN}|\n)({_LINES}):[ \t]*"), (), "User:",
          is_words=True),
    Marks("transcript", 0.85, _of(rf"(?:{_BEGIN}|\n)({_LINES}):[ \t]*"), (), "Human:",
          is_words=True),
    Marks("transcript", 0.85, _of(rf"(?:\A|\n)({_CAPITALS}):[ \t]*"), (), "HUMAN:",
          is_words=True),
    Marks("transcript", 0.85, _of(rf"(?:\A|\n)({_SMALL}):[ \t]*"), (), "\nassistant:",
          is_words=True),
    Marks("transcript", 0.85,
          _of(rf"(?:\A|\n)\*\*({_LINES})(?::\*\*|\*\*:)[ \t]*"), (), "**Assistant",
          is_words=True),
    Marks("vicuna", 0.9,
          _of(r"(?:^|(?<=\s)|(?<=</s>))(USER|ASSISTANT|SYSTEM|FUNCTION RESPONSE):[ \t]*"),
          ("</s>",), "USER:", is_words=True),
)  # fmt: skip

# what begins and ends a whole document, around its turns
DOCUMENT_MARKS = (
    "<|endoftext|>", "<|end_of_text|>", "<|begin_of_text|>", "<|startoftext|>", "<s>", "</s>",
    "<bos>", "<eos>", "<BOS_TOKEN>", "<EOS_TOKEN>", "[gMASK]", "<sop>", "<|bom|>", "<|eom|>",
    "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "[BOS]", "[EOS]", "<pad>", "]~!b[",
    "<|bos|>", "<|eos|>", "<|begin_of_sentence|>", "<|end_of_sentence|>",
    "<｜hy_begin▁of▁sentence｜>", "<｜hy_place▁holder▁no▁3｜>", "<｜hy_place▁holder▁no▁2｜>",
)  # fmt: skip
# how a text of words begins that tells of the conversation that follows
PREFACE = re.compile(
    r"\s*(?:a (?:chat|conversation|dialog)|the following|this is a|below is|you are|"
    r"system:|here is a (?:chat|conversation))",
    re.I,
)


def bare(text: str) -> str:
    """Return a text without the marks that begin or end a document, and the space around it."""
    text = text.strip()
    while text.startswith(DOCUMENT_MARKS) or text.endswith(DOCUMENT_MARKS):
        for mark in DOCUMENT_MARKS:
            text = text.removeprefix(mark).removesuffix(mark).strip()
    return text


def style_of(text: str) -> Marks | None:
    """Return the marks a text is written with; None where it only speaks of some."""
    for style in STYLES:
        if style.certain not in text:
            continue
        first = style.begin.search(text)
        if first is not None and (not style.is_words or _is_meant(text, first, style)):
            return style
    return None


def _is_meant(text: str, first: re.Match[str], style: Marks) -> bool:
    """Say whether words that look like marks are some: the text begins or ends with them."""
    before = bare(text[: first.start()])
    found = list(style.begin.finditer(text))
    if style.format == "transcript" and len(found) < 2:
        return False
    if not before or PREFACE.match(before):
        return True
    last = found[-1]
    if last.group(1).casefold() in ("assistant", "response") and not text[last.end() :].strip():
        return True
    return style.format == "alpaca_text" and text[: first.start()].endswith("\n")
