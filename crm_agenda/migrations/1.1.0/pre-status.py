"""Gives each event of the agenda a status: from now on none is without."""

import logging

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    cr.execute(
        """
        UPDATE calendar_event event
           SET agenda_status_id = (
               SELECT status.id
                 FROM crm_agenda_event_status status
                 JOIN crm_agenda_calendar calendar
                   ON calendar.id = event.agenda_calendar_id
                WHERE status.company_id IS NULL
                   OR status.company_id = calendar.company_id
                ORDER BY status.active DESC, status.kind = 'open' DESC,
                         status.sequence, status.id
                LIMIT 1
               )
         WHERE agenda_calendar_id IS NOT NULL AND agenda_status_id IS NULL
        """
    )
    _logger.info("%d events of the agenda got a status", cr.rowcount)
