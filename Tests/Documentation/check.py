# SPDX-License-Identifier: Apache-2.0
"""Holds the documentation against the repository and the tool: links, anchors and paths; the map
from the paper to the code; commands that are shown and how CI runs them, or why it does not.

    python3 Tests/Documentation/check.py .build/release/marnet-plugin
"""

import json
import re
import shlex
import subprocess
import sys

import equations
from pages import ROOT, Page, tracked

# Folders whose names in code are paths of the repository.
PATH = re.compile(r"^(?:Sources|Tests|docs|data-manifests|\.ci)(?:/[\w.+*{},-]+)*/?$")
# Flags in prose of other programs: swift build, MARNetFuzz.
OTHER_FLAGS = {"--static-swift-stdlib", "--cases", "--keep", "--mem", "--requeue",
               "--mpi", "--map-by", "--bind-to", "--oversubscribe", "--disable-testable-imports"}
MARKER = re.compile(r"(?P<kind>not run|run by): (?P<what>\S.*)")


def exists(text):
    if any(character in text for character in "*{"):
        return any(ROOT.glob(re.sub(r"\{[^}]*\}", "*", text)))
    return (ROOT / text).exists()


def check_links(pages):
    """Relative links lead to files that git knows, and their anchors to headings."""
    known = {page.path: page for page in pages}
    for page in pages:
        for number, _, target in page.links():
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (page.path.parent / path).resolve() if path else page.path
            if not file.exists():
                yield f"{page.name}:{number}: the link '{target}' leads nowhere"
            elif anchor and file in known and anchor not in known[file].anchors():
                yield f"{page.name}:{number}: {known[file].name} has no heading '#{anchor}'"


def check_paths(pages):
    """Paths in the prose, and documents that sources and help texts name."""
    for page in pages:
        for number, text in page.code():
            path = text.split(" ")[0]
            if PATH.match(path) and not exists(path):
                yield f"{page.name}:{number}: there is no '{path}'"
    for file in tracked("Sources/*.swift") + tracked("Tests/*.swift") + tracked("Tests/*.py"):
        for name in re.findall(r"\bdocs/[\w/-]+\.md\b", file.read_text()):
            if not (ROOT / name).exists():
                yield f"{file.relative_to(ROOT)}: there is no '{name}'"


def check_index(pages):
    """docs/README.md names every page of docs/."""
    index = next(page for page in pages if page.name == "docs/README.md")
    linked = {(index.path.parent / target.split("#")[0]).resolve() for _, _, target in index.links()}
    for page in pages:
        if page.name.startswith("docs/") and page is not index and page.path not in linked:
            yield f"docs/README.md does not name {page.name}"


def flags_of(tool):
    """{words of a command: its flags}, from the tool itself."""
    dump = subprocess.run([tool, "--experimental-dump-help"], check=True, capture_output=True)
    result = {}

    def add(command, words):
        names = [name for argument in command.get("arguments", []) for name in argument.get("names", [])]
        result[words] = {f"--{name['name']}" for name in names if name["kind"] == "long"}
        result[words] |= {"--help", "--version"}
        for child in command.get("subcommands", []):
            add(child, (*words, child["commandName"]))

    add(json.loads(dump.stdout)["command"], ())
    result[()].add("--generate-completion-script")
    return result


