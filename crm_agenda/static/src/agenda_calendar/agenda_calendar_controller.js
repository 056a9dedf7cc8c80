import { CalendarController } from "@web/views/calendar/calendar_controller";
import { AgendaPanel } from "./agenda_panel";

const { DateTime } = luxon;

export class AgendaCalendarController extends CalendarController {
    static template = "crm_agenda.AgendaCalendarController";
    static components = { ...CalendarController.components, AgendaPanel };

    /** The web client shows what its own form has saved, but not what a view's has. */
    getQuickCreateFormViewProps(record) {
        return {
            ...super.getQuickCreateFormViewProps(record),
            onRecordSaved: () => this.model.load(),
        };
    }

    onClickNewEvent() {
        const start = DateTime.local().startOf("hour").plus({ hours: 1 });
        this.createRecord({ start, end: start.plus({ hours: 1 }), isAllDay: false });
    }

    /** Nothing is lost that Undo does not bring back: no question beforehand. */
    deleteRecord(record) {
        return this.model.unlinkRecord(record.id);
    }
}
