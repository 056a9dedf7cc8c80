"""Runs the calls as Odoo does, and looks at what came out of each of them."""

import json
import re
import threading
from collections import defaultdict
from contextlib import closing
from functools import partial
from itertools import islice
from typing import NamedTuple

import psycopg2
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from odoo import api, http
from odoo.service import security
from odoo.service.model import retrying

from ..models.compat import SERIES
from .canary_phone import READING
from .canary_rights import READ, WRITE, Rights, find_words
from .canary_steps import Dav, Guess, Made, Ref, Rpc, Task, Text, Token, Url
from .canary_world import NOW

if SERIES < 19:
    from odoo.api import call_kw
    from odoo.sql_db import TestCursor
else:
    from odoo.service.model import call_kw
    from odoo.tests.test_cursor import TestCursor

# What an event is, and what nobody changes who may not write it.
CONTENT = (
    "calendar_id organizer_id name location description private active status start "
    "stop series customer_id"
).split()
# What has an event tells so to who asks for it by its number.
NUMBERED = ("res.partner", "res.users", "crm.lead", "sale.order", "mail.activity")
MERGE = "base.partner.merge"
# Answers in which a document's name is ours.
OURS = ("calendar.event", "crm.agenda.")
READERS = (
    "default_get export_data formatted_read_group get_next_notif name_search onchange "
    "read read_group search search_count search_panel_select_multi_range "
    "search_panel_select_range search_read web_read web_read_group web_search_read"
).split()
# To whom, by what, and what.
SENT = """
    SELECT told.res_partner_id, 'a message', concat_ws(' ', message.subject,
           message.body, (SELECT string_agg(concat_ws(' ', old_value_char,
                   new_value_char, old_value_text, new_value_text), ' ')
              FROM mail_tracking_value WHERE mail_message_id = message.id))
      FROM mail_notification told
      JOIN mail_message message ON message.id = told.mail_message_id
     WHERE told.id > %s
     UNION ALL
    SELECT coalesce(whom.res_partner_id, partner.id), 'a mail',
           concat_ws(' ', message.subject, mail.body_html, message.body,
               (SELECT string_agg(file.name, ' ')
                  FROM message_attachment_rel taken
                  JOIN ir_attachment file ON file.id = taken.attachment_id
                 WHERE taken.message_id = message.id))
      FROM mail_mail mail
      JOIN mail_message message ON message.id = mail.mail_message_id
 LEFT JOIN mail_mail_res_partner_rel whom ON whom.mail_mail_id = mail.id
 LEFT JOIN res_partner partner ON mail.email_to LIKE '%%' || partner.email || '%%'
     WHERE mail.id > %s
"""
CREATORS = ("create", "copy", "name_create", "web_save", "load")


class Finding(NamedTuple):
    """What went wrong; those with the same ``sort`` are alike."""

    kind: str
    sort: str
    text: str


