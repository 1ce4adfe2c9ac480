"""AsyncAPI 2 and 3: the direction of a message decides what breaks."""

import pytest
from stage.contracts import diff, told, words

from driftguard.cross_repo.contracts.changes import Unreadable

TWO = """\
asyncapi: 2.6.0
info: {title: Orders, version: 1.0.0}
defaultContentType: application/json
servers:
  main: {url: "kafka.acme.test:9092", protocol: kafka, security: [{scram: []}]}
channels:
  orders/{region}:
    parameters:
      region: {schema: {enum: [eu, us]}}
    subscribe:
      message: {$ref: '#/components/messages/Created'}
    publish:
      bindings: {kafka: {groupId: g}}
      message:
        oneOf:
          - {$ref: '#/components/messages/Cancel'}
          - {name: Refund, payload: {type: object}}
components:
  messages:
    Created:
      correlationId: {location: $message.header#/id}
      headers: {type: object, properties: {trace: {type: string}}}
      payload: {type: object, properties: {sent: {type: string, maxLength: 10}}}
    Cancel:
      payload: {type: object, properties: {taken: {type: string, maxLength: 10}}}
"""
THREE = """\
asyncapi: 3.0.0
info: {title: Orders, version: 1.0.0}
defaultContentType: application/json
servers:
  main: {host: "kafka.acme.test:9092", protocol: kafka}
channels:
  created:
    address: orders.created
    messages:
      Created: {$ref: '#/components/messages/Created'}
  cancel:
    address: orders.cancel.{region}
    parameters:
      region: {enum: [eu, us]}
    messages:
      Cancel: {$ref: '#/components/messages/Cancel'}
      Refund: {payload: {type: object}}
  idle:
    address: idle
    messages:
      Idle: {payload: {type: string, maxLength: 3}}
operations:
  emit: {action: send, channel: {$ref: '#/channels/created'}}
  take:
    action: receive
    channel: {$ref: '#/channels/cancel'}
    messages: [{$ref: '#/channels/cancel/messages/Cancel'}, {$ref: '#/channels/cancel/messages/Refund'}]
    reply:
      channel: {$ref: '#/channels/created'}
components:
  messages:
    Created:
      payload: {type: object, properties: {sent: {type: string, maxLength: 10}}}
    Cancel:
      traits: [{headers: {type: object, properties: {trace: {type: integer}}}}]
      payload:
        schemaFormat: application/vnd.apache.avro;version=1.9.0
        schema: {type: record, name: Cancel, fields: [{name: taken, type: int}]}
"""

PAIRS: list[tuple[str, str, str, str, str]] = [
    (
        "sent may be longer",
        TWO,
        "sent: {type: string, maxLength: 10}",
        "sent: {type: string, maxLength: 20}",
        "breaking max-length-increased",
    ),
    (
        "sent is shorter",
        TWO,
        "sent: {type: string, maxLength: 10}",
        "sent: {type: string, maxLength: 5}",
        "info max-length-decreased",
    ),
    (
        "received may be longer",
        TWO,
        "taken: {type: string, maxLength: 10}",
        "taken: {type: string, maxLength: 20}",
        "info max-length-increased",
    ),
    (
        "received must be shorter",
        TWO,
        "taken: {type: string, maxLength: 10}",
        "taken: {type: string, maxLength: 5}",
        "breaking max-length-decreased",
    ),
    ("sent header", TWO, "trace: {type: string}", "trace: {type: integer}", "breaking type-replaced"),
    (
        "channel renamed",
        TWO,
        "orders/{region}",
        "sales/{region}",
        "breaking channel-removed, info channel-added, info operation-added",
    ),
    ("parameter value gone", TWO, "enum: [eu, us]", "enum: [eu]", "breaking choice-removed"),
    ("parameter value new", TWO, "enum: [eu, us]", "enum: [eu, us, ap]", "info choice-added"),
    (
        "operation gone",
        TWO,
        "    subscribe:\n      message: {$ref: '#/components/messages/Created'}\n",
        "",
        "breaking operation-removed",
    ),
    (
        "received message gone",
        TWO,
        "          - {name: Refund, payload: {type: object}}\n",
        "",
        "breaking message-removed",
    ),
    (
        "received message new",
        TWO,
        "          - {name: Refund,",
        "          - {name: New}\n          - {name: Refund,",
        "info message-added",
    ),
    ("content type", TWO, "application/json", "application/cbor", "breaking content-type-changed"),
    ("correlation", TWO, "header#/id", "header#/cid", "breaking correlation-id-changed"),
    ("server gone", TWO, "  main: {", "  other: {", "breaking server-removed, info server-added"),
    ("server moved", TWO, "kafka.acme.test:9092", "k2.acme.test:9092", "breaking server-changed"),
    ("security more", TWO, "security: [{scram: []}]", "security: [{scram: []}, {oauth: []}]", "info security-loosened"),
    ("security other", TWO, "security: [{scram: []}]", "security: [{oauth: []}]", "breaking security-tightened"),
    ("binding", TWO, "groupId: g", "groupId: h", "dangerous binding-changed"),
    (
        "remote message",
        TWO,
        "{name: Refund, payload: {type: object}}",
        "{$ref: 'https://acme.test/m.yaml'}",
        "breaking message-removed, info message-added, dangerous remote-ref-changed",
    ),
    (
        "3: sent may be longer",
        THREE,
        "sent: {type: string, maxLength: 10}",
        "sent: {type: string, maxLength: 20}",
        "breaking max-length-increased",
    ),
    ("3: Avro received", THREE, "type: int}", "type: long}", "info forward-type-mismatch"),
    (
        "3: Avro received back",
        THREE,
        "type: int}",
        "type: string}",
        "breaking backward-type-mismatch, info forward-type-mismatch",
    ),
    ("3: header of a trait", THREE, "trace: {type: integer}", "trace: {type: number}", "info type-widened"),
    ("3: address", THREE, "orders.created", "orders.made", "breaking channel-address-changed, info operation-added"),
    ("3: channel id alone", THREE, "created:\n    address", "made:\n    address", ""),
    ("3: action", THREE, "action: receive", "action: send", "breaking operation-removed, info operation-added"),
    (
        "3: message new where sent",
        THREE,
        "      Created: {$ref: '#/components/messages/Created'}",
        "      Created: {$ref: '#/components/messages/Created'}\n      More: {payload: {type: object}}",
        "dangerous message-added",
    ),
    (
        "3: schema format",
        THREE,
        "application/vnd.apache.avro;version=1.9.0",
        "application/vnd.google.protobuf",
        "dangerous schema-format-changed",
    ),
    ("3: nobody says which way", THREE, "maxLength: 3", "maxLength: 4", "breaking max-length-increased"),
    ("3: parameter value gone", THREE, "enum: [eu, us]", "enum: [eu]", "breaking choice-removed"),
    ("3: words", THREE, "title: Orders, version: 1.0.0", "title: All orders, version: 2.0.0", ""),
    ("3: server protocol", THREE, "protocol: kafka", "protocol: kafka-secure", "breaking server-changed"),
]


