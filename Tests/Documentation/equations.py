# SPDX-License-Identifier: Apache-2.0
"""The map from the paper to the code: docs/concepts.md and the comments in Sources, both ways."""

import re

from pages import LINK, ROOT, tracked

LAST_EQUATION = 25
NUMBERS = r"\d+(?:(?:, | and | to |, and )\d+)*"
# A comment names the paper with the number: "MARNet, arXiv 2407.18854, eqs. 14 to 16".
OURS = re.compile(rf"MARNet,(?: arXiv 2407\.18854,)? eqs?\. ({NUMBERS})|eqs?\. ({NUMBERS}) of MARNet\b")
# Others are "eq. 4 of van den Oord et al.", or "(Nichol and Dhariwal, arXiv 2102.09672, eq. 17)".
THEIRS = re.compile(
    rf"eqs?\. {NUMBERS} of (?!MARNet|the paper)\w|(?:arXiv (?!2407\.18854)[\d.]+|\b[12]\d{{3}}), eqs?\. {NUMBERS}")
ANY = re.compile(r"\b[Ee]qs?\. ?\d|\b[Ee]quations? \d")


def expand(text):
    """The numbers of "9 to 11", "5, 6 and 12"."""
    numbers = set()
    for part in re.split(r", and |, | and ", text):
        first, _, last = part.partition(" to ")
        numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def comments(path):
    """Each comment of a source file, its lines joined."""
    block = []
    for line in [*path.read_text().splitlines(), ""]:
        if found := re.match(r"\s*//+ ?(.*)$", line):
            block.append(found[1].strip())
        elif block:
            yield re.sub(r"\s+", " ", " ".join(block))
            block = []


def cited(problems):
    """Equations of the paper that each file under Sources cites: {file: numbers}."""
    result = {}
    for path in tracked("Sources/*.swift") + tracked("Sources/*.[ch]"):
        name = path.relative_to(ROOT).as_posix()
        for comment in comments(path):
            for match in OURS.finditer(comment):
                result.setdefault(name, set()).update(expand(match[1] or match[2]))
            rest = THEIRS.sub("", OURS.sub("", comment))
            if left := ANY.search(rest):
                around = rest[max(0, left.start() - 30):left.end() + 20]
                problems.append(
                    f"{name}: '…{around}…' does not say of which paper; write 'MARNet, eq. N', "
                    "'eq. N of WHOM' or 'WHO, arXiv NUMBER, eq. N'")
    return result


def declares(path, symbol):
    text = path.read_text()
    words = "struct|class|enum|protocol|actor|extension|func|var|let|case"
    return all(re.search(rf"\b(?:{words})\s+(?:\w+\.)*{name}\b", text) for name in symbol.split("."))


def cells(page, heading):
    """Rows of the table under a heading, without its head."""
    rows, inside = [], False
    for number, line in page.prose:
        if line.startswith("#"):
            inside = line.lstrip("# ") == heading
        elif inside and line.startswith("|"):
            inner = line.strip().removeprefix("|").removesuffix("|")
            rows.append((number, [cell.strip() for cell in inner.split("|")]))
    assert len(rows) > 2, f"{page.name}: no table under '{heading}'"
    return rows[2:]


def linked(page, number, cell, problems):
    """(symbol, file) of the links of a cell; the symbol must be declared in the file."""
    for match in LINK.finditer(cell):
        if not match[1].startswith("`"):
            continue  # A link to another page.
        symbol, path = match[1].strip("`"), (page.path.parent / match[2]).resolve()
        if not path.is_file():
            continue  # The check of links says so.
        if not declares(path, symbol):
            problems.append(f"{page.name}:{number}: {path.name} declares no '{symbol}'")
        yield symbol, path.relative_to(ROOT).as_posix()


def check(page):
    """Problems of the map, which is the tables under two headings of `page`."""
    problems = []
    sources = cited(problems)
    where = {}
    for number, row in cells(page, "Equations"):
        numbers = expand(row[0])
        files = [file for _, file in linked(page, number, row[2], problems)]
        tests = list(linked(page, number, row[3], problems))
        for equation in numbers:
            where.setdefault(equation, set()).update(files)
        for file in files:
            if missing := numbers - sources.get(file, set()):
                problems.append(
                    f"{page.name}:{number}: no comment of {file} cites MARNet, eq. "
                    f"{', '.join(map(str, sorted(missing)))}")
        if files and not tests:
            problems.append(f"{page.name}:{number}: eq. {row[0]} has no test")
    for missing in sorted(set(range(1, LAST_EQUATION + 1)) - set(where)):
        problems.append(f"{page.name}: eq. {missing} of the paper is not in the map")
    for file, numbers in sorted(sources.items()):
        unnamed = [n for n in sorted(numbers) if file not in where.get(n, set())]
        if unnamed:
            problems.append(
                f"{page.name}: {file} cites eq. {', '.join(map(str, unnamed))}, and the map does not name it there")
    for number, row in cells(page, "Tables and figures"):
        files = [file for _, file in linked(page, number, row[2], problems)]
        list(linked(page, number, row[4], problems))
        kind, _, which = row[0].partition(" ")
        name = rf"\b(?:{'Table' if kind == 'Table' else 'Figure|Fig.'}) {which}\b"
        for file in files:
            if not any(re.search(name, comment) for comment in comments(ROOT / file)):
                problems.append(f"{page.name}:{number}: no comment of {file} names {row[0]}")
    return problems, len(where), len(sources)
