"""What the fake GitHub does and says, operation by operation. Requests were checked before they come here."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakes.github import FakeGitHub, Pull, Repo

PERMISSIONS = {"admin": "admin", "maintain": "write", "write": "write", "triage": "read", "read": "read"}


@dataclass(frozen=True)
class Listing:
    """Items to be given page by page; under ``key`` and with a count where GitHub answers with an object."""

    items: Sequence[Any]
    key: str = ""

    def page(self, query: Mapping[str, str]) -> tuple[Any, bool]:
        """One page as JSON, and whether there is another."""
        size, number = int(query.get("per_page", 30)), int(query.get("page", 1))
        begin = size * (number - 1)
        part = list(self.items[begin : begin + size])
        body = {"total_count": len(self.items), self.key: part} if self.key else part
        return body, begin + size < len(self.items)


@dataclass(frozen=True)
class Asked:
    """One checked request: the hub, the repository it is about, and its values."""

    hub: "FakeGitHub"
    repo: "Repo"
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any

    @property
    def pull(self) -> "Pull | None":
        return self.repo.pulls.get(int(self.path.get("pull_number") or self.path["issue_number"]))


Reply = tuple[int, Any]
NOT_FOUND: Reply = (404, {"message": "Not Found"})
APP_IDS = {"github-actions": 15368}


def get_repo(asked: Asked) -> Reply:
    return 200, {"full_name": asked.repo.name, "default_branch": "main", "private": False}


def get_pull(asked: Asked) -> Reply:
    return (200, _described(asked, asked.pull)) if asked.pull else NOT_FOUND


def list_pulls(asked: Asked) -> Reply:
    wanted = asked.query.get("state", "open")
    pulls = asked.repo.pulls.values()
    return 200, Listing([_described(asked, pull) for pull in pulls if wanted in ("all", pull.state)])


def _described(asked: Asked, pull: "Pull") -> dict[str, Any]:
    head_repo = pull.head_repo or asked.repo.name
    return {
        "number": pull.number,
        "state": pull.state,
        "user": {"login": pull.author, "type": "User"},
        "head": {"sha": pull.head, "ref": pull.head_ref, "repo": {"full_name": head_repo}},
        "base": {"sha": pull.base, "ref": pull.base_ref, "repo": {"full_name": asked.repo.name}},
    }


def permission(asked: Asked) -> Reply:
    """Whoever isn't a collaborator of a public repository may read it, and GitHub says so."""
    role = asked.repo.permissions.get(asked.path["username"], "read")
    if role == "gone":
        return NOT_FOUND
    said = {"permission": PERMISSIONS.get(role, "none"), "role_name": role}
    return 200, said | {"user": {"login": asked.path["username"], "type": "User"}}


def list_comments(asked: Asked) -> Reply:
    return 200, Listing(asked.repo.comments[int(asked.path["issue_number"])])


def create_comment(asked: Asked) -> Reply:
    number = int(asked.path["issue_number"])
    if number not in asked.repo.pulls:
        return NOT_FOUND
    item = asked.hub.new_comment(asked.hub.login, asked.body["body"])
    asked.repo.comments[number].append(item)
    return 201, item


def _find_comment(asked: Asked) -> dict[str, Any] | None:
    identity = int(asked.path["comment_id"])
    return next((c for listed in asked.repo.comments.values() for c in listed if c["id"] == identity), None)


def get_comment(asked: Asked) -> Reply:
    found = _find_comment(asked)
    return (200, found) if found else NOT_FOUND


def update_comment(asked: Asked) -> Reply:
    found = _find_comment(asked)
    if found is None:
        return NOT_FOUND
    found |= {"body": asked.body["body"], "updated_at": asked.hub.stamp()}
    return 200, found


def create_check(asked: Asked) -> Reply:
    """As GitHub does: a conclusion completes, and whoever asks, the App behind the token is the author."""
    given = asked.body
    check = {
        "id": asked.hub.new_id(),
        "name": given["name"],
        "head_sha": given["head_sha"],
        "external_id": given.get("external_id", ""),
        "details_url": given.get("details_url"),
        "status": "completed" if given.get("conclusion") else given.get("status", "queued"),
        "conclusion": given.get("conclusion"),
        "started_at": given.get("started_at", asked.hub.stamp()),
        "completed_at": given.get("completed_at"),
        "app": {"id": APP_IDS.get(asked.hub.app, 1), "slug": asked.hub.app},
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0},
        "annotations": [],
    }
    _write_output(check, given.get("output", {}))
    asked.repo.checks.append(check)
    return 201, _shown(check)


def update_check(asked: Asked) -> Reply:
    check = _find_check(asked)
    if check is None:
        return NOT_FOUND
    for name in ("name", "external_id", "details_url", "status", "conclusion", "completed_at", "started_at"):
        if name in asked.body:
            check[name] = asked.body[name]
    if asked.body.get("status") in ("queued", "in_progress"):
        check["conclusion"] = None
    check["status"] = "completed" if asked.body.get("conclusion") else check["status"]
    _write_output(check, asked.body.get("output", {}))
    return 200, _shown(check)


