import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, serializeDate, serializeDateTime } from "@web/core/l10n/dates";
import { AgendaCalendarModel, PLACE_FIELDS } from "../agenda_calendar/agenda_calendar_model";

const BOARD = "crm.agenda.board";

/** A day of the calendars that the panel shows, and what waits for a place in it. */
export class BoardModel extends AgendaCalendarModel {
    setup() {
        super.setup(...arguments);
        this.text = "";
    }

    /** The calendars that have a column, in the panel's order. */
    get columns() {
        return this.calendars.filter((calendar) => calendar.shown);
    }
    /** What the server says of a column's day: see `get_day` there. */
    getDay(calendarId) {
        return this.data.days[calendarId];
    }
    get waiting() {
        return this.data.waiting;
    }

    /** @override */
    async updateData(data) {
        const waiting = this.orm.call(BOARD, "get_waiting", [this.text]);
        await super.updateData(data);
        const { start, end } = data.range;
        data.days = await this.orm.call(BOARD, "get_day", [
            serializeDateTime(start),
            serializeDateTime(end.startOf("day").plus({ days: 1 })),
            data.calendars.filter((c) => c.shown).map((c) => c.id),
        ]);
        for (const day of Object.values(data.days)) {
            day.working = day.working.map((times) => times.map((t) => deserializeDateTime(t)));
        }
        data.waiting = await waiting;
    }

    /** @override */
    async loadOffTimes() {} // each column has its own

    async searchWaiting(text) {
        this.text = text;
        await this.load();
    }

    /** @override */
    buildRawRecord(partialRecord, options = {}) {
        const values = super.buildRawRecord(partialRecord, options);
        if (partialRecord.calendarId) {
            values.agenda_calendar_id = partialRecord.calendarId;
        }
        return values;
    }

    /** @override */
    makeContextDefaults(rawRecord) {
        return {
            ...super.makeContextDefaults(rawRecord),
            default_agenda_calendar_id: rawRecord.agenda_calendar_id,
        };
    }

    /** Give what waits a place: see `schedule` of the server. */
    async schedule(item, { calendarId, start, isAllDay }) {
        const when = isAllDay ? serializeDate(start) : serializeDateTime(start);
        const rows =
            item.model === this.resModel
                ? await this.orm.read(this.resModel, [item.id], PLACE_FIELDS)
                : [];
        let id = null;
        try {
            id = await this.orm.call(BOARD, "schedule", [
                item.model,
                item.id,
                calendarId,
                when,
                isAllDay,
            ]);
        } finally {
            await this.load(); // what others took meanwhile is gone from the list
        }
        this.offerUndo(_t("Scheduled."), () =>
            rows.length
                ? this.orm.write(this.resModel, [id], this.getPlace(rows[0]))
                : this.orm.call(this.resModel, "action_archive", [[id]])
        );
    }

    /** Take an event off the board: see `unschedule` of the server. */
    async unschedule(id) {
        const before = this.getPlace(this.records[id].rawRecord);
        await this.orm.call(BOARD, "unschedule", [id]);
        await this.load();
        this.offerUndo(_t("It waits again."), () =>
            this.orm.write(this.resModel, [id], { ...before, active: true })
        );
    }
}
