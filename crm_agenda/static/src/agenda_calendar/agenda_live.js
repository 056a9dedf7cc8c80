import { onMounted, onWillUnmount } from "@odoo/owl";
import { useBus, useService } from "@web/core/utils/hooks";

const CHANNEL = "crm_agenda.calendar_";
const CHANGED = "crm_agenda.changed";
const PATIENCE = 500; // milliseconds: what changes together is loaded once

/** Have a model load again when others change something in its calendars. */
export function useLiveCalendars(model) {
    const bus = useService("bus_service");
    const heard = new Set();
    let timer = null;

    function hear() {
        for (const { id } of model.calendars) {
            if (!heard.has(id)) {
                heard.add(id);
                bus.addChannel(CHANNEL + id);
            }
        }
    }
    function load() {
        if (document.querySelector(".fc-event-dragging, .fc-event-resizing")) {
            later(); // it would take the event out of the hand that drags it
        } else {
            model.load();
        }
    }
    function later() {
        clearTimeout(timer);
        timer = setTimeout(load, PATIENCE);
    }
    function onChange({ calendar_id: id }) {
        if (model.calendars.some((calendar) => calendar.id === id && calendar.shown)) {
            later();
        }
    }

    onMounted(hear);
    useBus(model.bus, "update", hear);
    bus.subscribe(CHANGED, onChange);
    onWillUnmount(() => {
        clearTimeout(timer);
        bus.unsubscribe(CHANGED, onChange);
        for (const id of heard) {
            bus.deleteChannel(CHANNEL + id);
        }
    });
}
