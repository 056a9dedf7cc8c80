from odoo import models


class MergePartner(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_reference_fields_generic(
        self, referenced_model, src_records, dst_record, additional_update_records=None
    ):
        """Have the events about what is merged follow it, of contacts and others."""
        if "agenda_event_count" in dst_record._fields:
            dst_record._take_over_agenda_events(src_records)
        return super()._update_reference_fields_generic(
            referenced_model, src_records, dst_record, additional_update_records
        )

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Refuse to give somebody with a login the meetings of another contact, or what
        that one wrote or was told of events."""
        partners = self.env["res.partner"].browse(partner_ids).exists()
        # sudo: whose login it is, archived or not
        users = self.env["res.users"].sudo().with_context(active_test=False)
        person = users.search([("partner_id", "in", partners.ids)]).partner_id
        if person and not self.env.su:
            links = partners._read_links("meeting_ids")
            known = {
                event_id for partner_id, event_id in links if partner_id in person.ids
            }
            links |= (partners - person)._read_agenda_messages()
            gained = {link for link in links if link[1] not in known}
            person.with_env(self.env)._check_links("meeting_ids", gained, set())
        return super()._merge(partner_ids, dst_partner, extra_checks)
