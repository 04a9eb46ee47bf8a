"""Linear's API (GraphQL): issues with their labels and comments, archived ones too.

A query has a budget of points, and a list counts as long as it may be: every list is bounded.
"""

from __future__ import annotations

from typing import Any

from ingestion.knowledge.fetching import FetchFailed
from ingestion.knowledge.providers.asking import Answer, Asking, Refusal

_AT_ONCE = 50  # issues; halved where a query is too dear
_INNER = 25
_PAGE = "pageInfo { hasNextPage endCursor }"
_LISTS = {
    "labels": "nodes { name }",
    "comments": "nodes { id body createdAt editedAt user { name displayName email } "
    "externalUser { name } botActor { name } }",
}
_ISSUE = (
    "id identifier title description url priorityLabel estimate createdAt updatedAt startedAt "
    "triagedAt completedAt canceledAt archivedAt dueDate trashed team { key name } state { name } "
    "creator { name email } assignee { name email } project { id name } "
    "projectMilestone { name } cycle { number name startsAt endsAt } parent { id identifier }"
)
_ISSUES = f"""query Issues($first: Int!, $after: String, $filter: IssueFilter) {{
  issues(first: $first, after: $after, filter: $filter, includeArchived: true,
         orderBy: updatedAt) {{
    {_PAGE}
    nodes {{ {_ISSUE}
      {" ".join(f"{name}(first: {_INNER}) {{ {_PAGE} {asked} }}" for name, asked in _LISTS.items())}
    }}
  }}
}}"""


def auth(secret: str) -> Any:
    """Return how a request says who asks: a key by itself, a token of OAuth as bearer."""
    from dlt.sources.helpers.rest_client.auth import APIKeyAuth

    shown = f"Bearer {secret}" if secret.startswith("lin_oauth_") else secret
    return APIKeyAuth(name="Authorization", api_key=shown, location="header")


def headers() -> dict[str, str]:
    """Return the headers of every request."""
    return {}


def fetch(asking: Asking) -> None:
    """Keep the pages of issues, each issue with all its labels and comments."""
    bounds = (("gte", asking.since), ("lt", asking.until))
    within = {name: f"{at:%Y-%m-%dT%H:%M:%S.000Z}" for name, at in bounds if at is not None}
    changed = {"updatedAt": within} if within else {}
    size = _AT_ONCE

    def ask(cursor: str | None) -> Answer:
        nonlocal size
        while True:
            try:
                asked = {"first": size, "after": cursor, "filter": changed}
                return _asked(asking, _ISSUES, asked)
            except Refusal as error:
                if "complex" not in f"{error.code} {error.told}".lower() or size == 1:
                    raise
                size //= 2

    for number, said in asking.pages(ask, lambda said: _following(said["data"]["issues"])):
        for issue in said["data"]["issues"]["nodes"]:
            for name, asked in _LISTS.items():
                _complete(asking, issue, name, asked)
        asking.keep(f"issues/{number:06}.json", said)


def _following(connection: Answer) -> str | None:
    page = connection.get("pageInfo") or {}
    return page.get("endCursor") if page.get("hasNextPage") else None


def _complete(asking: Asking, issue: Answer, name: str, asked: str) -> None:
    """Add what of an inner list did not come with an issue."""
    cursor, known = _following(issue.get(name) or {}), set[str]()
    query = f"""query More($id: String!, $after: String) {{
      issue(id: $id) {{ {name}(first: 50, after: $after) {{ {_PAGE} {asked} }} }} }}"""
    while cursor:
        if cursor in known:
            raise FetchFailed(f"{name} of {issue.get('identifier')}: a page leads to one before")
        known.add(cursor)
        said = _asked(asking, query, {"id": issue["id"], "after": cursor})
        more = said["data"]["issue"][name]
        issue[name]["nodes"] += more["nodes"]
        issue[name]["pageInfo"] = more.get("pageInfo")
        cursor = _following(more)


def _asked(asking: Asking, query: str, variables: dict[str, Any]) -> Answer:
    said = asking.json("POST", "graphql", json={"query": query, "variables": variables})
    if not isinstance(said.get("data"), dict):
        raise FetchFailed("graphql was answered without data")
    return said
