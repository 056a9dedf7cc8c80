import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { CalendarFormController } from "@calendar/views/calendar_form/calendar_form_controller";
import { CalendarFormView } from "@calendar/views/calendar_form/calendar_form_view";

/** The short form, which hands over what was typed to the one with everything. */
export class AgendaShortFormController extends CalendarFormController {
    setup() {
        super.setup();
        this.action = useService("action");
    }

    /** @override */
    async beforeExecuteActionButton(clickParams) {
        if (clickParams.name !== "action_open_full_form" || this.model.root.resId) {
            return super.beforeExecuteActionButton(...arguments);
        }
        const record = this.model.root;
        await record.isDirty(); // once the last field has given its value
        // 18.0 has it in private only.
        const values = record._getChanges(record._changes, { withReadonly: true });
        const typed = Object.entries(values)
            .filter(([name]) => !record.fields[name].readonly)
            .map(([name, value]) => [`default_${name}`, value]);
        this.action.doAction("crm_agenda.calendar_event_action_full", {
            additionalContext: { ...Object.fromEntries(typed), agenda_typed: true },
        });
        return false; // nothing is saved before the user says so
    }
}

registry.category("views").add("agenda_short_form", {
    ...CalendarFormView,
    Controller: AgendaShortFormController,
});
