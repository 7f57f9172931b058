# SPDX-License-Identifier: Apache-2.0
"""Markdown pages of the repository: prose, fenced blocks, headings, links."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(.*)$")
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


@dataclass
class Block:
    """A fenced block; `marker` is the comment on the line before it, if there is one."""

    language: str
    line: int
    lines: list
    marker: str


class Page:
    def __init__(self, path):
        self.path = path
        self.name = path.relative_to(ROOT).as_posix()
        self.blocks, self.prose = [], []
        self.headings = []
        block = None
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            fence = FENCE.match(line)
            if fence and block is None:
                said = [text for _, text in self.prose if text.strip()]
                marker = re.fullmatch(r"<!-- (.*) -->", said[-1]) if said else None
                block = Block(fence[1], number, [], marker[1] if marker else "")
            elif fence:
                self.blocks.append(block)
                # What stands before a block is no comment on the next one.
                self.prose.append((number, "```"))
                block = None
            elif block is not None:
                block.lines.append(line)
            else:
                self.prose.append((number, line))
                if heading := re.match(r"#+ (.*)$", line):
                    self.headings.append(heading[1])
        assert block is None, f"{self.name}: the block of line {block.line} has no end"

    def links(self):
        """(line, text, target) of every link, those over two lines too; code is left out."""
        text = "\n".join(line for _, line in self.prose)
        text = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        numbers = [number for number, _ in self.prose]
        # A link may have code as its text, but code has no links.
        hidden = re.sub(r"`[^`\n]*\]\([^`\n]*`", lambda match: "`" + " " * (len(match[0]) - 2) + "`", text)
        for match in LINK.finditer(hidden):
            yield numbers[text.count("\n", 0, match.start())], match[1], match[2]

    def code(self):
        """(line, text) of every piece of code within prose."""
        for number, line in self.prose:
            for match in CODE.finditer(line):
                yield number, match[1]

    def anchors(self):
        """What GitHub makes of the headings."""
        seen = {}
        for heading in self.headings:
            plain = LINK.sub(lambda match: match[1], heading)
            slug = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
            count = seen.get(slug, 0)
            seen[slug] = count + 1
            yield f"{slug}-{count}" if count else slug


def tracked(pattern):
    """Files that git knows, or would add, by pattern."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / line for line in sorted(set(listed.stdout.splitlines())) if (ROOT / line).exists()]
