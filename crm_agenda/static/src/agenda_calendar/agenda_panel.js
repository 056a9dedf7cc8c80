import { _t } from "@web/core/l10n/translation";
import { Component, useState } from "@odoo/owl";
import { DateTimePicker } from "@web/core/datetime/datetime_picker";
import { useCalendarForm } from "./calendar_form_hook";

const SEARCHED = 10; // with more calendars, one looks for them by name
const GROUPS = [
    ["mine", _t("My calendars")],
    ["team", _t("Teams and rooms")],
    ["other", _t("Other people")],
];

/** The calendars beside the calendar screen: which are shown, whose they are. */
export class AgendaPanel extends Component {
    static template = "crm_agenda.AgendaPanel";
    static components = { DateTimePicker };
    static props = { model: Object };

    setup() {
        this.openCalendar = useCalendarForm(() => this.props.model);
        this.state = useState({ text: "" });
    }

    get datePickerProps() {
        return {
            type: "date",
            showWeekNumbers: false,
            maxPrecision: "days",
            daysOfWeekFormat: "narrow",
            onSelect: (date) => this.props.model.load({ date }),
            value: this.props.model.date,
        };
    }
    get isSearchable() {
        return this.props.model.calendars.length > SEARCHED;
    }
    /** Groups that have a calendar with the text in its name. */
    get groups() {
        const text = this.state.text.trim().toLocaleLowerCase();
        const calendars = this.props.model.calendars.filter((calendar) =>
            calendar.name.toLocaleLowerCase().includes(text)
        );
        return GROUPS.map(([name, label]) => ({
            label,
            calendars: calendars.filter((calendar) => calendar.group === name),
        })).filter((group) => group.calendars.length);
    }
    get shownIds() {
        return this.props.model.calendars.filter((c) => c.shown).map((c) => c.id);
    }

    getFormTitle({ level }) {
        return level === "manage" ? _t("Settings") : _t("Details");
    }
    show(calendarIds) {
        this.props.model.showCalendars(calendarIds);
    }
    showAll() {
        this.show(this.props.model.calendars.map((calendar) => calendar.id));
    }
    toggle(calendar) {
        const ids = new Set(this.shownIds);
        calendar.shown ? ids.delete(calendar.id) : ids.add(calendar.id);
        this.show([...ids]);
    }
}
