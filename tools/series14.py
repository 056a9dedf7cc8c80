"""Derive the Odoo 14.0 package of an addon written in 18.0 syntax.

    python3 tools/series14.py SOURCE DEST

Converts the manifest and the XML, leaves out assets, copies everything else. What
it does not know it refuses, naming file and line: a package is either whole or not
made. Where the two series differ and why is told next to each table.
"""

import ast
import builtins
import contextlib
import os
import pprint
import re
import shutil
import sys
import tempfile
from pathlib import Path

from lxml import etree

SERIES = "14.0"
NOT_PACKAGED = shutil.ignore_patterns("__pycache__", "*.pyc")
ASSETS = {".js", ".css", ".scss", ".less", ".xml"}

MANIFEST_KEYS = set(
    """name version category summary description author maintainers website license
    depends external_dependencies data demo application installable auto_install images
    sequence icon live_test_url development_status pre_init_hook post_init_hook
    uninstall_hook post_load""".split()
)
MANIFEST_DROPPED = {"assets", "cloc_exclude", "countries"}

# Attributes 14.0 accepts: its RNG, or its client where it has none (form, kanban).
ANYWHERE = "string class create edit delete name"
DECORATIONS = """decoration-bf decoration-it decoration-danger decoration-info
    decoration-muted decoration-primary decoration-success decoration-warning"""
ATTRIBUTES = {
    "form": f"{ANYWHERE} duplicate",
    "tree": f"""{ANYWHERE} {DECORATIONS} multi_edit export_xlsx duplicate import sample
        default_order limit groups_limit editable expand banner_route""",
    "kanban": f"""{ANYWHERE} default_group_by default_order sample limit quick_create
        quick_create_view on_create group_create group_edit group_delete archivable
        records_draggable""",
    "calendar": """string date_start date_stop date_delay all_day form_view_id create
        event_limit quick_add color event_open_popup show_unusual_days hide_time delete
        hide_date scales mode""",
    "search": "string",
    "searchpanel": "view_types class",
    "pivot": "string sample stacked display_quantity disable_linking default_order",
    "graph": "string type sample stacked order orientation interval disable_linking",
    "filter": "name string icon separator invisible context help domain date groups",
    "field": f"""{ANYWHERE} {DECORATIONS} id attrs width type domain filter_domain
        invisible password sum avg bold select hierarchize expand color groupby
        enable_counters limit operator colspan nolabel required readonly widget context
        digits icon mode filename rowspan default_focus filters statusbar_visible
        interval avatar_field write_model write_field optional kanban_view_ref
        force_save options placeholder help groups style title""",
}
ATTRIBUTES = {tag: {"position", *names.split()} for tag, names in ATTRIBUTES.items()}
# Comforts of 18.0 that 14.0 does without.
DROPPED = {
    "form": {"js_class", "disable_autofocus"},
    "tree": {"js_class", "open_form_view", "default_group_by"},
    "kanban": {"js_class", "can_open", "groups_draggable"},
    "calendar": {"js_class", "edit", "quick_create", "quick_create_view_id"},
    "pivot": {"js_class"},
    "graph": {"js_class"},
    "field": {"filter_field", "depth"},
    "button": {"data-hotkey", "display", "confirm-title", "confirm-label"},
}
MODIFIERS = ("invisible", "column_invisible", "readonly", "required")

VIEWS = {"form", "tree", "kanban", "calendar", "search", "pivot", "graph"}
TAGS = set(ATTRIBUTES) | set(
    """a attribute b br button control create data div em footer group h1 h2 h3 h4 h5 h6
    header hr i img label li newline notebook ol p page progressbar separator sheet
    small span strong t table tbody td templates th thead tr u ul widget
    xpath""".split()
)
# Field widgets that 14.0 has, then what it shows for those it has not.
WIDGETS = {
    **{
        name: name
        for name in """ace activity_exception attachment_image badge binary boolean
        boolean_favorite boolean_toggle char color color_picker CopyClipboardChar
        CopyClipboardText date datetime domain email float float_time handle html
        image image_url integer kanban_activity label_selection list_activity
        many2many many2many_binary many2many_checkboxes many2many_tags
        many2many_tags_avatar many2many_tags_email many2one many2one_avatar
        many2one_avatar_user many2one_barcode many2one_reference monetary one2many
        pdf_viewer percentage percentpie phone priority progressbar radio reference
        remaining_days selection selection_badge state_selection statinfo statusbar
        text timezone_mismatch toggle_button url""".split()
    },
    "many2many_avatar_user": "many2many_tags_avatar",
}
VIEW_WIDGETS = {"web_ribbon", "attach_document"}

