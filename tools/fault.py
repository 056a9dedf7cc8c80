"""Breaks the reminders' dispatchers as nature would, and counts what came out.

Real dispatchers run as processes against the database of ODOO_RC. They are killed
with SIGKILL at random moments, and the database server goes through a crash and its
recovery once. The last line gives how many reminders were due, how many were sent,
and how many of them lost or doubled. What it made is removed at the end.
"""

import argparse
import contextlib
import logging
import os
import random
import signal
import sys
import time
from datetime import timedelta

import psycopg2
from database import connect, open_registry

import odoo
from odoo import SUPERUSER_ID, api, fields

PEOPLE = 20
SUBJECT = "Fault run"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    random.seed(options.seed)
    registry = open_registry()
    seed(registry, options.rows)
    try:
        kills, crashed = run_workers(registry, options.workers)
        due, sent, lost, doubled = count(registry.db_name)
    finally:
        remove(registry)
    print(f"dispatchers killed {kills}, server crashed {crashed}")
    print(f"due {due}, sent {sent}, lost {lost}, doubled {doubled}")
    return 0 if crashed and due == sent and not lost and not doubled else 1


@contextlib.contextmanager
def environment(registry):
    """Give an environment whose work is committed, and leave no connection."""
    with registry.cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {"no_reset_password": True})
    odoo.sql_db.close_all()


def seed(registry, rows):
    """Make ``rows`` due reminders: each event reminds PEOPLE people by mail."""
    remove(registry)
    with environment(registry) as env:
        users = env["res.users"].create(
            [
                {
                    "name": f"{SUBJECT} {index}",
                    "login": f"fault_{index}",
                    "email": f"fault_{index}@example.com",
                }
                for index in range(PEOPLE)
            ]
        )
        calendar = env["crm.agenda.calendar"].create(
            {
                "name": SUBJECT,
                "owner_id": env.ref("base.user_admin").id,
                "remind_owner": False,
                "share_ids": [
                    (0, 0, {"user_id": user.id, "level": "read", "remind": True})
                    for user in users
                ],
            }
        )
        alarm = env["calendar.alarm"].create(
            {
                "name": SUBJECT,
                "alarm_type": "email",
                "duration": 1,
                "interval": "days",
            }
        )
        start = fields.Datetime.now() + timedelta(hours=20)
        env["calendar.event"]._nest(agenda_only=True).create(
            [
                {
                    "name": f"{SUBJECT} {index:05}.",
                    "agenda_calendar_id": calendar.id,
                    "alarm_ids": [(6, 0, alarm.ids)],
                    "privacy": "public",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                }
                for index in range(-(-rows // PEOPLE))
            ]
        )


def run_workers(registry, count):
    """Keep ``count`` dispatchers alive, and kill them, until all is sent.

    :return: how many were killed, and whether the server went through a crash
    """
    workers = {spawn(registry) for _index in range(count)}
    kills, crashed = 0, False
    while True:
        time.sleep(random.uniform(0.2, 0.8))
        if not count_due(registry.db_name):
            break
        os.kill(random.choice(sorted(workers)), signal.SIGKILL)
        kills += 1
        if kills == 2:
            crash_server(registry.db_name)
            crashed = True
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, _status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    break
                workers.discard(pid)
        while len(workers) < count:
            workers.add(spawn(registry))
    for pid in workers:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return kills, crashed


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


def crash_server(database):
    """Have PostgreSQL lose every connection and recover from its log.

    It does so whenever one of its processes dies unexpectedly.
    """
    with connect(database) as cursor:
        os.kill(cursor.connection.get_backend_pid(), signal.SIGKILL)
    while True:
        time.sleep(0.2)
        with contextlib.suppress(psycopg2.OperationalError):
            query(database, "SELECT 1")
            return


def query(database, sql):
    with connect(database) as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def count_due(database):
    sql = f"""
        SELECT count(*) FROM crm_agenda_reminder reminder
        JOIN calendar_event event ON event.id = reminder.event_id
        WHERE reminder.state = 'pending' AND event.name LIKE '{SUBJECT}%'
    """
    with contextlib.suppress(psycopg2.OperationalError):
        return query(database, sql)[0][0]
    return 1


def count(database):
    """Return how many reminders were due, sent, lost and doubled."""
    [counts] = query(
        database,
        f"""
        WITH mails AS (
            SELECT substring(message.subject FROM '({SUBJECT} [0-9]+)') AS name,
                   recipient.res_partner_id AS partner_id,
                   count(*) AS mails
            FROM mail_mail mail
            JOIN mail_message message ON message.id = mail.mail_message_id
            JOIN mail_mail_res_partner_rel recipient
              ON recipient.mail_mail_id = mail.id
            WHERE message.subject LIKE '%{SUBJECT} %'
            GROUP BY 1, 2
        )
        SELECT count(*),
               count(*) FILTER (WHERE reminder.state = 'sent'),
               count(*) FILTER (WHERE mails.mails IS NULL),
               coalesce(sum(mails.mails - 1), 0)::int
        FROM crm_agenda_reminder reminder
        JOIN calendar_event event ON event.id = reminder.event_id
        LEFT JOIN mails ON mails.name || '.' = event.name
         AND mails.partner_id = reminder.partner_id
        WHERE event.name LIKE '{SUBJECT}%'
        """,
    )
    return counts


def remove(registry):
    """Remove what an earlier run or this one made."""
    with environment(registry) as env:
        domain = [("name", "=like", SUBJECT + "%")]
        events = env["calendar.event"].with_context(active_test=False)
        events.search(domain).unlink()
        mails = env["mail.mail"].search([("subject", "like", SUBJECT)])
        mails.unlink()
        env["crm.agenda.calendar"].search(domain).unlink()
        env["calendar.alarm"].search(domain).unlink()
        users = env["res.users"].with_context(active_test=False)
        users = users.search([("login", "=like", "fault\\_%")])
        partners = users.partner_id
        users.unlink()
        partners.unlink()


if __name__ == "__main__":
    sys.exit(main())
