from . import crm_agenda_reassign
from . import crm_agenda_sheet
from . import crm_agenda_time_finder
