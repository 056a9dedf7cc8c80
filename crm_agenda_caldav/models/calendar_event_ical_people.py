"""Who organizes what iCalendar says of an event, and who attends it."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .ical import write_parameter

STATES = {
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentative": "TENTATIVE",
}
ANSWERS = {
    "ACCEPTED": "do_accept",
    "DECLINED": "do_decline",
    "TENTATIVE": "do_tentative",
}
# Of a contact that an invitation makes: an index takes no thousands.
LONGEST_NAME = 255
# Of whom each is written to.
MAX_PEOPLE = 200


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_ical_people(self):
        """Yield who organizes it and who attends, if anybody was invited."""
        if self.attendee_ids:
            yield from self._get_ical_organizer()
        for attendee in self.attendee_ids:
            state = STATES.get(attendee.state, "NEEDS-ACTION")
            yield from _write_person(f"ATTENDEE;PARTSTAT={state}", attendee)

    def _get_ical_organizer(self):
        return _write_person("ORGANIZER", self.user_id)

    @api.model
    def _has_own_people(self, source, group):
        """Say whether who attends is the agenda's: invited from here, answering here.

        What somebody else organizes, be it a colleague, is a copy of theirs for whoever
        writes it: its people stay as they came, and nobody is invited to it again.
        """
        if group:
            shared, _personal = group.known_as._get_kept()
            return not any(x.startswith("ORGANIZER") for x in shared)
        user = self.env.user
        addresses = {user.email, user.login, user.partner_id.email}
        organizer = source.get_facts()["ORGANIZER"]
        own = {email_normalize(address) for address in addresses if address}
        return not organizer or organizer in own

    def _get_ical_people_commands(self, people, current):
        """Return who begins and who ends to attend, by their addresses.

        Who has none that a client could show stays. Who is no contact, and can't be
        made one by the user, does not attend: see ``_get_ical_kept``.

        :param current: the people whom the event shows now
        """
        if len(people) > MAX_PEOPLE:
            raise UserError(self.env._("An event takes %s people at most.", MAX_PEOPLE))
        shown = {get_address(a): a.partner_id for a in self.attendee_ids}
        shown.pop("", None)
        commands = [
            (3, partner.id)
            for address, partner in shown.items()
            if address not in people
        ]
        for address, (name, _answer) in people.items():
            if address not in shown and address not in current:
                partner = self._find_ical_partner(address, name)
                commands += [(4, partner.id)] if partner else []
        return commands

    @api.model
    def _find_ical_partner(self, address, name):
        partners = self.env["res.partner"]
        # A login before a contact, as it is the person who reads the agenda.
        users = self.env["res.users"].search([("email_normalized", "=", address)])
        found = users.partner_id[:1] or partners.search(
            [("email_normalized", "=", address)], limit=1
        )
        if found or not partners.has_access("create"):
            return found
        name = " ".join(name.split())[:LONGEST_NAME] or address
        return partners.create({"name": name, "email": address})

    def _find_ical_answers(self, people):
        """Return what the user answers, ready to be called: nobody does for others."""
        me = self.env.user.partner_id
        attendees = people and self.attendee_ids.filtered(lambda a: a.partner_id == me)
        for attendee in attendees or ():
            _name, answer = people.get(get_address(attendee), ("", None))
            if answer in ANSWERS and answer != STATES.get(attendee.state):
                yield getattr(attendee, ANSWERS[answer])


def get_address(attendee):
    return email_normalize(attendee.email or "") or ""


def _write_person(line, person):
    """Yield the line of a person, if their address can be written."""
    if person.email and not set(person.email) & set(" \r\n\t;,<>"):
        name = write_parameter(person.display_name or person.email)
        yield f"{line};CN={name}:mailto:{person.email}"
