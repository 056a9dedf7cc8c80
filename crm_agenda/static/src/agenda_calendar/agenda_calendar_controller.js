import { CalendarController } from "@web/views/calendar/calendar_controller";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { AgendaNextSteps } from "./agenda_next_steps";
import { AgendaPanel } from "./agenda_panel";
import { useLiveCalendars } from "./agenda_live";

const { DateTime } = luxon;

/** One door: its arrows do what *More options* does. */
class AgendaQuickCreate extends FormViewDialog {
    /** @override */
    onExpand() {
        this.modalRef.el.querySelector("button[name=action_open_full_form]").click();
    }
}

export class AgendaCalendarController extends CalendarController {
    static template = "crm_agenda.AgendaCalendarController";
    static components = {
        ...CalendarController.components,
        AgendaNextSteps,
        AgendaPanel,
        QuickCreateFormView: AgendaQuickCreate,
    };

    setup() {
        super.setup();
        useLiveCalendars(this.model);
    }

    /** The web client shows what its own form has saved, but not what a view's has. */
    getQuickCreateFormViewProps(record) {
        return {
            ...super.getQuickCreateFormViewProps(record),
            onRecordSaved: () => this.model.load(),
        };
    }

    /** The next hour in which somebody shown works, as far as the screen knows. */
    onClickNewEvent() {
        let start = DateTime.local().startOf("hour").plus({ hours: 1 });
        const { offTimes = [], range } = this.model.data;
        const off = offTimes.find(([from, to]) => from <= start && start < to);
        if (off && off[1] < range.end.startOf("day")) {
            start = off[1];
        }
        this.createRecord({ start, end: start.plus({ hours: 1 }), isAllDay: false });
    }

    /** Nothing is lost that Undo does not bring back: no question beforehand. */
    deleteRecord(record) {
        return this.model.unlinkRecord(record.id);
    }
}
