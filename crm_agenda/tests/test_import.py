"""Records from a file: what its empty cells and its days say."""

from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import TestAgendaCommon

NINE = datetime(2030, 1, 7, 9)
# Those that hold no value of their own to lose, or that Odoo lets nobody import.
SKIPPED = {"message_follower_ids", "message_ids", "rrule"}


@tagged("post_install", "-at_install")
class TestImport(TestAgendaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.tz = "Europe/Madrid"

    def load(self, columns, model="calendar.event", tz="UTC", user=None, **context):
        """Import one row; give its record, or the text of what is wrong with it."""
        records = self.env[model].with_user(user or self.owner)
        records = records.with_context(tz=tz, lang="en_US", **context)
        result = records.load(list(columns), [list(columns.values())])
        self.forget()
        if result["messages"]:
            return result["messages"][0]["message"]
        return self.env[model].browse(result["ids"])

    def test_a_file_is_for_whoever_imports_it(self):
        wizard = self.env["base_import.import"].with_user(self.owner)
        file = {"file": b"name\nSecret", "file_type": "text/csv", "file_name": "a.csv"}
        wizard = wizard.create({"res_model": "calendar.event", **file})
        options = {"has_headers": True, "quoting": '"', "separator": ","}
        self.assertIn("Secret", str(wizard.parse_preview(options)))
        self.forget()
        with self.assertRaises(AccessError):
            wizard.with_user(self.stranger).parse_preview(options)

    def test_an_empty_cell_is_never_an_error_of_the_program(self):
        fields = self.env["base_import.import"].get_fields_tree("calendar.event", 1)
        timed = self.new_event(start=NINE)
        allday = self.new_event(start=NINE, allday=True)
        new = {"name": "Imported", "agenda_calendar_id": self.calendar.name}
        new["start"] = "2030-01-07 09:00:00"
        for fname in {field["name"] for field in fields} - SKIPPED:
            for row in (new, {".id": str(timed.id)}, {".id": str(allday.id)}):
                with self.subTest(fname, **row), self.env.cr.savepoint() as savepoint:
                    found = self.load({**row, fname: ""}, agenda=True)
                    if fname == "start" and row == new:
                        self.assertIn("Imported has no start", found)
                    elif fname != "name" or row != new:
                        self.assertNotIsInstance(found, str, found)
                        self.assertTrue(found.active and found.agenda_status_id)
                        self.assertEqual(found.agenda_calendar_id, self.calendar)
                        self.assertTrue(found.start < found.stop)
                    savepoint.rollback()

    def test_a_new_start_or_end_alone(self):
        event = self.new_event(start=NINE, stop=NINE.replace(hour=12))
        row = {".id": str(event.id)}
        later = "2030-01-08 10:00:00"
        self.load({**row, "start": later, "stop": "", "duration": ""})
        self.assertEqual(event.stop - event.start, timedelta(hours=3))
        self.load({**row, "start": "", "stop": "2030-01-08 11:00:00"})
        self.assertEqual(event.start, datetime(2030, 1, 8, 10))
        self.assertEqual(event.duration, 1)
        self.load({**row, "location": ""})
        self.assertFalse(event.location)
        days = self.new_event(start=NINE, stop=NINE + timedelta(days=2), allday=True)
        self.load({".id": str(days.id), "start_date": "2030-01-10"})
        self.assertEqual(days.stop_date, date(2030, 1, 12))

    def test_days_are_those_of_the_file_in_every_time_zone(self):
        calendar = {"name": "Day", "agenda_calendar_id/.id": str(self.calendar.id)}
        day, next_day = date(2030, 1, 7), date(2030, 1, 8)
        for tz in ("Etc/GMT+12", "UTC", "Europe/Madrid", "Pacific/Kiritimati"):
            for row, last in (
                ({"allday": "1", "start_date": "2030-01-07"}, day),
                ({"allday": "1", "start_date": "2030-01-07", "stop_date": ""}, day),
                ({"start_date": "2030-01-07", "stop_date": "2030-01-08"}, next_day),
                ({"allday": "1", "start": "2030-01-07 00:00:00"}, day),
                (
                    {
                        "allday": "1",
                        "start": "2030-01-07 00:00:00",
                        "stop": "2030-01-08 23:59:59",
                    },
                    next_day,
                ),
            ):
                with self.subTest(tz=tz, **row):
                    event = self.load({**calendar, **row}, tz=tz)
                    self.assertTrue(event.allday)
                    self.assertEqual((event.start_date, event.stop_date), (day, last))
                    self.assertEqual(event.start.date(), day)
                    row = {".id": str(event.id), "allday": "1"}
                    self.load({**row, "start": "2030-01-08 00:00:00"}, tz=tz)
                    self.assertEqual(event.start_date, next_day)
                    self.assertEqual(event.stop_date - last, timedelta(days=1))

    def test_meetings_of_no_calendar_are_as_without_the_addon(self):
        archived = self.load({"name": "Meeting", "active": ""})
        self.assertFalse(archived.active or archived.agenda_calendar_id)

    def test_empty_cells_of_a_calendar(self):
        row = {"name": "Imported", "owner_id/.id": str(self.owner.id)}
        fnames = ["active", "color", "default_duration", "double_booking", "kind"]
        fnames += ["company_id", "owner_updates", "remind_owner", "sequence"]
        manager = self.env.user
        plain = self.load(row, "crm.agenda.calendar", user=manager)
        colour = plain.color
        plain.sudo().unlink()
        empty = self.load(
            {**row, **dict.fromkeys(fnames, "")}, "crm.agenda.calendar", user=manager
        )
        self.assertTrue(empty.active and empty.remind_owner)
        self.assertEqual(empty.color, colour)
        self.assertEqual(empty.default_duration, 1)
        self.assertEqual(empty.sequence, 10)
        self.calendar.color = 7
        row = {".id": str(self.calendar.id), **dict.fromkeys(fnames, "")}
        self.load(row, "crm.agenda.calendar", user=manager)
        self.assertTrue(self.calendar.active)
        self.assertEqual(self.calendar.color, 7)

    def test_empty_cells_of_configuration(self):
        for model, row in (
            ("crm.agenda.event.type", {"name": "Imported"}),
            ("crm.agenda.event.status", {"name": "Imported", "kind": ""}),
            ("crm.agenda.document.model", {"model_id": "res.country", "model": ""}),
            (
                "crm.agenda.share",
                {
                    "calendar_id/.id": str(self.calendar.id),
                    "user_id/.id": str(self.stranger.id),
                    "level": "",
                    "updates": "",
                },
            ),
        ):
            with self.subTest(model):
                if "active" in self.env[model]._fields:
                    row["active"] = ""
                record = self.load(row, model, user=self.env.user)
                self.assertNotIsInstance(record, str, record)
                self.assertTrue(record.filtered("active" if "active" in row else "id"))

    def test_the_form_of_what_can_be_linked(self):
        form = Form(self.env["crm.agenda.document.model"])
        form.model_id = self.env["ir.model"]._get("res.country")
        self.assertEqual(form.save().model, "res.country")
