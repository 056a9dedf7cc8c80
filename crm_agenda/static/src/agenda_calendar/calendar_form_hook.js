import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * @param {Function} getModel what gives the screen's model, which is loaded afterwards
 * @returns {Function} what opens a calendar, or a new one, over the screen
 */
export function useCalendarForm(getModel) {
    const action = useService("action");
    return (calendarId) =>
        action.doAction(
            {
                type: "ir.actions.act_window",
                name: calendarId ? _t("Calendar") : _t("New calendar"),
                res_model: "crm.agenda.calendar",
                res_id: calendarId,
                views: [[false, "form"]],
                target: "new",
            },
            { onClose: () => getModel().load() }
        );
}
