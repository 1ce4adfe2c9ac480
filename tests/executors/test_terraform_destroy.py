"""Every way in which a real ``terraform destroy`` ends, and what it means for the deletion by API after it."""

import json
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from moto.backends import get_backend
from stage.terraform import (
    BUCKET,
    FAILS,
    KEPT,
    LOCAL,
    LOCK_ID,
    OTHER,
    S3,
    SLOW,
    THING,
    TerraformStage,
    committed,
    needs_terraform,
    s3_backend,
)

from driftguard.clients.terraform import Terraform
from driftguard.errors import PartlyDone, PermanentError, UsageError, Withheld
from driftguard.janitor import terraform
from driftguard.janitor.terraform import Ending, PhaseTwo
from driftguard.model import Status

pytestmark = needs_terraform
FRESH, OLD = timedelta(minutes=5), timedelta(hours=7)


class TestDestroyed:
    def test_what_the_state_holds_is_destroyed_and_counted(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + THING + OTHER)
        receipt = ground.ended()
        assert (receipt.status, receipt.note) == (
            Status.APPLIED,
            f"Terraform {Ending.DESTROYED.value} (2 resources destroyed)",
        )
        assert ground.resources() == set()

    def test_a_second_time_finds_nothing_and_is_no_error(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + THING)
        ground.ended()
        assert Ending.NOTHING_DESTROYED.value in ground.ended().note

    def test_the_configuration_is_the_commit_s_and_not_the_work_tree_s(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + THING)
        (ground.repository / "infra" / "main.tf").write_text("this is no configuration {")
        assert "1 resources destroyed" in ground.ended().note

    def test_each_workspace_is_an_environment_of_its_own(self, ground: TerraformStage) -> None:
        ground.backend = s3_backend(key="previews.tfstate")
        ground.settings = {"stacks": [{"dir": "infra", "workspace": "{env}", "backend_config": ground.backend}]}
        ground.arranged(S3 + THING)
        assert ground.stored() == {"env:/shop-pr-7/previews.tfstate"}
        ground.environment = "shop-pr-8"
        assert Ending.NOTHING_DESTROYED.value in ground.ended().note
        ground.environment = "shop-pr-7"
        assert "1 resources destroyed" in ground.ended().note

    def test_variables_without_a_default_come_from_the_policy(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + THING)
        ground.configured(S3 + THING + 'variable "number" {\n  type = number\n}\n')
        with pytest.raises(PermanentError, match="No value for required variable"):
            ground.ended()
        stack = {"dir": "infra", "backend_config": ground.backend, "variables": {"number": "{number}"}}
        ground.settings = {"stacks": [stack]}
        assert "1 resources destroyed" in ground.ended().note

    def test_the_output_goes_into_the_log_line_by_line(
        self, ground: TerraformStage, caplog: pytest.LogCaptureFixture
    ) -> None:
        ground.arranged(S3 + THING)
        with caplog.at_level(logging.INFO):
            ground.ended()
        assert "terraform: Destroy complete! Resources: 1 destroyed." in caplog.messages


