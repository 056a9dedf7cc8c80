"""A small company in which every text that not everybody may read is a canary."""

import hashlib
from datetime import datetime, timedelta

from ..models.compat import GROUP_USERS
from .canary_phone import make_phone
from .canary_rights import Person, Secret
from .common import DAILY

NOW = datetime(2030, 5, 13, 6)  # a Monday
STAFF = (
    "base.group_user,base.group_partner_manager,base.group_allow_export,"
    "sales_team.group_sale_salesman"
)
# Who attacks, and is told things. Each of them is out of something.
STAFF_NAMES = """owner keeper busy read write manage teamer clerk organizer attendee
    extra stranger discreet both""".split()
CALENDARS = ("office", "rooms", "hidden", "foreign", "open", "closed")
# Who works with the events of a calendar by right.
WORKERS = {
    "office": ("owner", "manage", "write"),
    "rooms": ("keeper", "busy", "read"),
    "hidden": ("keeper",),
    "foreign": ("alien", "foreigner"),
    "open": ("both",),
    "closed": ("owner",),
}
# calendar:level:with whom
SHARES = """office:busy:busy office:read:read office:write:write office:write:discreet
    office:manage:manage office:read:team office:busy:group office:write:tenant
    rooms:busy:organizer rooms:write:busy rooms:write:read foreign:read:both
    open:read:group closed:read:read""".split()
# Records of Odoo's and of ours by which there is a name for them.
KNOWN = """group.portal:base.group_portal group.employee:base.group_user
    group.manager:crm_agenda.group_agenda_manager
    status.cancelled:crm_agenda.crm_agenda_event_status_cancelled
    status.done:crm_agenda.crm_agenda_event_status_done
    template.update:calendar.calendar_template_meeting_update
    template.invitation:calendar.calendar_template_meeting_invitation
    template.reminder:calendar.calendar_template_meeting_reminder
    template.changedate:calendar.calendar_template_meeting_changedate""".split()