class Siege:
    """The steps of one example, one after the other."""

    def __init__(self, world):
        self.world, self.cr = world, world.env.cr
        self.made, self.tokens = defaultdict(list), defaultdict(list)
        self.trace, self.wrong, self.lost = [], {}, []
        self.rights = self.look()

    def look(self, before=None):
        return Rights(self.cr, self.world, self.world.people, before)

    def run(self, step):
        """Do one step; return what it gave away."""
        if isinstance(step, Rpc) and has_guess([step.args, step.kwargs]):
            return self._ask(step)
        before, marks = self.rights, self._mark()
        done, answer, sent = self._perform(step)
        self.trace.append(f"{step}\n      → {answer[:100]}")
        wrote = done and getattr(step, "method", "") not in (*READERS, *READING)
        if wrote:
            self.rights = self.look(before)
            self.lost += self._find_who_lost(before, self.rights)
            if self.rights.partners != before.partners:
                self.world.cleared.add("default")  # in which rules name their contact
        check = Check(self, step, before, self.rights, sent)
        check.answer(answer)
        if wrote:
            check.messages(*marks)
            check.changes(marks[0])
            check.popups()
        return check.findings

    def _find_who_lost(self, before, after):
        """Return the names of the users who may read an event no more."""
        events = before.events.keys() & after.events.keys()
        return [
            person.name
            for person in self.world.people
            if person.user_id in after.internal
            and any(
                before.may_read(person, e) and not after.may_read(person, e)
                for e in events
            )
        ]

    def forget(self):
        """Drop what Odoo remembers of who somebody is."""
        if self.world.cleared:
            self.world.env.registry.clear_cache(*self.world.cleared)

    def _mark(self):
        self.cr.execute(
            "SELECT (SELECT max(id) FROM mail_notification), "
            "(SELECT max(id) FROM mail_mail), (SELECT max(id) FROM bus_bus)"
        )
        return [mark or 0 for mark in self.cr.fetchone()]

    def _ask(self, step):
        """Ask an oracle of what is there and of what is not; tell them apart."""
        truth, _lie = answers = [
            self._perform(step, guess)[1] for guess in ("truth", "lie")
        ]
        self.trace.append(f"{step}\n      → {truth[:100]}")
        check = Check(self, step, self.rights, self.rights, "")
        check.answer(truth)
        guess = next(iter_guesses([step.args, step.kwargs]))
        asked = [str(self._resolve(asked, step)) for asked in guess]
        if len({a.replace(b, "?") for a, b in zip(answers, asked, strict=True)}) > 1:
            check.oracle(guess.truth)
        return check.findings

    # How a call is made

    def _perform(self, step, guess="truth"):
        """Return whether the step was done, its answer, and what the caller sent."""
        self.guess = guess
        self.cr.execute("SAVEPOINT canary_step")
        done, sent = False, ""
        make = {Rpc: self._rpc, Url: self._url, Dav: self._dav, Task: self._task}
        try:
            parts = self._fill_in(step) if isinstance(step, Dav) else step.parts
            parts = self._resolve(parts, step)
            sent = repr(parts)
            with closing(TestCursor(self.cr, threading.RLock(), False)) as cr:
                result = make[type(step)](step, self._get_env(cr, step), *parts)
            self._check_constraints()
            answer, done = repr(result), True
            self._remember(step, result)
        except HTTPException as error:
            answer = f"{error} {error.get_response().get_data(as_text=True)}"
        except (Exception, psycopg2.Error) as error:
            answer = f"{type(error).__name__}: {error}"
        done = done and guess == "truth"
        end = "RELEASE" if done else "ROLLBACK TO"
        self.cr.execute(f"{end} SAVEPOINT canary_step")
        if not done:
            self.forget()
        return done, answer, sent

    def _get_env(self, cr, step):
        """Return an environment of its own, as a request has."""
        uid = isinstance(step, Rpc) and self.world.person[step.by].user_id
        env = api.Environment(cr, uid or api.SUPERUSER_ID, {})
        if SERIES >= 19:
            env.transaction.default_env = env
        return env

    def _rpc(self, step, env, args, kwargs):
        model = env[step.model]
        return retrying(partial(call_kw, model, step.method, args, kwargs), env)

    def _task(self, step, env, ids, args):
        getattr(env[step.model].browse(ids), step.method)(*args)
        env.cr.commit()

    def _url(self, step, env, params):
        path = step.path + str(params.pop("", ""))
        options = {"query_string": {k: str(v) for k, v in params.items()}}
        if step.is_json:
            body = {"jsonrpc": "2.0", "method": "call", "params": params}
            options = {"method": "POST", "json": body}
        return self._serve(step, env, path, **options)

    def _fill_in(self, step):
        """Return a phone's texts, each with the ids of the records that it takes."""
        records = iter(self._resolve(step.records, step))
        path, body, *headers = (
            text % tuple(islice(records, text.count("%s")))
            for text in (step.path, step.body, *step.headers.values())
        )
        return path, body, dict(zip(step.headers, headers, strict=True))

    def _dav(self, step, env, path, body, headers):
        phone = self.world.phones[step.by]
        options = {"method": step.method, "data": body}
        options["content_type"] = (
            f"text/{'calendar' if step.method == 'PUT' else 'xml'}"
        )
        options["headers"] = {"Depth": "1", **headers}
        options["auth"] = phone.login, phone.password
        return self._serve(step, env, path, **options)

    def _serve(self, step, env, path, **options):
        environ = EnvironBuilder(path, "http://localhost", **options).get_environ()
        with http.HTTPRequest(environ) as httprequest:
            request = http.Request(httprequest)
            request.session = self._get_session(step, env)
            request.db, request.registry = env.cr.dbname, env.registry
            # Of nobody, if they are not logged in: ``env(user=None)`` is the superuser.
            request.env = api.Environment(env.cr, request.session.uid, {})
            threading.current_thread().dbname = env.cr.dbname
            http._request_stack.push(request)
            try:
                rule, args = env.registry["ir.http"]._match(path)
                request._set_request_dispatcher(rule)
                serve = partial(request._serve_ir_http, rule, args)
                response = retrying(serve, request.env)
                response.direct_passthrough = False
                text = response.get_data(as_text=True)
            finally:
                http._request_stack.pop()
        return f"{response.status} {response.headers.get('Location')} {text}"

    def _get_session(self, step, env):
        session = http.root.session_store.new()
        session.update(http.get_default_session(), db=env.cr.dbname)
        session["_trace_disable"] = True
        user_id = self.world.person[step.by].user_id
        if user_id and not getattr(step, "anonymous", True):
            user = env["res.users"].browse(user_id)
            session.uid, session.login = user.id, user.login
            session.session_token = security.compute_session_token(session, env)
            session.context = dict(user.with_user(user).context_get())
        return session

    def _check_constraints(self):
        """Have the database say now what it would say when the call commits."""
        constraint = "calendar_event_no_double_booking"
        self.cr.execute(
            f"SET CONSTRAINTS {constraint} IMMEDIATE; "
            f"SET CONSTRAINTS {constraint} DEFERRED"
        )

    def _resolve(self, value, step):
        """Return ``value`` with ids and tokens instead of what stands for them."""
        if isinstance(value, Guess):
            return self._resolve(getattr(value, self.guess), step)
        if isinstance(value, Ref):
            return self.world.records[value.name][1]
        if isinstance(value, Text):
            return value.pattern % self._resolve(value.record, step)
        if isinstance(value, Made):
            made = self.made[step.by, value.model]
            own = self.world.records.get(f"{step.by}'s {value.model}", (None, 0))
            return made[-1] if made else own[1]
        if isinstance(value, Token):
            return self._get_token(self.tokens[step.by], *value)
        if isinstance(value, dict):
            return {key: self._resolve(item, step) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._resolve(item, step) for item in value)
        return value

    def _get_token(self, tokens, index, what):
        """Return one of the ``tokens`` of an event or attendee, or its event's id."""
        known = self.rights.tokens if what == "event" else self.rights.attendee_tokens
        usable = [token for token in tokens if token in known]
        if not usable:
            return "none"
        token = usable[index % len(usable)]
        return known[token][0] if what == "id" else token

    def _remember(self, step, result):
        if isinstance(step, Rpc) and step.method == "message_post":
            self.made[step.by, "mail.message"].append(result)
        if not isinstance(step, Rpc) or step.method not in CREATORS:
            return
        if isinstance(result, dict):
            result = result.get("ids") or []
        ids = result if isinstance(result, list) else [result]
        ids = [row.get("id") if isinstance(row, dict) else row for row in ids]
        self.made[step.by, step.model] += [i for i in ids if isinstance(i, int) and i]

    def learn(self, name, words):
        """Remember for later what tokens somebody was shown."""
        for kind, value in sorted(words, key=str):
            if kind == "token" and value not in self.tokens[name]:
                self.tokens[name].append(value)


