import { registry } from "@web/core/registry";
import { utils as uiUtils } from "@web/core/ui/ui_service";
import { calendarView } from "@web/views/calendar/calendar_view";
import { AgendaCalendarController } from "./agenda_calendar_controller";
import { AgendaCalendarModel } from "./agenda_calendar_model";
import { AgendaCalendarRenderer } from "./agenda_calendar_renderer";
import { AgendaSearchModel } from "./agenda_search_model";

export const agendaCalendarView = {
    ...calendarView,
    Controller: AgendaCalendarController,
    Model: AgendaCalendarModel,
    Renderer: AgendaCalendarRenderer,
    SearchModel: AgendaSearchModel,
    props(genericProps, view) {
        const props = calendarView.props(genericProps, view);
        if (uiUtils.isSmall()) {
            // The columns of a week are too narrow to read on a phone.
            props.archInfo.scale = "day";
        }
        return props;
    },
};

registry.category("views").add("agenda_calendar", agendaCalendarView);
