import { Component, useState } from "@odoo/owl";
import { useCalendarForm } from "./calendar_form_hook";

/** What to do next, where nothing is planned or nothing can be. */
export class AgendaNextSteps extends Component {
    static template = "crm_agenda.AgendaNextSteps";
    static props = { model: Object, createEvent: Function };

    setup() {
        this.state = useState({ closed: false });
        this.openCalendar = useCalendarForm(() => this.props.model);
    }

    get calendars() {
        return this.props.model.calendars;
    }
    get isShown() {
        const isEmpty = !Object.keys(this.props.model.records).length;
        return !this.state.closed && (isEmpty || !this.canWrite);
    }
    get canWrite() {
        return this.calendars.some(({ level }) => ["write", "manage"].includes(level));
    }
    get hiddenCount() {
        return this.calendars.filter(({ shown }) => !shown).length;
    }
    /** One's own calendar, or else another that one manages. */
    get toShare() {
        const managed = this.calendars.filter(({ level }) => level === "manage");
        return managed.find(({ group }) => group === "mine") || managed[0];
    }

    showAll() {
        this.props.model.showCalendars(this.calendars.map(({ id }) => id));
    }
}
