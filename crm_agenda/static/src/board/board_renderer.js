import { _t } from "@web/core/l10n/translation";
import { formatFloatTime } from "@web/views/fields/formatters";
import { onMounted, onPatched } from "@odoo/owl";
import { renderToString } from "@web/core/utils/render";
import { useService } from "@web/core/utils/hooks";
import { user } from "@web/core/user";
import {
    AgendaCalendarRenderer,
    AgendaCommonRenderer,
} from "../agenda_calendar/agenda_calendar_renderer";

const { DateTime } = luxon;
// FullCalendar knows columns only as days: the board's are days of this week and the
// next ones, in UTC, where every day has the same 24 hours.
const FIRST = DateTime.utc(2001, 1, 1);
const MINUTE = { minutes: 1 };

export class BoardDayRenderer extends AgendaCommonRenderer {
    static template = "crm_agenda.BoardDayRenderer";
    static columnTemplate = "crm_agenda.BoardDayRenderer.column";
    static mirrorTemplate = "crm_agenda.BoardDayRenderer.mirror";

    setup() {
        super.setup();
        this.action = useService("action");
        this.notification = useService("notification");
        onMounted(() => this.scrollToFirstHour());
        let { days } = this.props.model.data;
        onPatched(() => {
            if (days !== this.props.model.data.days) {
                // The hours that are taken change with the events.
                days = this.props.model.data.days;
                this.fc.api.setOption("dayHeaderContent", this.getHeaderHtml.bind(this));
            }
        });
    }

    get columns() {
        return this.props.model.columns;
    }

    /** Begin with the hour before the first one of work. */
    scrollToFirstHour() {
        const hours = this.columns.flatMap(({ id }) =>
            this.props.model.getDay(id).working.map(([start]) => start.hour)
        );
        const hour = Math.max(0, Math.min(24, ...hours) - 1) % 24;
        const row = this.fc.el.querySelector(`[data-time="${String(hour).padStart(2, "0")}:00:00"]`);
        const board = this.fc.el.closest(".o_agenda_board");
        const head = this.fc.el.querySelector(".fc-scrollgrid-section-header");
        const top = row.getBoundingClientRect().top - head.getBoundingClientRect().bottom;
        board.scrollTop = top;
    }

    /** @override */
    get options() {
        return {
            ...super.options,
            drop: this.onDropFromOutside,
            eventDragStop: this.onEventDragStop,
            eventDragMinDistance: 5,
            height: "auto", // the board scrolls as a whole, in both directions
            initialDate: FIRST.toISODate(),
            initialView: "board",
            nowIndicator: false,
            stickyHeaderDates: true,
            timeZone: "UTC",
            views: { board: { type: "timeGrid", duration: { days: this.columns.length } } },
            weekNumbers: false,
        };
    }

    //--------------------------------------------------------------------------
    // Columns are days of FullCalendar
    //--------------------------------------------------------------------------

    get day() {
        return this.props.model.date.startOf("day");
    }
    /** @returns {DateTime} where FullCalendar shows an instant of the day, cut to it */
    toColumn(index, instant) {
        const day = FIRST.plus({ days: index });
        const local = instant.setZone(this.day.zone);
        if (local < this.day) {
            return day;
        }
        if (local >= this.day.plus({ days: 1 })) {
            return day.plus({ days: 1 });
        }
        return day.set({ hour: local.hour, minute: local.minute });
    }
    /** @returns {number} which column a date of FullCalendar is */
    getIndex(date) {
        return Math.floor(DateTime.fromJSDate(date, { zone: "UTC" }).diff(FIRST, "days").days);
    }
    /** @returns {DateTime} the instant of the day that a date of FullCalendar shows */
    toInstant(date) {
        const { hour, minute } = DateTime.fromJSDate(date, { zone: "UTC" });
        return this.day.set({ hour, minute });
    }
    getColumn(date) {
        return this.columns[this.getIndex(date)];
    }

    /** @override */
    mapRecordsToEvents() {
        const records = Object.values(this.props.model.records);
        return [
            ...records.map((record) => this.convertRecordToEvent(record)).filter(Boolean),
            ...this.columns.flatMap((calendar, index) => this.getClosedTimes(calendar, index)),
            ...this.getNow(),
        ];
    }

    /** @override */
    convertRecordToEvent(record) {
        const [calendarId] = record.rawRecord.agenda_calendar_id;
        const index = this.columns.findIndex((calendar) => calendar.id === calendarId);
        if (index < 0) {
            return null;
        }
        const event = super.convertRecordToEvent(record);
        if (event.allDay) {
            const day = FIRST.plus({ days: index });
            return {
                ...event,
                start: day.toISODate(),
                end: day.plus({ days: 1 }).toISODate(),
                durationEditable: false,
            };
        }
        const whole = record.start >= this.day && record.end <= this.day.plus({ days: 1 });
        const start = this.toColumn(index, record.start);
        const end = this.toColumn(index, record.end);
        return {
            ...event,
            start: start.toISO(),
            end: (end > start ? end : start.plus(MINUTE)).toISO(),
            durationEditable: whole && event.editable,
        };
    }

    /** What of a column's day is neither worked nor, for an absence, there. */
    getClosedTimes(calendar, index) {
        const { working } = this.props.model.getDay(calendar.id);
        const edges = [
            FIRST.plus({ days: index }),
            ...working.flatMap((times) => times.map((time) => this.toColumn(index, time))),
            FIRST.plus({ days: index + 1 }),
        ];
        const closed = [];
        for (let edge = 0; edge < edges.length; edge += 2) {
            if (edges[edge] < edges[edge + 1]) {
                closed.push({
                    start: edges[edge].toISO(),
                    end: edges[edge + 1].toISO(),
                    display: "background",
                    classNames: ["o_agenda_closed"],
                });
            }
        }
        return closed;
    }

