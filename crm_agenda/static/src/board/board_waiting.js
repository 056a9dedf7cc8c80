import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { loadBundle } from "@web/core/assets";
import { useDebounced } from "@web/core/utils/timing";
import { useService } from "@web/core/utils/hooks";

const ORDERS = [
    ["since", _t("Longest wait")],
    ["customer", _t("Customer")],
    ["name", _t("Name")],
    ["kind", _t("Kind")],
];

/** What waits for a place on the board: dragged onto a column, it becomes an event. */
export class BoardWaiting extends Component {
    static template = "crm_agenda.BoardWaiting";
    static props = { model: Object };

    setup() {
        this.action = useService("action");
        this.orders = ORDERS;
        this.state = useState({ order: "since" });
        this.search = useDebounced((text) => this.props.model.searchWaiting(text), 300);
        this.list = useRef("list");
        let draggable = null;
        onMounted(async () => {
            await loadBundle("web.fullcalendar_lib");
            draggable = new FullCalendar.Interaction.Draggable(this.list.el, {
                itemSelector: ".o_agenda_waiting_item",
                longPressDelay: 300,
                eventData: (el) => ({
                    title: el.dataset.name,
                    duration: { minutes: 60 * el.dataset.hours },
                    create: false, // the server makes the event
                }),
            });
        });
        onWillUnmount(() => draggable && draggable.destroy());
    }

    get items() {
        const { order } = this.state;
        const items = [...this.props.model.waiting.rows];
        // What has nothing to be sorted by comes last.
        return items.sort(
            (a, b) => !a[order] - !b[order] || a[order].localeCompare(b[order])
        );
    }
    get more() {
        return this.props.model.waiting.count - this.props.model.waiting.rows.length;
    }

    getKey(item) {
        return `${item.model},${item.id}`;
    }
    open(item) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: item.model,
            res_id: item.id,
            views: [[false, "form"]],
        });
    }
}
