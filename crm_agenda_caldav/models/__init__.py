from . import calendar_event_ical
from . import crm_agenda_calendar
from . import crm_agenda_feed
