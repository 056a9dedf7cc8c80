import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError, ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import common
from odoo.tools import config

from ..models.compat import SERIES


def wait_for_server(port):
    """Come back when the tests' HTTP server listens."""
    for _attempt in range(60):
        with suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        time.sleep(0.5)
    raise TimeoutError(f"no server listens on port {port}")


DAILY = {
    "recurrency": True,
    "rrule_type": "daily",
    "interval": 1,
    "end_type": "count",
}


class TestAgendaCommon(common.TransactionCase):
    """One calendar, and a user in every relation to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(
                cls.env.context,
                no_reset_password=True,
                tracking_disable=True,
                no_mail_to_attendees=True,
            )
        )
        # Who has which calendar is what each test says.
        cls.env["ir.default"].set("res.company", "agenda_own_calendars", False)
        cls.env["res.company"].search([]).agenda_own_calendars = False
        cls.Event = cls.env["calendar.event"]
        cls.owner = cls.new_user("owner")
        cls.calendar = cls.new_calendar("Technician", cls.owner)
        cls.members = {
            level: cls.new_user(level) for level in ("busy", "read", "write", "manage")
        }
        for level, user in cls.members.items():
            cls.share(cls.calendar, level, user_id=user.id)
        cls.stranger = cls.new_user("stranger")
        cls.planned = cls.env.ref("crm_agenda.crm_agenda_event_status_planned")
        cls.done = cls.env.ref("crm_agenda.crm_agenda_event_status_done")
        cls.cancelled = cls.env.ref("crm_agenda.crm_agenda_event_status_cancelled")
        cls.visit = cls.env.ref("crm_agenda.crm_agenda_event_type_visit")
        cls.customer = cls.env["res.partner"].create(
            {"name": "Customer", "street": "Calle Mayor 1", "city": "Madrid"}
        )

    def freeze(self, instant):
        """Stop the clock until the test ends; give what moves it."""
        freezer = freeze_time(instant)
        self.addCleanup(freezer.stop)
        return freezer.start()

    def get_port(self):
        """Return the port on which the server of an ``HttpCase`` listens."""
        http_port = getattr(self, "http_port", None)
        port = http_port() if http_port else config["http_port"]
        wait_for_server(port)
        return port

    @classmethod
    def install_spanish(cls):
        """Have a second language, and the addon's texts in it."""
        languages = cls.env["res.lang"].with_context(active_test=False)
        languages.search([("code", "=", "es_ES")]).active = True
        addon = cls.env["ir.module.module"].search([("name", "=", "crm_agenda")])
        addon._update_translations(["es_ES"])

    @classmethod
    def new_user(cls, name, groups="base.group_user", **values):
        login = f"agenda_{name}"
        values.setdefault("email", f"{name}@example.com")
        return common.new_test_user(
            cls.env, login=login, password=login, groups=groups, **values
        )

    @classmethod
    def new_calendar(cls, name, owner=None, **values):
        values.update(name=name, owner_id=(owner or cls.owner).id)
        return cls.env["crm.agenda.calendar"].create(values)

    @classmethod
    def share(cls, calendar, level, **subject):
        return cls.env["crm.agenda.share"].create(
            dict(subject, calendar_id=calendar.id, level=level)
        )

    @classmethod
    def new_event(cls, calendar=None, user=None, **values):
        """Create an event, by default as the calendar's owner, tomorrow 10:00 UTC."""
        start = values.setdefault(
            "start",
            datetime.now().replace(hour=10, minute=0, second=0, microsecond=0)
            + timedelta(days=1),
        )
        values.setdefault("stop", start + timedelta(hours=1))
        values.setdefault("name", "Boiler check")
        values.setdefault("partner_ids", [(6, 0, [])])
        values.setdefault("privacy", "public")
        if calendar is None:
            calendar = cls.calendar
        if calendar:
            values["agenda_calendar_id"] = calendar.id
        user = user or (calendar or cls.calendar).owner_id
        events = cls.Event.with_user(user)
        return events.create(values).with_env(cls.env)

    @classmethod
    def new_series(cls, count=3, **values):
        """Create a daily series as ``new_event`` does, and give its events in order."""
        rule = {**DAILY, "count": count, "event_tz": "Europe/Madrid"}
        event = cls.new_event(**{**rule, **values})
        return event.recurrence_id.calendar_event_ids.sorted("start")

    @contextmanager
    def refused(self, text, error=ValidationError):
        """Expect an ``error`` that says ``text``, and undo what led to it."""
        with self.assertRaisesRegex(error, text), self.env.cr.savepoint():
            yield

    @staticmethod
    def group(events, domain, groupby, aggregates=(), **opened):
        """Return the groups that the web client shows, with their ``__count``.

        :param opened: how 19.0's client asks for the events of each group as well
        """
        if SERIES >= 19:
            events = events.with_context(read_group_expand=True)
            return events.web_read_group(domain, [groupby], aggregates, **opened)[
                "groups"
            ]
        groups = events.web_read_group(domain, aggregates, [groupby])["groups"]
        count = f"{groupby.partition(':')[0]}_count"
        return [dict(group, __count=group[count]) for group in groups]

    @classmethod
    def forget(cls):
        """Drop what the ORM remembers, to read as another request would."""
        cls.env.flush_all()
        cls.env.invalidate_all()