def renamed(text: str) -> str:
    """Channels refer to each other by id."""
    return text.replace("#/channels/created", "#/channels/made") if "  made:\n" in text else text


@pytest.mark.parametrize(("text", "was", "now", "expected"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_each_kind_of_change(text: str, was: str, now: str, expected: str) -> None:
    assert was in text
    assert told("asyncapi", {"a.yaml": text}, {"a.yaml": renamed(text.replace(was, now))}) == words(expected)


def test_a_parameter_s_name_isn_t_on_the_wire() -> None:
    new = TWO.replace("{region}", "{area}").replace("region:", "area:")
    assert told("asyncapi", {"a.yaml": TWO}, {"a.yaml": new}) == {
        "dangerous parameter-added",
        "dangerous parameter-removed",
    }


def test_what_is_sent_and_received_is_told_once_as_the_worse() -> None:
    text = TWO.replace("- {$ref: '#/components/messages/Cancel'}", "- {$ref: '#/components/messages/Created'}")
    new = text.replace("maxLength: 10}", "maxLength: 20}", 1)
    assert told("asyncapi", {"a.yaml": text}, {"a.yaml": new}) == {"breaking max-length-increased"}


def test_version_2_becomes_version_3_without_a_change_on_the_wire() -> None:
    two = """\
asyncapi: 2.6.0
servers: {main: {url: "kafka.acme.test:9092", protocol: kafka}}
channels:
  orders.created:
    subscribe: {message: {name: Created, payload: {type: object}}}
"""
    three = """\
asyncapi: 3.0.0
servers: {main: {host: "kafka.acme.test:9092", protocol: kafka}}
channels:
  created: {address: orders.created, messages: {Created: {payload: {type: object}}}}
operations:
  emit: {action: send, channel: {$ref: '#/channels/created'}}
"""
    assert told("asyncapi", {"a.yaml": two}, {"a.yaml": three}) == set()
    wider = three.replace("{type: object}", "{type: [object, 'null']}")
    assert told("asyncapi", {"a.yaml": two}, {"a.yaml": wider}) == {"breaking type-widened"}


def test_schemas_in_files_beside_are_followed_and_named() -> None:
    text = TWO.replace(
        "payload: {type: object, properties: {sent: {type: string, maxLength: 10}}}", "payload: {$ref: beside/s.json}"
    )
    old, new = ({"a.yaml": text, "beside/s.json": f'{{"maxLength":\n {n}}}'} for n in (3, 4))
    (change,) = diff("asyncapi", old, new)
    assert (change.path, change.line, change.level) == ("beside/s.json", 1, "breaking")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("asyncapi: 1.2.0", (1, 1), "not AsyncAPI 2 or 3"),
        ("info: {}", (1, 1), "not AsyncAPI 2 or 3"),
        ("asyncapi: 3.0.0\noperations:\n  x: {action: shout}", (3, 7), "send or receive"),
        ("asyncapi: 3.0.0\noperations:\n  x: {action: send}", (3, 3), "has no channel"),
        ("asyncapi: 2.0.0\nchannels: [a]", (2, 1), "a mapping is expected"),
        ("asyncapi: 2.0.0\nchannels: {a: {$ref: '#/no'}}", (2, 12), "leads to nothing"),
        ("asyncapi: 2.0.0\nchannels:\n\ta: {}", (3, 1), "not YAML"),
    ],
)
def test_what_is_no_asyncapi_is_refused_at_its_place(text: str, place: tuple[int, int], words: str) -> None:
    for old, new in ((TWO, text), (text, TWO)):
        with pytest.raises(Unreadable) as refused:
            diff("asyncapi", {"a.yaml": old}, {"a.yaml": new})
        assert words in refused.value.message
        assert (refused.value.line, refused.value.column) == place
