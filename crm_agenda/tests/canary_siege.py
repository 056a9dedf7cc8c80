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

from ..models.compat import SERIES, USER_GROUPS
from .canary_phone import READING
from .canary_rights import LEVELS, READ, WRITE, Rights, find_words
from .canary_steps import (
    Dav,
    Document,
    Guess,
    Made,
    Ref,
    Rpc,
    Task,
    Text,
    Token,
    Url,
)
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
# Answers in which a document's name is ours.
OURS = ("calendar.event", "crm.agenda.")
READERS = (
    "default_get export_data formatted_read_group get_next_notif name_search onchange "
    "read read_group search search_count search_panel_select_multi_range "
    "search_panel_select_range search_read web_read web_read_group web_search_read"
).split()
CREATORS = ("create", "copy", "name_create", "web_save", "load")


class Finding(NamedTuple):
    """What went wrong; those with the same ``sort`` are alike."""

    kind: str
    sort: str
    text: str


class Siege:
    """The steps of one example, one after the other."""

    def __init__(self, world):
        self.world = world
        self.cr = world.env.cr
        self.made = defaultdict(list)
        self.tokens = defaultdict(list)
        self.trace = []
        self.wrong = {}
        self.forgetful = False
        self.rights = self.look()
        self.calls = 0

    def look(self, before=None):
        return Rights(self.cr, self.world, self.world.people, before)

    def run(self, step):
        """Do one step; return what it gave away."""
        if isinstance(step, Rpc) and has_guess([step.args, step.kwargs]):
            return self._ask(step)
        self.calls += 1
        before, marks = self.rights, self._mark()
        done, answer, sent = self._perform(step)
        self.trace.append(f"{step}\n      → {answer[:100]}")
        wrote = done and getattr(step, "method", "") not in (*READERS, *READING)
        if wrote:
            self.rights = self.look(before)
        check = Check(self, step, before, self.rights, sent)
        check.answer(answer)
        if wrote:
            check.messages(*marks)
            check.changes(marks)
            check.popups()
        return check.findings

    def forget(self):
        """Drop what Odoo remembers of who somebody is."""
        if self.forgetful:
            self.world.env.registry.clear_cache()

    def _mark(self):
        self.cr.execute(
            "SELECT (SELECT max(id) FROM mail_notification), "
            "(SELECT max(id) FROM mail_mail), (SELECT max(id) FROM bus_bus)"
        )
        return [mark or 0 for mark in self.cr.fetchone()]

    def _ask(self, step):
        """Ask an oracle of what is there and of what is not; tell them apart."""
        self.calls += 1
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
        try:
            if isinstance(step, Rpc):
                call = [self._resolve(part, step) for part in (step.args, step.kwargs)]
                sent = repr(call)
                result = self._with_cursor(partial(self._rpc, step, *call), step.by)
            elif isinstance(step, Dav):
                texts = self._fill_in(step)
                sent = repr(texts)
                result = self._with_cursor(partial(self._dav, step, *texts), None)
            elif isinstance(step, Url):
                params = self._resolve(step.params, step)
                sent = repr(params)
                result = self._with_cursor(partial(self._url, step, params), None)
            else:
                result = self._with_cursor(partial(self._task, step), None)
            self._check_constraints()
            answer, done = repr(result), True
            self._remember(step, result)
        except HTTPException as error:
            answer = f"{error} {error.get_response().get_data(as_text=True)}"
        except (Exception, psycopg2.Error) as error:
            answer = f"{type(error).__name__}: {error}"
        done = done and guess == "truth"
        self.cr.execute(
            "RELEASE SAVEPOINT canary_step"
            if done
            else "ROLLBACK TO SAVEPOINT canary_step"
        )
        if getattr(step, "model", "res.users") == "res.users":
            self.forgetful = True
            if not done:
                self.forget()
        return done, answer, sent

    def _with_cursor(self, function, by):
        """Call ``function`` in an environment of its own, as a request has."""
        with closing(TestCursor(self.cr, threading.RLock(), False)) as cr:
            uid = by and self.world.person[by].user_id
            env = api.Environment(cr, uid or api.SUPERUSER_ID, {})
            if SERIES >= 19:
                env.transaction.default_env = env
            return function(env)

    def _rpc(self, step, args, kwargs, env):
        model = env[step.model]
        return retrying(partial(call_kw, model, step.method, args, kwargs), env)

    def _url(self, step, params, env):
        path = step.path + str(params.pop("", ""))
        options = {"query_string": {k: str(v) for k, v in params.items()}}
        if step.is_json:
            body = {"jsonrpc": "2.0", "method": "call", "params": params}
            options = {"method": "POST", "json": body}
        return self._serve(step, path, env, **options)

    def _fill_in(self, step):
        """Return a phone's texts, each with the ids of the records that it takes."""
        records = iter(self._resolve(step.records, step))
        path, body, *headers = (
            text % tuple(islice(records, text.count("%s")))
            for text in (step.path, step.body, *step.headers.values())
        )
        return path, body, dict(zip(step.headers, headers, strict=True))

    def _dav(self, step, path, body, headers, env):
        phone = self.world.phones[step.by]
        return self._serve(
            step,
            path,
            env,
            method=step.method,
            data=body,
            headers={"Depth": "1", **headers},
            content_type="text/calendar" if step.method == "PUT" else "text/xml",
            auth=(phone.login, phone.password),
        )

    def _serve(self, step, path, env, **options):
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

    def _task(self, step, env):
        person = self.world.person.get(step.about)
        user = env["res.users"].browse(person and person.user_id)
        company, group = self.world.company.id, self.world.group.id
        manager = env.ref("crm_agenda.group_agenda_manager").id
        portal, employee = env.ref("base.group_portal"), env.ref("base.group_user")
        changes = {
            "makes a portal user of": {USER_GROUPS: [(6, 0, portal.ids)]},
            "makes an employee of": {USER_GROUPS: [(6, 0, employee.ids)]},
            "makes an agenda administrator of": {USER_GROUPS: [(4, manager)]},
            "takes out of the group": {USER_GROUPS: [(3, group)]},
            "takes out of the other company": {"company_ids": [(3, company)]},
            "puts into the other company": {"company_ids": [(4, company)]},
        }
        if step.what == "makes a portal user of":
            owned = env["crm.agenda.calendar"].search([("owner_id", "=", user.id)])
            owned.owner_id = env.ref("base.user_admin")
        if step.what in changes:
            user.write(changes[step.what])
        elif step.what == "takes out of the team":
            env["crm.team"].browse(self.world.team.id).member_ids = [(3, user.id)]
        else:
            crons = {
                "sends the reminders that are due": "_cron_dispatch",
                "prepares the reminders of the next weeks": "_cron_extend",
            }
            getattr(env["crm.agenda.reminder"], crons[step.what])(commit=False)
        env.cr.commit()

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
        if isinstance(value, Document):
            return "{},{}".format(*self.world.records[value.name])
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
        self.person = None
        if not isinstance(step, Task):
            self.person = self.world.person[step.by]
        self.findings = []

    @property
    def where(self):
        step = self.step
        if isinstance(step, Rpc):
            return f"{step.model}.{step.method}"
        if isinstance(step, Dav):
            return f"phone {step.method}"
        return step.path if isinstance(step, Url) else step.what

    def report(self, kind, sort, text):
        self.findings.append(Finding(kind, f"{kind}: {sort}", text))

    def escalation(self, sort, text):
        self.report("escalation", f"{sort} by {self.where}", text)

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
        by = "the answer"
        for word in sorted(words, key=str):
            secret = self.world.words.get(word[1])
            if secret and secret.kind in ("document", "contact"):
                where = getattr(self.step, "model", "")
                if not where.startswith(OURS):
                    continue
            if not self.may_know(self.person, word) and not self._was_told(word):
                self.leak(self.person, word, by, self.where, text)
        self.siege.learn(self.step.by, words)

    def _was_told(self, word):
        """Say whether it is in a message that the caller once got, or wrote."""
        if "mail" not in getattr(self.step, "model", getattr(self.step, "path", "")):
            return False
        # Theirs too since contacts of theirs were merged into another.
        own = [self.person.partner_id, self.person.user_id] * 2
        messages = self.before.rows(
            "SELECT concat(message.subject, ' ', message.body) "
            "FROM mail_message message "
            "LEFT JOIN mail_notification told ON told.mail_message_id = message.id "
            "WHERE message.id >= %s AND (message.author_id IN "
            "(%s, (SELECT partner_id FROM res_users WHERE id = %s)) "
            "OR told.res_partner_id IN "
            "(%s, (SELECT partner_id FROM res_users WHERE id = %s)))",
            self.world.first_ids["mail.message"],
            *own,
        )
        return any(word in find_words(text) for (text,) in messages)

    def oracle(self, truth):
        if isinstance(truth, Ref):
            event_id = self.world.records[truth.name][1]
            event = self.before.events.get(event_id)
            allowed = (
                not event
                or self.step.model in NUMBERED
                or self.before.may_know_time(self.person, event)
            )
            text = f"that {truth.name} is there"
        else:
            allowed = self.before.may_know(self.person, ("word", truth))
            text = self.before.describe(("word", truth))
        if not allowed:
            domain = self.step.args[0] if self.step.args else []
            path = domain[-1][0] if domain and type(domain[-1]) is tuple else ""
            self.report(
                "leak",
                f"oracle {self.step.model} {path} {self.step.method}",
                f"{self.step.by} may ask {text}",
            )

    # What others are told

    def messages(self, last_notification, last_mail, last_bus):
        """Look at the messages, mails and bus messages that the step sent."""
        rows = self.after.rows
        for partner_id, *texts in rows(
            "SELECT told.res_partner_id, message.subject, message.body, "
            "(SELECT string_agg(concat_ws(' ', old_value_char, new_value_char, "
            "old_value_text, new_value_text), ' ') FROM mail_tracking_value "
            "WHERE mail_message_id = message.id) "
            "FROM mail_notification told "
            "JOIN mail_message message ON message.id = told.mail_message_id "
            "WHERE told.id > %s AND told.res_partner_id IS NOT NULL",
            last_notification,
        ):
            self._told(partner_id, texts, "a message")
        for partner_id, *texts in rows(
            "SELECT coalesce(whom.res_partner_id, partner.id), message.subject, "
            "mail.body_html, message.body "
            "FROM mail_mail mail "
            "JOIN mail_message message ON message.id = mail.mail_message_id "
            "LEFT JOIN mail_mail_res_partner_rel whom ON whom.mail_mail_id = mail.id "
            "LEFT JOIN res_partner partner ON mail.email_to LIKE "
            "'%%' || partner.email || '%%' "
            "WHERE mail.id > %s",
            last_mail,
        ):
            if partner_id:
                self._told(partner_id, texts, "a mail")
        for channel, message in rows(
            "SELECT channel, message FROM bus_bus WHERE id > %s", last_bus
        ):
            for partner_id in self._get_listeners(json.loads(channel)):
                self._told(partner_id, [message], "the bus")

    def _get_listeners(self, channel):
        if not isinstance(channel, list) or len(channel) < 3:
            return []
        _db, model, record_id, *_ = channel
        if model == "res.partner":
            return [record_id]
        if model == "discuss.channel":
            return [
                partner_id
                for (partner_id,) in self.after.rows(
                    "SELECT partner_id FROM discuss_channel_member "
                    "WHERE channel_id = %s AND partner_id IS NOT NULL",
                    record_id,
                )
            ]
        return []

    def _told(self, partner_id, texts, by):
        person = self.world.person_of(partner_id)
        if not person:
            return
        text = " ".join(filter(None, texts))
        words = find_words(text)
        for word in sorted(words, key=str):
            if not self.may_know(person, word):
                self.leak(person, word, by, self.where, text)
        self.siege.learn(person.name, words)

    def popups(self):
        """Look at what pops up of events that are over or out of reach."""
        for partner_id, event_id in self.after.rows(
            "SELECT partner_id, event_id FROM crm_agenda_reminder "
            "WHERE state = 'sent' AND next_attempt IS NOT NULL"
        ):
            person = self.world.person_of(partner_id)
            event = self.after.events.get(event_id)
            if not event or not person or person.user_id not in self.after.internal:
                continue
            declined = any(
                row[:3] == (event_id, partner_id, "declined")
                for row in self.after.attendees.values()
            )
            reasons = {
                "somebody out of reach": not self.after.may_read(person, event_id),
                "an archived event": not event.active,
                "an event that is done": event.status_kind in ("done", "cancelled"),
                "who declined": declined,
            }
            for reason, holds in reasons.items():
                key = (person, event_id)
                if holds and self._pops_up(person, event_id) and self._is_new(key, 1):
                    self.report(
                        "leak",
                        f"pop-up for {reason} after {self.where}",
                        f"{self.world.name('calendar.event', event_id)} pops up for "
                        f"{person.name}: {reason}",
                    )
                    break

    def _pops_up(self, person, event_id):
        step = Rpc(person.name, "calendar.alarm_manager", "get_next_notif", [], {})
        return f"'event_id': {event_id}," in self.siege._perform(step)[1]

    # What changed

    def changes(self, marks):
        self._check_levels()
        self._check_events()
        self._check_attendees()
        self._check_reminders()
        self._check_spread()
        self._check_stored()
        self._check_told(marks[0])

    def _check_levels(self):
        before, after = self.before, self.after
        for key in before.levels.keys() | after.levels.keys():
            user_id, calendar_id = key
            old, new = before.levels.get(key, 0), after.levels.get(key, 0)
            if old == new or not self.person or calendar_id not in before.calendars:
                continue
            if not before.is_manager(self.person, calendar_id):
                user = self.world.name("res.users", user_id)
                calendar = self.world.name("crm.agenda.calendar", calendar_id)
                levels = ("nobody", *LEVELS)
                self.escalation(
                    "level",
                    f"{self.step.by} made {user} {levels[new]} of {calendar}, "
                    f"was {levels[old]}",
                )

    def _check_events(self):
        before, after, by = self.before, self.after, self.person
        if not by:
            return
        series = defaultdict(set)
        for event in before.events.values():
            if event.series and event.calendar_id:
                series[event.series].add(event.id)
        same_people = before.get_people() == after.get_people()
        for event_id, old in before.events.items():
            if not old.calendar_id and event_id not in after.events:
                continue
            if same_people and before.get_all(event_id) == after.get_all(event_id):
                continue
            new, name = after.events.get(event_id), self._name(event_id)
            allowed = before.may_write(by, event_id)
            if new and not allowed:
                self._check_gain(event_id, name)
            if not allowed:
                changed = self._get_changes(old, new)
                if changed:
                    self.escalation(
                        "changed",
                        f"{self.step.by} changed {', '.join(changed)} of {name}",
                    )
        for event_id, new in after.events.items():
            old, calendar_id = before.events.get(event_id), new.calendar_id
            entered = new.series != (old and old.series) and series.get(new.series)
            if entered and not any(before.may_write(by, e) for e in entered):
                self.escalation(
                    "series entered",
                    f"{self.step.by} put {self._name(event_id)} into the series of "
                    f"{self._name(min(entered))}",
                )
            if old or calendar_id not in before.calendars:
                continue
            if before.get_level(by, calendar_id) < WRITE:
                name = self.world.name("crm.agenda.calendar", calendar_id)
                self.escalation("made", f"{self.step.by} made an event in {name}")

    def _name(self, event_id):
        return self.world.name("calendar.event", event_id)

    def _check_gain(self, event_id, name):
        before, after = self.before, self.after
        for person in self.world.people:
            if before.may_read(person, event_id) or not after.may_read(
                person, event_id
            ):
                continue
            event = after.events[event_id]
            calendar_id = event.calendar_id
            shared = (
                not event.private
                and calendar_id
                and before.get_level(person, calendar_id) < READ
                and before.is_manager(self.person, calendar_id)
            )
            if not shared:
                self.escalation(
                    "reader",
                    f"{self.step.by} made {person.name} a reader of {name}",
                )

    def _get_changes(self, old, new):
        if not new:
            return ["existence"]
        changed = [f for f in CONTENT if getattr(old, f) != getattr(new, f)]
        for fname in ("attending", "extra"):
            gone = getattr(self.before, fname)[old.id]
            came = getattr(self.after, fname)[old.id]
            if fname == "attending" and gone != came:
                gone, came = map(self._leave_out_lost, (gone, came))
            if gone != came:
                changed.append(fname)
        return changed

    def _leave_out_lost(self, partner_ids):
        """Leave out contacts that were merged or deleted, whatever they attend."""
        if self.where.startswith("base.partner.merge"):
            return []
        return self.after.rows(
            "SELECT id FROM res_partner WHERE id = ANY(%s) ORDER BY id",
            list(partner_ids),
        )

    def _check_attendees(self):
        before, after, by = self.before, self.after, self.person
        if not by or self.where.startswith("base.partner.merge"):
            return
        for attendee_id, old in before.attendees.items():
            new = after.attendees.get(attendee_id)
            if not new or new[:3] == old[:3]:
                continue
            events = {old[0], new[0]} & before.events.keys()
            answers = new[:2] == old[:2] and old[1] == before.get_partner(by)
            if not answers and not all(before.may_write(by, e) for e in events):
                name = self.world.name("calendar.attendee", attendee_id)
                self.escalation(
                    "attendee changed",
                    f"{self.step.by} changed {name} from {old[:3]} to {new[:3]}",
                )

    def _check_reminders(self):
        """Look for deliveries that changed though nothing did that they follow."""
        before, after, by = self.before, self.after, self.person
        if not by or before.get_people() != after.get_people():
            return
        if self.where.startswith("calendar.alarm") and before.administers(by):
            return  # what it is, they say for everybody
        for row_id, old in before.reminders.items():
            new, (event_id, partner_id, *_rest) = after.reminders.get(row_id), old
            event = before.events[event_id]
            if new == old or partner_id == by.partner_id or not event.calendar_id:
                continue
            if (
                before.get_all(event_id) == after.get_all(event_id)
                and not before.may_write(by, event_id)
                and not before.is_manager(by, event.calendar_id)
            ):
                self.escalation(
                    "reminder changed",
                    f"{self.step.by} changed a delivery of {self._name(event_id)} "
                    f"from {old} to {new}",
                )

    def _check_spread(self):
        """Look for words that came to be in other events, without who knew them."""
        if not self.person:
            return
        for word, events in self.after.holders.items():
            new = events - self.before.holders[word]
            if (
                new
                and ("word", word) not in self.sent
                and word in self.world.words
                and not self.before.may_know(self.person, ("word", word))
            ):
                self.leak(self.person, ("word", word), "an event", self.where)

    def _check_stored(self):
        after = self.after
        stored = after.get_stored_members()
        for key in stored.keys() | after.levels.keys():
            was, level = stored.get(key, 0), after.levels.get(key, 0)
            if was != level and self._is_new(key, was):
                user_id, calendar_id = key
                levels = ("nobody", *LEVELS)
                self.escalation(
                    "stored members",
                    f"{self.world.name('res.users', user_id)} is stored as "
                    f"{levels[was]} of "
                    f"{self.world.name('crm.agenda.calendar', calendar_id)}, is "
                    f"{levels[level]}",
                )
        for event in after.events.values():
            slot = after.get_slot(event, NOW)
            if event.slot != slot and self._is_new(event.id, event.slot):
                self.escalation(
                    "slot",
                    f"{self._name(event.id)} takes {event.slot}, should {slot}",
                )

    def _is_new(self, key, value):
        """Say whether it is the step's doing that ``key`` has a wrong value."""
        if self.siege.wrong.get(key) == value:
            return False
        self.siege.wrong[key] = value
        return True

    def _check_told(self, last_notification):
        """Look whether the owner heard of their calendar's events that were moved."""
        if not isinstance(self.step, Rpc):
            return
        for event_id, new in self.after.events.items():
            old = self.before.events.get(event_id)
            if (
                not old
                or old.start == new.start
                or not (old.active and new.active)
                or not old.calendar_id
                or old.calendar_id != new.calendar_id
                or new.private
            ):
                continue
            owner_id, *_, updates, _kind = self.after.calendars[new.calendar_id]
            if updates != "changes" or owner_id == self.person.user_id:
                continue
            told = self.after.rows(
                "SELECT 1 FROM mail_notification told "
                "JOIN res_users u ON u.partner_id = told.res_partner_id "
                "WHERE u.id = %s AND told.id > %s LIMIT 1",
                owner_id,
                last_notification,
            )
            if not told:
                self.escalation(
                    "silence",
                    f"nobody told the owner that {self._name(event_id)} was moved",
                )


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