# Bootstrap 5's names of what Bootstrap 4 has.
CLASSES = {
    **{"fw-": "font-weight-", "fst-": "font-", "fs-": "h", "text-bg-": "badge-"},
    **{"ms-": "ml-", "me-": "mr-", "ps-": "pl-", "pe-": "pr-"},
    **{"text-start": "text-left", "text-end": "text-right"},
    **{"float-start": "float-left", "float-end": "float-right"},
    **{"rounded-pill": "badge-pill", "visually-hidden": "sr-only"},
}
CLASS = re.compile(rf"(?<![\w-])({'|'.join(CLASSES)})")
LIST = re.compile(r"(?<![\w@'\"-])list(?![\w'\"-])")
# Recurrence fields of calendar.event.
WEEKDAYS = dict(mon="mo", tue="tu", wed="we", thu="th", fri="fr", sat="sa", sun="su")


class Unsupported(ValueError):
    """A construct with no known 14.0 form; `node` says where."""

    def __init__(self, message, node=None):
        super().__init__(message)
        self.node = node


# Expressions -----------------------------------------------------------------

FALSY = [False, 0, ""]
NOT_FIELDS = set(
    """uid context active_id active_ids active_model self time datetime relativedelta
    context_today current_date today now allowed_company_ids current_company_id
    companies company""".split()
)
OPERATORS = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
OPPOSITES = {"=": "!=", "!=": "=", "in": "not in", "not in": "in"}
MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def parse(expression):
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        raise Unsupported("not an expression") from None


def names_in(expression):
    """Give the fields an expression reads, `parent.x` included."""
    nodes = list(ast.walk(parse(expression)))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {_parent_field(node) for node in nodes} - {None}
    return names - NOT_FIELDS - {"id", "parent"} - set(dir(builtins))


def is_static(expression):
    """Tell whether an expression is a literal or reads only the context."""
    tree = parse(expression)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return isinstance(tree, ast.Constant) or names == {"context"}


def domain_of(expression):
    """Give the domain that 14.0's web client holds true when the expression is."""
    try:
        return _domain(parse(expression), True)
    except Unsupported as error:
        raise Unsupported(f"{expression}: {error}") from None


def _domain(node, wanted):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _domain(node.operand, not wanted)
    if isinstance(node, ast.BoolOp):
        operator = "&" if isinstance(node.op, ast.And) == wanted else "|"
        return _joined(operator, [_domain(value, wanted) for value in node.values])
    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
        leaves = [
            _comparison(left, OPERATORS.get(type(op)), right, wanted)
            for left, op, right in zip(operands, node.ops, operands[1:])
        ]
        return _joined("&" if wanted else "|", leaves)
    # An integer's 0 is not 14.0's False, and an empty x2many is [].
    name = _field(node)
    if wanted:
        return ["&", (name, "not in", FALSY), (name, "!=", [])]
    return ["|", (name, "in", FALSY), (name, "=", [])]


def _joined(operator, domains):
    return [operator] * (len(domains) - 1) + [item for one in domains for item in one]


def _comparison(left, operator, right, wanted):
    try:
        value = ast.literal_eval(right)
    except ValueError:
        left, right, operator = right, left, MIRRORED.get(operator)
        value = _constant(right)
    if operator is None or ("in" in operator and not isinstance(value, (list, tuple))):
        raise Unsupported("a comparison 14.0 domains can't say")
    if isinstance(value, tuple):
        value = list(value)
    leaf = (_field(left), operator, False if value is None else value)
    if wanted:
        return [leaf]
    # Neither `x < y` nor `x >= y` holds of an empty value.
    opposite = OPPOSITES.get(operator)
    return [(leaf[0], opposite, leaf[2])] if opposite else ["!", leaf]


