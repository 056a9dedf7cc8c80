import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { pick } from "@web/core/utils/objects";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { askRecurrenceUpdatePolicy } from "@calendar/views/ask_recurrence_update_policy_hook";

const FIELD = "agenda_calendar_id";
export const PLACE_FIELDS = [
    FIELD,
    "start",
    "stop",
    "start_date",
    "stop_date",
    "allday",
    "duration",
];

export class AgendaCalendarModel extends CalendarModel {
    static services = ["notification", "dialog", "orm"];

    setup(params, services) {
        super.setup(...arguments);
        this.notification = services.notification;
        this.dialog = services.dialog;
    }

    /** The calendars of the panel, shown or not: see `get_panel` of the server. */
    get calendars() {
        return this.data.calendars || [];
    }

    /**
     * Show every calendar that the user may see, with or without events in view, as
     * they left them.
     * @override
     */
    async loadFilters(data) {
        data.calendars = await this.orm.call("crm.agenda.calendar", "get_panel", []);
        const filters = data.calendars.map((calendar) => ({
            type: "record",
            recordId: null,
            value: calendar.id,
            label: calendar.name,
            active: calendar.shown,
            canRemove: false,
            colorIndex: calendar.color,
            hasAvatar: false,
        }));
        const section = {
            label: this.meta.fields[FIELD].string,
            fieldName: FIELD,
            filters,
            avatar: {},
            hasAvatar: false,
            write: {},
            canCollapse: false,
            canAddFilter: false,
        };
        return { sections: { [FIELD]: section }, dynamicFiltersInfo: {} };
    }

    /** @override */
    async loadRecords(data) {
        const [records] = await Promise.all([super.loadRecords(data), this.loadOffTimes(data)]);
        return records;
    }

    /** Load when nobody of the calendars shown works. */
    async loadOffTimes(data) {
        data.offTimes = [];
        const shown = data.calendars.filter((calendar) => calendar.shown);
        if (!shown.length || this.scale === "year") {
            return;
        }
        const { start, end } = data.range;
        const times = await this.orm.call("crm.agenda.calendar", "get_off_times", [
            shown.map((calendar) => calendar.id),
            serializeDateTime(start),
            serializeDateTime(end),
        ]);
        data.offTimes = times.map((instants) => instants.map((t) => deserializeDateTime(t)));
        data.unusualDays = [];
        for (let day = start.startOf("day"); day < end; day = day.plus({ days: 1 })) {
            const last = day.endOf("day").startOf("second");
            if (data.offTimes.some(([from, to]) => from <= day && to >= last)) {
                data.unusualDays.push(day.toISODate());
            }
        }
    }

    /**
     * @param {number[]} calendarIds the only calendars to show
     */
    async showCalendars(calendarIds) {
        await this.orm.call("crm.agenda.calendar", "show_in_panel", [calendarIds]);
        await this.load();
    }

    /** @override */
    async updateRecord(record, options = {}) {
        const { rawRecord, start } = this.records[record.id];
        const scope = await this.askScope(rawRecord);
        if (scope === false) {
            return this.notify();
        }
        record.recurrenceUpdate = scope;
        try {
            await super.updateRecord(record, options);
        } catch (error) {
            await this.load(); // back to where it was, below the reason
            throw error;
        }
        if (scope) {
            return; // Odoo may have made the occurrences anew
        }
        const before = this.getPlace(rawRecord);
        const when = record.start.toLocaleString(
            record.isAllDay
                ? { weekday: "long", day: "numeric", month: "long" }
                : { weekday: "long", hour: "numeric", minute: "2-digit" }
        );
        const text = start.equals(record.start) ? _t("Changed.") : _t("Moved to %s.", when);
        this.offerUndo(text, () =>
            this.orm.write(this.resModel, [record.id], before, {
                context: this.meta.context,
            })
        );
    }

    /** What brings an event back to where and when it is. */
    getPlace(rawRecord) {
        return { ...pick(rawRecord, ...PLACE_FIELDS), [FIELD]: rawRecord[FIELD][0] };
    }

    /** @override */
    buildRawRecord(partialRecord, options = {}) {
        const values = super.buildRawRecord(partialRecord, options);
        if (partialRecord.recurrenceUpdate) {
            values.recurrence_update = partialRecord.recurrenceUpdate;
        }
        return values;
    }

    /**
     * Archived, an event can be brought back; what the whole series was, can not.
     * @override
     */
    async unlinkRecord(recordId) {
        const scope = await this.askScope(this.records[recordId].rawRecord);
        if (scope === false) {
            return;
        }
        if (scope && scope !== "self_only") {
            await this.orm.call(this.resModel, "action_mass_deletion", [[recordId], scope]);
            return this.load();
        }
        await this.orm.call(this.resModel, "action_archive", [[recordId]]);
        await this.load();
        this.offerUndo(_t("Deleted."), () =>
            this.orm.call(this.resModel, "action_unarchive", [[recordId]])
        );
    }

    /**
     * @returns {Promise<string|boolean|undefined>} how much of a series to change,
     *  `false` for nothing after all, `undefined` for an event that is in none
     */
    async askScope(rawRecord) {
        return rawRecord.recurrency ? askRecurrenceUpdatePolicy(this.dialog) : undefined;
    }

    offerUndo(text, undo) {
        const close = this.notification.add(text, {
            type: "info",
            buttons: [
                {
                    name: _t("Undo"),
                    onClick: async () => {
                        close();
                        await undo();
                        await this.load();
                    },
                },
            ],
        });
    }
}