class AtOnceCase(common.BaseCase):
    """What several people do at the same instant, in real transactions."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(common.get_db_name())

    @contextmanager
    def environment(self):
        """Give an environment whose work is committed, in this thread or another."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def make_colleagues(self, env):
        """Make two ordinary people, who are gone at the end with their calendars."""
        users = env["res.users"].with_context(no_reset_password=True)
        logins = ("agenda_first", "agenda_second")
        users = users.create([{"name": login, "login": login} for login in logins])
        self.addCleanup(self._forget_colleagues, users.ids)
        return users

    def _forget_colleagues(self, user_ids):
        with self.environment() as env:
            env["crm.agenda.calendar"].search([("owner_id", "in", user_ids)]).unlink()
            env["res.users"].browse(user_ids).unlink()

    def at_once(self, *calls):
        """Run the calls as the server does, all from before any of them is done.

        They stop where they write first, behind a lock, until the last is there.

        :param calls: ``(method, ids of events, *arguments)``, or the same with the id
            of a user before it
        :return: an error's text for each, or None
        """

        def run(*call):
            uid = SUPERUSER_ID
            if isinstance(call[0], int):
                uid, *call = call
            method, ids, *arguments = call
            with self.registry.cursor() as cr:
                env = api.Environment(cr, uid, {"lang": "en_US"})
                events = env["calendar.event"].browse(ids)
                try:
                    retrying(lambda: getattr(events, method)(*arguments), env)
                except UserError as error:
                    cr.rollback()
                    return str(error)

        with ThreadPoolExecutor() as pool, self.registry.cursor() as cr:
            cr.execute("LOCK TABLE calendar_event IN EXCLUSIVE MODE")
            outcomes = [pool.submit(run, *call) for call in calls]
            waiting = 0
            deadline = time.monotonic() + 30
            while waiting < len(calls) and time.monotonic() < deadline:
                time.sleep(0.05)
                cr.execute(
                    "SELECT count(*) FROM pg_locks "
                    "WHERE relation = 'calendar_event'::regclass AND NOT granted"
                )
                waiting = cr.fetchone()[0]
            cr.rollback()
            self.assertEqual(waiting, len(calls))
            return [outcome.result() for outcome in outcomes]


class RollBack(Exception):
    """Leave a savepoint without keeping what was done in it."""


class RolledBackMachine(RuleBasedStateMachine):
    """Steps in the database of a test ``case``, undone after each example."""

    case = None

    @classmethod
    def run(cls, examples, steps, **attributes):
        run_state_machine_as_test(
            type(cls.__name__, (cls,), attributes),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                derandomize=True,
                database=None,
            ),
        )

    def __init__(self):
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint()
        self.savepoint.__enter__()

    def teardown(self):
        rollback = RollBack()
        with suppress(RollBack):
            self.savepoint.__exit__(RollBack, rollback, None)
        self.case.forget()
