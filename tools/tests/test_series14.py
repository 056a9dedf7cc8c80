"""What the 14.0 package of an addon in 18.0 syntax is."""

import ast
import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import series14  # noqa: E402

# Helpers ---------------------------------------------------------------------

VIEW = """<?xml version="1.0" encoding="utf-8"?>
<odoo>
    <record id="view" model="ir.ui.view">
        <field name="model">{model}</field>{inherit}
        <field name="arch" type="xml">
            {arch}
        </field>
    </record>
</odoo>
"""
INHERIT = '\n        <field name="inherit_id" ref="base.view" />'


def convert_data(text):
    return etree.fromstring(series14.convert_xml(text.encode(), "views.xml"))


def convert_arch(arch, model="x.model", inherit=False, booleans=frozenset()):
    text = VIEW.format(model=model, arch=arch, inherit=INHERIT if inherit else "")
    tree = etree.fromstring(series14.convert_xml(text.encode(), "views.xml", booleans))
    return tree.find(".//field[@name='arch']/*")


def refusal(arch, **kwargs):
    with pytest.raises(series14.Unsupported) as caught:
        convert_arch(arch, **kwargs)
    return str(caught.value)


def attrs_of(node):
    return ast.literal_eval(node.get("attrs"))


def holds(domain, values):
    """Evaluate a domain as 14.0's web client does (web.Domain, compute)."""

    def same(left, right):  # JavaScript tells False from 0 and from ""
        if isinstance(left, bool) != isinstance(right, bool):
            return False
        return left == right

    def listed(value):
        return value if isinstance(value, list) else [value]

    def leaf(name, operator, wanted):
        value = values
        for part in name.split("."):
            value = value[part]
        if operator in ("in", "not in"):
            found = any(same(a, b) for a in listed(value) for b in listed(wanted))
            return found == (operator == "in")
        if operator in ("=", "!="):
            return same(value, wanted) == (operator == "=")
        return {
            "<": lambda: value < wanted,
            "<=": lambda: value <= wanted,
            ">": lambda: value > wanted,
            ">=": lambda: value >= wanted,
        }[operator]()

    stack = []
    for item in reversed(domain):
        if item == "!":
            stack.append(not stack.pop())
        elif item in ("&", "|"):
            one, other = stack.pop(), stack.pop()
            stack.append((one and other) if item == "&" else (one or other))
        else:
            stack.append(leaf(*item))
    [result] = stack
    return result


# Expressions -----------------------------------------------------------------

NUMBERS = {"count": st.integers(-2, 2), "parent.rate": st.sampled_from([0, 1, 2.5])}
TEXTS = {
    "state": st.sampled_from(["", "draft", "done"]),
    "parent.kind": st.just("done"),
}
OTHERS = {
    "active": st.booleans(),
    "user_id": st.sampled_from([False, 1, 7]),
    "date": st.sampled_from([False, "2024-05-01"]),
    "tag_ids": st.lists(st.integers(1, 3), max_size=2),
}
FIELDS = {**NUMBERS, **TEXTS, **OTHERS}


class Parent:
    def __init__(self, values):
        self.__dict__.update(values)


@st.composite
def records(draw):
    values, parent = {}, {}
    for name, strategy in FIELDS.items():
        target = parent if name.startswith("parent.") else values
        target[name.split(".")[-1]] = draw(strategy)
    return {**values, "parent": parent}


def comparisons():
    orders = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    among = st.sampled_from(["in", "not in"])
    number = st.sampled_from(sorted(NUMBERS))
    text = st.sampled_from(sorted(TEXTS))
    word = st.sampled_from(["'draft'", "'done'", "''"])
    build = "{} {} {}".format
    return st.one_of(
        st.builds(build, number, orders, st.integers(-1, 2)),
        st.builds(build, st.integers(-1, 2), orders, number),
        st.builds("{} < {} <= {}".format, st.just(-1), number, st.integers(0, 2)),
        st.builds(build, text, st.sampled_from(["==", "!="]), word),
        st.builds("{} {} ({}, {})".format, text, among, word, word),
        st.builds("{} {} [1]".format, number, among),
    )


def expressions():
    return st.recursive(
        st.sampled_from(sorted(FIELDS)) | comparisons(),
        lambda inner: st.one_of(
            st.builds("not ({})".format, inner),
            st.builds("({}) and ({})".format, inner, inner),
            st.builds("({}) or ({})".format, inner, inner),
        ),
        max_leaves=6,
    )


