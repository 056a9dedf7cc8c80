"""The calendar screen: what it shows, what it offers, what it takes back."""

from datetime import datetime, timedelta

from odoo.tests import tagged

from .browser import BrowserCase


@tagged("post_install", "-at_install")
class TestCalendarScreen(BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = datetime.utcnow().date()
        sunday = today - timedelta(days=today.weekday() + 1)
        cls.days = [sunday + timedelta(days=index) for index in range(7)]
        cls.tuesday = datetime.combine(cls.days[2], datetime.min.time())
        cls.event = cls.new_event(name="Boiler check", start=cls.at(9))

    @classmethod
    def at(cls, hour, day=0):
        return cls.tuesday + timedelta(hours=hour, days=day)

    def shown(self, page, name="Boiler check"):
        """Give the event on the grid, in the week as it is now."""
        event = page.locator(".fc-event", has_text=name).first
        event.wait_for()
        return event

    def drag(self, page, name, day, hour):
        """Drag an event by its head to the middle of a day and an hour."""
        box = self.shown(page, name).bounding_box()
        x, y = self.point(page, self.days[day], hour)
        page.mouse.move(box["x"] + 8, box["y"] + 6)
        page.mouse.down()
        page.mouse.move(x, y, steps=12)
        page.mouse.move(x + 1, y + 2, steps=3)
        page.mouse.up()
        page.wait_for_timeout(1500)

    def get_column(self, page, name="Boiler check"):
        """Give the date of the column in which the event is."""
        return self.shown(page, name).evaluate(
            "element => element.closest('[data-date]').dataset.date"
        )

    def read_back(self, page):
        """Give the event as the database has it after the page's requests."""
        page.wait_for_timeout(500)
        self.forget()
        return self.event

    def get_hours(self, series):
        return [event.start.hour for event in series.sorted("id")]

    def test_undo_takes_a_move_back(self):
        page = self.open_agenda(self.office)
        self.drag(page, "Boiler check", 4, "11:00:00")
        self.assertEqual(self.read_back(page).start.date(), self.days[4])
        page.locator(".o_notification button", has_text="Undo").click()
        page.wait_for_timeout(1500)
        self.assertEqual(self.get_column(page), self.days[2].isoformat())
        self.close(page)
        self.assertEqual(self.event.start, self.at(9))
        self.assertEqual(self.event.stop, self.at(10))

    def test_undo_brings_back_what_was_deleted(self):
        page = self.open_agenda(self.office)
        self.shown(page).click(position={"x": 8, "y": 6})
        page.locator(".o_cw_popover_delete").click()
        page.locator(".fc-event", has_text="Boiler check").first.wait_for(
            state="detached"
        )
        self.assertFalse(self.read_back(page).active)
        page.locator(".o_notification button", has_text="Undo").click()
        self.shown(page)
        self.close(page)
        self.assertTrue(self.event.active)

    def test_a_refused_move_goes_back_and_says_why(self):
        self.set_now(self.at(6))  # what is over may overlap
        self.calendar.double_booking = "refuse"
        self.new_event(name="Other visit", start=self.at(11, day=2))
        page = self.open_agenda(self.office)
        self.drag(page, "Boiler check", 4, "11:00:00")
        dialog = page.locator(".modal:visible", has_text="Other visit")
        dialog.wait_for()
        dialog.locator("button.btn-primary").first.click()
        page.wait_for_timeout(500)
        self.assertEqual(self.get_column(page), self.days[2].isoformat())
        self.close(page)
        self.assertEqual(self.event.start, self.at(9))

    def test_a_series_asks_what_to_change(self):
        self.event.unlink()
        series = self.new_series(name="Round", start=self.at(9), count=3)
        page = self.open_agenda(self.office)
        self.drag(page, "Round", 2, "13:00:00")
        dialog = page.locator(".modal:visible")
        dialog.locator("label", has_text="This event").first.click()
        dialog.locator("button", has_text="Confirm").click()
        page.wait_for_timeout(2000)
        self.forget()
        self.assertEqual(self.get_hours(series), [13, 9, 9])
        self.drag(page, "Round", 3, "13:00:00")
        page.locator(".modal:visible .btn-close").click()
        page.wait_for_timeout(1000)
        self.close(page)
        self.assertEqual(self.get_hours(series), [13, 9, 9])

    def test_deleting_of_a_series_asks_how_much(self):
        self.event.unlink()
        series = self.new_series(name="Round", start=self.at(9), count=3)
        page = self.open_agenda(self.office)
        self.shown(page, "Round").click(position={"x": 8, "y": 6})
        page.locator(".o_cw_popover_delete").click()
        dialog = page.locator(".modal:visible")
        dialog.locator("label", has_text="All events").first.click()
        dialog.locator("button", has_text="Confirm").click()
        page.wait_for_timeout(2000)
        self.close(page)
        self.assertFalse(series.exists().filtered("active"))

    def test_nothing_is_offered_to_who_may_only_read(self):
        page = self.open_agenda(self.members["read"])
        self.drag(page, "Boiler check", 4, "11:00:00")
        self.assertEqual(self.get_column(page), self.days[2].isoformat())
        self.shown(page).click(position={"x": 8, "y": 6})
        popover = page.locator(".o_cw_popover")
        popover.locator("button", has_text="Open").wait_for()
        for offer in (".o_cw_popover_delete", "select", "text=Duplicate"):
            self.assertFalse(popover.locator(offer).count(), offer)
        popover.locator("button", has_text="Open").click()
        form = page.locator(".modal .o_form_view")
        form.wait_for()
        page.wait_for_timeout(1000)
        self.assertFalse(form.locator("div[name=name] input").count())
        self.assertFalse(form.locator("div[name=customer_id] input").count())
        self.close(page)
        self.assertEqual(self.event.start, self.at(9))

    def test_a_taken_slot_tells_no_more_than_that(self):
        page = self.open_agenda(self.members["busy"])
        self.shown(page, "Busy").click(position={"x": 8, "y": 6})
        popover = page.locator(".o_cw_popover")
        popover.wait_for()
        self.assertIn("Technician", popover.inner_text())
        self.assertFalse(popover.locator("button, select").count())
        self.assertNotIn("Boiler", page.content())
        self.close(page)

    def test_what_is_unticked_stays_so(self):
        self.new_calendar("Without events", self.office)
        page = self.open_agenda(self.office)
        panel = page.locator(".o_agenda_panel")
        self.assertIn("Without events", panel.inner_text())
        item = panel.locator(".o_agenda_panel_item", has_text="Technician")
        item.locator("input").click()
        page.locator(".fc-event", has_text="Boiler check").wait_for(state="detached")
        page.reload()
        page.wait_for_selector(".o_agenda_panel_item")
        page.wait_for_timeout(1000)
        self.assertFalse(page.locator(".fc-event", has_text="Boiler check").count())
        self.assertFalse(item.locator("input").is_checked())
        item.hover()
        item.locator(".o_agenda_only").click()
        self.shown(page)
        page.wait_for_timeout(500)
        self.assertEqual(panel.locator("input:checked").count(), 1)
        self.close(page)

    def test_calendars_are_searched_when_there_are_many(self):
        for index in range(12):
            self.new_calendar(f"Route {index}", self.office)
        page = self.open_agenda(self.office)
        panel = page.locator(".o_agenda_panel")
        panel.locator("input[type=search]").fill("route 1")
        page.wait_for_timeout(300)
        items = panel.locator(".o_agenda_panel_item")
        self.assertEqual(items.count(), 3)  # 1, 10 and 11
        self.close(page)

    def test_short_events_tell_their_name_first(self):
        self.new_event(name="Call the bank", start=self.at(12), stop=self.at(12.25))
        page = self.open_agenda(self.office)
        event = self.shown(page, "Call the bank")
        self.assertTrue(event.inner_text().strip().startswith("Call the bank"))
        title = event.locator(".o_agenda_line").bounding_box()
        box = event.bounding_box()
        self.assertGreaterEqual(title["y"] + 1, box["y"])
        self.assertLessEqual(title["y"] + title["height"], box["y"] + box["height"] + 2)
        self.close(page)

    def test_status_is_seen_by_form(self):
        for name, status in (
            ("Cancelled visit", self.cancelled),
            ("Done visit", self.done),
        ):
            event = self.new_event(name=name, start=self.at(14, day=len(name) % 3))
            event.agenda_status_id = status
        page = self.open_agenda(self.office)
        line = self.shown(page, "Cancelled visit").locator(".o_agenda_line")
        style = "element => getComputedStyle(element).textDecorationLine"
        self.assertEqual(line.evaluate(style), "line-through")
        self.assertTrue(self.shown(page, "Done visit").locator(".fa-check").count())
        self.assertIn(
            "Done", self.shown(page, "Done visit").get_attribute("aria-label")
        )
        self.close(page)

    def test_lists_begin_at_what_is_coming(self):
        today = datetime.utcnow().replace(hour=12, minute=0, second=0, microsecond=0)
        # In the week on the screen, which today may begin or end.
        past = today + timedelta(days=-1 if today.weekday() != 6 else -40)
        self.new_event(name="Old visit", start=past)
        self.new_event(
            name="Next visit",
            start=today + timedelta(days=1),
            customer_id=self.customer.id,
            location="Calle Mayor 1",
        )
        page = self.open_agenda(self.office)
        page.locator(".o_switch_view.o_list").click()
        rows = page.locator(".o_data_row")
        rows.first.wait_for()
        self.assertTrue(rows.filter(has_text="Next visit").count())
        self.assertFalse(rows.filter(has_text="Old visit").count())
        page.locator(".o_switch_view.o_kanban").click()
        card = page.locator(".o_kanban_record", has_text="Next visit").first
        card.wait_for()
        text = card.inner_text()
        for part in ("12:00", "Customer", "Calle Mayor 1", "Technician"):
            self.assertIn(part, text)
        self.assertTrue(card.locator("img[src*=avatar]").count())
        self.assertFalse(page.locator(".o_kanban_record", has_text="Old visit").count())
        page.locator(".o_switch_view.o_calendar").click()
        if past.date() in self.days:
            self.shown(page, "Old visit")
        self.assertFalse(page.locator(".o_searchview_facet").count())
        page.locator(".o_switch_view.o_list").click()
        rows.first.wait_for()
        self.assertEqual(page.locator(".o_searchview_facet").count(), 1)
        self.close(page)

    def test_shaded_is_when_nobody_shown_works(self):
        hours = self.env["resource.calendar"].create(
            {"name": "Office hours", "tz": "UTC", "hours_per_day": 8}
        )
        self.calendar.resource_calendar_id = hours
        calendars = self.env["crm.agenda.calendar"].with_user(self.office)
        start, stop = self.tuesday, self.tuesday + timedelta(days=1)

        def get_off(*calendar_ids):
            times = calendars.get_off_times(list(calendar_ids), str(start), str(stop))
            return [(begin[11:16], end[11:16]) for begin, end in times]

        self.assertEqual(
            get_off(self.calendar.id),
            [("00:00", "08:00"), ("12:00", "13:00"), ("17:00", "00:00")],
        )
        always = self.new_calendar("Room", self.office)
        always.resource_calendar_id = False
        self.assertEqual(get_off(self.calendar.id, always.id), [])
        hidden = self.new_calendar("Hidden", self.stranger)
        self.assertEqual(get_off(hidden.id), [])
        self.env["res.users"].browse(
            self.office.id
        ).agenda_hidden_calendar_ids = self.env["crm.agenda.calendar"].search(
            [("id", "!=", self.calendar.id)]
        )
        page = self.open_agenda(self.office)
        self.shown(page)
        column = f"td.fc-day[data-date='{self.days[2].isoformat()}']"
        self.assertEqual(page.locator(f"{column} .o_agenda_off").count(), 3)
        # It may be planned all the same.
        page.mouse.click(*self.point(page, self.days[2], "06:00:00"))
        page.locator(".modal div[name=name] input").wait_for()
        page.keyboard.press("Escape")
        # A new one is proposed for when somebody works, at night as well.
        page.locator(".o_control_panel button", has_text="New event").click()
        dialog = page.locator(".modal:visible")
        dialog.locator("div[name=name] input").fill("Next one")
        self.choose(dialog, "agenda_calendar_id", "Technician")
        dialog.locator(".o_form_button_save").click()
        dialog.wait_for(state="detached")
        self.close(page)
        event = self.Event.search([("name", "=", "Next one")])
        if event.start.date() in self.days[1:5]:  # not where the week ends
            self.assertIn(event.start.hour, range(8, 17))
