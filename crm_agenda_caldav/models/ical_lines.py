"""The lines and components of iCalendar, as they are written. Nothing of Odoo's."""

import re

from .ical import CONTROL

MAX_BYTES = 20 * 1024 * 1024
MAX_COMPONENTS, MAX_DEPTH = 50_000, 4
ESCAPED = re.compile(r"\\(.)", re.S)
FOLD, END = re.compile("(?:\r\n|\r|\n)[\t ]"), re.compile("\r\n|\r|\n")
# What can be read in one way only: vobject's own takes for ever to see that a line of
# thirty signs is none.
LINE = re.compile(
    r"(?:[\w-]+\.)?([\w-]+)((?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(.*)", re.A | re.S
)
PARAMETER = re.compile(r";([\w-]+)=((?:\"[^\"]*\"|[^;\"])*)", re.A)


class ReadError(ValueError):
    """What is wrong with a text, in words of RFC 5545."""


class Component:
    """The lines of a component, as ``(name, parameters, value, line)``, and those in
    it."""

    def __init__(self, name):
        self.name, self.lines, self.parts = name, [], []

    def get_all(self, name):
        return [line for line in self.lines if line[0] == name]

    def get(self, name):
        return next(iter(self.get_all(name)), None)

    def get_value(self, name):
        line = self.get(name)
        return line[2].strip() if line else ""

    def get_lines(self):
        """Return its lines as they came."""
        lines = [f"BEGIN:{self.name}", *(line[3] for line in self.lines)]
        for part in self.parts:
            lines += part.get_lines()
        return [*lines, f"END:{self.name}"]


def read_components(text):
    """Return the components of a text, each with those in it."""
    if len(text) > MAX_BYTES:
        raise ReadError("too long")
    root = Component("")
    stack, count = [root], 0
    for line in END.split(FOLD.sub("", text.lstrip("\ufeff"))):
        line = CONTROL.sub("", line)
        if not line.strip():
            continue
        found = read_line(line)
        if not found:
            raise ReadError(line[:60])
        name, params, value = found
        if name == "BEGIN":
            count += 1
            part = Component(value.strip().upper())
            stack[-1].parts.append(part)
            stack.append(part)
            if count > MAX_COMPONENTS or len(stack) > MAX_DEPTH + 1:
                raise ReadError("too many components")
        elif len(stack) < 2:
            raise ReadError(line[:60])
        elif name != "END":
            stack[-1].lines.append((name, params, value, line))
        elif stack.pop().name != value.strip().upper():
            raise ReadError(line[:60])
    if len(stack) > 1:
        raise ReadError(f"END:{stack[-1].name}")
    return root.parts


def read_line(line):
    """Return ``(name, {parameter: value}, value)``, or nothing of what is no line."""
    found = LINE.fullmatch(line)
    if not found:
        return None
    name, params, value = found.groups()
    # As Lotus Notes writes X- names.
    name = name.upper().replace("_", "-")
    params = PARAMETER.findall(params) if params else ()
    return name, {key.upper(): said.replace('"', "") for key, said in params}, value


def get_line_name(line):
    return line.replace(":", ";").partition(";")[0].upper()


def read_text(value):
    """Return a text without its escapes, as lines of Odoo's."""
    return ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)


def read_list(value):
    return [read_text(x).strip() for x in re.split(r"(?<!\\),", value) if x.strip()]
