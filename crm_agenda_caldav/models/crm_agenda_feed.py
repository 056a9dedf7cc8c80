import base64
import hashlib
import secrets
from datetime import timedelta
from io import BytesIO

import qrcode

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from odoo.addons.crm_agenda.models.days import get_days

from .calendar_event_ical import ICAL_FIELDS
from .ical import HEADER, get_timezone_lines, write_lines, write_text

BEFORE, AFTER = timedelta(days=90), timedelta(days=731)
# How often it is written down that a feed was read.
USE_HOURS = 1


def hash_secret(secret):
    """Return what may be stored of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class CrmAgendaFeed(models.Model):
    """A secret address at which other calendars read what a user may see.

    It gives what they may read at that moment, and nothing is decided here: when a
    share ends, so does what the address tells of the calendar.
    """

    _name = "crm.agenda.feed"
    _description = "Agenda Feed"
    _order = "name, id"

    name = fields.Char(required=True, help="As the calendar is called on the phone.")
    user_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        copy=False,
        default=lambda self: self.env.user,
    )
    # Not told by the calendars: those of a share that ended look like none.
    content = fields.Selection(
        [("mine", "My events"), ("calendars", "These calendars")],
        string="Shows",
        required=True,
        default="mine",
    )
    calendar_ids = fields.Many2many(
        "crm.agenda.calendar",
        "crm_agenda_feed_calendar_rel",
        "feed_id",
        "calendar_id",
        string="Calendars",
    )
    # 256 random bits need no slow hash, and one that is found by its hash tells
    # nothing by the time that it takes.
    key_hash = fields.Char(index=True, copy=False, readonly=True)
    has_key = fields.Boolean(compute="_compute_has_key", string="Has an Address")
    last_use = fields.Datetime(
        readonly=True, copy=False, help="When its address was last read, to the hour."
    )

    @api.depends("key_hash")
    def _compute_has_key(self):
        for feed in self:
            feed.has_key = bool(feed.key_hash)

    @api.constrains("content", "calendar_ids")
    def _check_calendars(self):
        for feed in self:
            if feed.content == "calendars" and not feed.sudo().calendar_ids:
                raise ValidationError(self.env._("Choose at least one calendar."))

    @api.model_create_multi
    def create(self, vals_list):
        """Make feeds of one's own: they show what their user may see."""
        own = {"user_id": self.env.uid, "key_hash": False, "last_use": False}
        return super().create([{**vals, **own} for vals in vals_list])

    def write(self, vals):
        if not self.env.su and {"user_id", "key_hash", "last_use"} & set(vals):
            raise AccessError(self.env._("A feed stays with whoever made it."))
        return super().write(vals)

    def action_make_address(self):
        """Make a new address, which ends the old one, and show it this once."""
        self.ensure_one()
        self.check_access("write")
        key = secrets.token_urlsafe(32)
        # sudo: nobody writes it themselves, as the key must be one that is random
        self.sudo().key_hash = hash_secret(key)
        address = f"{self.get_base_url()}/crm_agenda/feed/{key}.ics"
        # What a camera reads, a phone opens with its calendar.
        webcal = f"webcal://{address.partition('://')[2]}"
        code = BytesIO()
        qrcode.make(webcal, box_size=4, border=2).save(code, "PNG")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Show on my phone"),
            "res_model": "crm.agenda.feed.address",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_address": address,
                "default_code": base64.b64encode(code.getvalue()).decode(),
            },
        }

    def action_revoke(self):
        """End the feed, and show those that are left."""
        self.unlink()
        feeds = "crm_agenda_caldav.crm_agenda_feed_action"
        return {**self.env["ir.actions.actions"]._for_xml_id(feeds), "target": "main"}

    @api.model
    def _find(self, key, source):
        """Return the feed with this key, in the environment of its user.

        :param source: the address from which it is asked
        :return: nothing if there is none; ``None`` if the source has to wait
        """
        users, hashed = self.env["res.users"], hash_secret(key)
        if users._has_to_wait(source, hashed):
            return None
        # sudo: the key stands for the right to find it, and just as its user
        feed = self.sudo().search([("key_hash", "=", hashed)], limit=1)
        user = feed.user_id
        known = bool(feed and user.active and user._is_internal())
        users._count_try(source, hashed, known)
        if not known:
            return self.browse()
        feed._write_down_use()
        return feed.with_env(user._get_own_env())

    def _write_down_use(self):
        """Say that the feed is in use, without a change of its own and waiting for
        nobody."""
        now = fields.Datetime.now()
        if self.last_use and self.last_use > now - timedelta(hours=USE_HOURS):
            return
        self.env.cr.execute(
            SQL(
                "UPDATE crm_agenda_feed SET last_use = %(now)s WHERE id = ("
                "SELECT id FROM crm_agenda_feed WHERE id = %(id)s "
                "FOR UPDATE SKIP LOCKED)",
                now=now,
                id=self.id,
            )
        )
        self.invalidate_recordset(["last_use"])

    def _get_ical(self):
        """Return the calendar as text, for the user of the environment."""
        self.ensure_one()
        first, last = self._get_window()
        timezone = self.env.user.tz or "UTC"
        start, end = get_days(first, last, timezone)
        events = self.env["calendar.event"]
        domain = [("start", "<", end), ("stop", ">=", start), *self._get_domain()]
        events = events.search_fetch(domain, ICAL_FIELDS, order="start, id")
        objects, timezones = events._get_ical_objects(whole=False)
        if self.content == "calendars":
            fields_read = ["start", "stop", "start_date", "stop_date", "allday"]
            slots = events._read_slots(domain, fields_read, events)
            objects.update(events._get_ical_slots(slots))
        name = write_text(self.name)
        lines = [
            *HEADER,
            "CALSCALE:GREGORIAN",
            f"NAME:{name}",
            f"X-WR-CALNAME:{name}",
            f"X-WR-TIMEZONE:{timezone}",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
        ]
        # One at least: a calendar of nothing is not valid.
        for zone in sorted(timezones | {timezone}):
            lines += get_timezone_lines(zone, first.year, last.year)
        for vevents in objects.values():
            lines += vevents
        return write_lines([*lines, "END:VCALENDAR"])

    @api.model
    def _get_window(self):
        """Return the first and the last day, which stay the same for a month: what has
        not changed is not sent again."""
        today = fields.Date.context_today(self)
        return (today - BEFORE).replace(day=1), (today + AFTER).replace(day=28)

    def _get_domain(self):
        if self.content == "calendars":
            return [
                ("in_agenda", "=", True),
                ("agenda_calendar_id", "in", self.calendar_ids.ids),
            ]
        user = self.env.user
        mine = self.env["crm.agenda.calendar"]._get_mine()
        return [
            "|",
            ("in_agenda", "=", True),
            ("agenda_calendar_id", "=", False),
            "|",
            "|",
            "|",
            ("agenda_calendar_id", "in", mine.ids),
            ("user_id", "=", user.id),
            ("partner_ids", "in", user.partner_id.ids),
            ("shared_user_ids", "in", user.ids),
        ]


class CrmAgendaFeedAddress(models.TransientModel):
    """The screen that shows an address, which is never saved."""

    _name = "crm.agenda.feed.address"
    _description = "Address of an Agenda Feed"

    address = fields.Char(store=False, readonly=True)
    code = fields.Binary(store=False, readonly=True)