class TestLocks:
    def test_a_fresh_lock_file_is_a_live_run_so_everything_stays(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + THING)
        ground.put(ground.lock_info(FRESH), ".tflock")
        with pytest.raises(Withheld, match=rf"locked by another run, lock {LOCK_ID} of ci@runner-7 since"):
            ground.ended()
        assert ground.resources() == {"thing"}
        assert f"{ground.key}.tflock" in ground.stored()

    def test_an_old_lock_file_is_removed_with_its_owner_on_the_trail_first(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + THING)
        ground.put(ground.lock_info(OLD), ".tflock")
        assert "1 resources destroyed" in ground.ended().note
        [(state, why, body)] = ground.trail.records
        created = (ground.now - OLD).replace(microsecond=0).isoformat()
        assert (state, body["id"], body["who"], body["created"]) == ("UNLOCK", LOCK_ID, "ci@runner-7", created)
        assert "an orphan" in why

    def test_a_lock_that_is_let_go_in_time_is_waited_for(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + THING)
        ground.settings = {"lock_timeout": "20s"}
        ground.put(ground.lock_info(FRESH), ".tflock")
        threading.Timer(1.0, ground.remove, [".tflock"]).start()
        assert "1 resources destroyed" in ground.ended().note
        assert ground.trail.records == []

    @pytest.fixture
    def table(self, ground: TerraformStage) -> Iterator[TerraformStage]:
        """The same with locks and digests in DynamoDB."""
        key = {"AttributeName": "LockID"}
        ground.aws.client("dynamodb").create_table(
            TableName="locks",
            KeySchema=[key | {"KeyType": "HASH"}],
            AttributeDefinitions=[key | {"AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        ground.backend = s3_backend(dynamodb_table="locks")
        ground.arranged(S3 + THING)
        yield ground
        get_backend("dynamodb").reset()

    def _lock_row(self, table: TerraformStage, age: timedelta) -> None:
        item = {"LockID": {"S": f"{BUCKET}/{table.key}"}, "Info": {"S": table.lock_info(age)}}
        table.aws.client("dynamodb").put_item(TableName="locks", Item=item)

    def test_a_fresh_lock_row_is_a_live_run_too(self, table: TerraformStage) -> None:
        self._lock_row(table, FRESH)
        with pytest.raises(Withheld, match="ci@runner-7"):
            table.ended()
        assert table.resources() == {"thing"}

    def test_an_old_lock_row_is_removed_too(self, table: TerraformStage) -> None:
        self._lock_row(table, OLD)
        assert "1 resources destroyed" in table.ended().note
        assert [state for state, _, _ in table.trail.records] == ["UNLOCK"]

    def test_a_state_that_the_lock_table_does_not_know_is_left_to_the_api(self, table: TerraformStage) -> None:
        table.put('{"version":4,"terraform_version":"1.11.4","serial":9,"lineage":"x","outputs":{},"resources":[]}')
        note = table.ended().note
        assert Ending.STATE_MISMATCHED.value in note
        assert PhaseTwo.FOLLOWS.value in note

    def test_a_lock_that_nobody_can_read_leaves_everything_as_it_is(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + THING)
        ground.put("garbage", ".tflock")
        with pytest.raises(PermanentError, match=Ending.LOCK_UNREADABLE.value):
            ground.ended()
        assert ground.resources() == {"thing"}
        assert ground.trail.records == []

    def test_killed_terraform_leaves_a_lock_that_is_removed_when_it_is_old(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + SLOW)
        with _running(ground) as (run, read):
            os.kill(_child_of_ours(), signal.SIGKILL)
            run.join(20)
        assert read[0].ending is Ending.INTERRUPTED
        assert f"{ground.key}.tflock" in ground.stored()
        with pytest.raises(Withheld):
            ground.ended()
        ground.configured(S3 + SLOW.replace("sleep 30", "true"))
        ground.now += OLD
        assert "1 resources destroyed" in ground.ended().note


class TestStates:
    @pytest.mark.parametrize(
        ("state", "ending"),
        [
            pytest.param('{"version', Ending.STATE_CORRUPT, id="corrupt"),
            pytest.param('{"version": 99}', Ending.STATE_UNSUPPORTED, id="newer"),
            pytest.param("", Ending.NOTHING_DESTROYED, id="empty"),
        ],
    )
    @pytest.mark.parametrize("backend", ["s3", "local"])
    def test_a_state_that_is_lost_is_left_to_the_api(
        self, ground: TerraformStage, backend: str, state: str, ending: Ending
    ) -> None:
        if backend == "local":
            ground.backend = {"path": f"{ground.directory}/{{env}}.tfstate"}
            ground.configured(LOCAL + THING)
            (ground.directory / f"{ground.environment}.tfstate").write_text(state)
        else:
            ground.configured(S3 + THING)
            ground.put(state)
        note = ground.ended().note
        assert ending.value in note
        assert PhaseTwo.FOLLOWS.value in note

    def test_a_corrupt_local_state_comes_under_the_summary_of_a_lock_and_is_none(self, ground: TerraformStage) -> None:
        ground.backend = {"path": f"{ground.directory}/{{env}}.tfstate"}
        ground.configured(LOCAL + THING)
        file = ground.directory / f"{ground.environment}.tfstate"
        with ground.api.working_copy(ground.revision) as root:
            ground.api.run(root / "infra", ["init", "-input=false", f"-backend-config=path={file}"], "", 60)
            file.write_text('{"version')
            ran = ground.api.run(root / "infra", ["destroy", "-json", "-auto-approve", "-input=false"], "", 60)
        assert "Error acquiring the state lock" in ran.output
        assert terraform.read(ran).ending is Ending.STATE_CORRUPT

    def test_a_state_that_is_missing_is_left_to_the_api(self, ground: TerraformStage) -> None:
        ground.configured(S3 + THING)
        note = ground.ended().note
        assert Ending.NOTHING_DESTROYED.value in note
        assert PhaseTwo.FOLLOWS.value in note

    def test_a_directory_without_a_configuration_is_left_to_the_api(self, ground: TerraformStage) -> None:
        ground.configured(S3 + THING, "elsewhere")
        assert Ending.NOTHING_DESTROYED.value in ground.ended().note

    def test_a_backend_that_is_gone_is_left_to_the_api(self, ground: TerraformStage) -> None:
        ground.configured(S3 + THING)
        ground.aws.client("s3").delete_bucket(Bucket=BUCKET)
        note = ground.ended().note
        assert Ending.BACKEND_GONE.value in note
        assert PhaseTwo.FOLLOWS.value in note

    def test_what_was_not_initialised_says_so_and_nothing_follows(self, ground: TerraformStage) -> None:
        ground.configured(S3 + THING)
        with ground.api.working_copy(ground.revision) as root:
            ran = ground.api.run(root / "infra", ["destroy", "-json", "-auto-approve", "-input=false"], "", 60)
        read = terraform.read(ran)
        assert (read.ending, read.phase_two) == (Ending.NOT_INITIALISED, PhaseTwo.FAILS)


class TestProtection:
    def test_prevent_destroy_is_protection_for_the_whole_environment(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + KEPT + THING)
        with pytest.raises(Withheld, match=PhaseTwo.NEVER.value):
            ground.ended()
        assert ground.resources() == {"kept", "thing"}

    @pytest.mark.parametrize("module", [False, True])
    def test_where_the_state_is_lost_the_configuration_still_protects(
        self, ground: TerraformStage, module: bool
    ) -> None:
        """Terraform says 'Destroy complete!' here."""
        if module:
            call = 'module "base" {\n  source = "../modules/base"\n}\n'
            ground.revision = committed(ground.repository, {"infra/main.tf": S3 + call, "modules/base/main.tf": KEPT})
        else:
            ground.configured(S3 + KEPT)
        with pytest.raises(Withheld, match="has prevent_destroy, so everything stays"):
            ground.ended()

    @pytest.mark.parametrize(
        ("attributes", "why"),
        [
            ({"tags_all": {"Environment": "production"}}, "protected by its tag Environment=production"),
            ({"tags": {"driftguard:env": "shop-pr-8"}}, "of the environment 'shop-pr-8'"),
            ({"deletion_protection": True}, "protected by the cloud: deletion_protection"),
        ],
    )
    def test_terraform_is_not_let_near_a_state_that_holds_what_must_stay(
        self, ground: TerraformStage, attributes: dict[str, object], why: str
    ) -> None:
        ground.arranged(S3 + THING)
        state = json.loads(ground.aws.client("s3").get_object(Bucket=BUCKET, Key=ground.key)["Body"].read())
        state["resources"].append(
            {
                "mode": "managed",
                "type": "aws_db_instance",
                "name": "orders",
                "provider": 'provider["terraform.io/builtin/terraform"]',
                "instances": [{"schema_version": 0, "attributes": attributes}],
            }
        )
        ground.put(json.dumps(state))
        with pytest.raises(Withheld, match=r"not let near it: its state holds aws_db_instance\.orders") as caught:
            ground.ended()
        assert why in str(caught.value)
        assert ground.resources() == {"thing", "orders"}


class TestFailures:
    def test_a_part_that_fails_leaves_the_rest_to_the_api_and_the_run_incomplete(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + FAILS + THING)
        with pytest.raises(PartlyDone, match="1 resources destroyed"):
            ground.ended()
        assert ground.resources() == {"fails"}

    def test_a_configuration_that_does_not_parse_leaves_everything(self, ground: TerraformStage) -> None:
        ground.configured(S3 + "resource {")
        with pytest.raises(PermanentError, match=PhaseTwo.FAILS.value):
            ground.ended()

    def test_out_of_time_it_is_asked_to_stop_and_lets_go_of_its_lock(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + SLOW)
        ground.settings = {"timeout": "3s"}
        with pytest.raises(PermanentError, match=Ending.INTERRUPTED.value):
            ground.ended()
        assert ground.resources() == {"slow"}
        assert f"{ground.key}.tflock" not in ground.stored()

    def test_an_interrupted_run_stops_terraform_before_it_ends_itself(self, ground: TerraformStage) -> None:
        ground.arranged(S3 + SLOW)
        api = ground.api
        with _running(ground, api) as (run, read):
            api.stop()
            run.join(20)
        assert read[0].ending is Ending.INTERRUPTED
        assert f"{ground.key}.tflock" not in ground.stored()
        with pytest.raises(PermanentError, match="interrupted before it began"):
            api.run(ground.repository, ["version"], "", 10)

    def test_a_commit_that_is_not_here_is_an_error_and_never_a_success(self, ground: TerraformStage) -> None:
        ground.configured(S3 + THING)
        ground.revision = "1" * 40
        with pytest.raises(PermanentError, match="there is no commit") as caught:
            ground.ended()
        assert type(caught.value) is PermanentError, "NotFound would count as deleted"

    def test_without_the_program_the_error_says_so(self, ground: TerraformStage) -> None:
        ground.configured(S3 + THING)
        with pytest.raises(UsageError, match="terraform is not installed"):
            Terraform({"PATH": "/nonexistent"}, ground.api.open_tree).run(ground.repository, ["version"], "", 9)


@contextmanager
def _running(
    ground: TerraformStage, api: Terraform | None = None
) -> Iterator[tuple[threading.Thread, list[terraform.Read]]]:
    """A destroy that is under way and takes long."""
    read: list[terraform.Read] = []
    api = api or ground.api
    with api.working_copy(ground.revision) as root:
        settings = [f"-backend-config={key}={value}" for key, value in ground.stack.backend_config.items()]
        api.run(root / "infra", ["init", "-input=false", *settings], "", 60)
        words = ["destroy", "-json", "-auto-approve", "-input=false"]
        run = threading.Thread(target=lambda: read.append(terraform.read(api.run(root / "infra", words, "", 60))))
        run.start()
        _until(lambda: bool(_sleeping()))
        yield run, read


def _child_of_ours() -> int:
    """The terraform that this very process has started."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
    )
    [pid] = [int(line.split()[0]) for line in listed.stdout.splitlines() if line.split()[1] == "terraform"]
    return pid


def _sleeping() -> list[int]:
    """Terraform's own children: the provisioner that takes long has begun."""
    try:
        ours = _child_of_ours()
    except ValueError:
        return []
    children = Path(f"/proc/{ours}/task").glob("*/children")
    return [int(pid) for file in children for pid in file.read_text().split()]


def _until(happened: object, seconds: float = 20.0) -> None:
    assert callable(happened)
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
