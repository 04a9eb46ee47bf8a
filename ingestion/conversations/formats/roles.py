"""Who speaks: the names roles have in the wild, as one of system, user, assistant, tool."""

from __future__ import annotations

from ingestion.conversations.formats.shape import ROLES, Unstandard, Wishes

_NAMES = {
    "system": "system developer sys system_prompt 系统 système sistema",
    "user": (
        "user human prompter usr customer client patient seeker help_seeker helpseeker "
        "interviewee visitor person question questioner instruction speaker_user enduser end_user "
        "用户 人类 usuario utilisateur nutzer benutzer пользователь ユーザー 사용자 "
        "usuário utente kullanıcı"
    ),
    "assistant": (
        "assistant gpt bot model chatgpt ai bard bing claude chatbot agent ai_assistant gpt4 gpt-4 "
        "gpt-3.5-turbo llm counselor counsellor therapist psychologist psychiatrist doctor "
        "supporter helper answer response speaker_assistant falcon function_call tool_call "
        "tool_calls reasoning thinking thought analysis "
        "助手 机器人 asistente assistent ассистент アシスタント 어시스턴트 assistente asistan"
    ),
    "tool": (
        "tool function observation function_response function-response tool_response tool_result "
        "tool_output ipython environment function_output function_result"
    ),
}
KNOWN = {name: role for role, names in _NAMES.items() for name in names.split()}
REASONING = {"reasoning", "thinking", "thought", "analysis"}  # turns that are nothing else
# turns that are a call of a tool
CALLS = {"function_call", "tool_call", "tool_calls", "function-call", "tool-call", "tool-calls"}


def role_of(name: object, wishes: Wishes) -> str:
    """Return the canonical role.

    Raises:
        Unstandard: nobody knows who that is; a dataset's declaration can say it.
    """
    if not isinstance(name, str) or not name.strip():
        raise Unstandard("missing_role", "a turn does not say who speaks")
    if name in KNOWN and not wishes.roles:
        return KNOWN[name]
    folded = name.strip().casefold().replace(" ", "_")
    for given, role in wishes.roles:
        if given.casefold().replace(" ", "_") == folded:
            return role
    if (known := KNOWN.get(folded) or KNOWN.get(folded.replace("-", "_"))) is not None:
        return known
    raise Unstandard(
        "unknown_role",
        f"the role {name[:80]!r} is none of {', '.join(ROLES)} or their known names; "
        "`roles` in the dataset's declaration can map it",
    )
