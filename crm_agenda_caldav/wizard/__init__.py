from . import crm_agenda_app_password
from . import crm_agenda_import