class Check:
    """What one step gave away."""

    def __init__(self, siege, step, before, after, sent):
        self.siege, self.step, self.world = siege, step, siege.world
        self.before, self.after = before, after
        self.sent = find_words(sent)
        self.person = self.world.person.get(step.by)
        self.where = step.where
        self.findings = []

    def report(self, kind, sort, text):
        self.findings.append(Finding(kind, f"{kind}: {sort}", text))

    def escalation(self, sort, text):
        by = self.person.name if self.person else "the administrator"
        self.report("escalation", f"{sort} by {self.where}", f"{by} {text}")

    def may_know(self, person, word):
        return self.before.may_know(person, word) or self.after.may_know(person, word)

    def leak(self, person, word, by, where="", text=""):
        kind, value = word
        secret = self.world.words.get(value)
        what = secret.label.partition(" of ")[0] if secret else kind
        told = self.after.describe(word)
        if "?" in told or "None" in told:
            told = self.before.describe(word)
        self.report(
            "leak",
            f"{what} in {by}{where and ' of ' + where}",
            f"{person.name} is told {told} by {by}{quote(text, word)}",
        )

    # What the caller is told

    def answer(self, text):
        if not self.person:
            return
        words = find_words(text) - self.sent
        is_ours = getattr(self.step, "model", "").startswith(OURS)
        is_ours = is_ours and self.step.method != "onchange"
        for word in sorted(words, key=str):
            secret = self.world.words.get(word[1])
            if secret and secret.kind in ("document", "contact") and not is_ours:
                continue
            if not self.may_know(self.person, word) and not self._was_told(word):
                self.leak(self.person, word, "the answer", self.where, text)
        self.siege.learn(self.step.by, words)

    def _was_told(self, word):
        """Say whether it is in a message that the caller once got, or wrote."""
        if "mail" not in getattr(self.step, "model", getattr(self.step, "path", "")):
            return False
        # Theirs too since contacts of theirs were merged into another.
        own = [self.person.partner_id, self.before.get_partner(self.person)]
        messages = self.before.rows(
            "SELECT concat(message.subject, ' ', message.body) "
            "FROM mail_message message "
            "LEFT JOIN mail_notification told ON told.mail_message_id = message.id "
            "WHERE message.id >= %s "
            "AND (message.author_id = ANY(%s) OR told.res_partner_id = ANY(%s))",
            self.world.first_ids["mail.message"],
            own,
            own,
        )
        return any(word in find_words(text) for (text,) in messages)

    def oracle(self, truth):
        before, step = self.before, self.step
        if isinstance(truth, Ref):
            event = before.events.get(self.world.records[truth.name][1])
            if not event or step.model in NUMBERED:
                return
            allowed = before.may_know_time(self.person, event)
            text = f"that {truth.name} is there"
        else:
            allowed = before.may_know(self.person, ("word", truth))
            text = before.describe(("word", truth))
        if not allowed:
            asked = step.args[0][-1] if step.args and step.args[0] else ""
            path = asked[0] if type(asked) is tuple else ""
            sort = f"oracle {step.model} {path} {step.method}"
            self.report("leak", sort, f"{step.by} may ask {text}")

    # What others are told

    def messages(self, *marks):
        """Look at the messages, mails and bus messages that the step sent."""
        for partner_id, by, text in self.after.rows(SENT, *marks[:2]):
            self._told(partner_id, text, by)
        for channel, message in self.after.rows(
            "SELECT channel, message FROM bus_bus WHERE id > %s", marks[2]
        ):
            for partner_id in self._get_listeners(json.loads(channel)):
                self._told(partner_id, message, "the bus")

    def _get_listeners(self, channel):
        """Return the ids of the contacts that hear what is sent there."""
        match channel:
            case [_db, "res.partner", partner_id, *_]:
                return [partner_id]
            case [_db, "discuss.channel", channel_id, *_]:
                members = self.after.pairs(
                    "SELECT channel_id, partner_id FROM discuss_channel_member "
                    "WHERE channel_id = %s AND partner_id IS NOT NULL",
                    channel_id,
                )
                return members[channel_id]
        return []

    def _told(self, partner_id, text, by):
        person = self.world.person_of(partner_id)
        if not person:
            return
        words = find_words(text)
        for word in sorted(words, key=str):
            if not self.may_know(person, word):
                self.leak(person, word, by, self.where, text)
        self.siege.learn(person.name, words)

    def popups(self):
        """Look at what pops up of events that are over or out of reach."""
        after = self.after
        declined = {row[:2] for row in after.attendees.values() if row[2] == "declined"}
        for event_id, partner_id in after.rows(
            "SELECT event_id, partner_id FROM crm_agenda_reminder "
            "WHERE state = 'sent' AND next_attempt IS NOT NULL"
        ):
            key = person, event_id = self.world.person_of(partner_id), event_id
            event = after.events.get(event_id)
            if not event or not person or person.user_id not in after.internal:
                continue
            if not after.may_read(person, event_id):
                reason = "somebody out of reach"
            elif not event.active or event.status_kind in ("done", "cancelled"):
                reason = "an event that is archived or over"
            elif (event_id, partner_id) in declined:
                reason = "who declined"
            else:
                continue
            if self._pops_up(person, event_id) and self._is_new(key, 1):
                self.report(
                    "leak",
                    f"pop-up for {reason} after {self.where}",
                    f"{self._name(event_id)} pops up for {person.name}: {reason}",
                )

    def _pops_up(self, person, event_id):
        step = Rpc(person.name, "calendar.alarm_manager", "get_next_notif", [], {})
        return f"'event_id': {event_id}," in self.siege._perform(step)[1]

    # What changed

    def changes(self, last_notification):
        self._check_stored()
        if not self.person:
            return  # what the database's administrator does is theirs to do
        self._check_levels()
        self._check_events()
        self._check_spread()
        if not self.where.startswith(MERGE):
            self._check_attendees()
        if self.before.get_people() == self.after.get_people():
            self._check_reminders()
        if isinstance(self.step, Rpc):
            self._check_told(last_notification)

    def _name(self, record_id, model="calendar.event"):
        return self.world.name(model, record_id)

    def _check_levels(self):
        before, after = self.before, self.after
        for key in before.levels.keys() | after.levels.keys():
            user_id, calendar_id = key
            old, new = before.levels.get(key, 0), after.levels.get(key, 0)
            if old == new or calendar_id not in before.calendars:
                continue
            if not before.is_manager(self.person, calendar_id):
                user = self._name(user_id, "res.users")
                calendar = self._name(calendar_id, "crm.agenda.calendar")
                text = f"made {user} {new} of {calendar}, was {old}"
                self.escalation("level", text)

    def _check_events(self):
        before, after, by = self.before, self.after, self.person
        same_people = before.get_people() == after.get_people()
        for event_id, old in before.events.items():
            if not old.calendar_id and event_id not in after.events:
                continue
            if same_people and before.get_all(event_id) == after.get_all(event_id):
                continue
            if not before.may_write(by, event_id):
                self._check_gain(event_id)
                changed = ", ".join(self._get_changes(event_id))
                if changed:
                    text = f"changed {changed} of {self._name(event_id)}"
                    self.escalation("changed", text)
        series = defaultdict(set)
        for event in before.events.values():
            if event.series and event.calendar_id:
                series[event.series].add(event.id)
        for event_id, new in after.events.items():
            old, calendar_id = before.events.get(event_id), new.calendar_id
            entered = new.series != (old and old.series) and series.get(new.series)
            if entered and not any(before.may_write(by, e) for e in entered):
                text = f"put {self._name(event_id)} with {self._name(min(entered))}"
                self.escalation("series entered", text)
            is_made = not old and calendar_id in before.calendars
            if is_made and before.get_level(by, calendar_id) < WRITE:
                calendar = self._name(calendar_id, "crm.agenda.calendar")
                self.escalation("made", f"made an event in {calendar}")

    def _check_gain(self, event_id):
        before, after = self.before, self.after
        event = after.events.get(event_id)
        for person in self.world.people if event else ():
            if before.may_read(person, event_id) or not after.may_read(
                person, event_id
            ):
                continue
            is_shared = (
                not event.private
                and event.calendar_id
                and before.get_level(person, event.calendar_id) < READ
                and before.is_manager(self.person, event.calendar_id)
            )
            # Who merges two contacts says that they are one person.
            is_merged = not person.user_id and self.where.startswith(MERGE)
            if not is_shared and not is_merged:
                text = f"made {person.name} a reader of {self._name(event_id)}"
                self.escalation("reader", text)

    def _get_changes(self, event_id):
        old, new = self.before.events[event_id], self.after.events.get(event_id)
        if not new:
            return ["existence"]
        changed = [f for f in CONTENT if getattr(old, f) != getattr(new, f)]
        if self.before.extra[event_id] != self.after.extra[event_id]:
            changed.append("extra")
        attending = self.before.attending[event_id], self.after.attending[event_id]
        if len(set(map(self._leave_out_lost, attending))) > 1:
            changed.append("attending")
        return changed

    def _leave_out_lost(self, partner_ids):
        """Leave out contacts that were merged or deleted, whatever they attend."""
        if self.where.startswith(MERGE):
            return ()
        query = "SELECT id FROM res_partner WHERE id = ANY(%s) ORDER BY id"
        return tuple(self.after.rows(query, list(partner_ids)))

    def _check_attendees(self):
        before, by = self.before, self.person
        for attendee_id, old in before.attendees.items():
            new = self.after.attendees.get(attendee_id)
            if not new or new[:3] == old[:3]:
                continue
            events = {old[0], new[0]} & before.events.keys()
            answers = new[:2] == old[:2] and old[1] == before.get_partner(by)
            if not answers and not all(before.may_write(by, e) for e in events):
                name = self._name(attendee_id, "calendar.attendee")
                text = f"changed {name} from {old[:3]} to {new[:3]}"
                self.escalation("attendee changed", text)

    def _check_reminders(self):
        """Look for deliveries that changed though nothing did that they follow."""
        before, after, by = self.before, self.after, self.person
        if self.where.startswith("calendar.alarm") and before.administers(by):
            return  # what it is, they say for everybody
        for row_id, old in before.reminders.items():
            new, (event_id, partner_id, *_rest) = after.reminders.get(row_id), old
            event = before.events[event_id]
            if (
                new != old
                and partner_id != by.partner_id
                and event.calendar_id
                and before.get_all(event_id) == after.get_all(event_id)
                and not before.may_write(by, event_id)
                and not before.is_manager(by, event.calendar_id)
            ):
                text = f"{self._name(event_id)} from {old} to {new}"
                self.escalation("reminder changed", f"changed a delivery of {text}")

    def _check_spread(self):
        """Look for words that came to be in other events, without who knew them."""
        for word in self.after.holders.keys() & self.world.words.keys():
            canary = ("word", word)
            if (
                self.after.holders[word] - self.before.holders[word]
                and canary not in self.sent
                and not self.before.may_know(self.person, canary)
            ):
                self.leak(self.person, canary, "an event", self.where)

    def _check_stored(self):
        after, stored = self.after, self.after.get_stored_members()
        for key in stored.keys() | after.levels.keys():
            was, level = stored.get(key, 0), after.levels.get(key, 0)
            if was != level and self._is_new(key, was):
                user = self._name(key[0], "res.users")
                calendar = self._name(key[1], "crm.agenda.calendar")
                text = f"left {user} stored as {was} of {calendar}, is {level}"
                self.escalation("stored members", text)
        for event in after.events.values():
            slot = after.get_slot(event, NOW)
            if event.slot != slot and self._is_new(event.id, event.slot):
                text = f"left {self._name(event.id)} at {event.slot}, not {slot}"
                self.escalation("slot", text)

    def _is_new(self, key, value):
        """Say whether it is the step's doing that ``key`` has a wrong value."""
        if self.siege.wrong.get(key) == value:
            return False
        self.siege.wrong[key] = value
        return True

    def _check_told(self, last_notification):
        """Look whether the owner heard of their calendar's events that were moved."""
        for event_id, new in self.after.events.items():
            old = self.before.events.get(event_id)
            calendar = self.after.calendars.get(new.calendar_id)
            if (
                old
                and calendar
                and old.start != new.start
                and old.calendar_id == new.calendar_id
                and (old.active and new.active)
                and not new.private
                and calendar.owner_updates == "changes"
                and calendar.owner_id != self.person.user_id
                and not self.after.rows(
                    "SELECT 1 FROM mail_notification told "
                    "JOIN res_users u ON u.partner_id = told.res_partner_id "
                    "WHERE u.id = %s AND told.id > %s LIMIT 1",
                    calendar.owner_id,
                    last_notification,
                )
            ):
                text = f"moved {self._name(event_id)}, and nobody told the owner"
                self.escalation("silence", text)


def quote(text, word):
    """Return what stands around the first ``word`` in ``text``."""
    for match in re.finditer(r"\S+", text):
        if word in find_words(match.group()):
            start = max(match.start() - 80, 0)
            return f": …{text[start : match.end() + 40]}…"
    return ""


def iter_guesses(value):
    if isinstance(value, Guess):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from iter_guesses(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from iter_guesses(item)


def has_guess(value):
    return any(iter_guesses(value))
