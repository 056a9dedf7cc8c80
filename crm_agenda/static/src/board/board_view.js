import { registry } from "@web/core/registry";
import { agendaCalendarView } from "../agenda_calendar/agenda_calendar_view";
import { BoardController } from "./board_controller";
import { BoardModel } from "./board_model";
import { BoardRenderer } from "./board_renderer";

export const agendaBoardView = {
    ...agendaCalendarView,
    Controller: BoardController,
    Model: BoardModel,
    Renderer: BoardRenderer,
    props(genericProps, view) {
        const props = agendaCalendarView.props(genericProps, view);
        props.archInfo.scale = "day";
        props.archInfo.scales = ["day"];
        return props;
    },
};

registry.category("views").add("agenda_board", agendaBoardView);
