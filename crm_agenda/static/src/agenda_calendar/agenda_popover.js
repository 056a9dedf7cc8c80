import { markup, onWillStart, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { CalendarCommonPopover } from "@web/views/calendar/calendar_common/calendar_common_popover";

export class AgendaPopover extends CalendarCommonPopover {
    static subTemplates = {
        ...CalendarCommonPopover.subTemplates,
        body: "crm_agenda.AgendaPopover.body",
        footer: "crm_agenda.AgendaPopover.footer",
    };

    setup() {
        super.setup();
        this.action = useService("action");
        this.orm = useService("orm");
        this.details = useState({});
        onWillStart(async () => {
            if (!this.isBusy) {
                Object.assign(this.details, await this.call("get_popover_details"));
                // The server keeps of a description only what is harmless.
                this.description = markup(this.details.description || "");
            }
        });
    }

    /** Of a taken slot nothing else is known. */
    get isBusy() {
        return !this.props.record.rawRecord.agenda_status_id;
    }
    get isEventEditable() {
        return this.props.record.rawRecord.user_can_edit;
    }
    get isEventDeletable() {
        return this.isEventEditable;
    }
    get isEventViewable() {
        return !this.isBusy;
    }
    get hasFooter() {
        return !this.isBusy;
    }
    get calendarName() {
        return this.props.record.rawRecord.agenda_calendar_id[1];
    }

    call(method, ...args) {
        return this.orm.call("calendar.event", method, [[this.props.record.id], ...args]);
    }

    async onStatusChange(ev) {
        const status = parseInt(ev.target.value, 10);
        await this.orm.write("calendar.event", [this.props.record.id], {
            agenda_status_id: status,
        });
        this.props.close();
        await this.props.model.load();
    }

    async onDuplicate() {
        const [id] = await this.call("copy");
        this.props.close();
        await this.props.model.load();
        this.props.editRecord({ id, title: this.props.record.title });
    }

    async onPrint() {
        const action = await this.call("action_print_sheet");
        this.props.close();
        this.action.doAction(action);
    }

    onOpenDocument() {
        const { model, id } = this.details.document;
        this.props.close();
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}
