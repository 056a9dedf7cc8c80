"""Computes what is new of the events that were there before."""

from odoo import SUPERUSER_ID, api
from odoo.tools import split_every


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    events = env["calendar.event"]
    # What takes no time counts no hours.
    taking = events.search([("slot_stop", "!=", False), ("agenda_hours", "=", False)])
    for ids in split_every(1000, taking.ids):
        env.add_to_compute(events._fields["agenda_hours"], events.browse(ids))
        env.flush_all()
        env.invalidate_all()
