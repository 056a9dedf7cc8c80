"""Who may know what: the README's table, from plain rows and nothing of the addon.

What nobody promises, and what is therefore no finding:

- A customer's name, where its contact is readable, is no secret of the event. Canaries
  for customers are contacts of another company; who reads the event may know them too.
- Reminders (``calendar.alarm``) and event types are read by all; only a type of another
  company is a secret.
- The name of a calendar may be known by who is a member or reads one of its events.
- Members at any level, and administrators, may know when a calendar is taken.
- Meetings in no agenda calendar are Odoo's: all internal users read and write them.
- Whoever was told something while they might know it keeps the message. So does whoever
  might know when an event was that is at another time by now, and who reads the event
  reads in its history when it was.
- Documents (leads, orders) are Odoo's: their names are looked for in the answers of the
  agenda's models alone, but for a form that is not saved, to which Odoo names whatever
  a client puts into it. Odoo shows the opportunity of a meeting with it.
- The number of an order may be known by who reads an event about it.
- The link of an event's video call is for all who read the event.
- Whoever guesses the number of an event may ask whether somebody attends it, and which
  opportunity or activity has it (``NUMBERED``): no text, and no time.
- Whoever may write an event may give it to anybody, and tell anybody.
- Whoever may delete or merge a contact decides with it what the contact attends.
"""

import re
from base64 import b64decode
from collections import defaultdict
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import NamedTuple

import pytz

LEVELS = ("busy", "read", "write", "manage")
BUSY, READ, WRITE, MANAGE = range(1, 5)
YEAR = 2030  # of all events of the test

WORD = re.compile(r"zq\d{3}[a-z]+", re.IGNORECASE)
CODED = re.compile(r"enE[w-z][A-Za-z0-9+/]{12}")  # of a word, in base64
TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
TIMES = (
    re.compile(r"(?:(\d{4})(?:-\d\d-\d\d)?[ T])?(?<!\d)(\d\d?):(\d\d)(?!\d)"),
    re.compile(r"(\d{4})\d{4}T(\d\d)(\d\d)\d\d"),
    re.compile(r"atetime\((\d{4}), \d+, \d+, (\d+), (\d+)"),
)
DATES = (
    re.compile(r"(\d{4})-(\d\d)-(\d\d)"),
    re.compile(r"ate\((\d{4}), (\d+), (\d+)\)"),
)
EVENTS = """
    SELECT event.id, event.agenda_calendar_id AS calendar_id, event.active,
           event.user_id AS organizer_id, event.name, event.location,
           event.description, event.start, event.stop, event.allday,
           event.start_date, event.stop_date, event.show_as, event.customer_id,
           event.recurrence_id AS series, event.access_token AS token,
           event.agenda_status_id AS status, status.kind AS status_kind,
           event.privacy = 'private' OR (
                event.privacy IS NULL AND event.user_id IN (
                    SELECT user_id FROM res_users_settings
                     WHERE calendar_default_privacy = 'private')) AS private,
           CASE WHEN kind.show_number
                THEN event.res_model || ',' || event.res_id END AS document,
           CASE WHEN event.agenda_calendar_id IS NULL
                THEN 'crm.lead,' || event.opportunity_id END AS opportunity,
           ARRAY[event.slot_start::text, event.slot_stop::text,
                 coalesce(event.slot_exclusive, false)::text] AS slot
      FROM calendar_event event
 LEFT JOIN crm_agenda_event_status status ON status.id = event.agenda_status_id
 LEFT JOIN crm_agenda_document_model kind ON kind.model = event.res_model
     WHERE event.id >= %s
"""
CALENDARS = """
    SELECT calendar.id, calendar.owner_id, calendar.company_id, calendar.kind,
           calendar.double_booking, calendar.owner_updates, hours.tz
      FROM crm_agenda_calendar calendar
 LEFT JOIN resource_calendar hours ON hours.id = calendar.resource_calendar_id
"""
TEAMS = """
    SELECT id, user_id FROM crm_team WHERE user_id IS NOT NULL
     UNION SELECT crm_team_id, user_id FROM crm_team_member WHERE active
"""
NO_SLOT = [None, None, "false"]


