"""Gives shipped records, which an update leaves alone, their values of new fields."""

from odoo import release

NUMBERED = (
    "account.move",
    "purchase.order",
    "repair.order",
    "sale.order",
    "stock.picking",
)
# 19.0 keeps templates of tasks among the tasks.
NEW = release.version_info[0] >= 19
TEMPLATES = ("has_template_ancestor", "has_project_template") if NEW else ()
WAITING = {
    "crm.lead": "[('stage_id.is_won', '=', True)]",
    "project.task": repr(
        [("state", "not in", ["1_done", "1_canceled"])]
        + [(field, "=", False) for field in TEMPLATES]
    ),
    "sale.order": "[('state', '=', 'sale')]",
}


def migrate(cr, version):
    cr.execute(
        """
        UPDATE crm_agenda_event_status
           SET tentative = TRUE
         WHERE write_date = create_date  -- it is as it was shipped
           AND id = (
               SELECT res_id FROM ir_model_data
                WHERE module = 'crm_agenda' AND name = 'crm_agenda_event_status_planned'
               )
        """
    )
    cr.execute(
        "UPDATE crm_agenda_document_model SET show_number = TRUE WHERE model IN %s",
        [NUMBERED],
    )
    cr.execute(
        """
        UPDATE crm_agenda_event_status
           SET under_way = TRUE
         WHERE id IN (
               SELECT res_id
                 FROM ir_model_data
                WHERE module = 'crm_agenda'
                  AND name = 'crm_agenda_event_status_in_progress'
               )
        """
    )
    for model, domain in WAITING.items():
        cr.execute(
            """
            UPDATE crm_agenda_document_model
               SET waits = TRUE, waiting_domain = %s, event_type_id = (
                   SELECT res_id FROM ir_model_data
                    WHERE module = 'crm_agenda' AND name = 'crm_agenda_event_type_visit'
                   )
             WHERE model = %s
            """,
            [domain, model],
        )
