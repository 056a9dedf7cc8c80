from odoo import models

from odoo.addons.crm_agenda.models.days import get_days

from .crm_agenda_calendar_dav import DAY, merge


class ResUsers(models.Model):
    _inherit = "res.users"

    def _read_dav_busy(self, start, stop):
        """Return ``[(start, stop)]`` of the time of somebody that is taken between two
        instants, as far as the user of the environment may see.

        :return: ``None`` if they see none of that person's calendars
        """
        self.ensure_one()
        calendars = self._get_seen_calendars()
        if not calendars and self != self.env.user:
            return None
        times = [
            taken
            for calendar in calendars
            for taken in calendar._read_dav_busy(start, stop)
        ]
        return merge(times + self._read_taken(calendars, start, stop), start, stop)

    def _read_dav_taken(self, start, stop):
        """Return the same of the user, out of the calendars that they see."""
        calendars = self.env["crm.agenda.calendar"]._get_dav_calendars()
        return merge(self._read_taken(calendars, start, stop), start, stop)

    def _get_seen_calendars(self):
        """Return the calendars of which events are this person's, of those that the
        user of the environment sees."""
        # sudo: which of the calendars that the asker sees they prefer
        preferred = self.sudo().agenda_calendar_id.ids
        calendars = self.env["crm.agenda.calendar"]
        return calendars._get_dav_calendars().filtered(
            lambda c: (
                (c.owner_id == self or c.id in preferred)
                and not c.is_queue
                and c.kind != "resource"
            )
        )

    def _read_taken(self, calendars, start, stop):
        """Return the times of other events of this person that the asker may read."""
        partner = self.sudo().partner_id  # sudo: just its id, to look for it
        events = self.env["calendar.event"].search(
            [
                # A day more on either side: where their days begin is not known here.
                ("start", "<", stop + DAY),
                ("stop", ">", start - DAY),
                ("show_as", "=", "busy"),
                ("agenda_calendar_id", "not in", calendars.ids),
                "|",
                ("user_id", "=", self.id),
                ("partner_ids", "in", partner.ids),
            ]
        )
        times = []
        for event in events:
            answers = event.attendee_ids.filtered(lambda a: a.partner_id == partner)
            if "declined" in answers.mapped("state"):
                continue
            if event.agenda_calendar_id and not event.slot_stop:
                continue  # cancelled
            if event.allday:
                days = event.start_date, event.stop_date
                times.append(get_days(*days, self.sudo().tz))
            else:
                times.append((event.start, event.stop))
        return times