def _constant(node):
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise Unsupported("a comparison needs a field and a constant") from None


def _field(node):
    if isinstance(node, ast.Name) and node.id not in NOT_FIELDS | {"parent"}:
        return node.id
    name = _parent_field(node)
    if name is None:
        raise Unsupported("only fields and parent.field may be tested")
    return name


def _parent_field(node):
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"parent.{node.attr}" if node.value.id == "parent" else None


# XML helpers -----------------------------------------------------------------


def element(tag, *children, text=None, **attributes):
    """Make an element; `class_` stands for class, `data_x` for data-x."""
    node = etree.Element(
        tag,
        {key.rstrip("_").replace("_", "-"): v for key, v in attributes.items() if v},
    )
    node.text = text
    node.extend(children)
    return node


def elements(node):
    return [child for child in node if isinstance(child.tag, str)]


def only(node, *known):
    for key in node.keys():
        if key not in known and not key.startswith("t-"):
            raise Unsupported(f"<{node.tag} {key}=…> is not known to convert")


def tidy(node):
    """Indent a node that got new children as the file is indented."""
    depth = sum(1 for _ in node.iterancestors())
    etree.indent(node, space="    ", level=depth)


def add_class(node, name):
    node.set("class", f"{node.get('class', '')} {name}".strip())


def moved_children(node):
    """Empty a node and give its children, text ahead of them included."""
    children, text = list(node), node.text
    node.text = None
    for child in children:
        node.remove(child)
    if text and text.strip():
        children.insert(0, element("span", text=text.strip()))
    return children


def escaped(node):
    if "t-out" in node.attrib:
        node.set("t-esc", node.attrib.pop("t-out"))


def space_before(node):
    previous = node.getprevious()
    text = node.getparent().text if previous is None else previous.tail
    return re.search(r"\s*\Z", text or "").group()


def insert_before(node, new):
    new.tail = space_before(node)
    node.getparent().insert(node.getparent().index(node), new)


def insert_first(node, new):
    new.tail = re.search(r"\s*\Z", node.text or "").group()
    node.insert(0, new)


def drop(node):
    """Remove an element, and the blank line it would leave."""
    previous, parent = node.getprevious(), node.getparent()
    if node.tail and node.tail.strip():
        raise Unsupported("text after an element to remove", node)
    if node.getnext() is None and previous is not None:
        previous.tail = node.tail
    parent.remove(node)


# Views -----------------------------------------------------------------------


