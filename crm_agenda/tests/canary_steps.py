"""What a call is, and what stands in it for records and secrets."""

from typing import NamedTuple


class Ref(NamedTuple):
    """A record of the company by its name."""

    name: str

    def __repr__(self):
        return f"<{self.name}>"


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

    parts = property(lambda self: [self.args, self.kwargs])
    where = property(lambda self: f"{self.model}.{self.method}")

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

    parts = property(lambda self: [self.params])
    where = property(lambda self: self.path)

    def __str__(self):
        how = ", not logged in" if self.anonymous else ""
        return f"{self.by}{how}: {self.path} {self.params!r}"


class Task(NamedTuple):
    """What the database's administrator or a scheduled action does."""

    model: str
    method: str
    ids: list
    args: list

    by = None
    parts = property(lambda self: [self.ids, self.args])
    where = property(lambda self: f"the administrator's {self.model}.{self.method}")

    def __str__(self):
        return f"administrator: {self.model}.{self.method}({self.ids}, {self.args})"


class Dav(NamedTuple):
    """A request of a phone: its texts are filled in with the ids of the records."""

    by: str
    method: str
    path: str
    records: tuple
    body: str = ""
    headers: dict = {}

    where = property(lambda self: f"phone {self.method}")

    def __str__(self):
        return f"{self.by}'s phone: {self.method} {self.path} {self.records!r}"