    getNow() {
        const now = DateTime.local();
        if (!now.hasSame(this.day, "day")) {
            return [];
        }
        return this.columns.map((_calendar, index) => {
            const start = this.toColumn(index, now);
            return {
                start: start.toISO(),
                end: start.plus(MINUTE).toISO(),
                display: "background",
                classNames: ["o_agenda_now"],
            };
        });
    }

    /** @override */
    fcEventToRecord(event) {
        const { id, allDay, date, start, end } = event;
        const calendar = this.getColumn(date || start);
        const record = { calendarId: calendar.id, isAllDay: allDay };
        const existing = id && this.props.model.records[id];
        if (existing) {
            record.id = existing.id;
        }
        if (allDay) {
            const stays = existing && existing.isAllDay;
            record.start = stays ? existing.start : this.day;
            record.end = stays ? existing.end : this.day;
            return record;
        }
        record.start = this.toInstant(date || start);
        if (end) {
            // Midnight, where a day of FullCalendar ends, is that of the next one.
            const isMidnight = this.getIndex(end) > this.getIndex(start);
            record.end = this.toInstant(end).plus({ days: isMidnight ? 1 : 0 });
        }
        return record;
    }

    //--------------------------------------------------------------------------
    // What happens on the board
    //--------------------------------------------------------------------------

    /** @override */
    eventClassNames({ event }) {
        return event.display === "background" ? [] : super.eventClassNames(...arguments);
    }
    /** @override */
    onEventContent({ event, isMirror }) {
        const { allDay, display, end, start, title } = event;
        if (display === "background") {
            return true;
        }
        if (!isMirror || allDay || !end) {
            return super.onEventContent(...arguments);
        }
        // What is dragged says when it would be, not when it was.
        const from = this.getStartTime({ start: this.toInstant(start) });
        const to = this.getEndTime({ end: this.toInstant(end) });
        const values = { hours: `${from} – ${to}`, title };
        return { html: renderToString(this.constructor.mirrorTemplate, values) };
    }
    /** @override */
    onEventDidMount({ event }) {
        if (event.display !== "background") {
            super.onEventDidMount(...arguments);
        }
    }

    /** @override */
    isSelectionAllowed({ start, end, allDay }) {
        const last = allDay ? end.getTime() - 1 : end.getTime() - 60000;
        return this.getIndex(start) === this.getIndex(new Date(last)) && this.mayWrite(start);
    }
    /** @override */
    onDateClick(info) {
        if (this.mayWrite(info.date)) {
            super.onDateClick(...arguments);
        }
    }
    mayWrite(date) {
        return this.props.model.getDay(this.getColumn(date).id).can_write;
    }

    /** @override */
    async onEventDrop({ event, oldEvent, revert }) {
        this.fc.api.unselect();
        const record = this.fcEventToRecord(event);
        const before = this.props.model.records[event.id];
        if (!event.allDay && !oldEvent.allDay) {
            // As far as it moved on the board, of which it may show but a part.
            const shift = this.toInstant(event.start).diff(this.toInstant(oldEvent.start));
            record.start = before.start.plus(shift);
            record.end = before.end.plus(shift);
        }
        await this.props.model.updateRecord(record, { moved: true });
    }

    async onDropFromOutside({ date, allDay, draggedEl }) {
        const { model, id } = draggedEl.dataset;
        await this.props.model.schedule(
            { model, id: parseInt(id, 10) },
            {
                calendarId: this.getColumn(date).id,
                start: allDay ? this.day : this.toInstant(date),
                isAllDay: allDay,
            }
        );
    }

    /** What is dropped on the list waits again. */
    async onEventDragStop({ event, jsEvent }) {
        const { clientX, clientY } = jsEvent.changedTouches ? jsEvent.changedTouches[0] : jsEvent;
        const target = document
            .elementsFromPoint(clientX, clientY)
            .find((el) => el.closest(".o_agenda_waiting"));
        if (target) {
            await this.props.model.unschedule(parseInt(event.id, 10));
        }
    }

    //--------------------------------------------------------------------------
    // Heads of the columns
    //--------------------------------------------------------------------------

    /** @override */
    getHeaderHtml({ date }) {
        const calendar = this.getColumn(date);
        const { away, hours, taken } = this.props.model.getDay(calendar.id);
        const load = _t("%(taken)s of %(hours)s h", {
            taken: formatFloatTime(taken),
            hours: formatFloatTime(hours),
        });
        return {
            html: renderToString(this.constructor.columnTemplate, {
                away,
                calendar,
                full: taken >= hours,
                load,
                percent: hours ? Math.min(100, Math.round((100 * taken) / hours)) : 0,
            }),
        };
    }

    /** Show the week of the calendar whose head was clicked. */
    async onClickHead(ev) {
        const head = ev.target.closest("[data-calendar-id]");
        if (head) {
            const id = parseInt(head.dataset.calendarId, 10);
            const action = await this.props.model.orm.call(
                "crm.agenda.calendar",
                "action_open_events",
                [id]
            );
            action.context = { ...user.context, ...action.context };
            action.context.initial_date = this.day.toISODate();
            await this.action.doAction(action);
        }
    }
}

export class BoardRenderer extends AgendaCalendarRenderer {
    static template = "crm_agenda.BoardRenderer";
    static components = { ...AgendaCalendarRenderer.components, day: BoardDayRenderer };

    /** Columns are made once. */
    get calendarKey() {
        const ids = this.props.model.columns.map((calendar) => calendar.id);
        return `${super.calendarKey}_${ids.join()}`;
    }
}
