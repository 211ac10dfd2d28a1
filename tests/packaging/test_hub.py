"""The fake of the comment APIs behaves like them where it matters."""

from __future__ import annotations

import httpx
import pytest

from tests.support.hub import ACCOUNT, BOT, HANG, INSTALLATION, LONGEST, PERSON, RESET, TOKEN, Hub

GITHUB = "/repos/acme/shop/issues"
GITLAB = "/api/v4/projects/acme%2Fshop/merge_requests/7/notes"


def client(hub: Hub, token: str = TOKEN) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=hub.url, headers=headers, trust_env=False, timeout=30)


def test_github_keeps_comments_and_pages_them(hub: Hub) -> None:
    for number in range(25):
        hub.seed(7, f"comment {number}")
    with client(hub, INSTALLATION) as http:
        created = http.post(f"{GITHUB}/7/comments", json={"body": "mine"})
        assert created.status_code == 201
        assert created.json()["user"] == BOT
        pages, url = [], f"{hub.url}{GITHUB}/7/comments?per_page=10"
        while url:
            answer = http.get(url)
            pages.append([comment["body"] for comment in answer.json()])
            url = answer.links.get("next", {}).get("url", "")
        assert [len(page) for page in pages] == [10, 10, 6]
        assert pages[2][-1] == "mine"
        number = created.json()["id"]
        assert http.patch(f"{GITHUB}/comments/{number}", json={"body": "new"}).status_code == 200
        assert http.patch(f"{GITHUB}/comments/1", json={"body": "new"}).status_code == 404
    assert hub.comments(7)[-1]["body"] == "new"
    assert [request.method for request in hub.written()] == ["POST", "PATCH", "PATCH"]
    assert hub.requests[0].body == {"body": "mine"}
    assert hub.requests[1].query == {"per_page": "10"}


def test_gitlab_keeps_notes_and_pages_them(hub: Hub) -> None:
    other = hub.seed(7, "of somebody else", system=True)
    with client(hub, "") as http:
        http.headers["PRIVATE-TOKEN"] = TOKEN
        created = http.post(GITLAB, json={"body": "mine"}).json()
        assert created["author"] == ACCOUNT == http.get("/api/v4/user").json()
        newest = http.get(GITLAB, params={"per_page": 1})
        assert [note["body"] for note in newest.json()] == ["mine"]
        assert newest.headers["x-next-page"] == "2"
        last = http.get(GITLAB, params={"per_page": 1, "page": 2})
        assert last.json() == [other]
        assert last.headers["x-next-page"] == ""
        assert http.put(f"{GITLAB}/{created['id']}", json={"body": "new"}).status_code == 200
        assert http.put(f"{GITLAB}/{other['id']}", json={"body": "new"}).status_code == 403
    assert [note["body"] for note in hub.comments(7)] == ["of somebody else", "new"]


def test_tokens_are_looked_at(hub: Hub) -> None:
    for token in ("", "wrong"):
        with client(hub, token) as http:
            for path in ("/user", "/api/v4/user", f"{GITHUB}/7/comments", GITLAB):
                assert http.get(path).status_code == 401
    with client(hub, INSTALLATION) as http:
        assert http.get("/user").status_code == 403
        assert http.get(f"{GITHUB}/7/comments").status_code == 200
    with client(hub) as http:
        assert http.get("/user").json() == PERSON


def test_github_takes_no_longer_comment(hub: Hub) -> None:
    with client(hub) as http:
        for length, status in ((LONGEST, 201), (LONGEST + 1, 422), (0, 422)):
            answer = http.post(f"{GITHUB}/7/comments", json={"body": "é" * length})
            assert answer.status_code == status
        assert http.post(GITLAB, json={"body": "é" * (LONGEST + 1)}).status_code == 201


def test_faults_come_as_often_as_they_were_ordered(hub: Hub) -> None:
    hub.fail((500, "broken"), "POST", times=1)
    with client(hub) as http:
        assert http.get("/user").status_code == 200
        assert http.post(GITLAB, json={"body": "one"}).text == "broken"
        assert http.post(GITLAB, json={"body": "two"}).status_code == 201
        hub.fail(RESET, "GET", times=1)
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/user")
        hub.fail(HANG)
        with pytest.raises(httpx.ReadTimeout):
            http.get("/user", timeout=0.3)
    assert [note["body"] for note in hub.comments(7)] == ["two"]
