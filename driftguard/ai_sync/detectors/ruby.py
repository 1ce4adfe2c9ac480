"""Ruby: ENV, OptionParser, Thor."""

from __future__ import annotations

import re

from driftguard.ai_sync.detectors._ruby_routes import rails_routes
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.rules import Access, Call, Family, Text
from driftguard.ai_sync.spelling import kebab_flag, path, switches

FAMILY = Family(
    kind="ruby",
    interpreter="ruby",
    grammars={".rb": "ruby", ".rake": "ruby", ".ru": "ruby", ".gemspec": "ruby"},
    filenames=("Rakefile", "Gemfile"),
    hint=re.compile(
        rb"\bENV\b|\.draw\b|^[ \t]*(?:get|post|put|patch|delete)[ \t(]+[\"']/"
        rb"|OptionParser|\.on\b|option\b|[\"']--[a-z]|[sS]lop\b",
        re.MULTILINE,
    ),
    calls=(
        Call(r"(?:::)?ENV(?:\.to_h|\.to_hash)?\.(?:fetch|key\?|has_key\?|include\?|member\?|dig|delete|\[\])"),
        Call(r"(?:::)?ENV\.(?:values_at|slice)", shape="rest"),
        Call(
            r"(?:\w+\.)*(?:on|on_tail|on_head)",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"--?[A-Za-z\[].*",
            needs="OptionParser|optparse|opts",
        ),
        Call(
            r"(?:\w+\.)?(?:\w+_)?(?:option|switch)",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"--?[A-Za-z\[].*",
            unless=r"\bhidden:\s*true|:hidden\s*=>\s*true",
        ),
        Call(
            r"option",
            ItemKind.CLI_FLAG,
            shape="strings",
            spelling=switches,
            only=r"--?[A-Za-z\[].*",
            unless=r"\bhidden:\s*true|:hidden\s*=>\s*true",
        ),
        Call(r"ARGV\.(?:include\?|delete|index|member\?)", ItemKind.CLI_FLAG, spelling=switches, only=r"--[a-z].*"),
        Call(
            r"\w+\.(?:string|integer|int|bool|boolean|float|array|symbol|flag|null|regexp)",
            ItemKind.CLI_FLAG,
            shape="rest",
            spelling=switches,
            only=r"--?[A-Za-z].*",
            needs=r"\bSlop\b",
        ),
        Call(
            r"(?:method_option|class_option|option)",
            ItemKind.CLI_FLAG,
            spelling=kebab_flag,
            needs="[Tt]hor",
            only=r"[a-z][\w-]*",
            unless=r"hide:\s*true",
        ),
    ),
    accesses=(
        Access("element_reference", r"(?:::)?ENV\[(?P<expression>.+)\]"),
        Access(
            "binary",
            r"(?:ARGV(?:\[\d\]|\.first)|arg)==(?P<expression>[\"']--[a-z][\w-]*[\"'])",
            ItemKind.CLI_FLAG,
            switches,
        ),
    ),
    texts=(
        Text(
            r"\[\s*(?P<expression>[\"']--[a-z][^\"'\n]*[\"'])\s*,\s*[\"']",
            ItemKind.CLI_FLAG,
            switches,
            needs=r"def self\.options\b",
        ),
        Text(
            r"\[(?P<names>(?:\s*[\"']--?[\w-]+[\"']\s*,?)+)\]\.include\?\(?\s*\w*(?:arg|flag|opt)\w*",
            ItemKind.CLI_FLAG,
            switches,
            within=r"--[a-z][\w-]*",
        ),
        Text(
            r"\b(?:argv|args|ARGV)\s*&\s*\[(?P<names>(?:\s*[\"']--?[\w-]+[\"']\s*,?)+)\]",
            ItemKind.CLI_FLAG,
            switches,
            within=r"--[a-z][\w-]*",
        ),
        Text(
            r"^[ \t]*(?:method_option|class_option|option)[ \t(]+:(?P<name>[a-z]\w*)\s*,(?![^\n]*\bhide:\s*true)"
            r"[^\n]*\b(?:type|aliases|desc|default|banner|enum|required|lazy_default)\b\s*(?::|=>)",
            ItemKind.CLI_FLAG,
            kebab_flag,
        ),
        Text(
            r"^[ \t]*(?:get|post|put|patch|delete|options|head)[ \t(]+(?P<expression>[\"']/[^\"'\n]*[\"'])[^\n]*\bdo\b",
            ItemKind.HTTP_ROUTE,
            path,
        ),
        Text(
            r"\bwhen\s+(?P<names>(?:[\"']--?[a-z][\w-]*[\"']\s*,?\s*)+)",
            ItemKind.CLI_FLAG,
            switches,
            within=r"--[a-z][\w-]*",
        ),
    ),
    specials=(rails_routes,),
    call_nodes=("call",),
    argument_nodes=("argument_list",),
    functions=("method", "singleton_method"),
    strings=("string",),
    writes=("assignment",),
    parameter=r"^(?P<name>[a-z_]\w*)",
    constant=r"(?P<name>\b[A-Z][A-Za-z_0-9]*)\s*=\s*(?P<value>\"[^\"\n]*\"|'[^'\n]*')",
    definition=r"\bdef\s+(?:self\.)?NAME\b|\bNAME\s*=",
    loops=(
        r"(?P<iterable>%w[\[({][^\])}]*[\])}]|\[[^\[\]]*\]|[A-Za-z_]+)\s*\.(?:each|map|all\?|any\?|select|find|none\?|reject|filter|filter_map|flat_map|to_h|find_all|each_key)(?:_with_object\([^)]*\))?\s*(?:do|\{)\s*\|(?P<targets>\(?\w+(?:,\s*\(?\w+\)?)*)",
    ),
)

DETECTOR = Reader(FAMILY)
