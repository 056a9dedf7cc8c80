"""The same thing has the same word on every screen of the agenda."""

import re

from lxml import etree

from odoo.tests import tagged

from .common import TestAgendaCommon

# Odoo's words for an event, its end, its place and its attendees, and ours.
FOREIGN = re.compile(r"\b(meeting|stop|subject|location|participant)", re.I)
WORDS = {
    "location": ("Place", "Lugar"),
    "name": ("Event", "Evento"),
    "start": ("Start", "Inicio"),
    "stop": ("End", "Fin"),
    "stop_date": ("End Date", "Fecha de fin"),
    "videocall_location": ("Video Call", "Videollamada"),
}


@tagged("post_install", "-at_install")
class TestWords(TestAgendaCommon):
    def test_no_field_has_another_word(self):
        names = [name for name in self.env if name.startswith("crm.agenda.")]
        for name in ("calendar.event", *names):
            for fname, field in self.env[name].fields_get().items():
                with self.subTest(name, field=fname):
                    self.assertNotRegex(field["string"], FOREIGN)
        self.assertNotRegex(self.Event.fields_get()["alarm_ids"]["help"], FOREIGN)

    def test_words_are_the_same_in_spanish(self):
        self.install_spanish()
        spanish = self.Event.with_context(lang="es_ES").fields_get(WORDS, ["string"])
        english = self.Event.fields_get(WORDS, ["string"])
        for fname, words in WORDS.items():
            labels = (english[fname]["string"], spanish[fname]["string"])
            self.assertEqual(labels, words)

    def test_no_screen_of_the_agenda_has_another_word(self):
        names = self.env["ir.model.data"].search(
            [("module", "=", "crm_agenda"), ("model", "=", "ir.actions.act_window")]
        )
        actions = self.env["ir.actions.act_window"].browse(names.mapped("res_id"))
        for action in actions:
            views = [*action.views, (action.search_view_id.id, "search")]
            if action.view_mode == "form":
                views.pop()
            for view in self.env[action.res_model].get_views(views)["views"].values():
                for node in etree.fromstring(view["arch"]).iter():
                    for text in (node.text, node.get("string"), node.get("help")):
                        with self.subTest(action.name, text=text):
                            self.assertNotRegex(text or "", FOREIGN)
