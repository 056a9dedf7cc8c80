"""What the board asks: the day of each calendar, and what waits for a place in it."""

import logging
from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .crm_agenda_calendar_hours import LONGEST_PERIOD
from .crm_agenda_document_model import LONGEST_FIRST
from .days import read_instant

_logger = logging.getLogger(__name__)

EVENT = "calendar.event"
LISTED = 80  # of each kind that waits: the rest is found by its name


class CrmAgendaBoard(models.AbstractModel):
    """A day of many calendars side by side. It stores nothing."""

    _name = "crm.agenda.board"
    _description = "Agenda Board"

    @api.model
    def get_day(self, start, stop, calendar_ids):
        """Return what the head and the ground of each column show.

        :param start, stop: the day, in UTC
        :param calendar_ids: the columns; those that the user may not see are left out
        :return: ``{calendar id: {"working": [[start, stop]] in UTC, "hours": of work,
            "taken": hours, "away": bool, "can_write": bool}}``
        """
        calendars = self.env["crm.agenda.calendar"].search([("id", "in", calendar_ids)])
        start, stop = (read_instant(self.env, instant) for instant in (start, stop))
        if stop - start > LONGEST_PERIOD:
            return {}
        working = calendars._get_working_times(start, stop)
        taken = calendars._get_taken_hours(start, stop)
        # sudo: to who sees a calendar, absence is time that is not free
        people = calendars.sudo().filtered(lambda c: c.kind == "person")
        absences = people.owner_id._get_absences(start, stop)
        days = {}
        for calendar in calendars:
            owner = (calendar.sudo() & people).owner_id
            days[calendar.id] = {
                "working": [
                    [self._to_text(begin), self._to_text(end)]
                    for begin, end, _records in working[calendar]
                ],
                "hours": calendar._sum_hours(working[calendar]),
                "taken": taken[calendar],
                "away": bool(absences[owner]),
                "can_write": calendar.can_write,
            }
        return days

    @api.model
    def get_waiting(self, text=""):
        """Return what waits, whatever has waited longest first.

        :param text: part of a name, or of a customer's name
        :return: ``{"rows": list of dicts, "count": how many there are}``
        """
        rows, count = [], 0
        for document_model in self._get_waiting_models().values():
            documents = self.env[document_model.model]
            domain = document_model._get_waiting_domain(text)
            found, total = self._find_waiting(documents, domain)
            rows += self._describe_documents(found, document_model)
            count += total
        domain = self._get_queue_domain(text)
        found, total = self._find_waiting(self.env[EVENT], domain)
        rows += self._describe_events(found)
        count += total
        # What was imported may not say since when it is there.
        rows.sort(key=lambda row: row["since"] or datetime.max)
        return {"rows": rows, "count": count}

    @api.model
    def _find_waiting(self, records, domain):
        """Return those that are listed, and how many there are."""
        found = records.search(domain, limit=LISTED, order=LONGEST_FIRST)
        if len(found) < LISTED:
            return found, len(found)
        return found, records.search_count(domain)

    @api.model
    def schedule(self, model, res_id, calendar_id, start, allday=False):
        """Give what waits a place in a calendar.

        :param start: in UTC, or the day if it is to last all day
        :return: the id of the event
        :raise UserError: it does not wait any more
        """
        event = self.env[EVENT]
        calendar = self.env["crm.agenda.calendar"].browse(calendar_id)
        document_model = self._get_waiting_models().get(model)
        if model == EVENT:
            event = event.search([("id", "=", res_id), *self._get_queue_domain()])
            hours = event.duration
            values = {}
        elif document_model:
            self._take_turns(document_model)
            domain = [("id", "=", res_id), *document_model._get_waiting_domain()]
            document = self.env[model].search(domain)
            # sudo: a type is configuration
            event_type = document_model.sudo().event_type_id.filtered("active")
            hours = event_type.default_duration or calendar.default_duration
            values = document and self._get_event_values(document, event_type)
        if not calendar or not (event or document_model and values):
            raise UserError(
                self.env._(
                    "This does not wait any more: somebody gave it a place, or it "
                    "changed meanwhile."
                )
            )
        values["agenda_calendar_id"] = calendar.id
        values["allday"] = allday
        start = read_instant(self.env, start)
        if allday:
            values.update(start_date=start.date(), stop_date=start.date())
        else:
            values.update(start=start, stop=fields.Datetime.add(start, hours=hours))
        if event:
            event.write(values)
        else:
            event = event.create(values)
        return event.id

    @api.model
    def _take_turns(self, document_model):
        """Let one of two people who schedule the same at once meet what the other did.

        No row is changed by both, of which PostgreSQL would refuse the second. So here
        is one: the other's transaction is refused, and Odoo tries it again.
        """
        self.env.cr.execute(
            "UPDATE crm_agenda_document_model SET model = model WHERE id = %s",
            [document_model.id],
            log_exceptions=False,
        )

    @api.model
    def unschedule(self, event_id):
        """Take an event off the board: what it is about waits again, or it does itself.

        :raise UserError: there is no place for it to wait
        """
        event = self.env[EVENT].browse(event_id)
        event.check_access("write")
        if event.recurrency:
            raise UserError(
                self.env._("An event of a series can't wait: move it, or cancel it.")
            )
        document = event.document_ref
        document_model = document and self._get_waiting_models().get(document._name)
        if document_model and document.filtered_domain(document_model._get_domain()):
            return event.action_archive()
        queue = self.env["crm.agenda.calendar"]._get_queues()[:1]
        if not queue:
            raise UserError(
                self.env._(
                    "This event has nowhere to wait: what it is about does not wait "
                    "beside the board, and there is no queue in which you may write."
                )
            )
        return event.write({"agenda_calendar_id": queue.id})

    @api.model
    def _get_waiting_models(self):
        """Return ``{model: document model}`` of what waits and the user may read."""
        linkable = self.env["crm.agenda.document.model"]._get_linkable()
        return {
            model: document_model
            for model, document_model in linkable.items()
            if document_model.waits
            and self.env[model].has_access("read")
            and self._can_search(document_model)
        }

    @api.model
    def _can_search(self, document_model):
        """Say whether the user can look for what waits.

        The app that had a field of the domain may be gone meanwhile, or the field may
        be for other people: the rest of the board is still there.
        """
        documents = self.env[document_model.model]
        try:
            documents._search(document_model._get_domain(), order=LONGEST_FIRST)
        except AccessError:
            return False
        except (KeyError, TypeError, ValueError) as error:
            _logger.warning(
                "What waits of %s beside the board can't be found: %s",
                document_model.model,
                error,
            )
            return False
        return True

    @api.model
    def _get_queue_domain(self, text=""):
        domain = self.env[EVENT]._get_waiting_domain()
        if text:
            named = ("name", "ilike", text)
            domain += ["|", named, ("customer_id.display_name", "ilike", text)]
        return domain

    @api.model
    def _describe_documents(self, documents, document_model):
        event_type = document_model.event_type_id
        customers = self._get_customers(documents)
        return [
            {
                "model": document._name,
                "id": document.id,
                "name": document.display_name,
                "kind": document_model.model_id.name,
                "icon": event_type.icon or "fa-file-text-o",
                "customer": customer.display_name or "",
                "place": customer._get_agenda_place(),
                "hours": event_type.default_duration or 1,
                "since": document.create_date,
            }
            for document, customer in customers.items()
        ]

    @api.model
    def _describe_events(self, events):
        customers = events.customer_id._filtered_access("read")
        return [
            {
                "model": EVENT,
                "id": event.id,
                "name": event.display_name,
                "kind": event.agenda_calendar_id.name,
                "icon": event.agenda_icon or "fa-calendar-o",
                "customer": (event.customer_id & customers).display_name or "",
                "place": event.location or "",
                "hours": event.duration,
                "since": event.create_date,
            }
            for event in events
        ]

    @api.model
    def _get_customers(self, documents):
        """Return ``{document: the customer, as far as the user may read them}``."""
        partners = self.env["res.partner"]
        if "partner_id" not in documents._fields:
            return dict.fromkeys(documents, partners)
        readable = documents.partner_id._filtered_access("read")
        return {document: document.partner_id & readable for document in documents}

    @api.model
    def _get_event_values(self, document, event_type):
        """Return what the form would fill in from a document."""
        customer = self._get_customers(document)[document]
        values = {
            "name": document.display_name,
            "document_ref": f"{document._name},{document.id}",
            "customer_id": customer.id,
            "location": customer._get_agenda_place(),
        }
        if event_type:
            values["agenda_type_id"] = event_type.id
        return values

    @api.model
    def _to_text(self, instant):
        return fields.Datetime.to_string(instant.astimezone(pytz.UTC))
