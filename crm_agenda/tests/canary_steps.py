"""What a call is, and what stands in it for records and secrets."""

from typing import NamedTuple


class Ref(NamedTuple):
    """A record of the company by its name."""

    name: str

    def __repr__(self):
        return f"<{self.name}>"


class Document(NamedTuple):
    """A record of the company as the value of a reference."""

    name: str


class Text(NamedTuple):
    """The id of a record in a text."""

    pattern: str
    record: object


class Made(NamedTuple):
    """The last record of a model that the caller made, or one of their own."""

    model: str

    def __repr__(self):
        return f"<own {self.model}>"


class Token(NamedTuple):
    """A token that the caller has seen, or the event that it is of."""

    index: int
    what: str


class Guess(NamedTuple):
    """What an oracle is asked about, and what there is not."""

    truth: object
    lie: object

    def __repr__(self):
        return f"{self.truth!r} (or {self.lie!r})"


class Rpc(NamedTuple):
    by: str
    model: str
    method: str
    args: list
    kwargs: dict

    def __str__(self):
        args = [repr(arg) for arg in self.args]
        args += [f"{key}={value!r}" for key, value in self.kwargs.items()]
        return f"{self.by}: {self.model}.{self.method}({', '.join(args)})"


class Url(NamedTuple):
    by: str
    path: str
    params: dict
    anonymous: bool = False
    is_json: bool = False

    def __str__(self):
        how = ", not logged in" if self.anonymous else ""
        return f"{self.by}{how}: {self.path} {self.params!r}"


class Task(NamedTuple):
    """What the database's administrator or a scheduled action does."""

    what: str
    about: object = None

    def __str__(self):
        return f"administrator: {self.what} {self.about or ''}"


class Dav(NamedTuple):
    """A request of a phone: its texts are filled in with the ids of the records."""

    by: str
    method: str
    path: str
    records: tuple
    body: str = ""
    headers: dict = {}

    def __str__(self):
        return f"{self.by}'s phone: {self.method} {self.path} {self.records!r}"
