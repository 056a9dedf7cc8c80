"""What people try: calls as the web client or a script makes them."""

from datetime import timedelta
from functools import partial

from ..models.compat import GROUP_USERS, SERIES, USER_GROUPS
from .canary_phone import PhoneMixin
from .canary_rights import LEVELS
from .canary_steps import Dav, Guess, Made, Ref, Rpc, Task, Text, Token, Url
from .canary_world import CALENDARS, NOW, WORKERS

# What is read of each model, and shown with it.
READ = {
    "calendar.event": """name display_name location description start stop display_time
        customer_id document_ref document_kind agenda_calendar_id agenda_type_id
        attachment_ids attendee_ids partner_ids user_id access_token
        videocall_location recurrence_id clash_summary activity_ids alarm_ids
        reminder_ids shared_user_ids slot_start opportunity_id res_id
        videocall_channel_id""",
    "calendar.attendee": """event_id common_name access_token partner_id state
        recurrence_id email""",
    "calendar.recurrence": """name base_event_id calendar_event_ids dtstart until rrule
        count""",
    "calendar.alarm": "name",
    "crm.agenda.calendar": """name description owner_id share_ids default_type_id
        member_ids coming_event_count default_alarm_ids""",
    "crm.agenda.share": "calendar_id user_id level display_name",
    "crm.agenda.reminder": "event_id alarm_id partner_id due state error display_name",
    "crm.agenda.event.type": "name",
    "crm.agenda.reassign": "source_id calendar_id event_ids clash_summary",
    "crm.agenda.time.finder": "calendar_ids slot_ids customer_id name",
    "crm.agenda.sheet": "calendar_ids display_name",
    "crm.agenda.feed": "name calendar_ids user_id",
    "res.partner": """name meeting_ids meeting_count activity_ids
        activity_calendar_event_id agenda_event_count""",
    "res.users": "name agenda_calendar_id activity_ids",
    "mail.activity": """summary note res_name calendar_event_id date_deadline
        display_name user_id""",
    "mail.message": """subject body record_name preview attachment_ids partner_ids
        parent_id""",
    "mail.compose.message": """subject body record_name attachment_ids partner_ids
        parent_id""",
    "mail.template.preview": "subject body_html email_to partner_ids attachment_ids",
    "mail.activity.schedule": "display_name",
    "crm.activity.report": "subject body",
    "discuss.channel": "name description display_name parent_channel_id",
    "mail.followers": "res_model res_id display_name partner_id",
    "mail.notification": "mail_message_id mail_mail_id",
    "ir.attachment": """name datas res_name res_model res_id access_token
        original_id""",
    "crm.lead": """name meeting_display_date meeting_display_label calendar_event_ids
        activity_ids activity_calendar_event_id agenda_event_count message_ids""",
    "sale.order": """name activity_ids activity_calendar_event_id agenda_event_count
        agenda_proposal message_ids""",
}
READ = {model: fields.split() for model, fields in READ.items()}
# What is shown of each record in a many2one or an x2many.
SHOWN = """event_id:calendar.event base_event_id:calendar.event
    calendar_event_id:calendar.event calendar_event_ids:calendar.event
    meeting_ids:calendar.event attendee_ids:calendar.attendee
    recurrence_id:calendar.recurrence agenda_calendar_id:crm.agenda.calendar
    calendar_id:crm.agenda.calendar source_id:crm.agenda.calendar
    activity_ids:mail.activity message_ids:mail.message attachment_ids:ir.attachment
    share_ids:crm.agenda.share reminder_ids:crm.agenda.reminder
    customer_id:res.partner"""
SHOWN = dict(pair.split(":") for pair in SHOWN.split())
# Through which records others are reached.
PARENTS = {
    "crm.agenda.share": [("crm.agenda.calendar", "share_ids")],
    "calendar.attendee": [("calendar.event", "attendee_ids")],
    "calendar.event": [
        ("res.partner", "meeting_ids"),
        ("crm.lead", "calendar_event_ids"),
        ("calendar.recurrence", "calendar_event_ids"),
        ("crm.agenda.reassign", "event_ids"),
        ("mail.activity", "calendar_event_id"),
    ],
    "mail.activity": [
        (model, "activity_ids")
        for model in ("calendar.event", "res.partner", "crm.lead")
    ],
    "ir.attachment": [("calendar.event", "attachment_ids")],
    "crm.agenda.reminder": [("calendar.event", "reminder_ids")],
    "crm.agenda.calendar": [("crm.agenda.time.finder", "calendar_ids")],
    "res.partner": [("res.partner", "child_ids"), ("calendar.event", "partner_ids")],
}
CONTEXTS = [
    *({key: True} for key in "agenda agenda_nested agenda_only agenda_change".split()),
    *({key: True} for key in "dont_notify no_mail_to_attendees mail_notrack".split()),
    *({key: True} for key in "tracking_disable is_calendar_event_new".split()),
    {"agenda_change": [True]},
    {"agenda_change": {"agenda_only": True}},
    {"active_test": False},
    {"install_module": "crm_agenda"},
    {"mail_create_nosubscribe": True},
    {"recompute": False},
    {"uid": 1},
]
EVENT, ATTENDEE, SERIES_OF = (
    "calendar.event",
    "calendar.attendee",
    "calendar.recurrence",
)
CALENDAR, SHARE, BOARD = "crm.agenda.calendar", "crm.agenda.share", "crm.agenda.board"
CONTACT, ACTIVITY, FILE = "res.partner", "mail.activity", "ir.attachment"
CHANNEL, MESSAGE = "discuss.channel", "mail.message"
COMPOSER = "mail.compose.message"
LEAD, ORDER, REMINDER = "crm.lead", "sale.order", "crm.agenda.reminder"
WIZARDS = ("crm.agenda.reassign", "crm.agenda.sheet", "crm.agenda.time.finder")
MERGE_CONTACTS = "base.partner.merge.automatic.wizard"
TAPS = (
    "action_start action_done action_cancel action_take action_print_sheet "
    "get_popover_details get_display_time_tz action_open_calendar_event"
).split()
POPOVER_EVENT = "record" if SERIES < 19 else "calendar_event_id"
INVITE = ("mail.followers.edit", "edit_followers")
INVITED, INVITED_IDS = "res_ids", "[%s]"
ACTIVITIES = {"fetch_params": ["systray_get_activities"]}
if SERIES < 19:
    INVITE = ("mail.wizard.invite", "add_followers")
    INVITED, INVITED_IDS = "res_id", "%s"
    ACTIVITIES = {"systray_get_activities": True}