@given(expressions(), records())
def test_domain_holds_when_expression_does(expression, values):
    python = eval(expression, {}, {**values, "parent": Parent(values["parent"])})
    assert holds(series14.domain_of(expression), values) is bool(python)


@given(expressions())
def test_domain_is_a_literal_for_the_server(expression):
    domain = series14.domain_of(expression)
    assert ast.literal_eval(repr(domain)) == domain


@pytest.mark.parametrize(
    "expression, domain",
    [
        ("state == 'done'", [("state", "=", "done")]),
        ("not (state == 'done')", [("state", "!=", "done")]),
        ("user_id == None", [("user_id", "=", False)]),
        ("parent.state in ('a', 'b')", [("parent.state", "in", ["a", "b"])]),
        ("not count > 1", ["!", ("count", ">", 1)]),
        (
            "a == 1 and (b == 2 or c != 3)",
            ["&", ("a", "=", 1), "|", ("b", "=", 2), ("c", "!=", 3)],
        ),
    ],
)
def test_domain_reads_as_one_would_write_it(expression, domain):
    assert series14.domain_of(expression) == domain


@pytest.mark.parametrize("value", [False, 0, 0.0, "", []])
def test_empty_value_of_any_field_type_is_falsy(value):
    assert not holds(series14.domain_of("x"), {"x": value})
    assert holds(series14.domain_of("not x"), {"x": value})


@pytest.mark.parametrize(
    "expression",
    [
        "user_id == uid",
        "a == b",
        "'a' in tags",
        "state in 'done'",
        "len(lines) > 1",
        "a + 1",
        "partner_id.name",
        "context.get('a') and b",
        "x if y else z",
        "x is None",
        "a ==",
    ],
)
def test_unknown_expression_is_refused(expression):
    with pytest.raises(series14.Unsupported):
        series14.domain_of(expression)


# Modifiers -------------------------------------------------------------------


def test_modifiers_become_attrs_of_the_node():
    form = convert_arch(
        """<form>
            <field name="state" />
            <div invisible="state != 'a'">
                <field name="x" readonly="state == 'b'" required="state == 'a'" />
                <button name="do" type="object" invisible="state == 'a'" />
            </div>
        </form>"""
    )
    assert attrs_of(form.find("div")) == {"invisible": [("state", "!=", "a")]}
    assert attrs_of(form.find("div/field")) == {
        "readonly": [("state", "=", "b")],
        "required": [("state", "=", "a")],
    }
    assert attrs_of(form.find("div/button")) == {"invisible": [("state", "=", "a")]}
    assert not form.xpath("//*[@invisible or @readonly or @required]")


@pytest.mark.parametrize(
    "written, kept",
    [("1", "1"), ("0", "0"), ("True", "1"), ("False", "0")]
    + [("context.get('short')",) * 2, ("not context.get('short')",) * 2],
)
def test_static_modifier_stays_plain(written, kept):
    field = convert_arch(f'<form><field name="x" invisible="{written}" /></form>')[0]
    assert dict(field.attrib) == {"name": "x", "invisible": kept}


def test_static_column_invisible_hides_the_column():
    tree = convert_arch('<list><field name="x" column_invisible="True" /></list>')
    assert dict(tree[0].attrib) == {"name": "x", "invisible": "1"}


def test_dynamic_column_invisible_reads_the_parent():
    form = convert_arch(
        """<form><field name="line_ids"><list>
            <field name="x" column_invisible="parent.state == 'a'" />
        </list></field></form>"""
    )
    assert attrs_of(form.find(".//tree/field")) == {
        "column_invisible": [("parent.state", "=", "a")]
    }
    assert form.find("field[@name='state']").get("invisible") == "1"


# Fields that 18.0 adds by itself ---------------------------------------------


def names(nodes):
    return [node.get("name") for node in nodes]


def test_field_that_an_expression_reads_is_declared():
    form = convert_arch(
        '<form><sheet><field name="x" invisible="not y" /></sheet></form>'
    )
    assert names(form.find("sheet")) == ["y", "x"]
    assert form.find("sheet/field[@name='y']").get("invisible") == "1"


def test_declared_field_is_not_added_again():
    form = convert_arch('<form><field name="y" /><p invisible="not y" /></form>')
    assert names(form.iter("field")) == ["y"]


def test_id_needs_no_declaration():
    assert not list(convert_arch('<form><p invisible="not id" /></form>').iter("field"))


