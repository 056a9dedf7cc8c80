import { SIZES } from "@web/core/ui/ui_service";
import { useService } from "@web/core/utils/hooks";
import { AgendaCalendarController } from "../agenda_calendar/agenda_calendar_controller";
import { BoardWaiting } from "./board_waiting";

export class BoardController extends AgendaCalendarController {
    static template = "crm_agenda.BoardController";
    static components = { ...AgendaCalendarController.components, BoardWaiting };

    setup() {
        super.setup();
        // On a tablet the panel would leave room for no more than three columns.
        this.state.showSideBar &&= useService("ui").size >= SIZES.XL;
    }
}
