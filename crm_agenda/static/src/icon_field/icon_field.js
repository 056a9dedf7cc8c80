import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS =
    "calendar handshake-o users user phone envelope-o video-camera car truck plane map-marker " +
    "wrench cogs bolt tint fire leaf home building-o shopping-cart file-text-o check-square-o " +
    "exclamation-triangle heart medkit graduation-cap coffee cutlery birthday-cake bell star flag";

/** An icon of those that most companies need; others are kept as they are. */
export class IconField extends Component {
    static template = "crm_agenda.IconField";
    static props = { ...standardFieldProps };

    get icons() {
        return [...new Set([...ICONS.split(" ").map((name) => `fa-${name}`), this.icon])];
    }
    get icon() {
        return this.props.record.data[this.props.name] || "fa-calendar";
    }

    choose(icon) {
        this.props.record.update({ [this.props.name]: icon });
    }
}

registry.category("fields").add("agenda_icon", {
    component: IconField,
    supportedTypes: ["char"],
});