def _write_output(check: dict[str, Any], output: Mapping[str, Any]) -> None:
    check["annotations"] += output.get("annotations", ())
    written = {key: output[key] for key in ("title", "summary", "text") if key in output}
    check["output"] |= written | {"annotations_count": len(check["annotations"])}


def _shown(check: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in check.items() if key != "annotations"}


def _find_check(asked: Asked) -> dict[str, Any] | None:
    identity = int(asked.path["check_run_id"])
    return next((check for check in asked.repo.checks if check["id"] == identity), None)


def get_check(asked: Asked) -> Reply:
    found = _find_check(asked)
    return (200, _shown(found)) if found else NOT_FOUND


def list_annotations(asked: Asked) -> Reply:
    found = _find_check(asked)
    return (200, Listing(found["annotations"])) if found else NOT_FOUND


def list_checks(asked: Asked) -> Reply:
    """``filter=latest`` (the default) shows the newest of each name only."""
    name = asked.query.get("check_name")
    found = [check for check in asked.repo.checks if check["head_sha"] == _resolved(asked)]
    found = [check for check in found if name in (None, check["name"])]
    if asked.query.get("filter", "latest") == "latest":
        found = list({(check["app"]["slug"], check["name"]): check for check in found}.values())
    return 200, Listing([_shown(check) for check in reversed(found)], "check_runs")


def _resolved(asked: Asked) -> str:
    ref = asked.path["ref"]
    heads = {pull.head_ref: pull.head for pull in asked.repo.pulls.values()}
    return asked.repo.refs.get(ref) or heads.get(ref, ref)


def create_status(asked: Asked) -> Reply:
    status = {
        "id": asked.hub.new_id(),
        "sha": asked.path["sha"],
        "context": "default",
        "description": None,
        "target_url": None,
        "created_at": asked.hub.stamp(),
        "creator": {"login": asked.hub.login},
    } | asked.body
    same = [s for s in asked.repo.statuses if (s["sha"], s["context"]) == (status["sha"], status["context"])]
    if len(same) >= 1000:
        return 422, {"message": "This SHA and context has reached the maximum number of statuses."}
    asked.repo.statuses.append(status)
    return 201, status


def list_statuses(asked: Asked) -> Reply:
    return 200, Listing([s for s in reversed(asked.repo.statuses) if s["sha"] == _resolved(asked)])


def combined_status(asked: Asked) -> Reply:
    """``pending`` where there is no status at all, as GitHub says it."""
    newest = {s["context"]: s for s in asked.repo.statuses if s["sha"] == _resolved(asked)}
    states = {status["state"] for status in newest.values()}
    state = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    return 200, {"state": state, "sha": _resolved(asked), "total_count": len(newest), "statuses": [*newest.values()]}


def dispatch(asked: Asked) -> Reply:
    asked.repo.dispatches.append(asked.body)
    return 204, None


def workflow_dispatch(asked: Asked) -> Reply:
    """With ``return_run_details`` the answer names the run; without it, it is empty."""
    workflow = asked.path["workflow_id"]
    if workflow not in asked.repo.workflows:
        return NOT_FOUND
    run = {"id": asked.hub.new_id(), "status": "queued", "conclusion": None, "event": "workflow_dispatch"}
    run |= {
        "path": f".github/workflows/{workflow}",
        "inputs": asked.body.get("inputs", {}),
        "head_branch": asked.body["ref"],
    }
    run["html_url"] = f"https://github.example/{asked.repo.name}/actions/runs/{run['id']}"
    asked.repo.runs.append(run)
    if not asked.body.get("return_run_details"):
        return 204, None
    url = f"{asked.hub.url}/repos/{asked.repo.name}/actions/runs/{run['id']}"
    return 200, {"workflow_run_id": run["id"], "run_url": url, "html_url": run["html_url"]}


def get_run(asked: Asked) -> Reply:
    run = next((run for run in asked.repo.runs if run["id"] == int(asked.path["run_id"])), None)
    return (200, run) if run else NOT_FOUND


def list_runs(asked: Asked) -> Reply:
    wanted = {key: asked.query[key] for key in ("event", "status", "head_sha") if key in asked.query}
    found = [run for run in asked.repo.runs if all(run.get(key) == value for key, value in wanted.items())]
    workflow = asked.path.get("workflow_id")
    found = [run for run in found if workflow is None or run["path"].endswith(f"/{workflow}")]
    return 200, Listing([*reversed(found)], "workflow_runs")


def get_content(asked: Asked) -> Reply:
    """A file of more than 1 MB comes without its content, which is in its blob."""
    files = asked.repo.at.get(asked.query.get("ref", ""), asked.repo.files)
    data = files.get(asked.path["path"])
    if data is None:
        return NOT_FOUND
    about = {"type": "file", "path": asked.path["path"], "size": len(data), "sha": _blob(data)}
    if len(data) > 1_000_000:
        return 200, about | {"encoding": "none", "content": ""}
    return 200, about | {"encoding": "base64", "content": base64.encodebytes(data).decode()}


