"""The same thing has the same word on every screen of the agenda."""

import re
from io import BytesIO
from pathlib import Path
from unittest import skipIf

import polib
from lxml import etree

from odoo.tests import tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

from ..models.compat import SERIES
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
# What is the same in Spanish, or no text at all.
SAME = {
    "Agenda",
    "Android",
    "Color",
    "Evolution",
    "Google Calendar, Android",
    "ID",
    "Lead",
    "Mac",
    "Outlook",
    "Thunderbird",
    "UID",
    "iPhone, iPad",
    "object._get_title()",
}
HIDDEN = re.compile(r"""t-att-(title|aria-label|placeholder|alt)="[^"]*'[A-Z]""")
MARKUP = re.compile(r"<[^>]*>")


def get_places(entries):
    """Return each text with each place in which it stands; of code, the language."""
    return {
        (entry.msgid, place.partition("/")[0])
        for entry in entries
        for place in [*dict(entry.occurrences), *entry.comment.splitlines()]
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

    @skipIf(SERIES < 19, "the templates are those of 19.0")
    def test_every_text_has_its_spanish(self):
        domain = [("name", "=like", "crm_agenda%"), ("state", "=", "installed")]
        for addon in self.env["ir.module.module"].search(domain):
            exported = BytesIO()
            trans_export(None, [addon.name], exported, "po", self.env)
            texts = get_places(polib.pofile(exported.getvalue().decode()))
            template = polib.pofile(file_path(f"{addon.name}/i18n/{addon.name}.pot"))
            spanish = polib.pofile(file_path(f"{addon.name}/i18n/es.po"))
            with self.subTest(addon.name):
                self.assertEqual(texts - get_places(template), set())
                self.assertEqual(texts - get_places(spanish), set())
                same = {entry.msgid for entry in spanish if not entry.translated()}
                self.assertEqual({MARKUP.sub("", text) for text in same} - SAME, set())

    def test_no_template_hides_a_text_from_its_translators(self):
        for path in Path(file_path("crm_agenda/static/src")).rglob("*.xml"):
            with self.subTest(path.name):
                self.assertNotRegex(path.read_text(), HIDDEN)

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