class View:
    """The conversion of one view's arch."""

    def __init__(self, arch, model, booleans):
        self.arch = arch
        self.model = model
        self.booleans = booleans
        self.renamed = WEEKDAYS if model == "calendar.event" else {}
        self.uses = []

    def convert(self):
        self.visit_children(self.arch)
        for node, name in self.uses:
            self.declare(node, name)

    def visit_children(self, node):
        child = next(node.iterchildren(etree.Element), None)
        while child is not None:  # a handler may add and remove siblings
            self.visit(child)
            child = next(child.itersiblings(etree.Element), None)

    def visit(self, node):
        try:
            node.tag = "tree" if node.tag == "list" else node.tag
            getattr(self, f"on_{node.tag}", lambda node: None)(node)
            if node.tag not in TAGS:
                raise Unsupported(f"<{node.tag}> is not known to convert")
            self.attributes(node)
        except Unsupported as error:
            error.node = node if error.node is None else error.node
            raise
        self.visit_children(node)

    def attributes(self, node):
        for tag, key in (("field", "name"), ("label", "for")):
            if node.tag == tag and node.get(key) in self.renamed:
                node.set(key, self.renamed[node.get(key)])
        for key in DROPPED.get(node.tag, ()):
            node.attrib.pop(key, None)
        for key in {"class", "t-attf-class"} & set(node.keys()):
            node.set(key, CLASS.sub(lambda name: CLASSES[name[1]], node.get(key)))
        escaped(node)
        self.modifiers(node)
        self.other_expressions(node)
        if node.tag in ATTRIBUTES:
            only(node, *ATTRIBUTES[node.tag])

    def modifiers(self, node):
        """Turn dynamic modifiers into `attrs`, leave the static ones plain."""
        domains = {}
        for key in MODIFIERS:
            expression = node.attrib.pop(key, None)
            if expression is None:
                continue
            if is_static(expression):
                # In 14.0's lists a static `invisible` hides the column.
                value = {"True": "1", "False": "0"}.get(expression, expression)
                node.set("invisible" if key == "column_invisible" else key, value)
            elif node.tag == "filter":
                raise Unsupported("a filter's expression must be static in 14.0")
            else:
                domains[key] = [
                    (self.renamed.get(item[0], item[0]), *item[1:])
                    if isinstance(item, tuple)
                    else item
                    for item in domain_of(expression)
                ]
        if domains:
            node.set("attrs", repr(domains))
            leaves = (item for domain in domains.values() for item in domain)
            self.use(node, {leaf[0] for leaf in leaves if isinstance(leaf, tuple)})

    def other_expressions(self, node):
        """Note the fields other expressions read: 18.0 adds them, 14.0 does not."""
        if node.tag == "filter" or self.scope(node).tag == "search":
            return
        for key, expression in node.attrib.items():
            if key.startswith("decoration-") or key in ("context", "domain"):
                self.use(node, names_in(re.sub(r"%\(.+?\)d", "0", expression)))

    def use(self, node, names):
        self.uses += [(node, name) for name in sorted(names) if name != "id"]

    # Declared fields

    def scope(self, node):
        """Give the view or sub-view a node is in."""
        for ancestor in (node, *node.iterancestors()):
            if ancestor.tag in VIEWS or ancestor is self.arch:
                return ancestor
        raise AssertionError("a node outside of its view")

    def declare(self, node, name):
        """Add a field that 18.0 would add by itself, unless the view has it."""
        scope = self.scope(node)
        if name.startswith("parent."):
            name = name.split(".", 1)[1]
            node = scope.getparent() if scope is not self.arch else scope
            scope = self.scope(node)
            if scope is self.arch:  # the parent belongs to the inherited view
                return
        for field in scope.iter("field"):
            if field.get("name") == name and self.scope(field.getparent()) is scope:
                if not self.restricted(field, scope):
                    return
        new = element("field", name=name, invisible="1")
        if scope is self.arch or scope.get("position"):
            holds = elements(node) and node.tag not in ("field", "notebook", *VIEWS)
            (insert_first if holds else insert_before)(node, new)
        elif scope.tag == "kanban":
            insert_before(scope.find("templates"), new)
        else:
            sheet = scope.find("sheet")
            insert_first(scope if sheet is None else sheet, new)

    @staticmethod
    def restricted(field, scope):
        for node in (field, *field.iterancestors()):
            if node is scope:
                return False
            if node.get("groups"):
                return True
        return False

    # Structure

    def on_xpath(self, node):
        expr = LIST.sub("tree", node.get("expr"))
        expr = expr.replace("@t-name='card'", "@t-name='kanban-box'")
        expr = re.sub(r"(?<![\w'\"])chatter\b", "div[hasclass('oe_chatter')]", expr)
        if self.model == "res.config.settings":
            expr = re.sub(r"^//form$", "//div[hasclass('settings')]", expr)
        for new, old in self.renamed.items():
            expr = expr.replace(f"@name='{new}'", f"@name='{old}'")
        node.set("expr", expr)

    def on_attribute(self, node):
        name = node.get("name")
        if name in MODIFIERS:
            if node.text and not is_static(node.text):
                raise Unsupported(
                    "an expression would replace all attrs of the 14.0 node"
                )
            if name == "column_invisible":
                node.set("name", "invisible")

    def on_chatter(self, node):
        names = ["message_follower_ids", "message_ids"]
        if node.attrib.pop("activity", "0") in ("1", "True"):
            names.insert(1, "activity_ids")
        only(node)
        node.tag = "div"
        node.set("class", "oe_chatter")
        node.extend(element("field", name=name) for name in names)
        tidy(node)

    def on_calendar(self, node):
        # One form both creates and opens in 14.0.
        quick = node.get("quick_create")
        if quick is not None and not ast.literal_eval(quick.capitalize()):
            node.set("quick_add", "False")
        form = node.get("quick_create_view_id")
        if form:
            node.set("quick_add", "False")
            node.set("form_view_id", node.get("form_view_id", form))

    def on_searchpanel(self, node):
        if node.get("view_types"):
            node.set("view_types", re.sub(r"\blist\b", "tree", node.get("view_types")))

    def on_filter(self, node):
        if elements(node):
            raise Unsupported("a filter with filters of its own is not known to 14.0")

    def on_widget(self, node):
        if node.get("name") == "calendar_week_days":
            self.week_days(node)
        elif node.get("name") not in VIEW_WIDGETS:
            raise Unsupported(f"no such widget in 14.0: {node.get('name')}")
        elif node.get("bg_color"):
            node.set("bg_color", node.get("bg_color").replace("text-bg-", "bg-"))

    def week_days(self, node):
        del node.attrib["name"]
        readonly = node.attrib.pop("readonly", None)
        node.tag = "div"
        add_class(node, "o_row")
        for name in WEEKDAYS.values():
            node.append(element("field", name=name, readonly=readonly))
            node.append(element("label", for_=name))
        tidy(node)

    def on_field(self, node):
        if node.get("mode"):
            node.set("mode", LIST.sub("tree", node.get("mode")))
        widget = node.get("widget")
        if widget == "daterange":
            self.date_range(node)
        elif widget and widget not in WIDGETS:
            raise Unsupported(f"no such field widget in 14.0: {widget}")
        elif widget:
            node.set("widget", WIDGETS[widget])

    def date_range(self, node):
        """Show both ends, one after the other: 14.0's range edits only one."""
        options = ast.literal_eval(node.attrib.pop("options", "{}"))
        del node.attrib["widget"]
        end = options.get("end_date_field")
        if not end or set(options) - {"end_date_field", "always_range"}:
            raise Unsupported("a daterange that does not only name its end_date_field")
        scope = self.scope(node)
        for other in scope.iter("field"):
            if other.get("name") == end and self.scope(other.getparent()) is scope:
                if other.get("invisible") not in ("1", "True"):
                    return
                drop(other)
                break
        stop = element("field", **{**node.attrib, "name": end})
        stop.attrib.pop("string", None)
        stop.tail, node.tail = node.tail, space_before(node)
        parent = node.getparent()
        parent.insert(parent.index(node) + 1, stop)

    # Kanban

    def on_kanban(self, node):
        color = node.attrib.pop("highlight_color", None)
        templates = node.findall("templates/t")
        if [template.get("t-name") for template in templates] != ["card"]:
            raise Unsupported("a kanban has one template, its card")
        self.card(templates[0], color)
        if color:
            self.use(node, {color})

    def card(self, node, color):
        node.set("t-name", "kanban-box")
        box = element("div", class_="oe_kanban_global_click")
        if color:
            box = element("div")
            color = "#{kanban_color(record.%s.raw_value)}" % color
            box.set("t-attf-class", f"oe_kanban_global_click {color}")
        for child in moved_children(node):
            box.append(child)
        node.append(box)
        for part in box.iter("footer", "aside", "main", "header"):
            part.tag = "div"
        for field in list(box.iter("field")):
            self.card_field(field, block=field.getparent() is box)
        tidy(node)

    @staticmethod
    def card_field(field, block):
        """Put a card's field in an element: 14.0 gives it no class and no line."""
        wrapped = {
            key: field.attrib.pop(key)
            for key in ("class", "invisible", "t-if", "groups")
            if key in field.attrib
        }
        if block or wrapped:
            box = etree.Element("div" if block else "span", wrapped)
            box.tail, field.tail = field.tail, None
            field.getparent().replace(field, box)
            box.append(field)

    # Settings

    def on_app(self, node):
        name, string = node.attrib.pop("name"), node.attrib.pop("string", "")
        hidden = node.attrib.pop("notApp", "0") == "1"
        node.attrib.pop("data-string", None)
        only(node, "groups", "invisible", "id")
        node.tag = "div"
        node.set("class", "app_settings_block" + " o_not_app" * hidden)
        node.attrib.update({"data-key": name, "data-string": string, "string": string})

    def on_block(self, node):
        title, tip = node.attrib.pop("title", None), node.attrib.pop("help", None)
        only(node, "id", "name", "groups", "invisible")
        row = element(
            "div", *moved_children(node), class_="row mt16 o_settings_container"
        )
        node.tag = "div"
        if title:
            node.append(element("h2", text=title))
        if tip:
            node.append(element("p", text=tip, class_="text-muted"))
        node.append(row)
        tidy(node)

    def on_setting(self, node):
        take = node.attrib.pop
        string, tip = take("string", None), take("help", None)
        only(node, "id", "name", "title", "groups", "invisible", "class")
        children = moved_children(node)
        first = children[0] if children and children[0].tag == "field" else None
        left = element("div", class_="o_setting_left_pane")
        right = element("div", class_="o_setting_right_pane")
        if first is not None and first.get("nolabel") != "1":
            string = first.attrib.pop("string", string)
            right.append(element("label", for_=first.get("name"), string=string))
        elif string:
            right.append(element("span", text=string, class_="o_form_label"))
        if tip:
            right.append(element("div", text=tip, class_="text-muted"))
        if first is not None and self.is_boolean(first):
            left.append(children.pop(0))
        if children:
            right.append(element("div", *children, class_="mt16"))
        node.tag = "div"
        add_class(node, "col-12 col-lg-6 o_setting_box")
        node.extend([left, right])
        tidy(node)

    def is_boolean(self, field):
        name = field.get("name")
        return name in self.booleans or name.startswith(("group_", "module_"))