STATES = ["accepted", "declined", "tentative", "needsAction"]
BY_NUMBER = ("mail.message", "ir.attachment", "mail.followers")
IN_AGENDA = ["in_agenda", "=", True]
BODY = "Anything"
MAIL = """From: Spy <spy@example.com>
Message-Id: <spy@example.com>
Subject: Spy

Anything
"""
OUT_OF_TEAM = {"member_ids": [(3, Ref("user.teamer"))]}


class Form(dict):
    """The specification of what a form shows."""

    def __repr__(self):
        return f"<form of {len(self)} fields>"


def spec(model, depth=1):
    """Return the specification of a form of ``model``."""
    result = Form()
    for fname in READ[model]:
        other = SHOWN.get(fname)
        if other and depth:
            result[fname] = {"fields": spec(other, depth - 1)}
        elif fname.endswith("_id") and fname != "res_id":
            result[fname] = {"fields": {"display_name": {}}}
        else:
            result[fname] = {}
    return result


class Caller(PhoneMixin):
    """Draws the steps of one example: most of them are one person's, about one event,
    and of one kind."""

    def __init__(self, world, random, kinds):
        self.world, self.random, self.kinds = world, random, kinds
        self.attacker = random.choice(world.attackers)
        self.focus = random.choice(world.focus)
        (self.kind,) = random.choices(list(kinds), kinds.values())
        self.plan = []  # what an attack goes on with

    def draw(self, random):
        """Return the next step of the example."""
        self.random = random
        if self.plan and self.chance(85):
            return self.plan.pop(0)
        self.by = self.attacker
        if self.chance(15):
            self.by = self.one(*self.world.person)
        if self.by not in self.world.users:
            return self.try_token()
        kind = self.kind
        if self.chance(50):
            (kind,) = random.choices(list(self.kinds), self.kinds.values())
        return getattr(self, f"try_{kind}")()

    def begin(self, *options):
        """Return the first step of one of the options, and plan those that follow.

        What is not yet a step is what ``rpc`` takes.
        """
        option = self.one(*options)
        steps = option if isinstance(option, list) else [option]
        first, *rest = (
            step if isinstance(step, (Rpc, Url, Dav, Task)) else self.rpc(*step)
            for step in steps
        )
        self.plan = rest or self.plan
        return first

    # Whom and what a call is about

    def one(self, *options):
        return self.random.choice(options)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def some(self, items, at_most=2):
        items = list(items)
        count = self.random.randint(1, min(at_most, len(items)))
        return self.random.sample(items, count)

    @property
    def me(self):
        return Ref(f"user.{self.by}")

    @property
    def my_partner(self):
        return Ref(f"partner.{self.by}")

    def event(self):
        if self.chance(70):
            return Ref(self.focus)
        return Ref(self.one(*self.world.find(EVENT, *CALENDARS)))

    def any_event(self):
        return self.one(self.event(), self.event(), Made(EVENT), self.own())

    def own(self):
        """Return a meeting or an event of the caller's own."""
        meeting = f"{self.by}'s meeting"
        if meeting in self.world.records and self.chance(50):
            return Ref(meeting)
        return Made(EVENT)

    def calendar(self):
        if self.chance(60):
            return Ref("calendar." + self.focus.partition(".")[0])
        return Ref(f"calendar.{self.one(*CALENDARS)}")

    def any_calendar(self):
        return self.one(self.calendar(), self.calendar(), Made(CALENDAR))

    def attendee(self):
        """Return an attendee, of the focus if it has any."""
        names = self.world.find(ATTENDEE, "attendee.")
        near = [name for name in names if name.endswith(f".of.{self.focus}")]
        return Ref(self.one(*(near if near and self.chance(70) else names)))

    def series(self):
        return Ref(self.one(*self.world.find(SERIES_OF)))

    def anything(self, model):
        """Return a record of ``model``, maybe out of reach."""
        names = self.world.find(model)
        near = [name for name in names if name.endswith(f".{self.focus}")]
        if model == EVENT:
            return self.any_event()
        if model == CALENDAR:
            return self.any_calendar()
        if model == ATTENDEE:
            return self.one(self.attendee(), Made(model))
        if near and self.chance(60):
            return Ref(self.one(*near))
        if names and (model == "res.users" or self.chance(70)):
            return Ref(self.one(*names))
        return Made(model)

    def contact(self):
        named = Ref("partner.visitor"), Ref("partner.client"), self.my_partner
        anybody = Ref(self.one(*self.world.find(CONTACT)))
        return self.one(*named, Made(CONTACT), anybody)

    def worker(self):
        return self.one(*self.world.workers[self.focus])

    def work(self, method, *args, **kwargs):
        """Do what somebody does who may, with the event in question."""
        target = [Ref(self.focus)]
        return self.rpc(EVENT, method, target, *args, by=self.worker(), **kwargs)

    def retell(self, update=None):
        """Have the event's texts written anew, by who may."""
        words = self.world.get_words(self.focus)
        vals = dict.fromkeys(("name", "description", "location"), words[0])
        return self.work(
            "write", {**vals, "recurrence_update": update} if update else vals
        )

    def talk(self):
        words = self.world.get_words(self.focus)
        return self.work("message_post", body=words[0], subtype_xmlid="mail.mt_comment")

    def look_at(self, model, *targets):
        if targets:
            return self.rpc(model, "read", list(targets), READ[model])
        return self.rpc(model, "search_read", self.since(model), READ[model])

    def since(self, model):
        """Return the domain of all records of ``model`` that are not the demo's."""
        return [("id", ">=", self.world.first_ids[model])]

    # How a call is made

    def rpc(self, model, method, *args, by=None, **kwargs):
        context = dict(kwargs.pop("context", {}))
        if self.chance(25):
            context.update(self.one(*CONTEXTS))
        if context:
            kwargs["context"] = context
        return Rpc(by or self.by, model, method, list(args), kwargs)

    def create(self, model, vals):
        """Create by one of the routes that there are."""
        vals, context = dict(vals), {}
        if self.chance(40):
            for fname in self.some(vals, len(vals)):
                context[f"default_{fname}"] = vals.pop(fname)
        match self.random.randrange(8):
            case 0 | 1 | 2:
                return self.rpc(model, "create", [vals], context=context)
            case 3 | 4:
                form = self.form(model)
                return self.rpc(model, "web_save", [], vals, form, context=context)
            case 5 if model in PARENTS:
                return self.nest(model, (0, 0, vals), context)
            case 6:
                return self.load(model, vals, context)
        return self.onchange(model, vals, context)

    def write(self, model, target, vals, by=None):
        """Write by one of the routes that there are."""
        route = self.random.randrange(8)
        if route < 2:
            form = self.form(model)
            return self.rpc(model, "web_save", [target], vals, form, by=by)
        if route == 2 and model in PARENTS and not by:
            return self.nest(model, (1, target, vals), {})
        if route == 3 and not by:
            return self.load(model, {**vals, ".id": target}, {})
        return self.rpc(model, "write", [target], vals, by=by)

    def form(self, model):
        if model in READ:
            return spec(model, depth=self.one(0, 0, 1))
        return {"display_name": {}}

    def load(self, model, vals, context):
        names, row = [], []
        for fname, value in vals.items():
            if isinstance(value, (list, dict)):
                continue
            is_record = isinstance(value, (Ref, Made))
            names.append(f"{fname}/.id" if is_record and fname != ".id" else fname)
            is_text = is_record or isinstance(value, (Text, str))
            row.append(value if is_text else str(value))
        return self.rpc(model, "load", names, [row], context=context)

    def nest(self, model, command, context):
        parent, fname = self.one(*PARENTS[model])
        vals = {fname: command[1] or False if fname.endswith("_id") else [command]}
        if parent == CONTACT and fname == "meeting_ids" and self.chance(30):
            vals = {"child_ids": [(0, 0, {"name": "Child", **vals})]}
        if self.chance(30):
            if parent == CONTACT:
                vals["name"] = "Parent"
            return self.rpc(parent, "create", [vals], context=context)
        target = self.one(Made(parent), self.anything(parent))
        return self.rpc(parent, "write", [target], vals, context=context)

    def onchange(self, model, vals, context, changed=()):
        shown = spec(model, 0) if model in READ else {}
        shown.update({fname: {} for fname in vals})
        changed = [] if self.chance(20) else list(changed or vals)
        return self.rpc(model, "onchange", [], vals, changed, shown, context=context)

    def commands(self, *targets):
        """Return commands of a relation that may link ``targets``."""
        first, *_rest = targets = list(targets)
        return self.one(
            [(4, target) for target in targets],
            [(6, 0, targets)],
            [(3, target) for target in targets],
            [(5, 0, 0)],
            [(2, first)],
            targets,
            [(1, first, {"name": "Changed"})],
            [(4, first, 0)],
        )

    # What people try: one method for each kind

    def try_share(self):
        """A right given by the record that asks for it."""
        share, calendar = self.anything(SHARE), self.any_calendar()
        nested = {"user_id": self.me, "level": self.one(*LEVELS)}
        vals = {**nested, "calendar_id": calendar}
        fname = self.one(*vals)
        command = self.one((0, 0, nested), (4, share), (1, share, nested), (2, share))
        change = self.one(
            {"owner_id": self.me},
            {"company_id": False},
            {"manager_ids": [(4, self.me)]},
            {"member_ids": [(4, self.me)], "reader_ids": [(4, self.me)]},
            {"active": self.one(True, False)},
            {"double_booking": "allow"},
        )
        new = {"name": "New", "owner_id": self.me, "share_ids": self.commands(share)}
        return self.begin(
            *[self.create(SHARE, vals)] * 4,
            self.write(SHARE, share, {fname: vals[fname]}),
            (SHARE, "copy", share, {"calendar_id": calendar, **nested}),
            self.write(CALENDAR, calendar, {"share_ids": [command]}),
            self.write(CALENDAR, calendar, change),
            self.create(CALENDAR, new),
        )

    def try_relation(self):
        """A relation re-pointed."""
        event, own, series = self.event(), self.own(), self.series()
        row = self.one(Made(ATTENDEE), self.attendee())
        guest = {"event_id": event, "partner_id": self.my_partner}
        seen = {"token": Token(0, "attendee"), "id": event}
        in_series = {
            "base_event_id": self.any_event(),
            "calendar_event_ids": self.commands(self.any_event()),
        }
        if self.chance(50):
            in_series.pop(self.one(*in_series))
        joined = {"recurrence_id": series, "recurrency": True}
        told = [self.retell("all_events"), self.look_at(EVENT)]
        activity = self.one(Made(ACTIVITY), Ref("activity.open"))
        plan = {"calendar_event_id": Ref(self.focus)}
        contact = {"res_model_id": self.world.contacts_id, "res_id": Made(CONTACT)}
        end = "action_done action_create_calendar_event unlink_w_meeting unlink".split()
        fname, model = self.one(
            ("attendee_ids", ATTENDEE),
            ("activity_ids", ACTIVITY),
            ("attachment_ids", FILE),
            ("reminder_ids", REMINDER),
            ("partner_ids", CONTACT),
        )
        other = {fname: self.commands(self.anything(model))}
        file = {
            "res_model": self.one(EVENT, CONTACT),
            "res_id": self.one(event, own, Made(CONTACT)),
        }
        follower = {"res_model": EVENT, "res_id": event, "partner_id": self.my_partner}
        mine = self.one(
            {"user_id": self.me},
            {"agenda_calendar_id": self.any_calendar()},
            {"shared_user_ids": [(4, self.me)]},
        )
        call, message = Ref("channel.hidden.guests"), self.anything(MESSAGE)
        lead = Ref("crm.lead.theirs")
        thread = {"model": CONTACT, "res_id": Made(CONTACT)}
        group = {"channel_type": "group", "name": "Group"}
        there = {"channel_id": Made(CHANNEL)}
        said = {"model": CHANNEL, "res_id": Made(CHANNEL), "message_type": "comment"}
        leading, vals = self.one(
            (EVENT, {"opportunity_id": lead, "name": "Event"}),
            (EVENT, {"videocall_channel_id": call, "name": "Event"}),
            (CHANNEL, {"parent_channel_id": call, **group}),
            (COMPOSER, {"parent_id": message}),
            (MESSAGE, {"parent_id": message, "body": BODY, **thread}),
            (FILE, {"original_id": self.anything(FILE), "name": "File"}),
        )
        return self.begin(
            [
                self.write(ATTENDEE, row, {"event_id": event}),
                self.look_at(ATTENDEE, Made(ATTENDEE)),
                Url(self.by, "/calendar/meeting/view", seen, True),
            ],
            self.create(ATTENDEE, guest),
            [
                self.write(EVENT, own, joined),
                *(told if series.name.endswith(self.focus) else ()),
            ],
            self.create(SERIES_OF, {**in_series, "rrule": "FREQ=DAILY;COUNT=3"}),
            self.write(SERIES_OF, self.one(series, Made(SERIES_OF)), in_series),
            [
                self.one(
                    self.create(ACTIVITY, {**plan, **contact}),
                    self.write(ACTIVITY, activity, plan),
                    self.write(ACTIVITY, activity, plan),
                ),
                self.retell(),
                self.look_at(ACTIVITY),
            ],
            self.one(
                (ACTIVITY, "action_feedback", [activity], "Done"),
                *((ACTIVITY, method, [activity]) for method in end),
            ),
            self.write(EVENT, self.any_event(), other),
            self.one(
                self.write(FILE, self.anything(FILE), file),
                self.create(FILE, {**file, "name": "File"}),
            ),
            [self.create("mail.followers", follower), self.talk()],
            self.write(LEAD, Made(LEAD), {"calendar_event_ids": self.commands(event)}),
            self.write(EVENT, self.any_event(), mine),
            [self.create(leading, vals), self.look_at(leading, Made(leading))],
            [
                self.create(CHANNEL, group),
                self.create(MESSAGE, {"parent_id": message, "body": BODY, **said}),
                Url(self.by, "/discuss/channel/messages", there, is_json=True),
            ],
        )

    def try_contact(self):
        """The other side of a relation."""
        vals = {"meeting_ids": self.commands(self.event())}
        spy = {"name": "Spy", **vals}
        come = {"partner_ids": [(4, self.my_partner)]}
        by_mail = {"meeting_ids": [(1, Ref(self.focus), come)]}
        mine = self.one(self.my_partner, Made(CONTACT))
        command = self.one((0, 0, spy), (1, self.my_partner, vals))
        contact = self.one(self.my_partner, Made(CONTACT), self.contact())
        other = self.one(Ref("partner.visitor"), self.contact())
        model, same = MERGE_CONTACTS, {"email": "same@example.com"}
        both = {
            "partner_ids": [(6, 0, [other, mine])],
            "dst_partner_id": mine,
            "state": "selection",
        }
        merge = [
            (CONTACT, "write", [other], same),
            (CONTACT, "write", [mine], same),
            (model, "create", [both]),
            (model, "action_merge", [Made(model)]),
        ]
        return self.begin(
            self.create(CONTACT, spy),
            self.write(CONTACT, contact, vals),
            self.write(CONTACT, mine, {"child_ids": [command]}),
            ("mail.thread", "message_process", CONTACT, MAIL, by_mail),
            *[merge] * 3,
        )

    def try_token(self):
        """Tokens, read and used."""
        if self.by not in self.world.users or self.chance(50):
            return self.use_token()
        model = self.one(ATTENDEE, EVENT)
        fields = ["access_token", "display_name"]
        if model == EVENT:
            fields.append("videocall_location")
        read = self.one(
            (model, "read", [self.anything(model)], fields),
            (model, "search_read", self.since(model), fields),
        )
        return self.begin([read, self.use_token(), self.use_token()])

    def use_token(self):
        """Follow a link that holds a token."""
        anonymous = self.by not in self.world.users or self.chance(60)
        index = self.random.randrange(30)
        page = self.one("accept", "decline", "view", "join", "join_videocall", "series")
        token = Token(index, "event")
        if page == "join":
            return Url(self.by, "/calendar/meeting/join", {"token": token})
        if page == "join_videocall":
            return Url(self.by, "/calendar/join_videocall/", {"": token}, anonymous)
        path = f"/calendar/meeting/{page}"
        if page == "series":
            path = f"/calendar/recurrence/{self.one('accept', 'decline')}"
        params = {"token": Token(index, "attendee"), "id": Token(index, "id")}
        if self.chance(20):
            params["id"] = self.any_event()
        return Url(self.by, path, params, anonymous)

    def try_work(self):
        """What those do who may, while others listen."""
        calendar = self.focus.partition(".")[0]
        worker, member = self.worker(), self.one(*WORKERS[calendar][:2])
        shares = self.world.find(SHARE, "share.")
        near = [name for name in shares if name.endswith(calendar)]
        share = Ref(self.one(*(near or shares)))
        weaker = {"level": self.one("busy", "read")}
        guest = self.one(*self.world.users)
        tell = self.one(self.talk(), self.retell())
        tell_members = self.one(tell, tell, self.move())
        change = self.one(
            {"privacy": "private"},
            {"agenda_status_id": Ref("status.cancelled")},
            {"agenda_status_id": Ref("status.done")},
            {"active": False},
            {"shared_user_ids": [(5, 0, 0)]},
            {"partner_ids": [(5, 0, 0)]},
            {"user_id": Ref(f"user.{worker}"), "privacy": "private"},
        )
        invite = self.one(
            {"partner_ids": [(4, Ref(f"partner.{guest}"))]},
            {"shared_user_ids": [(4, Ref(f"user.{guest}"))]},
            {"user_id": Ref(f"user.{guest}")},
            {"agenda_calendar_id": self.one(self.any_calendar(), False)},
        )
        about = self.one(
            {"opportunity_id": Ref("crm.lead.open")},
            {"document_ref": Text("crm.lead,%s", Ref("crm.lead.open"))},
            {"privacy": "private"},
            {},
        )
        attendee, state = self.attendee(), {"state": self.one(*STATES)}
        who = attendee.name.split(".")[1]
        answer = self.work("unlink")
        if who in self.world.users:
            answer = self.rpc(ATTENDEE, "write", [attendee], state, by=who)
        update = self.one("all_events", "future_events", "self_only")
        return self.begin(
            *[[self.work("write", change), tell]] * 2,
            *[self.retell(self.one(None, None, "all_events", "future_events"))] * 2,
            self.talk(),
            [self.rpc(SHARE, "unlink", [share], by=member), tell_members],
            [self.rpc(SHARE, "write", [share], weaker, by=member), tell_members],
            *[self.move()] * 2,
            [self.work("write", invite), self.look_at("mail.message")],
            self.plan_event(**about),
            answer,
            self.work("action_mass_archive", update),
            self.work(self.one("action_sendmail", "copy", "action_open_composer")),
        )

    def move(self, **kwargs):
        """Move the event, maybe to where another is."""
        vals = self.times(self.random.randrange(90, 102))
        calendar = self.focus.partition(".")[0]
        near = [
            start
            for name, start in self.world.starts.items()
            if name.startswith(calendar) and name != self.focus
        ]
        if near and self.chance(40):
            start = self.one(*near).replace(minute=0)
            vals = {"start": str(start), "stop": str(start + timedelta(hours=2))}
        return self.work("write", vals, **kwargs)

    @staticmethod
    def times(hours):
        start = NOW + timedelta(hours=hours)
        return {"start": str(start), "stop": str(start + timedelta(hours=1))}

    def try_stored(self):
        """Stored computed fields and others that a client never writes."""
        fname = self.one("member_ids", "reader_ids", "writer_ids", "manager_ids")
        slot = self.one(
            {"slot_start": False, "slot_stop": False},
            {"slot_exclusive": False},
            {"slot_start": "2030-05-14 00:00:00", "slot_stop": "2030-05-14 01:00:00"},
        )
        new = {"name": "Double", "agenda_calendar_id": Ref("calendar.rooms")}
        double = self.create(EVENT, {**slot, **new, **self.times(52)})
        event, by = self.one(Made(EVENT), Ref(self.focus)), self.worker()
        return self.begin(
            *[self.write(CALENDAR, self.any_calendar(), {fname: [(4, self.me)]})] * 2,
            *[double._replace(by=self.one(*WORKERS["rooms"]))] * 2,
            self.write(EVENT, event, slot, by=by),
            self.write(EVENT, event, slot),
        )

    def try_silence(self):
        """Context keys that switch something off."""
        return self.move(context=self.one(*CONTEXTS))

    def try_wizard(self):
        """Ids of a client that a helper reads in sudo."""
        calendar, event = self.any_calendar(), self.any_event()
        give, sheet, find = WIZARDS
        days = {"date_from": "2030-05-13", "date_to": "2030-06-30"}
        given = {
            "calendar_id": self.one(Made(CALENDAR), calendar),
            "event_ids": [(6, 0, [event, self.event()])],
            "mode": self.one("move", "copy"),
        }
        if self.chance(30):
            given.update(source_id=self.calendar(), **days)
        shown = {"calendar_ids": [(6, 0, [calendar])]}
        # A new event at a time that was found.
        slot = "crm.agenda.time.slot"
        chosen = {"finder_id": Made(find), **shown, **self.times(99)}
        context = {
            "agenda": True,
            "default_agenda_calendar_id": calendar,
            "active_model": self.one(CALENDAR, EVENT),
            "active_id": calendar,
            "active_ids": [event],
        }
        opened = self.one(EVENT, *WIZARDS)
        filled = {"agenda_calendar_id": calendar, "agenda_type_id": False}
        giving = [
            self.create(give, given),
            self.look_at(give, Made(give)),
            (give, "action_reassign", [Made(give)]),
        ]
        finding = [
            self.create(find, {**shown, **days, "duration": 1.0}),
            (find, "action_find", [Made(find)]),
            self.look_at(find, Made(find)),
            (slot, "create", [chosen]),
            (slot, "action_pick", [Made(slot)]),
        ]
        opening = self.one(
            self.rpc(opened, "default_get", READ[opened], context=context),
            self.onchange(opened, {}, context),
        )
        return self.begin(
            *[giving, finding, opening] * 2,
            [
                self.create(sheet, shown),
                (sheet, "action_print", [Made(sheet)]),
                Url(
                    self.by, "/report/html/crm_agenda.report_sheet/", {"": Made(sheet)}
                ),
            ],
            self.onchange(EVENT, filled, {"agenda": True}, ["agenda_calendar_id"]),
            self.write("res.users", self.me, {"agenda_calendar_id": calendar}),
        )

    def try_document(self):
        """What an opportunity or an order tells of the events about it."""
        lead, order = Ref("crm.lead.open"), Ref("sale.order.open")
        reads = [
            self.look_at("mail.message"),
            self.look_at(ACTIVITY),
            (LEAD, "read", [lead], READ[LEAD]),
            (ORDER, "web_read", [order], spec(ORDER)),
        ]
        self.random.shuffle(reads)
        about = {self.one("opportunity_id", "res_id"): lead}
        renamed = {"name": self.world.get_words("hidden.order")[0]}
        rename = self.rpc(EVENT, "write", [Ref("hidden.order")], renamed, by="keeper")
        return self.begin(
            [self.plan_event(**about), *reads[1:]],
            *[[rename, *reads[1:]]] * 2,
            reads,
            (ORDER, "action_accept_agenda_proposal", [self.anything(ORDER)]),
        )

    def plan_event(self, **vals):
        """Have an event made beside the one in question, by who may."""
        vals.update(
            name=self.world.get_words(self.focus)[0],
            agenda_calendar_id=Ref("calendar." + self.focus.split(".")[0]),
            **self.times(self.random.randrange(100, 120)),
        )
        return self.rpc(EVENT, "create", [vals], by=self.worker())

    def try_screen(self):
        """What our own screens ask: the board, the panel, My day, a tap on a card."""
        event, calendar = self.any_event(), self.any_calendar()
        period = [str(NOW), str(NOW + timedelta(days=9))]
        calendars = [Ref(name) for name in self.world.find(CALENDAR)]
        waiting = self.one((EVENT, event), (ORDER, Ref("sale.order.theirs")))
        start = str(NOW + timedelta(hours=self.random.randrange(99)))
        text = self.one("", "zq")
        return self.begin(
            (BOARD, "get_day", *period, calendars),
            (BOARD, "get_waiting", text),
            (BOARD, "schedule", *waiting, calendar, start),
            (BOARD, "unschedule", event),
            (CALENDAR, "get_off_times", calendars, *period),
            (CALENDAR, "get_panel"),
            (CALENDAR, "show_in_panel", [calendar]),
            (CALENDAR, "name_search", text),
            (CALENDAR, self.one("copy_data", "unlink"), [calendar]),
            (EVENT, "get_my_day", self.one(False, calendar)),
            (EVENT, self.one(*TAPS), [event]),
            (EVENT, "action_note", [event], BODY),
            (EVENT, "fields_get"),
            (ORDER, "action_agenda_events", [Ref("sale.order.open")]),
        )

    def try_setting(self):
        """What only administrators do, as what they set up concerns everybody."""
        days = {"date_from": str(NOW), "date_to": str(NOW + timedelta(days=9))}
        leave = "resource.calendar.leaves"
        model, target, vals = self.one(
            ("calendar.alarm", Ref("alarm.popup"), {"alarm_type": "email"}),
            ("crm.agenda.document.model", Made("any"), {"model": EVENT}),
            ("crm.agenda.event.status", Ref("status.cancelled"), {"kind": "open"}),
            ("crm.team", Ref("team.north"), {"member_ids": [(4, self.me)]}),
            ("res.groups", Ref("group.clerks"), {GROUP_USERS: [(4, self.me)]}),
            ("res.users", Ref("user.read"), {"active": False}),
            ("resource.calendar", Ref("hours"), {"tz": "Pacific/Kiritimati"}),
            (leave, Made(leave), days),
        )
        return self.begin(
            (model, "create", [vals]),
            (model, "write", [target], vals),
            (model, "unlink", [target]),
        )

    def try_oracle(self):
        """Questions whose answer tells of what one may not see."""
        event, word = Ref(self.focus), self.one(*self.world.get_words(self.focus))
        number, text = Guess(event, 999999999), Guess(word, "zq999nothing")
        other = Guess(event, Ref("stranger's meeting"))
        model, path = self.one(
            (CONTACT, "meeting_ids"),
            (ATTENDEE, "event_id"),
            (SERIES_OF, "calendar_event_ids"),
            (SERIES_OF, "base_event_id"),
            (ACTIVITY, "calendar_event_id"),
            (LEAD, "calendar_event_ids"),
            (REMINDER, "event_id"),
            ("res.users", "meeting_ids"),
            (CONTACT, "activity_ids.calendar_event_id"),
            (ORDER, "activity_ids.calendar_event_id"),
            ("res.users", "partner_id.meeting_ids"),
        )
        content = self.one("location", "description")
        in_agenda = self.one([], [IN_AGENDA])
        method = self.one("search_count", "search", "search_read")
        model, domain = self.one(
            (model, [(path, "in", [number])]),
            (model, [(f"{path}.name", "=like", text)]),
            (model, [(f"{path}.{content}", "ilike", text)]),
            (model, [(path, "ilike", text)]),
            self.one(
                (EVENT, [*in_agenda, ("name", self.one("=like", "ilike"), text)]),
                (EVENT, [*in_agenda, ("id", "in", [number])]),
                ("mail.message", [("body", "ilike", text)]),
                (FILE, [("name", "ilike", text)]),
                *((m, [("res_id", "=", number)]) for m in BY_NUMBER),
            ),
        )
        form = self.one("get_formview_id", "get_formview_action")
        return self.begin((EVENT, form, [other]), *[(model, method, domain)] * 5)

    def try_reminders(self):
        """Reminder rows, and what pops up."""
        row, state = self.anything(REMINDER), self.one("cancelled", "pending")
        vals = self.one({"state": state}, {"partner_id": self.me})
        return self.begin(
            ("calendar.alarm_manager", "get_next_notif"),
            Url(self.by, "/calendar/notify", {}, is_json=True),
            (REMINDER, "action_retry", [row]),
            self.write(REMINDER, row, vals),
            Task(REMINDER, "_cron_dispatch", [], [False]),
        )

    def try_join(self):
        """Everything else that makes somebody one of an event's people."""
        event, me, attendee = self.event(), self.my_partner, self.attendee()
        answer = self.one("do_accept", "do_decline", "do_tentative", "unlink")
        talk = self.one("message_post", "message_notify")
        gone = self.one((EVENT, event), (SERIES_OF, event), (SERIES_OF, self.series()))
        model = "calendar.popover.delete.wizard"
        return self.begin(
            [(EVENT, "message_subscribe", [event], [me]), self.talk()],
            (ATTENDEE, answer, [attendee]),
            self.write(ATTENDEE, attendee, {"state": self.one(*STATES)}),
            (EVENT, "action_join_meeting", [event], me),
            self.rpc(EVENT, talk, [event], body=BODY, partner_ids=[me]),
            (EVENT, "copy", [event]),
            [
                (model, "create", [{POPOVER_EVENT: event, "delete": "all"}]),
                (model, "close", [Made(model)]),
            ],
            (gone[0], "unlink", [gone[1]]),
        )

    def try_render(self):
        """Messages and previews of what one may not read."""
        event, by_mail = self.event(), COMPOSER
        kind = self.one("update", "invitation", "reminder", "changedate")
        template = Ref(f"template.{kind}")
        model, record = (
            (EVENT, event) if kind == "update" else (ATTENDEE, self.attendee())
        )
        ids = Text("[%s]", record)
        mail = {"model": model, "res_ids": ids, "template_id": template}
        preview, target = "mail.template.preview", Text(f"{model},%s", record)
        shown = {"mail_template_id": template, "resource_ref": target}
        invite, send = INVITE
        invited = {
            "res_model": EVENT,
            "partner_ids": [(6, 0, [self.my_partner])],
            INVITED: Text(INVITED_IDS, event),
            "message": BODY,
        }
        schedule = "mail.activity.schedule"
        planned = {"res_model": EVENT, "res_ids": Text("[%s]", event)}
        message, own = "mail.message", {"model": EVENT, "res_id": event, "body": BODY}
        sent = [
            self.create(by_mail, mail),
            self.look_at(by_mail, Made(by_mail)),
            (by_mail, "action_send_mail", [Made(by_mail)]),
        ]
        given = {
            "attachment_ids": [(4, self.anything(FILE))],
            "recipient_ids": [(4, self.my_partner)],
        }
        sending = "mail.template", "send_mail_batch", [Ref("template.update")]
        posted = self.one(
            self.create(message, own), self.write(message, Made(message), own)
        )
        return self.begin(
            *[sent] * 2,
            [self.create(preview, shown), self.look_at(preview, Made(preview))],
            (*sending, [Made(EVENT)], False, False, given),
            (message, "copy_data", [self.anything(MESSAGE)]),
            [(invite, "create", [invited]), (invite, send, [Made(invite)])],
            [
                (schedule, "create", [planned]),
                (schedule, "action_schedule_activities", [Made(schedule)]),
                self.look_at(ACTIVITY),
            ],
            [posted, self.look_at(message, Made(message))],
        )

    def try_merge(self):
        model, leads = "crm.merge.opportunity", [Ref("crm.lead.open"), Made(LEAD)]
        return self.begin(
            [
                (model, "create", [{"opportunity_ids": [(6, 0, leads)]}]),
                (model, "action_merge", [Made(model)]),
                self.look_at(LEAD, Made(LEAD)),
            ]
        )

    def try_person(self):
        """Who somebody is, changing; nobody's act here."""
        member = self.one("read", "write", "manage", "teamer")
        user = {
            name: partial(Task, "res.users", "write", [Ref(f"user.{name}")])
            for name in (member, "tenant", self.attacker, "clerk", "both", "read")
        }
        company, groups = Ref("company.other"), USER_GROUPS
        given = [{"owner_id": Ref("user.administrator")}]
        return self.begin(
            [
                Task(CALENDAR, "write", [Ref(f"{member}'s {CALENDAR}")], given),
                user[member]([{groups: [(6, 0, [Ref("group.portal")])]}]),
            ],
            user["tenant"]([{groups: [(6, 0, [Ref("group.employee")])]}]),
            user[self.attacker]([{groups: [(4, Ref("group.manager"))]}]),
            user["clerk"]([{groups: [(3, Ref("group.clerks"))]}]),
            user["both"]([{"company_ids": [(3, company)]}]),
            user["read"]([{"company_ids": [(4, company)]}]),
            Task("crm.team", "write", [Ref("team.north")], [OUT_OF_TEAM]),
            Task(REMINDER, "_cron_extend", [], [False]),
        )

    def try_read(self):
        """Read whatever there is, in any of the ways that there are."""
        model = self.one(EVENT, *READ) if self.chance(60) else EVENT
        fields, target = READ[model], self.anything(model)
        domain = self.one([], [("id", "=", target)])
        if model == EVENT and self.chance(40):
            domain = [*domain, IN_AGENDA]
        context = {"active_test": False} if self.chance(20) else {}
        names = [f for f in fields if f not in ("res_id", "datas")]
        paths = names + [f"{f}/display_name" for f in names if f in SHOWN]
        panel = self.one("search_panel_select_range", "search_panel_select_multi_range")
        key = self.one("agenda_calendar_id", "agenda_type_id", "user_id")
        form = self.one("get_formview_action", "get_formview_id", "copy_data")
        return self.begin(
            *[self.rpc(model, "search_read", domain, fields, context=context)] * 2,
            *[(model, "web_search_read", domain, spec(model))] * 2,
            (model, "read", [target], self.one(fields, [])),
            (model, "web_read", [target], spec(model)),
            (model, "export_data", [target], paths),
            (model, "name_search", self.one("", "zq", "Busy")),
            self.group(model, domain),
            self.rpc(EVENT, panel, key, enable_counters=True),
            (model, form, [target]),
            self.page(),
        )

    def group(self, model, domain):
        keys = [f for f in READ[model] if f.endswith("_id") and f != "res_id"]
        keys += ["name"] if "name" in READ[model] else []
        key = self.one(*(keys or ["id"]), "create_uid")
        if model == EVENT:
            key = self.one(key, "customer_id", "location", "start:hour", "privacy")
        if SERIES < 19:
            method = self.one("read_group", "web_read_group")
            return self.rpc(model, method, domain, ["__count"], [key])
        method = self.one("formatted_read_group", "web_read_group")
        return self.rpc(model, method, domain, [key], ["__count"])

    def page(self):
        """Ask what the web client does not ask by RPC."""
        of_event = {"thread_model": EVENT, "thread_id": self.event()}
        of_lead = {"thread_model": LEAD, "thread_id": Ref("crm.lead.open")}
        beside = {"request_list": ["activities", "attachments", "followers"]}
        link = Text("/odoo/mail.message/%s", self.anything(MESSAGE))
        path, params = self.one(
            ("/mail/thread/messages", of_event),
            ("/mail/thread/messages", of_lead),
            ("/mail/thread/data", {**of_event, **beside}),
            ("/mail/inbox/messages", {}),
            ("/mail/data", ACTIVITIES),
            ("/calendar/notify", {}),
            ("/html_editor/link_preview_internal", {"preview_url": link}),
        )
        if self.chance(30):
            file = {"": self.anything(FILE)}
            return Url(self.by, "/web/content/", file, self.chance(30))
        return Url(self.by, path, params, is_json=True)

    def try_anything(self):
        """Any value in any field of any record of ours or around."""
        world = self.world
        around = [SERIES_OF, CALENDAR, SHARE, REMINDER, CONTACT, "res.users"]
        model = self.one(EVENT, EVENT, ATTENDEE, ACTIVITY, LEAD, ORDER, *around)
        vals = {}
        fields = [
            field
            for field in world.env[model]._fields.values()
            if field.type in ("many2one", "one2many", "many2many")
            and world.find(field.comodel_name)
        ]
        for field in self.some(fields, 2):
            value = self.anything(field.comodel_name)
            vals[field.name] = (
                value if field.type == "many2one" else self.commands(value)
            )
        if self.chance(50):
            return self.write(model, self.anything(model), vals)
        if "name" in world.env[model]._fields:
            vals["name"] = "Anything"
        return self.create(model, vals)

    def try_action(self):
        """Any public method that a button may call."""
        model = self.one(*READ)
        cls = type(self.world.env[model])
        names = sorted(
            name
            for name in dir(cls)
            if name.startswith(("action_", "do_", "open_", "toggle_"))
            and callable(getattr(cls, name))
        )
        target = self.anything(model)
        if not names:
            return self.look_at(model, target)
        return self.rpc(model, self.one(*names), [target])


# Who tries what how often.
KINDS = """share:10 relation:14 contact:6 token:8 work:12 stored:4 silence:3 wizard:8
    oracle:6 screen:6 setting:2 document:4 reminders:4 join:6 render:4 merge:1 person:3
    phone:6 read:8 anything:12 action:3"""
KINDS = {kind: int(n) for kind, n in (pair.split(":") for pair in KINDS.split())}


def sweep(world, by):
    """Yield the calls by which ``by`` reads all they get."""
    for model in READ:
        if model in ("res.users", CONTACT, ORDER, "crm.agenda.event.type"):
            continue
        domain = [("id", ">=", world.first_ids[model])]
        context = {"active_test": False} if model == EVENT else {}
        yield Rpc(by, model, "search_read", [domain, READ[model]], {"context": context})
    yield Rpc(by, EVENT, "search_read", [[IN_AGENDA], ["name", "location"]], {})
    yield Rpc(by, "calendar.alarm_manager", "get_next_notif", [], {})
    yield Rpc(by, ORDER, "read", [[Ref("sale.order.open")], READ[ORDER]], {})
    yield Url(by, "/mail/data", ACTIVITIES, is_json=True)