class World:
    def __init__(self, case, models):
        self.case, self.env = case, case.env
        self.records = {}  # name: (model, id)
        self.names = {}  # (model, id): name
        self.words, self.files, self.moments = {}, {}, {"time": {}, "date": {}}
        self.starts, self.workers, self.phones = {}, {}, {}
        self.contacts_id = self.env["ir.model"]._get_id("res.partner")
        self.minutes = (minute for minute in range(1, 60) if minute % 15)
        self.first_ids = {m: self._next_id(self.env[m]._table) for m in models}
        self.first_event = self.first_ids["calendar.event"]
        self._blunt_demo()
        self._make_people()
        self._make_documents()
        self._make_calendars()
        self._make_events()
        self._make_own_things()
        self.attackers = [n for n, user in self.users.items() if not user.share]
        # What the attacks of an example are about.
        self.focus = [
            name
            for name in self.find("calendar.event", *CALENDARS)
            if self.get_words(name)
        ]
        self._watch_caches()
        case.forget()
        self.people = [
            Person(name, user.id, user.partner_id.id)
            for name, user in self.users.items()
        ]
        for name in ("client", "visitor"):
            contact = getattr(self, name)
            self.people.append(Person(name, None, contact.id))
        self.person = {person.name: person for person in self.people}
        self.person_of = {person.partner_id: person for person in self.people}.get

    def _watch_caches(self):
        """Notice which of Odoo's caches are dropped: no rollback brings them back."""
        self.cleared = set()
        registry = type(self.env.registry)
        clear_cache = registry.clear_cache

        def watched(registry, *names):
            self.cleared.update(names or ["default"])
            clear_cache(registry, *names)

        self.case.patch(registry, "clear_cache", watched)

    def _next_id(self, table):
        self.env.cr.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        return self.env.cr.fetchone()[0]

    def add(self, name, record):
        self.records[name] = (record._name, record.id)
        self.names[record._name, record.id] = name
        return record

    def name(self, model, record_id):
        return self.names.get((model, record_id), f"{model} {record_id}")

    def find(self, model, *prefixes):
        """Return the names of the records of ``model``."""
        return [
            name
            for name, (other, _id) in self.records.items()
            if other == model and name.startswith(prefixes or ("",))
        ]

    def hide(self, kind, holder, label, suffix="word"):
        """Return a new word that only those may know who may know ``holder``."""
        word = f"zq{len(self.words):03d}{suffix}"
        self.words[word] = Secret(kind, holder, label)
        return word

    def _blunt_demo(self):
        """Have no event of the demo at a minute that is somebody's canary."""
        self.env.cr.execute(
            "DELETE FROM crm_agenda_reminder; "
            "UPDATE calendar_event SET start = date_trunc('hour', start), "
            "stop = date_trunc('hour', stop), duration = round(duration), "
            "slot_exclusive = false"
        )

    def get_words(self, name):
        """Return the canaries of the event ``name``."""
        return [
            word
            for word, secret in self.words.items()
            if secret[:2] == ("event", self.records[name][1])
        ]

    def _make_people(self):
        env = self.env
        self.company = env["res.company"].create({"name": "Other company"})
        self.users = {}
        for name in STAFF_NAMES:
            self.users[name] = self._new_user(name, STAFF)
        self.users["both"].company_ids |= self.company
        there = {
            "company_id": self.company.id,
            "company_ids": [(6, 0, self.company.ids)],
        }
        manager = f"{STAFF},crm_agenda.group_agenda_manager"
        self.users["alien"] = self._new_user("alien", STAFF, **there)
        self.users["foreigner"] = self._new_user("foreigner", manager, **there)
        self.users["administrator"] = self._new_user("administrator", manager)
        for name in ("portal", "tenant"):
            self.users[name] = self._new_user(name, "base.group_portal")
        # The visitor is whom somebody with the same address may merge with themselves.
        self.client, self.visitor = env["res.partner"].create(
            [
                {"name": name, "email": f"{name}@example.com", "tz": "UTC"}
                for name in ("Client", "Visitor")
            ]
        )
        self.users["stranger"].email = self.visitor.email
        discreet = self.users["discreet"]
        discreet.with_user(discreet).calendar_default_privacy = "private"
        self.team = env["crm.team"].create({"name": "North"})
        self.team.member_ids = self.users["teamer"]
        self.group = env["res.groups"].create({"name": "Clerks"})
        self.group.write({GROUP_USERS: [(4, self.users["clerk"].id)]})
        for name, user in self.users.items():
            self.add(f"user.{name}", user)
            self.add(f"partner.{name}", user.partner_id)
        self.add("partner.client", self.client)
        self.add("partner.visitor", self.visitor)
        self.add("group.clerks", self.group)
        for name, xmlid in (known.split(":") for known in KNOWN):
            self.add(name, env.ref(xmlid))
        self.add("company.other", self.company)
        self.add("team.north", self.team)
        self.add("hours", env.company.resource_calendar_id)

    def _new_user(self, name, groups, **values):
        login = f"canary_{name}"
        user = self.case.new_user(login, groups, tz="UTC", **values)
        user.name = f"User {name}"
        return user

    def _make_documents(self):
        env, keeper = self.env, self.users["keeper"]
        customer = self.add(
            "partner.foreign",
            env["res.partner"].create({"name": "?", "company_id": self.company.id}),
        )
        holder = (customer.id, self.company.id)
        customer.name = self.hide("contact", holder, "name of a foreign customer")
        for name, owner in (("open", False), ("theirs", keeper.id)):
            lead = {"name": "Lead", "user_id": owner, "type": "opportunity"}
            order = {"partner_id": self.client.id, "user_id": owner}
            lead, order = env["crm.lead"].create(lead), env["sale.order"].create(order)
            for record in (lead, order):
                self.add(f"{record._name}.{name}", record)
                if owner:
                    holder = (owner, f"{record._name},{record.id}")
                    record.name = self.hide("document", holder, f"name of {record}")
        hour = {"duration": 1, "interval": "hours"}
        for name, kind in (("popup", "notification"), ("mail", "email")):
            alarm = {"name": f"{kind} an hour before", "alarm_type": kind, **hour}
            self.add(f"alarm.{name}", env["calendar.alarm"].create(alarm))
        activity = self.get("sale.order.open").activity_schedule(
            "mail.mail_activity_data_todo", user_id=keeper.id, summary="Call"
        )
        self.add("activity.open", activity)

    def _make_calendars(self):
        env = self.env
        types = env["crm.agenda.event.type"]
        foreign = types.create({"name": "?", "company_id": self.company.id})
        foreign.name = self.hide("company", self.company.id, "name of a foreign type")
        self.add("type.foreign", foreign)
        # Anybody may know it, but not that the hidden calendar proposes it.
        self.add("type.hidden", types.create({"name": "Of the hidden calendar"}))
        companies = {"foreign": self.company, "open": env["res.company"]}
        for name in CALENDARS:
            calendar = env["crm.agenda.calendar"].create(
                {
                    "name": name,
                    "owner_id": self.users[WORKERS[name][0]].id,
                    "company_id": companies.get(name, env.company).id,
                    "double_booking": "refuse" if name == "rooms" else "warn",
                    "kind": "team" if name == "open" else "person",
                }
            )
            self.add(f"calendar.{name}", calendar)
            calendar.name = self.hide("calendar", calendar.id, f"name of {name}")
            text = self.hide("notes", calendar.id, f"description of {name}")
            calendar.description = text
        self.get("calendar.foreign").default_type_id = foreign
        self.get("calendar.hidden").default_type_id = self.get("type.hidden")
        self.get("calendar.hidden").default_alarm_ids = self.get("alarm.mail")
        for index, (name, level, whom) in enumerate(s.split(":") for s in SHARES):
            subject = {
                "team": {"team_id": self.team.id},
                "group": {"group_id": self.group.id},
            }.get(whom) or {"user_id": self.users[whom].id, "remind": whom == "read"}
            values = {"calendar_id": self.get(f"calendar.{name}").id, "level": level}
            share = env["crm.agenda.share"].create({**values, **subject})
            self.add(f"share.{index}.{name}", share)

    def get(self, name):
        model, record_id = self.records[name]
        return self.env[model].browse(record_id)

    def _make_events(self):
        users = self.users

        def people(*names):
            return [(6, 0, [self.get(f"partner.{name}").id for name in names])]

        extra = [(6, 0, users["extra"].ids)]
        popup, mail = self.get("alarm.popup"), [(6, 0, self.get("alarm.mail").ids)]
        organizer = users["organizer"].id
        private = {"privacy": "private", "user_id": organizer}
        video = "https://example.com/calendar/join_videocall/x"
        keeper = users["keeper"].partner_id
        lead = self.get("crm.lead.open").id
        self.new_event("office.open", alarm_ids=mail)
        invited = {"partner_ids": people("organizer", "attendee")}
        self.new_event("office.private", **private, **invited, shared_user_ids=extra)
        self.new_event("office.discreet", by="discreet", privacy=None)
        invited = {"partner_ids": people("attendee", "portal", "client")}
        self.new_event(
            "office.guests",
            **invited,
            user_id=organizer,
            shared_user_ids=extra,
            videocall_location=video,
        )
        self.new_series("office.series")
        cancelled = {"agenda_status_id": self.case.cancelled.id, "show_as": "busy"}
        self.new_event("office.cancelled", **cancelled)
        later = datetime(2030, 7, 8)  # than the one that is hidden
        self.new_event("office.lead", date=later, opportunity_id=lead)
        self.new_event("rooms.open")
        self.new_event("rooms.lent", user_id=users["attendee"].id)
        self.new_event("rooms.private", **private, partner_ids=people("organizer"))
        self.new_series("rooms.series")
        self.new_event("hidden.open", alarm_ids=mail)
        invited = {"partner_ids": people("keeper", "attendee")}
        private = {"privacy": "private"}
        self.new_event("hidden.private", **private, **invited, shared_user_ids=extra)
        self.new_series("hidden.series")
        invited = {"partner_ids": people("client", "visitor")}
        event = self.new_event("hidden.guests", **invited).sudo()
        event._create_videocall_channel()
        self.add("channel.hidden.guests", event.videocall_channel_id)
        told = {"subject": event.name, "body": "?", "partner_ids": keeper.ids}
        self.add("message.hidden.guests", event.message_notify(**told))
        date = datetime(2030, 6, 21)
        self.new_event("hidden.lead", date=date, opportunity_id=lead)
        self.moments["date"][date.month, date.day] = "hidden.lead"
        document = f"sale.order,{self.get('sale.order.theirs').id}"
        event = self.new_event("hidden.order", document_ref=document)
        self.get("activity.open").calendar_event_id = event
        texts = {"name": event.name, "description": event.description}
        event.with_user(users["keeper"]).write(texts)
        self.new_event("foreign.open")
        self.new_event("foreign.private", privacy="private")
        self.new_event("foreign.customer", customer_id=self.get("partner.foreign").id)
        self.new_event("open.open")
        self.new_event("closed.open")
        reminded = dict(date=NOW, hour=6, alarm_ids=[(6, 0, popup.ids)])
        invited = {"partner_ids": people("attendee", "stranger")}
        self.new_event("office.soon", **reminded, **invited, shared_user_ids=extra)
        self.new_event("hidden.soon", **reminded, partner_ids=people("attendee"))
        self.new_event("foreign.soon", **reminded)
        self.case.forget()
        self.env["crm.agenda.reminder"]._cron_dispatch(commit=False)
        reminded["alarm_ids"] = [*mail, (4, popup.id)]
        invited = {"partner_ids": people("attendee", "stranger", "client")}
        self.new_event("office.due", **reminded, **invited, shared_user_ids=extra)
        self.new_event("hidden.due", **reminded)
        failed = self.env["crm.agenda.reminder"].search(
            [("event_id", "=", self.get("office.open").id)], limit=1
        )
        failed.write({"state": "failed", "error": "No.", "next_attempt": False})
        self.get("calendar.closed").active = False

    def new_event(self, name, by=None, date=None, hour=None, **values):
        """Create an event with canaries in all its texts, as who works there."""
        calendar = name.partition(".")[0]
        minute = next(self.minutes)
        self.moments["time"][minute] = name
        index = len(self.moments["time"])
        day = date or NOW + timedelta(days=1 + index % 4)
        start = day.replace(hour=hour or 8 + index % 9, minute=minute, second=0)
        if values.get("privacy", True) is None:
            values["privacy"] = False
        user = self.users[by or WORKERS[calendar][0]]
        values["name"] = word = self.hide("event", None, f"name of {name}", "name")
        words = [word]
        for fname in ("location", "description"):
            words.append(self.hide("event", None, f"{fname} of {name}", fname))
            values[fname] = words[-1]
        later = {f: values.pop(f) for f in ("user_id", "partner_ids") if f in values}
        if later:
            later["privacy"] = values.pop("privacy", "public")
        event = self.case.new_event(
            self.get(f"calendar.{calendar}"), user, start=start, **values
        )
        event.write(later)
        self.starts[name] = start
        self.workers[name] = [*WORKERS[calendar]]
        if event.user_id != user:
            self.workers[name].append(self.name("res.users", event.user_id.id)[5:])
        words += self._add_texts(name, event, user)
        for word in words:
            self.words[word] = self.words[word]._replace(holder=event.id)
        self.add(name, event)
        if event.recurrence_id:
            self.add(f"recurrence.{name}", event.recurrence_id)
        for partner in event.partner_ids:
            attendees = {a.partner_id: a for a in event.attendee_ids}
            who = self.name("res.partner", partner.id).partition(".")[2]
            self.add(f"attendee.{who}.of.{name}", attendees[partner])
        return event

    def _add_texts(self, name, event, user):
        """Give the event a comment, a file and followers."""
        comment = self.hide("event", None, f"comment on {name}", "talk")
        event.message_post(body=comment, author_id=user.partner_id.id)
        content = self.hide("event", None, f"content of a file of {name}", "content")
        raw = content.encode()
        self.files[hashlib.sha1(raw).hexdigest()] = content
        filename = self.hide("event", None, f"name of a file of {name}", "file")
        attachment = self.env["ir.attachment"].create(
            {"name": filename, "raw": raw, "mimetype": "text/plain"}
        )
        event.write({"attachment_ids": [(4, attachment.id)]})
        self.add(f"attachment.{name}", event.attachment_ids)
        for follower in (self.users["read"], self.users["teamer"]):
            is_read = event.with_user(follower)._filtered_access("read")
            if name.startswith("office") and is_read:
                event.message_subscribe(follower.partner_id.ids)
        return comment, content, filename

    def new_series(self, name):
        """Create three events in a row, the second of them private."""
        event = self.new_event(name, **DAILY, count=3, event_tz="UTC")
        first, private, last = event.recurrence_id.calendar_event_ids.sorted("start")
        word = self.hide("event", private.id, f"name of {name}.private", "name")
        private.write({"privacy": "private", "name": word})
        self.add(f"{name}.private", private)
        self.workers[f"{name}.private"] = self.workers[name]
        self.add(f"{name}.last", last)
        return first

    def _make_own_things(self):
        """Give each attacker something of their own to begin with."""
        env = self.env
        for name, user in self.users.items():
            if user.share:
                continue
            watched = {"user_id": self.users["owner"].id, "level": "busy"}
            is_apart = name in ("owner", "alien", "foreigner")
            calendar = env["crm.agenda.calendar"].create(
                {
                    "name": f"Calendar of {name}",
                    "owner_id": user.id,
                    "company_id": user.company_id.id,
                    "double_booking": "warn",
                    "share_ids": [] if is_apart else [(0, 0, watched)],
                }
            )
            me = {"partner_ids": [(6, 0, user.partner_id.ids)]}
            days = {"start": NOW, "stop": NOW + timedelta(days=40)}
            event = self.case.new_event(calendar, user, name="Mine", **days, **me)
            later = NOW + timedelta(days=3, hours=9)
            meeting = self.case.new_event(False, user, name="Meeting", start=later)
            contact = {"name": "Contact", "email": self.visitor.email}
            contact = env["res.partner"].create(contact)
            mine = {"name": "Mine", "user_id": user.id, "type": "opportunity"}
            lead = env["crm.lead"].create(mine)
            activity = contact.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, summary="Call"
            )
            own = [calendar, event, contact, lead, activity]
            if "crm.agenda.feed" in env:
                feed, self.phones[name] = make_phone(env, user)
                own.append(feed)
            for record in own:
                self.add(f"{name}'s {record._name}", record)
            self.add(f"{name}'s meeting", meeting)
            self.add(f"{name}'s calendar.attendee", event.attendee_ids)
            if calendar.share_ids:
                self.add(f"{name}'s crm.agenda.share", calendar.share_ids)
