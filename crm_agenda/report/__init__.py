from . import crm_agenda_load
