from . import test_feed
from . import test_feed_screen
from . import test_ical
from . import test_ical_write
