"""What changed in which calendar: so a phone asks for that alone."""

import re
from hashlib import blake2b

from odoo import api, fields, models
from odoo.tools import SQL

from .res_users_app_password import SCOPE

KEPT_DAYS = 90
TOKEN = re.compile(r"(data:,[0-9a-f]{16}):([0-9]{1,18}(?::[0-9]{1,18})*)")


class CrmAgendaChange(models.Model):
    """A change of an event in a calendar, by the number of its transaction.

    It does not say what changed: whoever asks is told what the event is to them now.
    """

    _name = "crm.agenda.change"
    _description = "Change in an Agenda Calendar"
    # Odoo has no field for the number of a transaction, and no reason to read the rows.
    _auto = False

    # Of whose own events it is, their number with its sign changed stands for it.
    calendar_id = fields.Integer(readonly=True)
    # None for what stands for all that was forgotten.
    event_id = fields.Integer(readonly=True)
    series_id = fields.Integer(readonly=True)
    name = fields.Char(readonly=True, help="As another program called it.")

    def init(self):
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS crm_agenda_change (
                id bigserial PRIMARY KEY,
                calendar_id int NOT NULL,
                event_id int NOT NULL,
                series_id int NOT NULL,
                name varchar NOT NULL DEFAULT '',
                txid bigint NOT NULL DEFAULT txid_current(),
                logged timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
            );
            -- Apart, for a table that was made before there were any.
            ALTER TABLE crm_agenda_change
                ADD COLUMN IF NOT EXISTS made boolean NOT NULL DEFAULT false,
                ADD COLUMN IF NOT EXISTS private boolean NOT NULL DEFAULT false;
            CREATE UNIQUE INDEX IF NOT EXISTS crm_agenda_change_index
                ON crm_agenda_change (calendar_id, txid, event_id, series_id, name);
            """
        )

    @api.model
    def _log(self, where, *params, made=False):
        """Write down that events changed, as they are in the database by now: for their
        calendar, and for people with a phone to whom they are known, though in none of
        the calendars that they see.

        :param where: a condition on the rows of ``calendar_event event``
        :param made: whether they were not there before
        """
        self.env.cr.execute(
            SQL(
                """
                WITH changed AS MATERIALIZED (
                    SELECT event.id, event.agenda_calendar_id AS calendar_id,
                           COALESCE(event.recurrence_id, 0) AS series_id,
                           event.user_id, object.id AS object_id, object.name,
                           COALESCE(event.privacy = 'private', false) AS private
                      FROM calendar_event event
                      LEFT JOIN crm_agenda_ical_object_event_rel rel
                        ON rel.event_id = event.id
                      LEFT JOIN crm_agenda_ical_object object
                        ON object.id = rel.object_id
                       AND object.calendar_id = event.agenda_calendar_id
                     WHERE %(where)s
                ),
                logged AS (
                    INSERT INTO crm_agenda_change
                           (calendar_id, event_id, series_id, name, made, private)
                    SELECT calendar_id, id, series_id, COALESCE(name, ''), %(made)s,
                           private
                      FROM changed
                     WHERE calendar_id IS NOT NULL
                        ON CONFLICT DO NOTHING
                ),
                phone AS (
                    SELECT DISTINCT users.id AS user_id, users.partner_id
                      FROM res_users_apikeys key
                      JOIN res_users users ON users.id = key.user_id
                     WHERE key.scope = %(scope)s
                ),
                person AS (
                    SELECT changed.id, phone.user_id
                      FROM changed JOIN phone USING (user_id)
                     UNION
                    SELECT changed.id, phone.user_id
                      FROM changed
                      JOIN calendar_event_res_partner_rel partner
                        ON partner.calendar_event_id = changed.id
                      JOIN phone ON phone.partner_id = partner.res_partner_id
                     UNION
                    SELECT changed.id, phone.user_id
                      FROM changed
                      JOIN calendar_event_shared_user_rel extra
                        ON extra.event_id = changed.id
                      JOIN phone ON phone.user_id = extra.user_id
                )
                INSERT INTO crm_agenda_change
                       (calendar_id, event_id, series_id, name, made)
                SELECT -person.user_id, changed.id, changed.series_id,
                       COALESCE('object-' || changed.object_id || '.ics', ''), %(made)s
                  FROM changed JOIN person USING (id)
                 WHERE NOT EXISTS (
                       SELECT FROM crm_agenda_calendar_member_rel member
                        WHERE member.calendar_id = changed.calendar_id
                          AND member.user_id = person.user_id)
                    ON CONFLICT DO NOTHING
                """,
                where=SQL(where, *params),
                made=made,
                scope=SCOPE,
            )
        )

    @api.model
    def _log_events(self, ids, **options):
        if ids:
            self._log("event.id = ANY(%s)", list(ids), **options)

    @api.model
    def _log_events_at_end(self, ids, made=False):
        """Write down once, at the end of the transaction, that events changed."""
        precommit = self.env.cr.precommit
        if "crm_agenda_change" not in precommit.data:
            precommit.data["crm_agenda_change"] = {}
            precommit.add(self._log_at_end)
        for event_id in ids:
            precommit.data["crm_agenda_change"].setdefault(event_id, made)

    @api.model
    def _log_at_end(self):
        changed = self.env.cr.precommit.data.pop("crm_agenda_change")
        for made in (True, False):
            ids = [event_id for event_id, new in changed.items() if new == made]
            self._log_events(ids, made=made)

    @api.model
    def _get_marks(self, calendar_ids):
        """Return ``{calendar id: (first, open)}``: a change of it that is not seen yet
        is of a transaction that is in ``open``, or not before ``first``.

        A number that only grows would not do: of two transactions at the same time, the
        one that began first may end last. The marks stay the same until something
        changes.
        """
        # The snapshot is that of all that the transaction reads.
        self.env.cr.execute(
            """
            SELECT calendar.id,
                   COALESCE(change.txid, 0) + 1,
                   ARRAY(
                       SELECT running
                         FROM txid_snapshot_xip(txid_current_snapshot()) running
                        WHERE running <= change.txid
                        ORDER BY running
                   )
              FROM unnest(%s::int[]) calendar (id)
              LEFT JOIN LATERAL (
                   SELECT txid FROM crm_agenda_change
                    WHERE calendar_id = calendar.id
                    ORDER BY txid DESC LIMIT 1
                   ) change ON TRUE
            """,
            [list(calendar_ids)],
        )
        return {id_: (first, running) for id_, first, running in self.env.cr.fetchall()}

    @api.model
    def _get_tokens(self, seen):
        """Return ``{calendar id: what the user has seen}`` of its changes, as text.

        :param seen: ``{calendar id: values}`` that differ when events look different
            to the user, though none has changed
        """
        user = self.env.user
        alike = [*self._get_origin(), user.id, user.lang, user.tz, user.partner_id.id]
        tokens = {}
        for id_, (first, running) in self._get_marks(list(seen)).items():
            said = repr([*alike, id_, *seen[id_]]).encode()
            stamp = blake2b(said, digest_size=8).hexdigest()
            tokens[id_] = ":".join([f"data:,{stamp}", *map(str, [first, *running])])
        return tokens

    @api.model
    def _read_since_token(self, calendar_id, token, current):
        """Return what ``_read_since`` does, by a token and that of now."""
        prefix, marks = TOKEN.fullmatch(current).groups()
        given = TOKEN.fullmatch(token)
        if not given or given[1] != prefix:
            return None
        newest = int(marks.split(":")[0])
        first, *running = map(int, given[2].split(":"))
        if first > newest:
            return None
        return self._read_since(calendar_id, first, running)

    @api.model
    def _read_since(self, calendar_id, first, running):
        """Return ``[(event id, series id, name, made, private)]`` of the changes since
        these marks.

        :return: ``None`` if it is not known any more
        """
        self.env.cr.execute(
            """
            SELECT event_id, series_id, name, bool_or(made), bool_or(private)
              FROM crm_agenda_change
             WHERE calendar_id = %s AND txid >= %s
               AND (txid >= %s OR txid = ANY(%s))
             GROUP BY event_id, series_id, name
            """,
            [calendar_id, min([first, *running]), first, running],
        )
        rows = self.env.cr.fetchall()
        return None if any(not row[0] for row in rows) else rows

    @api.model
    def _get_origin(self):
        """Return what tells this database from its copies, in which the numbers of the
        transactions say something else."""
        self.env.cr.execute(
            "SELECT oid, (SELECT system_identifier FROM pg_control_system()) "
            "FROM pg_database WHERE datname = current_database()"
        )
        return self.env.cr.fetchone()

    @api.autovacuum
    def _gc_changes(self):
        """Forget old changes, and keep in mind up to where, for each calendar."""
        self.env.cr.execute(
            """
            WITH old AS (
                DELETE FROM crm_agenda_change
                 WHERE logged < (now() AT TIME ZONE 'UTC') - %s * interval '1 day'
                RETURNING calendar_id, txid, logged
            )
            INSERT INTO crm_agenda_change
                   (calendar_id, event_id, series_id, txid, logged)
            SELECT old.calendar_id, 0, 0, max(old.txid), max(old.logged)
              FROM old
             WHERE old.calendar_id < 0
                OR EXISTS (SELECT FROM crm_agenda_calendar calendar
                            WHERE calendar.id = old.calendar_id)
             GROUP BY old.calendar_id
            """,
            [KEPT_DAYS],
        )
