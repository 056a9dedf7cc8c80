import { AgendaCalendarController } from "@crm_agenda/agenda_calendar/agenda_calendar_controller";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { patch } from "@web/core/utils/patch";
import { useExternalListener } from "@odoo/owl";

/** A file of events that is dropped on the calendar is imported: see crm.agenda.import. */
patch(AgendaCalendarController.prototype, {
    setup() {
        super.setup();
        useExternalListener(document, "dragover", this.onDragFile);
        useExternalListener(document, "drop", this.onDropFile);
    },

    /** Have the browser offer to drop it, and not open it in place of Odoo. */
    onDragFile(ev) {
        if (ev.dataTransfer?.types.includes("Files")) {
            ev.preventDefault();
        }
    },

    async onDropFile(ev) {
        const file = [...(ev.dataTransfer?.files || [])].find(
            ({ name, type }) => type === "text/calendar" || /\.ics$/i.test(name)
        );
        if (!file) {
            return;
        }
        ev.preventDefault();
        const data = (await getDataURLFromFile(file)).split(",")[1];
        const action = await this.orm.call("crm.agenda.import", "open_dropped", [
            file.name,
            data,
        ]);
        this.action.doAction(action, { onClose: () => this.model.load() });
    },
});