def get_blob(asked: Asked) -> Reply:
    every = [asked.repo.files, *asked.repo.at.values()]
    found = (data for files in every for data in files.values() if _blob(data) == asked.path["file_sha"])
    data = next(found, None)
    return NOT_FOUND if data is None else (200, {"encoding": "base64", "content": base64.encodebytes(data).decode()})


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def get_commit(asked: Asked) -> Reply:
    """Whatever is neither a full id nor a branch nor a tag is no commit."""
    found = _resolved(asked)
    return (200, {"sha": found}) if len(found) in (40, 64) else (422, {"message": f"No commit found for SHA: {found}"})


def list_files(asked: Asked) -> Reply:
    return (200, Listing([])) if asked.pull else NOT_FOUND


def list_review_comments(asked: Asked) -> Reply:
    reviews = asked.repo.reviews[int(asked.path["pull_number"])]
    return 200, Listing([comment for review in reviews for comment in review["comments"]])


def create_review(asked: Asked) -> Reply:
    if asked.pull is None:
        return NOT_FOUND
    written = [
        asked.hub.new_comment(asked.hub.login, given["body"]) | dict(given) for given in asked.body.get("comments", ())
    ]
    review = {"id": asked.hub.new_id(), "body": asked.body.get("body", ""), "comments": written}
    asked.repo.reviews[asked.pull.number].append(json.loads(json.dumps(review)))
    return 200, review


def rate_limit(asked: Asked) -> Reply:
    core = {"limit": 1000, "remaining": asked.hub.remaining, "reset": 0, "used": 1000 - asked.hub.remaining}
    return 200, {"resources": {"core": core}, "rate": core}


def me(asked: Asked) -> Reply:
    """An installation is nobody, as GITHUB_TOKEN finds out."""
    if asked.hub.login.endswith("[bot]"):
        return 403, {"message": "Resource not accessible by integration"}
    return 200, {"login": asked.hub.login, "type": "User"}


def installation(asked: Asked) -> Reply:
    return NOT_FOUND if asked.repo.installation is None else (200, {"id": asked.repo.installation})


def installation_token(asked: Asked) -> Reply:
    """A token that reaches the repositories asked for, all of the installation's if none are named."""
    number = int(asked.path["installation_id"])
    mine = {name for name, repo in asked.hub.repos.items() if repo.installation == number}
    wanted = (asked.body or {}).get("repositories")
    reach = frozenset(name for name in mine if wanted is None or name.partition("/")[2] in wanted)
    if not mine:
        return NOT_FOUND
    if wanted is not None and len(reach) < len(wanted):
        return 422, {"message": "There is at least one repository that does not exist or is not accessible"}
    permissions = (asked.body or {}).get("permissions", {})
    if set(permissions) - asked.hub.app_may:
        return 422, {"message": "The permissions requested are not granted to this installation."}
    token = f"ghs_installation{asked.hub.new_id():020d}"
    asked.hub.tokens[token] = reach
    asked.hub.scoped[token] = frozenset(name for name, right in permissions.items() if right == "write")
    ends = (asked.hub.now or datetime.now(UTC)) + timedelta(hours=1)
    return 201, {"token": token, "expires_at": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}


ANSWERS: Mapping[str, Callable[[Asked], Reply]] = {
    "actions/create-workflow-dispatch": workflow_dispatch,
    "actions/get-workflow-run": get_run,
    "actions/list-workflow-runs": list_runs,
    "actions/list-workflow-runs-for-repo": list_runs,
    "apps/create-installation-access-token": installation_token,
    "apps/get-repo-installation": installation,
    "checks/create": create_check,
    "checks/get": get_check,
    "checks/list-annotations": list_annotations,
    "checks/list-for-ref": list_checks,
    "checks/update": update_check,
    "git/get-blob": get_blob,
    "issues/create-comment": create_comment,
    "issues/get-comment": get_comment,
    "issues/list-comments": list_comments,
    "issues/update-comment": update_comment,
    "pulls/create-review": create_review,
    "pulls/get": get_pull,
    "pulls/list": list_pulls,
    "pulls/list-files": list_files,
    "pulls/list-review-comments": list_review_comments,
    "rate-limit/get": rate_limit,
    "repos/create-commit-status": create_status,
    "repos/create-dispatch-event": dispatch,
    "repos/get": get_repo,
    "repos/get-collaborator-permission-level": permission,
    "repos/get-combined-status-for-ref": combined_status,
    "repos/get-commit": get_commit,
    "repos/get-content": get_content,
    "repos/list-commit-statuses-for-ref": list_statuses,
    "users/get-authenticated": me,
}
NEEDS = {
    "actions/create-workflow-dispatch": "actions",
    "checks/create": "checks",
    "checks/update": "checks",
    "issues/create-comment": "issues",
    "issues/update-comment": "issues",
    "pulls/create-review": "pull_requests",
    "repos/create-commit-status": "statuses",
    "repos/create-dispatch-event": "contents",
}