# Data files ------------------------------------------------------------------


def convert_view(record, booleans):
    fields = {field.get("name"): field for field in record.iterfind("field")}
    if "arch" in fields:
        model = fields["model"].text if "model" in fields else None
        View(fields["arch"], model, booleans).convert()


def convert_action(record, _booleans):
    # `binding_view_types` says list in every series.
    for field in elements(record):
        if field.get("name") in ("path", "mobile_view_mode"):
            drop(field)
        elif field.get("name") in ("view_mode", "views", "view_ids"):
            field.text = field.text and re.sub(r"\blist\b", "tree", field.text)
            if field.get("eval"):
                field.set("eval", re.sub(r"\blist\b", "tree", field.get("eval")))


def convert_cron(record, _booleans):
    """Run for ever: 14.0 counts calls, from one down, unless told."""
    names = {field.get("name") for field in record.iterfind("field")}
    for name, value in (("numbercall", "-1"), ("doall", "False")):
        if name not in names:
            record.append(element("field", name=name, eval=value))
    tidy(record)


def refuse(record, _booleans):
    raise Unsupported(f"{record.get('model')} has no common form in 14.0", record)


RECORDS = {
    "ir.ui.view": convert_view,
    "ir.actions.act_window": convert_action,
    "ir.actions.act_window.view": convert_action,
    "ir.actions.server": convert_action,
    "ir.cron": convert_cron,
    "mail.template": refuse,
    "ir.asset": refuse,
}


