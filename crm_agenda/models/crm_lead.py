from odoo import api, fields, models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.agenda.document.mixin"]

    @api.depends_context("uid")
    def _compute_meeting_display(self):
        """Show the next or the last of the meetings of which the user may know.

        Odoo looks at all of them.
        """
        result = super()._compute_meeting_display()
        # sudo: as Odoo does; who may read those of the agenda is asked as the user
        meetings = self.env["calendar.event"].sudo()
        meetings = meetings.search([("opportunity_id", "in", self.ids)])
        agenda = meetings.filtered("agenda_calendar_id")
        hidden = agenda - agenda.with_env(self.env)._filtered_access("read").sudo()
        now = fields.Datetime.now()
        for lead in self.filtered(lambda lead: lead in hidden.opportunity_id):
            starts = (meetings - hidden).filtered(
                lambda m, lead=lead: m.opportunity_id == lead
            )
            starts = starts.mapped("start")
            coming = [start for start in starts if start > now]
            lead.meeting_display_date = min(coming, default=max(starts, default=False))
            lead.meeting_display_label = (
                self.env._("Next Meeting")
                if coming
                else self.env._("Last Meeting")
                if starts
                else self.env._("No Meeting")
            )
        return result

    def _merge_dependences_calendar_events(self, opportunities):
        """Merge the events of the agenda too, each with the document it is about.

        Odoo makes the opportunity the document of every meeting, and refuses whoever
        may not write one of them.
        """
        # sudo: the link follows its document, whoever may write the event. One query
        # for all, as Odoo makes for its own: thousands of leads are merged at once.
        meetings = self.env["calendar.event"].sudo().with_context(active_test=False)
        about = [("res_model", "=", self._name), ("res_id", "in", opportunities.ids)]
        meetings = meetings.search(
            ["|", ("opportunity_id", "in", opportunities.ids), "&", *about]
        )
        meetings.filtered_domain(about).res_id = self.id
        agenda = meetings.filtered("agenda_calendar_id")
        agenda.filtered(
            lambda m: m.opportunity_id in opportunities
        ).opportunity_id = self
        if meetings - agenda:
            return super()._merge_dependences_calendar_events(opportunities)
        return True

    def log_meeting(self, meeting):
        """Write no event of the agenda into the chatter, which others read.

        The opportunity shows its events by itself, to each what they may read.
        """
        # sudo: just whether it is in the agenda
        if not meeting.sudo().agenda_calendar_id:
            return super().log_meeting(meeting)
        return self.env["mail.message"]
