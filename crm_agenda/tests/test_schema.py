"""What the models declare is in the database: constraints, references and indexes."""

import re
from contextlib import suppress
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import TransactionCase, tagged

from ..models.compat import SERIES, Constraint
from .common import RollBack

INDEX = re.compile(r"CREATE INDEX IF NOT EXISTS (\w+) ON (\w+) \(([\w, ]+)\)")
ON_DELETE = {"cascade": "c", "restrict": "r", "set null": "n"}


def get_our_classes(model):
    """Return the classes of the addons that make up ``model``."""
    return [
        cls
        for cls in type(model).mro()
        if cls.__module__.startswith("odoo.addons.crm_agenda")
    ]


@tagged("post_install", "-at_install")
class TestSchema(TransactionCase):
    maxDiff = None

    def get_declared(self):
        """Return what the database must have, in rows like those it has."""
        declared = set()
        for model in map(self.env.__getitem__, self.env):
            if model._auto and not model._abstract:
                declared |= set(self.get_declared_constraints(model))
                declared |= set(self.get_declared_indexes(model))
                for field in model._fields.values():
                    if field.store and "crm_agenda" in str(field._modules):
                        declared |= set(self.get_declared_of_field(model, field))
        return declared

    def get_declared_constraints(self, model):
        for cls in get_our_classes(model):
            if SERIES >= 19:  # which would ignore them
                self.assertNotIn("_sql_constraints", vars(cls))
            for name, value in vars(cls).items():
                if isinstance(value, Constraint):
                    definition = vars(value).get("_definition") or value.definition
                    yield "constraint", model._table + name, definition

    def get_declared_indexes(self, model):
        """Return those that the model makes by itself."""
        statements = []
        if any("init" in vars(cls) for cls in get_our_classes(model)):
            with patch.object(
                Cursor, "execute", lambda cr, sql: statements.append(sql)
            ):
                model.init()
        for name, table, columns in INDEX.findall("\n".join(statements)):
            yield "named", table, name
            yield "index", table, tuple(columns.split(", "))

    def get_declared_of_field(self, model, field):
        if field.type == "many2many":
            pair = (field.column1, field.column2)
            yield "index", field.relation, pair
            yield "index", field.relation, pair[::-1]
            yield "reference", field.relation, field.column1, "c"
            yield "reference", field.relation, field.column2, ON_DELETE[field.ondelete]
        if field.column_type:
            if field.index:
                yield "index", model._table, (field.name,)
            if field.required:
                yield "required", model._table, field.name
            if field.type == "many2one":
                action = ON_DELETE[field.ondelete]
                yield "reference", model._table, field.name, action

    def get_existing(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT 'constraint', conname::text, obj_description(oid, 'pg_constraint'),
                   NULL
              FROM pg_constraint
             UNION ALL
            SELECT 'reference', conrelid::regclass::text, attname, confdeltype::text
              FROM pg_constraint
              JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
             WHERE contype = 'f'
             UNION ALL
            SELECT 'required', attrelid::regclass::text, attname, NULL
              FROM pg_attribute
             WHERE attnotnull
             UNION ALL
            SELECT 'named', indrelid::regclass::text, indexrelid::regclass::text, NULL
              FROM pg_index
             WHERE indisvalid
            """
        )
        existing = {
            tuple(value for value in row if value is not None)
            for row in self.env.cr.fetchall()
        }
        self.env.cr.execute(
            """
            SELECT indrelid::regclass::text, array_agg(attname::text ORDER BY position)
              FROM pg_index
              JOIN unnest(indkey) WITH ORDINALITY AS key (attnum, position) ON TRUE
              JOIN pg_attribute USING (attnum)
             WHERE attrelid = indrelid AND indisvalid
             GROUP BY indexrelid, indrelid
            """
        )
        return existing | {
            ("index", table, tuple(columns))
            for table, columns in self.env.cr.fetchall()
        }

    def test_everything_declared_exists(self):
        declared = self.get_declared()
        self.assertEqual(declared - self.get_existing(), set())

    def test_what_is_missing_is_noticed(self):
        declared = self.get_declared() & self.get_existing()
        for table, statement in (
            ("calendar_event", "DROP CONSTRAINT calendar_event_no_double_booking"),
            ("crm_agenda_share", "DROP CONSTRAINT crm_agenda_share_one_subject"),
            ("crm_agenda_share", "DROP CONSTRAINT crm_agenda_share_calendar_id_fkey"),
            ("crm_agenda_share", "ALTER level DROP NOT NULL"),
            (None, "DROP INDEX calendar_event_agenda_time_index"),
            (None, "DROP INDEX calendar_event__customer_id_index"),
        ):
            statement = f"ALTER TABLE {table} {statement}" if table else statement
            with self.subTest(statement), suppress(RollBack), self.env.cr.savepoint():
                self.env.cr.execute(statement)
                self.assertTrue(declared - self.get_existing())
                raise RollBack