def calls(line):
    """The words after each call of `marnet-plugin` or `MARNetBench` in a command line."""
    lexer = shlex.shlex(re.sub(r"^[$>] ", "", line), posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        words = list(lexer)
    except ValueError:
        return  # A quotation that goes on in the next line.
    starts = [0] + [i + 1 for i, word in enumerate(words) if word and set(word) <= set("|&;<>()")]
    for start, end in zip(starts, [*starts[1:], len(words) + 1]):
        command = words[start:end - 1]
        # Scripts are given the tool, and builds its name.
        if not command or re.match(r"python|(?:un)?install$|strip$", command[0]) or "--product" in command:
            continue
        for at, word in enumerate(command):
            if re.search(r"(?:^|/)(?:marnet-plugin|MARNetBench)$", word):
                yield (["bench"] if word.endswith("MARNetBench") else []) + command[at + 1:]
                break


def check_calls(pages, flags):
    """Commands and flags that are shown exist, also where nothing runs them."""
    for page in pages:
        shown = [(number, text) for number, text in page.code() if text.startswith("marnet-plugin ")]
        for block in page.blocks:
            if block.language in ("console", "sh"):
                lines = "\n".join(block.lines).replace("\\\n", "").split("\n")
                shown += [(block.line, line) for line in lines]
        for number, line in shown:
            for words in calls(line):
                command = ()
                while words and (*command, words[0]) in flags:
                    command = (*command, words.pop(0))
                if not command and words and re.fullmatch(r"[a-z]+", words[0]):
                    yield f"{page.name}:{number}: the tool has no command '{words[0]}'"
                for word in words:
                    flag = word.split("=")[0]
                    if flag.startswith("--") and flag not in flags[command]:
                        yield f"{page.name}:{number}: '{' '.join(command)}' has no flag '{flag}'"


def check_flags(pages, flags):
    """Flags that prose names exist somewhere: in the tool, or in a script of the repository."""
    known = OTHER_FLAGS.union(*flags.values())
    for script in tracked("*.py"):
        known |= set(re.findall(r"add_argument\(\s*[\"'](--[\w-]+)", script.read_text()))
    for page in pages:
        for number, text in page.code():
            flag = re.match(r"--[a-z][\w-]*", text)
            if flag and flag[0] not in known:
                yield (f"{page.name}:{number}: neither the tool nor a script has a flag '{flag[0]}'; one of another "
                       "program belongs into OTHER_FLAGS of Tests/Documentation/check.py")


def check_blocks(pages):
    """Every command is run: ```sh by .ci/run-doc-commands, others as a comment before them says.

    A block ```console that shows commands ("$ ") has a comment on the line before it: "run by:
    SCRIPT", which the script must hold and .ci/run must run; or "not run: REASON".
    """
    steps = (ROOT / ".ci/run").read_text()
    for page in pages:
        for block in page.blocks:
            commands = [line[2:] for line in block.lines if line.startswith("$ ")]
            where = f"{page.name}:{block.line}"
            if not commands:
                continue
            if block.language != "console":
                yield f"{where}: commands after '$ ' belong into a block ```console"
                continue
            marker = MARKER.fullmatch(block.marker)
            if not marker:
                yield (f"{where}: nothing runs these commands: make it ```sh, or put '<!-- run by: SCRIPT -->' or "
                       "'<!-- not run: REASON -->' on the line before it")
            elif marker["kind"] == "run by":
                script = ROOT / marker["what"]
                if not script.is_file() or (script.name != "run" and marker["what"] not in steps):
                    yield f"{where}: '{marker['what']}' is no step of .ci/run"
                    continue
                text = script.read_text()
                for command in commands:
                    if command not in text and command.split(" ")[0] != marker["what"]:
                        yield f"{where}: {marker['what']} does not run '{command}'"
            if marker:
                for command in commands:
                    for path in re.findall(r"(?:^|\s)((?:Tests|\.ci)/[\w./-]+)", command):
                        if not exists(path):
                            yield f"{where}: there is no '{path}'"


def main(tool):
    pages = [Page(path) for path in tracked("*.md")]
    concepts = next(page for page in pages if page.name == "docs/concepts.md")
    problems, mapped, files = equations.check(concepts)
    problems += [*check_links(pages), *check_paths(pages), *check_index(pages)]
    flags = flags_of(tool)
    problems += [*check_blocks(pages), *check_calls(pages, flags), *check_flags(pages, flags)]
    if problems:
        sys.exit("\n".join(problems))
    links = sum(1 for page in pages for _ in page.links())
    blocks = [block for page in pages for block in page.blocks]
    shown = [b for b in blocks if b.language == "console" and any(x.startswith("$ ") for x in b.lines)]
    print(f"{len(pages)} pages, {links} links; {mapped} equations in the map, cited by {files} files; "
          f"{sum(b.language.startswith('sh') for b in blocks)} blocks of commands are run, "
          f"{len(shown)} are shown: {sum(b.marker.startswith('run by') for b in shown)} run by other "
          f"steps, {sum(b.marker.startswith('not run') for b in shown)} not")


if __name__ == "__main__":
    main(sys.argv[1])
