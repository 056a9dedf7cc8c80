{
    "name": "Agenda: Phones and Other Calendars",
    "summary": "The agenda in the calendar of a phone, of Google, Apple or Outlook",
    "version": "1.0.0",
    "category": "Productivity",
    "license": "LGPL-3",
    "author": "crm_agenda contributors",
    "website": "https://github.com/crm-agenda/crm_agenda",
    "depends": ["crm_agenda"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_agenda_feed_rules.xml",
        "views/crm_agenda_feed_views.xml",
        "views/crm_agenda_calendar_views.xml",
        "wizard/crm_agenda_app_password_views.xml",
    ],
    "icon": "/crm_agenda/static/description/icon.png",
    "installable": True,
}
