from . import crm_agenda_app_password
