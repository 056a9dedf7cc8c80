import {calendarNotificationService} from "@calendar/js/services/calendar_notification_service";
import {registry} from "@web/core/registry";

/**
 * Odoo's pop-ups, of which those of the agenda also close by themselves: each message of
 * the server has all that are to be shown, and what it has no more has lost its reason.
 */
export const agendaReminderService = {
    ...calendarNotificationService,

    start(env, services) {
        const closers = new Map();
        const ours = new Set();
        const getKey = (title, message) => JSON.stringify([title, message]);
        const notification = {
            ...services.notification,
            add(message, options) {
                const key = getKey(options.title, message);
                const close = services.notification.add(message, {
                    ...options,
                    onClose() {
                        closers.delete(key);
                        options.onClose();
                    },
                });
                closers.set(key, close);
                return close;
            },
        };
        const bus = {
            start: () => services.bus_service.start(),
            subscribe(type, show) {
                services.bus_service.subscribe(type, (reminders) => {
                    const wanted = new Set();
                    for (const {agenda, message, title} of reminders) {
                        const key = getKey(title, message);
                        wanted.add(key);
                        if (agenda) {
                            ours.add(key);
                        }
                    }
                    for (const [key, close] of [...closers]) {
                        if (ours.has(key) && !wanted.has(key)) {
                            close();
                        }
                    }
                    show(reminders);
                });
            },
        };
        return calendarNotificationService.start(env, {
            ...services,
            bus_service: bus,
            notification,
        });
    },
};

registry
    .category("services")
    .add("calendarNotification", agendaReminderService, {force: true});
