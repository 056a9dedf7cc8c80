from . import dav
from . import feed
