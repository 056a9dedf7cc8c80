from . import calendar_event_ical
from . import calendar_event_ical_find
from . import calendar_event_ical_vals
from . import calendar_event_ical_write
from . import crm_agenda_calendar
from . import crm_agenda_feed
from . import crm_agenda_ical_object