class Person(NamedTuple):
    """Somebody who calls or is told; a contact without a login has no user."""

    name: str
    user_id: int
    partner_id: int


class Secret(NamedTuple):
    kind: str
    holder: object
    label: str


def find_words(text):
    """Return the canaries in ``text``: words, tokens, times as ``(kind, value)``."""
    found = {("word", word.lower()) for word in WORD.findall(text)}
    for coded in CODED.findall(text):
        found |= {("word", word) for word in WORD.findall(str(b64decode(coded)))}
    found |= {("token", token) for token in TOKEN.findall(text)}
    for pattern in TIMES:
        for year, _hour, minute in pattern.findall(text):
            if year in ("", str(YEAR)) and int(minute) % 15:
                found.add(("time", int(minute)))
    for pattern in DATES:
        for year, month, day in pattern.findall(text):
            if year == str(YEAR):
                found.add(("date", (int(month), int(day))))
    return found


class Rights:
    """A snapshot of everything that a right follows from."""

    def __init__(self, cr, secrets, people, before=None):
        self.cr = cr
        self.secrets = secrets
        self.people = people
        self._read_users()
        self._read_levels()
        self._read_events()
        self._readers = {}
        self.knew, self.had = set(), defaultdict(set)
        if before:
            self._remember(before)

    def rows(self, query, *params):
        self.cr.execute(query, params)
        return self.cr.fetchall()

    def pairs(self, query, *params):
        result = defaultdict(set)
        for key, value in self.rows(query, *params):
            result[key].add(value)
        return result

    def named(self, query, *params):
        """Return ``{id: row}``, the columns of a row by their names."""
        self.cr.execute(query, params)
        return {row["id"]: SimpleNamespace(**row) for row in self.cr.dictfetchall()}

    def _read_users(self):
        ids = [person.user_id for person in self.people if person.user_id]
        users = self.named(
            "SELECT id, partner_id, share FROM res_users WHERE id = ANY(%s)", ids
        )
        self.internal = {user_id for user_id in users if not users[user_id].share}
        self.partners = {user_id: users[user_id].partner_id for user_id in users}
        self.companies = self.pairs(
            "SELECT user_id, cid FROM res_company_users_rel WHERE user_id = ANY(%s)",
            ids,
        )
        implied = self.pairs("SELECT gid, hid FROM res_groups_implied_rel")
        self.groups = self.pairs(
            "SELECT uid, gid FROM res_groups_users_rel WHERE uid = ANY(%s)", ids
        )
        for groups in self.groups.values():
            fresh = set(groups)
            while fresh:
                fresh = {g for group in fresh for g in implied[group]} - groups
                groups |= fresh
        ((self.manager_group,),) = self.rows(
            "SELECT res_id FROM ir_model_data WHERE module = 'crm_agenda' "
            "AND name = 'group_agenda_manager'"
        )

    def _read_levels(self):
        self.calendars = self.named(CALENDARS)
        teams, in_group = self.pairs(TEAMS), defaultdict(set)
        for user_id, groups in self.groups.items():
            for group_id in groups:
                in_group[group_id].add(user_id)
        grants = [(c.id, {c.owner_id}, MANAGE) for c in self.calendars.values()]
        for calendar_id, user_id, team_id, group_id, level in self.rows(
            "SELECT calendar_id, user_id, team_id, group_id, level FROM "
            "crm_agenda_share"
        ):
            reached = {user_id} | teams[team_id] | in_group[group_id]
            grants.append((calendar_id, reached, LEVELS.index(level) + 1))
        self.levels = defaultdict(int)
        for calendar_id, user_ids, level in grants:
            for user_id in user_ids & self.internal:
                if self._is_in_company(user_id, self.calendars[calendar_id]):
                    key = (user_id, calendar_id)
                    self.levels[key] = max(self.levels[key], level)

    def _is_in_company(self, user_id, calendar):
        company_id = calendar.company_id
        return not company_id or company_id in self.companies[user_id]

    def _read_events(self):
        self.events = self.named(EVENTS, self.secrets.first_event)
        ids = list(self.events)
        self.attending = self.pairs(
            "SELECT calendar_event_id, res_partner_id FROM "
            "calendar_event_res_partner_rel WHERE calendar_event_id = ANY(%s)",
            ids,
        )
        self.extra = self.pairs(
            "SELECT event_id, user_id FROM calendar_event_shared_user_rel "
            "WHERE event_id = ANY(%s)",
            ids,
        )
        self.attendees, self.reminders = (
            {row[0]: row[1:] for row in self.rows(query, ids)}
            for query in (
                "SELECT id, event_id, partner_id, state, access_token "
                "FROM calendar_attendee WHERE event_id = ANY(%s)",
                "SELECT id, event_id, partner_id, alarm_id, state, due, next_attempt "
                "FROM crm_agenda_reminder WHERE event_id = ANY(%s)",
            )
        )
        self.tokens = {event.token: event.id for event in self.events.values()}
        self.attendee_tokens = {row[3]: row[:2] for row in self.attendees.values()}
        self.holders = defaultdict(set)
        for event in self.events.values():
            for text in (event.name, event.location, event.description):
                for word in WORD.findall(text or ""):
                    self.holders[word].add(event.id)
        for event_id, name, checksum in self.rows(
            "SELECT res_id, name, checksum FROM ir_attachment "
            "WHERE res_model = 'calendar.event' AND res_id = ANY(%s)",
            ids,
        ):
            for word in WORD.findall(name or ""):
                self.holders[word].add(event_id)
            if checksum in self.secrets.files:
                self.holders[self.secrets.files[checksum]].add(event_id)

    def _remember(self, before):
        """Take over who might know, and of which event, each moment that was."""
        self.knew |= before.knew
        self.had.update(before.had)
        for event in before.events.values():
            new = self.events.get(event.id)
            if new and (new.start, new.stop) == (event.start, event.stop):
                continue
            for kind, known in self.secrets.moments.items():
                for value in self.get_moments(event, kind) & known.keys():
                    self.had[kind, value] = self.had[kind, value] | {event.id}
                    self.knew |= {
                        (person, kind, value)
                        for person in self.people
                        if before.may_know_time(person, event)
                    }

    def get_partner(self, person):
        """Return the id of their contact, which may have been merged with another."""
        return self.partners.get(person.user_id, person.partner_id)

    def get_people(self):
        """Return all that decides who is what, for comparing."""
        return self.internal, self.companies, self.groups, dict(self.levels)

    def get_all(self, event_id):
        """Return all that there is of an event, for comparing."""
        event = self.events.get(event_id)
        return event, self.attending[event_id], self.extra[event_id]

    # What a person may do

    def get_level(self, person, calendar_id):
        if self.administers(person) and self._is_in_company(
            person.user_id, self.calendars[calendar_id]
        ):
            return MANAGE
        return self.levels.get((person.user_id, calendar_id), 0)

    def is_manager(self, person, calendar_id):
        """Say whether ``person`` may change the calendar and its shares."""
        return self.get_level(person, calendar_id) == MANAGE

    def administers(self, person):
        user_id = person.user_id
        return user_id in self.internal and self.manager_group in self.groups[user_id]

    def may_read(self, person, event_id):
        key = (person, event_id)
        if key not in self._readers:
            self._readers[key] = self._may_read(person, self.events[event_id])
        return self._readers[key]

    def _may_read(self, person, event):
        if self.is_guest(person, event):
            return True
        if not event.calendar_id:
            return person.user_id in self.internal
        return not event.private and self.get_level(person, event.calendar_id) >= READ

    def is_guest(self, person, event):
        """Say whether the event is theirs whatever its calendar and its privacy."""
        own = {event.organizer_id} | self.extra[event.id]
        return (
            self.get_partner(person) in self.attending[event.id]
            or person.user_id is not None
            and person.user_id in own
        )

    def may_write(self, person, event_id):
        event = self.events[event_id]
        if person.user_id not in self.internal:
            return False
        if not event.calendar_id or person.user_id == event.organizer_id:
            return True
        if event.private and self.get_partner(person) not in self.attending[event_id]:
            return False
        return self.get_level(person, event.calendar_id) >= WRITE

    def may_know_time(self, person, event):
        return self.may_read(person, event.id) or bool(
            event.calendar_id and self.get_level(person, event.calendar_id) >= BUSY
        )

    # What a person may know

    def may_know(self, person, word):
        """Say whether ``person`` may know what ``find_words`` found."""
        kind, value = word
        if kind == "token":
            return self._may_know_token(person, value)
        if kind in ("time", "date"):
            return self._may_know_moment(person, kind, value)
        secret = self.secrets.words.get(value)
        return secret is None or self._may_know_secret(person, secret, value)

    def _reads_any(self, person, fname, value):
        return any(
            getattr(event, fname) == value and self.may_read(person, event.id)
            for event in self.events.values()
        )

    def _may_know_secret(self, person, secret, word):
        kind, holder = secret.kind, secret.holder
        if kind == "event":
            events = {holder} | self.holders[word]
            return any(self.may_read(person, e) for e in events & self.events.keys())
        companies = self.companies[person.user_id]
        if kind == "contact":
            partner_id, company_id = holder
            is_read = self._reads_any(person, "customer_id", partner_id)
            return company_id in companies or is_read
        if kind == "company":
            return holder in companies
        if kind == "document":
            owner, document = holder
            is_read = any(
                self._reads_any(person, fname, document)
                for fname in ("document", "opportunity")
            )
            return person.user_id == owner or is_read
        if holder not in self.calendars:
            return False
        if self.get_level(person, holder) >= BUSY:
            return True
        return kind == "calendar" and self._reads_any(person, "calendar_id", holder)

    def _may_know_token(self, person, token):
        if token in self.attendee_tokens:
            event_id, partner_id = self.attendee_tokens[token]
            mine = partner_id == self.get_partner(person)
            return mine or self.may_write(person, event_id)
        event_id = self.tokens.get(token)
        return event_id is None or self.may_read(person, event_id)

    def _may_know_moment(self, person, kind, value):
        if (
            value not in self.secrets.moments[kind]
            or (person, kind, value) in self.knew
        ):
            return True
        return any(
            self.may_know_time(person, event)
            if value in self.get_moments(event, kind)
            else event.id in self.had[kind, value] and self.may_read(person, event.id)
            for event in self.events.values()
        )

    @staticmethod
    def get_moments(event, kind):
        if kind == "time":
            return {event.start.minute, event.stop.minute}
        return {(event.start.month, event.start.day)}

    def describe(self, word):
        kind, value = word
        if kind == "word" and value in self.secrets.words:
            return f"{value}, the {self.secrets.words[value].label}"
        if kind == "token":
            event_id = self.attendee_tokens.get(value, (self.tokens.get(value),))[0]
            event = self.secrets.name("calendar.event", event_id)
            return f"the token {value} of {event}"
        if kind in self.secrets.moments:
            return f"the {kind} {value} of {self.secrets.moments[kind].get(value)}"
        return str(value)

    # What the database has to hold

    def get_slot(self, event, now):
        """Return what the slot's columns should be, as PostgreSQL writes them."""
        calendar = self.calendars.get(event.calendar_id)
        if (
            not calendar
            or not event.active
            or event.show_as != "busy"
            or event.status_kind == "cancelled"
            or event.allday
            and calendar.kind == "team"
        ):
            return NO_SLOT
        start, stop = event.start, event.stop
        if event.allday and event.start_date and event.stop_date:
            zone = pytz.timezone(calendar.tz or "UTC")
            start, stop = (
                zone.localize(datetime.combine(day, time()))
                .astimezone(pytz.UTC)
                .replace(tzinfo=None)
                for day in (event.start_date, event.stop_date + timedelta(days=1))
            )
        if start >= stop:
            return NO_SLOT
        exclusive = stop > now and calendar.double_booking == "refuse"
        return [str(start), str(stop), str(exclusive).lower()]

    def get_stored_members(self):
        """Return ``{(user id, calendar id): level}`` as the addon stores it."""
        stored = {}
        for level, table in enumerate(("member", "reader", "writer", "manager"), 1):
            for key in self.rows(
                f"SELECT user_id, calendar_id FROM crm_agenda_calendar_{table}_rel "
                "WHERE user_id = ANY(%s)",
                [person.user_id for person in self.people],
            ):
                stored[key] = level
        return stored
