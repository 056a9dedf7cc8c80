import { Component, markup, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useFileUploader } from "@web/core/utils/files";
import { useService } from "@web/core/utils/hooks";
import { omit, pick } from "@web/core/utils/objects";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const MODEL = "calendar.event";
const CHOSEN = "agenda_my_day_calendar";
const LONGEST_SIDE = 1920; // of a photo: enough to read a label on it

/** Give a photo in the size in which it is sent; other files as they are. */
async function shrink(file) {
    let image;
    try {
        image = await createImageBitmap(file);
    } catch {
        return file;
    }
    const ratio = LONGEST_SIDE / Math.max(image.width, image.height);
    if (ratio >= 1) {
        return file;
    }
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(ratio * image.width);
    canvas.height = Math.round(ratio * image.height);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, file.type, 0.85));
    return new File([blob], file.name, { type: blob.type });
}

/** Today and the coming days of one person, for a thumb. */
export class MyDay extends Component {
    static template = "crm_agenda.MyDay";
    static components = { CopyButton };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.notification = useService("notification");
        this.orm = useService("orm");
        this.upload = useFileUploader();
        this.state = useState({
            calendars: [],
            days: [],
            waiting: [],
            calendarId: Number(browser.localStorage.getItem(CHOSEN)),
            // By the event's id: what the last tap changed, and the note being written.
            undo: {},
            notes: {},
            busy: false,
        });
        onWillStart(() => this.load());
        // Back from the phone or the map, where the day may have changed meanwhile.
        useExternalListener(document, "visibilitychange", () => {
            if (document.visibilityState === "visible") {
                this.load();
            }
        });
    }

    /** Show the day, on 19.0 at first as it was seen last: also without a signal. */
    async load() {
        const show = (day) => Object.assign(this.state, day);
        const orm = this.orm.cache
            ? this.orm.cache({ type: "disk", update: "always", callback: show })
            : this.orm;
        const { calendarId } = this.state;
        show(await orm.call(MODEL, "get_my_day", [calendarId]));
    }

    async choose(ev) {
        this.state.calendarId = Number(ev.target.value);
        browser.localStorage.setItem(CHOSEN, this.state.calendarId);
        await this.load();
    }

    /** Do it, and once only, however often it is tapped. */
    async change(change) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            await change();
        } finally {
            this.state.busy = false;
            // What was seen last is no more what there is.
            rpcBus.trigger("CLEAR-CACHES", ["get_my_day"]);
            await this.load();
        }
    }

    run(card, method) {
        return this.change(async () => {
            await this.orm.call(MODEL, method, [[card.id]]);
            // No more than the tap changed: others may have changed the rest meanwhile.
            this.state.undo[card.id] =
                method === "action_take"
                    ? pick(card.before, "agenda_calendar_id")
                    : omit(card.before, "agenda_calendar_id");
        });
    }

    undo(card) {
        return this.change(async () => {
            await this.orm.write(MODEL, [card.id], this.state.undo[card.id]);
            delete this.state.undo[card.id];
        });
    }

    toggleNote(card) {
        if (card.id in this.state.notes) {
            delete this.state.notes[card.id];
        } else {
            this.state.notes[card.id] = "";
        }
    }

    saveNote(card) {
        return this.change(async () => {
            const text = this.state.notes[card.id].trim();
            if (text) {
                await this.orm.call(MODEL, "action_note", [[card.id], text]);
            }
            delete this.state.notes[card.id];
        });
    }

    addPhoto(card, ev) {
        const photos = [...ev.target.files];
        ev.target.value = "";
        return this.change(async () => {
            const ufile = await Promise.all(photos.map(shrink));
            const files = await this.upload("/web/binary/upload_attachment", {
                csrf_token: odoo.csrf_token,
                model: MODEL,
                id: card.id,
                ufile,
            });
            const error = files?.find((file) => file.error);
            if (error) {
                this.notification.add(error.error, { type: "danger" });
            } else if (files) {
                // Among the event's files, too, and not just in its chatter.
                const links = files.map((file) => [4, file.id]);
                await this.orm.write(MODEL, [card.id], { attachment_ids: links });
            }
        });
    }

    async open(model, id) {
        this.action.doAction(await this.orm.call(model, "get_formview_action", [[id]]));
    }

    description(card) {
        // The server keeps of a description only what is harmless.
        return markup(card.description);
    }

    /** The day as somebody would write it in a message. */
    text(day) {
        const lines = day.cards
            .filter((card) => card.kind !== "cancelled")
            .map((card) =>
                [
                    `${card.time} ${card.name}`,
                    card.customer,
                    card.phones.join(", "),
                    card.place,
                    card.document && card.document.name,
                ]
                    .filter(Boolean)
                    .join("\n")
            );
        return [day.label, ...lines].join("\n\n");
    }

    messageUrl(day) {
        return `https://wa.me/?text=${encodeURIComponent(this.text(day))}`;
    }
}

registry.category("actions").add("crm_agenda.my_day", MyDay);
