"""Breaks the reminders' dispatchers as nature would, and counts what came out.

Real dispatchers run as processes against a copy of the database `agenda`. They are
killed with SIGKILL at random moments, and the database server goes through a crash and
its recovery once. The last line gives how many reminders were due, how many were sent,
and how many of them lost or doubled.
"""

import contextlib
import logging
import os
import random
import signal
import sys
import time
from datetime import timedelta

import psycopg2
from database import connect, copied, query

from odoo import SUPERUSER_ID, api, fields, sql_db, tools
from odoo.modules.registry import Registry

DATABASE = "fault"
PEOPLE, WORKERS = 20, 3
COUNT = """
WITH mails AS (
    SELECT substring(message.subject FROM 'Fault [0-9]+') AS name,
           recipient.res_partner_id AS partner_id,
           count(*) AS mails
      FROM mail_mail mail
      JOIN mail_message message ON message.id = mail.mail_message_id
      JOIN mail_mail_res_partner_rel recipient ON recipient.mail_mail_id = mail.id
     GROUP BY 1, 2
)
SELECT count(*),
       count(*) FILTER (WHERE reminder.state = 'sent'),
       count(*) FILTER (WHERE mails.mails IS NULL),
       coalesce(sum(mails.mails - 1), 0)::int
  FROM crm_agenda_reminder reminder
  JOIN calendar_event event ON event.id = reminder.event_id
  LEFT JOIN mails
         ON mails.name = event.name AND mails.partner_id = reminder.partner_id
"""


def main(rows=10000):
    tools.config.parse_config(["-c", os.environ["ODOO_RC"], "--log-level=error"])
    with copied("agenda", DATABASE):
        registry = Registry(DATABASE)
        seed(registry, int(rows))
        kills = run_workers(registry)
        [(due, sent, lost, doubled)] = query(DATABASE, COUNT)
    print(f"dispatchers killed {kills}, the server once")
    print(f"due {due}, sent {sent}, lost {lost}, doubled {doubled}")
    return bool(due != sent or lost or doubled)


def seed(registry, rows):
    """Make ``rows`` due reminders: each event reminds PEOPLE people by mail."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"no_reset_password": True})
        env["crm.agenda.reminder"].search([]).unlink()
        users = env["res.users"].create(
            [
                {"name": login, "login": login, "email": f"{login}@example.com"}
                for login in (f"fault_{index}" for index in range(PEOPLE))
            ]
        )
        shares = [{"user_id": u.id, "level": "read", "remind": True} for u in users]
        calendar = env["crm.agenda.calendar"].create(
            {
                "name": "Fault",
                "owner_id": env.ref("base.user_admin").id,
                "remind_owner": False,
                "share_ids": [(0, 0, share) for share in shares],
            }
        )
        alarm = env["calendar.alarm"].create(
            {"name": "Fault", "alarm_type": "email", "duration": 1, "interval": "days"}
        )
        start = fields.Datetime.now() + timedelta(hours=20)
        values = {
            "agenda_calendar_id": calendar.id,
            "alarm_ids": [(6, 0, alarm.ids)],
            "privacy": "public",
            "start": start,
            "stop": start + timedelta(hours=1),
        }
        env["calendar.event"]._nest(agenda_only=True).create(
            [{"name": f"Fault {index:05}", **values} for index in range(rows // PEOPLE)]
        )
    sql_db.close_all()  # or the dispatchers would inherit it


def run_workers(registry):
    """Keep dispatchers alive, and kill them, until all is sent; give how many."""
    workers = {spawn(registry) for _index in range(WORKERS)}
    kills = 0
    while is_due() or kills < 2:
        time.sleep(random.uniform(0.2, 0.8))
        os.kill(random.choice(sorted(workers)), signal.SIGKILL)
        kills += 1
        if kills == 2:
            crash_server()
        workers -= {pid for pid in workers if os.waitpid(pid, os.WNOHANG)[0]}
        while len(workers) < WORKERS:
            workers.add(spawn(registry))
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return kills


def spawn(registry):
    """Fork a dispatcher that runs until it is killed or its server crashes."""
    pid = os.fork()
    if pid:
        return pid
    logging.disable()  # of a server that crashes there is a lot to say
    try:
        while True:
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["crm.agenda.reminder"]._cron_dispatch()
            time.sleep(0.1)
    except psycopg2.Error:
        os._exit(1)  # the next one takes over
    finally:
        os._exit(2)


def crash_server():
    """Have PostgreSQL lose every connection and recover from its log.

    It does so whenever one of its processes dies unexpectedly.
    """
    with connect(DATABASE) as cursor:
        os.kill(cursor.connection.get_backend_pid(), signal.SIGKILL)
    while True:
        time.sleep(0.2)
        with contextlib.suppress(psycopg2.OperationalError):
            return query(DATABASE, "SELECT 1")


def is_due():
    pending = "SELECT 1 FROM crm_agenda_reminder WHERE state = 'pending' LIMIT 1"
    return query(DATABASE, pending)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
