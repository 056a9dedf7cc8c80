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