def test_field_for_some_groups_only_is_added_for_all():
    form = convert_arch(
        """<form>
            <field name="y" groups="base.group_no_one" />
            <p invisible="not y" />
        </form>"""
    )
    added, declared = form.findall("field")
    assert added.get("groups") is None and declared.get("groups")


def test_field_of_a_sub_view_is_not_one_of_its_parent():
    form = convert_arch(
        """<form>
            <field name="y" />
            <field name="line_ids">
                <list><field name="x" readonly="not y" /></list>
                <form><field name="y" /><field name="x" readonly="not y" /></form>
            </field>
        </form>"""
    )
    assert names(form.find(".//tree")) == ["y", "x"]
    assert names(form.find(".//form")) == ["y", "x"]
    assert names(form.findall("field")) == ["y", "line_ids"]


@pytest.mark.parametrize(
    "field",
    [
        '<field name="x" decoration-danger="y == 1" />',
        '<field name="x" context="{\'default_y\': y}" />',
        "<field name=\"x\" domain=\"[('a', '=', y), ('b', '=', uid)]\" />",
    ],
)
def test_field_of_other_expressions_is_declared(field):
    assert names(convert_arch(f"<list>{field}</list>")) == ["y", "x"]


def test_inheriting_view_declares_next_to_the_node():
    body = convert_arch(
        """<xpath expr="//field[@name='a']" position="after">
            <field name="x" invisible="not y" />
            <page invisible="not z"><group /></page>
        </xpath>""",
        inherit=True,
    )
    assert [(node.tag, node.get("name")) for node in body] == [
        ("field", "y"),
        ("field", "x"),
        ("page", None),
    ]
    assert names(body.find("page").iterfind("field")) == ["z"]


def test_inheriting_view_knows_the_field_it_hangs_on():
    arch = '<field name="y" position="after"><p invisible="not y" /></field>'
    assert names(convert_arch(arch, inherit=True)) == [None]


# Views -----------------------------------------------------------------------


def test_list_is_a_tree_everywhere():
    form = convert_arch(
        '<form><field name="x_ids" mode="list,kanban"><list /></field></form>'
    )
    assert form.find("field").get("mode") == "tree,kanban"
    assert form.find("field/tree") is not None


@pytest.mark.parametrize(
    "expr, converted",
    [
        ("//list", "//tree"),
        ("//field[@name='x']/list/field", "//field[@name='x']/tree/field"),
        ("//field[@name='list']", "//field[@name='list']"),
        ("//field[@name='list_id']", "//field[@name='list_id']"),
        ("//chatter", "//div[hasclass('oe_chatter')]"),
    ],
)
def test_xpath_follows_the_tags(expr, converted):
    arch = f'<xpath expr="{expr}" position="inside" />'
    assert convert_arch(arch, inherit=True).get("expr") == converted


def test_chatter_is_a_div_with_its_fields():
    chatter = convert_arch("<form><chatter /></form>")[0]
    assert (chatter.tag, chatter.get("class")) == ("div", "oe_chatter")
    assert names(chatter) == ["message_follower_ids", "message_ids"]
    chatter = convert_arch('<form><chatter activity="1" /></form>')[0]
    assert names(chatter) == ["message_follower_ids", "activity_ids", "message_ids"]


def test_calendar_creates_in_the_form_of_18():
    calendar = convert_arch(
        """<calendar date_start="start" js_class="x" edit="1" quick_create="1"
            quick_create_view_id="%(short)d">
            <field name="a" filter_field="b" />
        </calendar>"""
    )
    assert dict(calendar.attrib) == {
        "date_start": "start",
        "quick_add": "False",
        "form_view_id": "%(short)d",
    }
    assert dict(calendar[0].attrib) == {"name": "a"}


def test_calendar_keeps_the_form_it_opens():
    arch = '<calendar date_start="a" quick_create_view_id="1" form_view_id="2" />'
    assert convert_arch(arch).get("form_view_id") == "2"


def test_daterange_is_two_fields():
    group = convert_arch(
        """<form><group>
            <field name="start" string="Time" widget="daterange" invisible="a == 1"
                options="{'end_date_field': 'stop'}" />
            <field name="a" />
            <field name="stop" invisible="1" />
        </group></form>"""
    )[0]
    assert names(group) == ["start", "stop", "a"]
    start, stop, _a = group
    assert start.get("string") == "Time" and stop.get("string") is None
    assert attrs_of(start) == attrs_of(stop) == {"invisible": [("a", "=", 1)]}
    assert start.get("widget") is start.get("options") is None
    assert start.tail == stop.tail == "\n            "  # each on its line


