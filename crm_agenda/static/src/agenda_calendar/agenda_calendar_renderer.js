import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { AgendaPopover } from "./agenda_popover";

const SHORT_HOURS = 0.75; // no room for the time above the title

export class AgendaCommonRenderer extends CalendarCommonRenderer {
    static components = { ...CalendarCommonRenderer.components, Popover: AgendaPopover };
    static eventTemplate = "crm_agenda.AgendaCommonRenderer.event";

    /** @override */
    convertRecordToEvent(record) {
        return {
            ...super.convertRecordToEvent(record),
            editable: record.rawRecord.user_can_edit,
        };
    }

    /** @override */
    mapRecordsToEvents() {
        const events = super.mapRecordsToEvents();
        if (!["day", "week"].includes(this.props.model.scale)) {
            return events; // a month shades the days on which nobody works
        }
        const offTimes = this.props.model.data.offTimes.map(([start, end]) => ({
            start: start.toISO(),
            end: end.toISO(),
            display: "background",
            classNames: ["o_agenda_off"],
        }));
        return [...offTimes, ...events];
    }

    /** @override */
    eventClassNames({ event }) {
        if (event.display === "background") {
            return [];
        }
        const classes = super.eventClassNames(...arguments);
        const record = this.props.model.records[event.id];
        if (record) {
            const raw = record.rawRecord;
            if (!raw.agenda_status_id) {
                classes.push("o_agenda_busy");
            } else if (raw.agenda_status_kind !== "open") {
                classes.push(`o_agenda_${raw.agenda_status_kind}`);
            } else if (raw.is_late) {
                classes.push("o_agenda_late");
            } else if (raw.agenda_tentative) {
                classes.push("o_agenda_tentative");
            }
            if (record.duration <= SHORT_HOURS && !record.isAllDay) {
                classes.push("o_agenda_short");
            }
        }
        return classes;
    }

    /** @override */
    onEventDidMount({ el, event }) {
        if (event.display === "background") {
            return;
        }
        super.onEventDidMount(...arguments);
        const record = this.props.model.records[event.id];
        if (record) {
            const { agenda_status_id: status, customer_id: customer, location } = record.rawRecord;
            const hours = `${this.getStartTime(record)} – ${this.getEndTime(record)}`;
            const text = [
                record.title,
                record.isAllDay ? "" : hours,
                status && status[1],
                customer && customer[1],
                location,
            ]
                .filter(Boolean)
                .join(", ");
            el.setAttribute("aria-label", text);
            el.setAttribute("title", text);
        }
    }
}

export class AgendaCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: AgendaCommonRenderer,
        week: AgendaCommonRenderer,
        month: AgendaCommonRenderer,
    };
}