def convert_xml(text, path, booleans=frozenset()):
    """Give a data file's 14.0 bytes."""
    try:
        root = etree.fromstring(text, etree.XMLParser(strip_cdata=False))
    except etree.XMLSyntaxError as error:
        raise Unsupported(f"{path}:{error.lineno}: {error.msg}") from None
    if root.tag != "odoo":
        return text
    source = text.decode().splitlines()
    # The parser tells where a start tag ends; say where it begins.
    lines = {}
    for node in root.iter(etree.Element):
        line = node.sourceline
        while line > 1 and not re.search(rf"<{node.tag}\b", source[line - 1]):
            line -= 1
        lines[node] = line
    try:
        for record in list(root.iter("record")):
            RECORDS.get(record.get("model"), lambda *_: None)(record, booleans)
        for template in root.iter("template"):
            for node in template.iter(etree.Element):
                escaped(node)
    except Unsupported as error:
        node = error.node
        while node is not None and node not in lines:
            node = node.getparent()
        raise Unsupported(f"{path}:{lines.get(node, 1)}: {error}") from None
    parts = [*reversed(list(root.itersiblings(preceding=True))), root]
    parts = (
        etree.tostring(part, encoding="unicode", with_tail=False) for part in parts
    )
    return "\n".join(['<?xml version="1.0" encoding="utf-8" ?>', *parts, ""]).encode()


