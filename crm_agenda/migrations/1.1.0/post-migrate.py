"""Gives shipped records, which an update leaves alone, their values of new fields."""

NUMBERED = (
    "account.move",
    "purchase.order",
    "repair.order",
    "sale.order",
    "stock.picking",
)
WAITING = {
    "crm.lead": "[('stage_id.is_won', '=', True)]",
    "project.task": "[('state', 'not in', ['1_done', '1_canceled'])]",
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
