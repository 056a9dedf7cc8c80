from odoo.exceptions import UserError


class ICalError(UserError):
    """What a calendar can't take, with the name that CalDAV has for it."""

    def __init__(self, message, condition="valid-calendar-data"):
        super().__init__(message)
        self.condition = condition
        self.title = ""  # what the event is called, where that could be read
