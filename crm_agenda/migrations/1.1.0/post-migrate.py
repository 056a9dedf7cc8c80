"""Gives shipped records, which an update leaves alone, their values of new fields."""

NUMBERED = (
    "account.move",
    "purchase.order",
    "repair.order",
    "sale.order",
    "stock.picking",
)


def migrate(cr, version):
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
