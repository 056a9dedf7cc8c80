"""Removes what earlier versions let people leave in events that are not theirs.

At the end, when the rules of all modules can be asked. Each kind is logged.
"""

import logging
from collections import defaultdict

from psycopg2 import sql

from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    # Before what comes first makes the models do a part of the rest.
    followers, reminders = find_followers(env), find_unsettled(env)
    events = clean_attendance(env)
    clean_members(env)
    # Earlier versions told the link to everybody who came to see the event.
    (events | clean_followers(env, followers))._renew_videocall()
    clean_reminders(env, reminders)
    env["crm.agenda.reminder"]._plan(events)
    report_own_shares(env)


def log(what, removed):
    if removed:
        _logger.info("%s, removed %d: %s", what, len(removed), removed)


def find_followers(env):
    """Return ``[(event id, partner id, follower id)]`` of people with a login.

    Others follow an event because somebody who writes it wanted it.
    """
    env.cr.execute(
        """
        SELECT event.id, follower.partner_id, follower.id
          FROM mail_followers follower
          JOIN calendar_event event ON event.id = follower.res_id
         WHERE follower.res_model = 'calendar.event'
           AND event.agenda_calendar_id IS NOT NULL
           AND follower.partner_id IN (SELECT partner_id FROM res_users)
        """
    )
    return env.cr.fetchall()


def find_unsettled(env):
    """Return ``[(event id, partner id, reminder id)]`` of what is still to be sent, or
    to pop up again."""
    env.cr.execute(
        """
        SELECT event_id, partner_id, id
          FROM crm_agenda_reminder
         WHERE state = 'pending' OR next_attempt IS NOT NULL
        """
    )
    return env.cr.fetchall()


def clean_attendance(env):
    """Keep as attendees those who are that in both of the ways in which Odoo stores it.

    An attendee's row alone was pointed at the event by hand; a contact alone was tied
    to it from the contact's side. An organizer had no need to.

    :return: the events of which somebody was removed
    """
    env.flush_all()
    env.cr.execute(
        """
        DELETE FROM calendar_attendee attendee
         USING calendar_event event
         WHERE event.id = attendee.event_id
           AND event.agenda_calendar_id IS NOT NULL
           AND NOT EXISTS (
               SELECT FROM calendar_event_res_partner_rel invited
                WHERE invited.calendar_event_id = event.id
                  AND invited.res_partner_id = attendee.partner_id
           )
        RETURNING event.id, attendee.partner_id, attendee.id
        """
    )
    rows = env.cr.fetchall()
    log("Attendees who were not invited (event, contact, attendee)", rows)
    env.cr.execute(
        """
        DELETE FROM calendar_event_res_partner_rel invited
         USING calendar_event event
         WHERE event.id = invited.calendar_event_id
           AND event.agenda_calendar_id IS NOT NULL
           AND NOT EXISTS (
               SELECT FROM calendar_attendee attendee
                WHERE attendee.event_id = event.id
                  AND attendee.partner_id = invited.res_partner_id
           )
           AND NOT EXISTS (
               SELECT FROM res_users organizer
                WHERE organizer.id = event.user_id
                  AND organizer.partner_id = invited.res_partner_id
           )
        RETURNING event.id, invited.res_partner_id
        """
    )
    pairs = env.cr.fetchall()
    log("Contacts who had no attendee's row (event, contact)", pairs)
    env.invalidate_all()
    return env["calendar.event"].browse({row[0] for row in rows + pairs})


def clean_members(env):
    """Have the members be whom the shares reach today."""
    calendars = env["crm.agenda.calendar"].search([])
    fields = [calendars._fields[fname] for fname in calendars._get_member_fields()]
    before = {field: read_people(env.cr, field) for field in fields}
    for field in fields:
        env.add_to_compute(field, calendars)
    env.flush_all()
    for field in fields:
        removed = before[field] - read_people(env.cr, field)
        log(f"People in {field.name} (calendar, user)", sorted(removed))


def read_people(cr, field):
    query = sql.SQL("SELECT calendar_id, user_id FROM {}")
    cr.execute(query.format(sql.Identifier(field.relation)))
    return set(cr.fetchall())


def clean_followers(env, followers):
    """Have who may not read an event follow it no more.

    :return: the events that somebody followed so
    """
    rows = find_outsiders(env, followers)
    env["mail.followers"].browse(row[-1] for row in rows).exists().unlink()
    log("Followers who may not read the event (event, contact, follower)", rows)
    return env["calendar.event"].browse({row[0] for row in rows})


def clean_reminders(env, reminders):
    """Have nothing sent, nor popped up, to who may not read the event."""
    rows = find_outsiders(env, reminders)
    env["crm.agenda.reminder"].browse(row[-1] for row in rows).exists().unlink()
    log("Reminders to who may not read the event (event, contact, reminder)", rows)


def find_outsiders(env, rows):
    """Return the ``(event id, partner id, …)`` of partners out of the event.

    None of their users may read it, nor do they attend it, as who has no login may.
    """
    event_ids = defaultdict(set)
    for event_id, partner_id, *_rest in rows:
        event_ids[partner_id].add(event_id)
    known = set()
    for partner in env["res.partner"].browse(event_ids):
        for ids in split_every(1000, event_ids[partner.id]):
            domain = [("id", "in", ids)]
            attended = [("partner_ids", "in", partner.ids)]
            readable = env["calendar.event"].search(domain + attended)
            for user in partner.user_ids.filtered("active"):
                events = env["calendar.event"].with_user(user)
                if events.has_access("read"):
                    readable |= events.search(domain).sudo()
            known.update((event_id, partner.id) for event_id in readable.ids)
    return [row for row in rows if row[:2] not in known]


def report_own_shares(env):
    """Name the shares that people gave to themselves.

    That was possible without managing the calendar, but managers could do it too.
    """
    env.cr.execute(
        """
        SELECT calendar_id, user_id, share.id
          FROM crm_agenda_share share
          JOIN crm_agenda_calendar calendar ON calendar.id = calendar_id
         WHERE share.create_uid = user_id AND user_id != owner_id
        """
    )
    shares = env.cr.fetchall()
    if shares:
        _logger.warning(
            "Shares that people gave to themselves, look whether they should have them "
            "(calendar, user, share), %d: %s",
            len(shares),
            shares,
        )
