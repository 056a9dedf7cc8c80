import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { session } from "@web/session";

const MY_DAY = "crm_agenda.my_day_action";

/** What the Agenda menu opens: on a phone one's day, elsewhere everybody's calendar. */
registry
    .category("actions")
    .add("crm_agenda.open", (env) =>
        env.isSmall ? MY_DAY : "crm_agenda.calendar_event_action_agenda"
    );

/** On a phone, who has no other home action begins with their day. */
registry.category("services").add("agenda_home", {
    dependencies: ["ui"],
    start(env, { ui }) {
        if (ui.isSmall && session.agenda_my_day && !user.homeActionId) {
            user.homeActionId = MY_DAY;
        }
    },
});