def test_week_days_are_fields_with_labels():
    arch = '<form><widget name="calendar_week_days" invisible="a == 1" /></form>'
    days = convert_arch(arch, model="calendar.event").find("div")
    assert names(days.iterfind("field")) == "mo tu we th fr sa su".split()
    assert [label.get("for") for label in days.iterfind("label")] == names(
        days.iterfind("field")
    )
    assert attrs_of(days) == {"invisible": [("a", "=", 1)]}


def test_week_days_of_events_are_renamed():
    arch = '<form><label for="mon" /><field name="mon" readonly="tue == True" /></form>'
    form = convert_arch(arch, model="calendar.event")
    assert form.find("label").get("for") == "mo"
    assert names(form.iterfind("field")) == ["tu", "mo"]
    assert convert_arch(arch, model="x.model").find("label").get("for") == "mon"


def test_widget_that_14_has_not_is_replaced():
    field = convert_arch(
        '<form><field name="x" widget="many2many_avatar_user" /></form>'
    )
    assert field[0].get("widget") == "many2many_tags_avatar"


def test_bootstrap_classes_are_those_of_4():
    arch = '<form><div class="fw-bold ms-2 text-end o_ms-x mw-100" /></form>'
    assert convert_arch(arch)[0].get("class") == (
        "font-weight-bold ml-2 text-right o_ms-x mw-100"
    )


def test_kanban_card_is_a_box_of_lines():
    kanban = convert_arch(
        """<kanban highlight_color="color" can_open="0"><templates><t t-name="card">
            <field name="name" class="fw-bold" />
            <footer><field name="count" /> coming <t t-out="record.x.value" /></footer>
        </t></templates></kanban>"""
    )
    assert names(kanban.iterfind("field")) == ["color"]
    template = kanban.find("templates/t")
    assert template.get("t-name") == "kanban-box"
    [box] = template
    assert box.get("t-attf-class") == (
        "oe_kanban_global_click #{kanban_color(record.color.raw_value)}"
    )
    line, footer = box
    assert (line.tag, line.get("class")) == ("div", "font-weight-bold")
    assert names(line) == ["name"]
    assert footer.tag == "div"
    assert footer.find("field").tail.strip() == "coming"
    assert footer.find("t").get("t-esc") == "record.x.value"


def test_kanban_line_keeps_its_condition():
    kanban = convert_arch(
        """<kanban><templates><t t-name="card">
            <field name="x" invisible="not y" />
        </t></templates></kanban>"""
    )
    line = kanban.find("templates/t/div/div")
    assert "invisible" in attrs_of(line) and not line[0].get("attrs")
    assert names(kanban.iterfind("field")) == ["y"]


def test_settings_are_boxes():
    block = convert_arch(
        """<xpath expr="//form" position="inside">
            <app name="agenda" string="Agenda">
                <block title="Reminders" id="reminders">
                    <setting id="mail" help="By mail" string="Mail">
                        <field name="by_mail" />
                        <span invisible="not by_mail">Sure</span>
                    </setting>
                    <setting><field name="delay" /></setting>
                </block>
            </app>
        </xpath>""",
        model="res.config.settings",
        inherit=True,
        booleans={"by_mail"},
    )
    assert block.get("expr") == "//div[hasclass('settings')]"
    app = block.find("div[@class='app_settings_block']")
    assert app.get("data-key") == "agenda" and app.get("string") == "Agenda"
    assert app.findtext("div[@id='reminders']/h2") == "Reminders"
    mail, delay = app.iterfind(".//div[@class='col-12 col-lg-6 o_setting_box']")
    left, right = mail
    assert names(left) == ["by_mail"]
    assert right.find("label").attrib == {"for": "by_mail", "string": "Mail"}
    assert right.findtext("div[@class='text-muted']") == "By mail"
    assert right.find("div/span") is not None
    left, right = delay
    assert not len(left) and names(right.iterfind("div/field")) == ["delay"]


# Data ------------------------------------------------------------------------


def fields_of(xml):
    record = convert_data(f"<odoo>{xml}</odoo>")[0]
    return {field.get("name"): field.text or field.get("eval") for field in record}


def test_action_opens_trees_and_has_no_path():
    assert fields_of(
        """<record id="a" model="ir.actions.act_window">
            <field name="view_mode">kanban,list,form</field>
            <field name="path">agenda</field>
            <field name="binding_view_types">list</field>
            <field name="context">{'list': 1}</field>
        </record>"""
    ) == {
        "view_mode": "kanban,tree,form",
        "binding_view_types": "list",
        "context": "{'list': 1}",
    }


