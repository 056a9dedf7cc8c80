/** @odoo-module **/

import { registry } from "@web/core/registry";
import { utils as uiUtils } from "@web/core/ui/ui_service";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { calendarView } from "@web/views/calendar/calendar_view";

const { DateTime } = luxon;

export class AgendaCalendarController extends CalendarController {
    static template = "crm_agenda.AgendaCalendarController";

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
}

registry.category("views").add("agenda_calendar", {
    ...calendarView,
    Controller: AgendaCalendarController,
    props(genericProps, view) {
        const props = calendarView.props(genericProps, view);
        if (uiUtils.isSmall()) {
            // The columns of a week are too narrow to read on a phone.
            props.archInfo.scale = "day";
        }
        return props;
    },
});
