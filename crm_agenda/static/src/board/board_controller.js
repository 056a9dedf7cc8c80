import { AgendaCalendarController } from "../agenda_calendar/agenda_calendar_controller";
import { BoardWaiting } from "./board_waiting";

export class BoardController extends AgendaCalendarController {
    static template = "crm_agenda.BoardController";
    static components = { ...AgendaCalendarController.components, BoardWaiting };
}
