from . import test_agenda_calendar
from . import test_browser
from . import test_event
from . import test_event_access
from . import test_reminder
from . import test_reminder_model
from . import test_share_access