def test_view_mode_that_is_evaluated_is_converted():
    xml = """<record id="a" model="ir.actions.act_window">
        <field name="view_mode" eval="'list,form'" /></record>"""
    assert fields_of(xml) == {"view_mode": "'tree,form'"}


def test_scheduled_action_runs_for_ever():
    xml = '<record id="c" model="ir.cron"><field name="name">Go</field></record>'
    assert fields_of(xml) == {"name": "Go", "numbercall": "-1", "doall": "False"}


def test_template_escapes():
    odoo = convert_data('<odoo><template id="t"><p t-out="x" /></template></odoo>')
    assert dict(odoo[0][0].attrib) == {"t-esc": "x"}


def test_other_records_comments_and_layout_stay():
    text = """<?xml version="1.0" encoding="utf-8" ?>
<!-- Groups. -->
<odoo noupdate="1">
    <record id="g" model="res.groups">
        <!-- Why. -->
        <field name="name">Día</field>
    </record>
    <menuitem id="m" name="list"/>
</odoo>
""".encode()
    assert series14.convert_xml(text, "x.xml") == text


# Refusals --------------------------------------------------------------------


@pytest.mark.parametrize(
    "arch, reason",
    [
        ("<form><gantt /></form>", "<gantt>"),
        ('<form><field name="x" widget="gauge" /></form>', "gauge"),
        ('<form><widget name="documentation_link" /></form>', "documentation_link"),
        ('<list no_open="1" />', "<tree no_open"),
        ('<calendar date_start="a" aggregate="b" />', "<calendar aggregate"),
        ('<form><p invisible="a == uid" /></form>', "uid"),
        ('<search><filter name="x" invisible="a" /></search>', "static"),
        ('<search><filter name="x"><filter name="y" /></filter></search>', "filters"),
        ('<form><chatter open="1" /></form>', "<chatter open"),
        ("<kanban><templates><t t-name='menu' /></templates></kanban>", "card"),
        (
            '<p position="attributes"><attribute name="invisible">y</attribute></p>',
            "attrs",
        ),
    ],
)
def test_unknown_construct_is_refused(arch, reason):
    message = refusal(arch)
    assert message.startswith("views.xml:6: ") and reason in message


def test_refusal_names_the_line_where_the_tag_begins():
    arch = """<form>
                <group>
                    <field
                        name="x"
                        invisible="y == uid"
                    />
                </group>
            </form>"""
    assert refusal(arch).startswith("views.xml:8: ")


@pytest.mark.parametrize("model", ["mail.template", "ir.asset"])
def test_record_without_common_form_is_refused(model):
    with pytest.raises(series14.Unsupported, match=r"^views\.xml:2: "):
        convert_data(f'<odoo>\n<record id="x" model="{model}" />\n</odoo>')


def test_broken_xml_is_refused_with_its_line():
    with pytest.raises(series14.Unsupported, match=r"^views\.xml:2: "):
        convert_data("<odoo>\n<record></odoo>")


# Package ---------------------------------------------------------------------

MANIFEST = """# Comment
{
    "name": "Agenda",
    "version": "1.0.0",
    "data": ["views.xml"],
    "assets": {"web.assets_backend": ["agenda/static/src/a.js"]},
}
"""


@pytest.fixture
def addon(tmp_path):
    source = tmp_path / "agenda"
    files = {
        "__manifest__.py": MANIFEST,
        "__init__.py": "x = 1\n",
        "views.xml": VIEW.format(model="x", inherit="", arch="<list />"),
        "static/src/a.js": "",
        "static/src/a.xml": "<templates />",
        "static/description/icon.svg": "<svg />",
        "i18n/es.po": 'msgid ""\n',
        "models/__pycache__/x.pyc": "",
    }
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    return source