def convert_manifest(text, path):
    """Give a manifest's 14.0 text; what comes before the dict is kept."""
    body = ast.parse(text).body
    if len(body) != 1 or not isinstance(body[0].value, ast.Dict):
        raise Unsupported(f"{path}:1: not one dict")
    node = body[0].value
    lines = {key.value: key.lineno for key in node.keys}
    manifest = ast.literal_eval(node)
    for key in manifest:
        if key not in MANIFEST_KEYS | MANIFEST_DROPPED:
            raise Unsupported(f"{path}:{lines[key]}: manifest key {key} is not known")
    if not re.fullmatch(r"\d+\.\d+\.\d+", manifest.get("version", "")):
        line = lines.get("version", node.lineno)
        raise Unsupported(f"{path}:{line}: version is not x.y.z")
    manifest["version"] = f"{SERIES}.{manifest['version']}"
    kept = {k: v for k, v in manifest.items() if k not in MANIFEST_DROPPED}
    head = "".join(text.splitlines(keepends=True)[: node.lineno - 1])
    return head + pprint.pformat(kept, width=88, sort_dicts=False) + "\n"


# Package ---------------------------------------------------------------------


def settings_booleans(source):
    """Give the names of the Booleans in the addon's settings."""
    texts = (path.read_text() for path in source.glob("**/*.py"))
    settings = (text for text in texts if "res.config.settings" in text)
    pattern = re.compile(r"^    (\w+) = fields\.Boolean\(", re.M)
    return {name for text in settings for name in pattern.findall(text)}


def is_asset(path):
    return path.parts[:2] in (("static", "src"), ("static", "tests")) and (
        path.suffix in ASSETS
    )


def convert_tree(source, target):
    shutil.copytree(source, target, ignore=NOT_PACKAGED, dirs_exist_ok=True)
    booleans = settings_booleans(source)
    for path in sorted(target.glob("**/*")):
        relative = path.relative_to(target)
        if is_asset(relative):
            path.unlink()
        elif relative.name == "__manifest__.py":
            path.write_text(convert_manifest(path.read_text(), source / relative))
        elif path.suffix == ".xml" and relative.parts[0] != "static":
            path.write_bytes(
                convert_xml(path.read_bytes(), source / relative, booleans)
            )


def convert(source, dest):
    """Make DEST the 14.0 package of SOURCE; DEST is left as it was on failure."""
    source, dest = Path(source), Path(dest)
    for path in (source, dest) if dest.exists() else (source,):
        if not (path / "__manifest__.py").is_file():
            raise Unsupported(f"{path}:1: not an addon")
    if source.resolve() in (dest.resolve(), *dest.resolve().parents):
        raise Unsupported(f"{dest}:1: inside the source")
    dest.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{dest.name}-", dir=dest.parent) as work:
        new, old = Path(work, "new"), Path(work, "old")
        convert_tree(source, new)
        with contextlib.suppress(FileNotFoundError):
            os.rename(dest, old)
        os.rename(new, dest)


def main(arguments):
    if len(arguments) != 2:
        sys.stderr.write("usage: series14.py SOURCE DEST\n")
        return 2
    try:
        convert(*arguments)
    except Unsupported as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