def files_in(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_package_has_everything_but_assets(addon, tmp_path):
    dest = tmp_path / "build" / "agenda"
    series14.convert(addon, dest)
    assert files_in(dest) == [
        "__init__.py",
        "__manifest__.py",
        "i18n/es.po",
        "static/description/icon.svg",
        "views.xml",
    ]
    assert "<tree/>" in (dest / "views.xml").read_text()
    text = (dest / "__manifest__.py").read_text()
    assert text.startswith("# Comment\n")
    assert ast.literal_eval(text) == {
        "name": "Agenda",
        "version": "14.0.1.0.0",
        "data": ["views.xml"],
    }


def test_package_is_the_same_each_time_and_replaces_the_last(addon, tmp_path):
    dest = tmp_path / "build" / "agenda"
    series14.convert(addon, dest)
    first = {name: (dest / name).read_bytes() for name in files_in(dest)}
    (dest / "left_over.py").write_text("")
    series14.convert(addon, dest)
    assert {name: (dest / name).read_bytes() for name in files_in(dest)} == first
    assert [path.name for path in dest.parent.iterdir()] == ["agenda"]


def test_failure_leaves_the_last_package(addon, tmp_path, capsys):
    dest = tmp_path / "build" / "agenda"
    series14.convert(addon, dest)
    (addon / "views.xml").write_text("<odoo>\n\n<record model='ir.asset' /></odoo>")
    assert series14.main([str(addon), str(dest)]) == 1
    message = f"{addon}/views.xml:3: ir.asset has no common form in 14.0\n"
    assert capsys.readouterr().err == message
    assert "<tree/>" in (dest / "views.xml").read_text()
    assert [path.name for path in dest.parent.iterdir()] == ["agenda"]


def test_folder_that_is_no_addon_is_not_replaced(addon, tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(series14.Unsupported, match="not an addon"):
        series14.convert(addon, tmp_path / "mine")
    with pytest.raises(series14.Unsupported, match="inside the source"):
        series14.convert(addon, addon / "build")


@pytest.mark.parametrize(
    "old, new, line",
    [
        ('"data"', '"unheard_of"', 5),
        ("1.0.0", "18.0.1.0.0", 4),
        ('"version"', '"summary"', 2),
    ],
)
def test_manifest_that_is_not_understood_is_refused(old, new, line):
    with pytest.raises(series14.Unsupported, match=rf"^m\.py:{line}: "):
        series14.convert_manifest(MANIFEST.replace(old, new), "m.py")


# 14.0's own schemas ----------------------------------------------------------

SCHEMA_VIEWS = {
    "tree": """<list string="x" editable="bottom" decoration-danger="late">
        <header><button name="do" type="object" string="Do" /></header>
        <field name="sequence" widget="handle" />
        <field name="x" column_invisible="1" optional="hide" />
        <field name="y" readonly="x == 1" widget="many2many_avatar_user" />
        <button name="do" type="object" icon="fa-check" invisible="y" data-hotkey="d" />
    </list>""",
    "calendar": """<calendar date_start="a" date_stop="b" all_day="c" color="d"
        mode="week" event_limit="5" quick_create="1" quick_create_view_id="1"
        js_class="x" edit="1">
        <field name="e" filters="1" color="color" filter_field="x" />
    </calendar>""",
    "search": """<search><field name="x" operator="child_of" />
        <filter name="d" string="D" date="start" /><separator />
        <group><filter name="g" string="G" context="{'group_by': 'x'}" /></group>
        <searchpanel view_types="list,kanban">
            <field name="x" select="multi" />
        </searchpanel>
    </search>""",
    "pivot": """<pivot string="x" sample="1" js_class="y"><field name="a" type="row" />
        <field name="b" interval="month" type="col" /></pivot>""",
    "graph": """<graph string="x" type="bar" js_class="y"><field name="a" /></graph>""",
}


def schema(kind):
    """Give the RNG of a 14.0 that can be imported, or skip."""
    spec = importlib.util.find_spec("odoo")
    for root in spec.submodule_search_locations if spec else ():
        if (Path(root) / "addons/base/rng/tree_view.rng").is_file():
            return etree.RelaxNG(etree.parse(f"{root}/addons/base/rng/{kind}_view.rng"))
    return pytest.skip("no Odoo 14.0 in this Python: its view schemas are not here")


@pytest.mark.parametrize("kind", sorted(SCHEMA_VIEWS))
def test_converted_view_is_valid_in_14(kind):
    rng = schema(kind)
    arch = convert_arch(SCHEMA_VIEWS[kind])
    rng.assertValid(etree.fromstring(etree.tostring(arch)))


@pytest.mark.parametrize("kind", sorted(SCHEMA_VIEWS))
def test_views_of_the_addon_are_valid_in_14(kind):
    rng = schema(kind)
    for path in sorted(Path(__file__).parents[2].glob("crm_agenda*/views/*.xml")):
        data = etree.fromstring(series14.convert_xml(path.read_bytes(), path))
        for arch in data.iterfind(f".//field[@name='arch']/{kind}"):
            rng.assertValid(etree.fromstring(etree.tostring(arch)))
