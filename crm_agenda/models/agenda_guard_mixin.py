from odoo import api, models
from odoo.tools import SQL, ormcache


class AgendaGuardMixin(models.AbstractModel):
    """A record through which somebody could get at an event or a calendar.

    A record rule asks for the right to write it as it was. What it leads to is asked
    here, by what the database holds before and after: values also come from defaults,
    from the other side of a relation and from files.
    """

    _name = "crm.agenda.guard.mixin"
    _description = "Agenda Guard"

    # Relations that change only for who may write what is at their other end: those
    # for which no rule asks when a record is created, and when it is written.
    _guarded_in_create = ()
    _guarded_in_write = ()

    @api.model
    def _prepare_create_values(self, vals_list):
        complete = super()._prepare_create_values(vals_list)
        return [self._drop_computed(vals) for vals in complete]

    @api.model
    def _create(self, data_list):
        records = super()._create(data_list)
        for fname in () if self.env.su else self._guarded_in_create:
            if any(data["stored"].get(fname) for data in data_list):
                records._check_links(fname, records._read_links(fname), set())
        return records

    def write(self, vals):
        # Odoo often writes to no record at all, as when it merges leads.
        guarded = self._get_guarded(set(vals)) if self else ()
        before = {fname: self._read_links(fname) for fname in guarded}
        result = super().write(self._drop_computed(vals))
        for fname, old in before.items():
            new = self._read_links(fname)
            self._check_links(fname, new - old, old - new)
        return result

    @api.model
    def _get_guarded(self, fnames):
        """Return the guarded relations that change when these fields are written."""
        return set() if self.env.su else fnames.intersection(self._guarded_in_write)

    @api.model
    @ormcache()
    def _get_computed_only(self):
        """Return the names of the agenda's stored fields that only their compute sets:
        who is in a calendar, what takes its time."""
        return frozenset(
            fname
            for fname, field in self._fields.items()
            if field.store
            and field.compute
            and field.readonly
            and any(module.startswith("crm_agenda") for module in field._modules or ())
        )

    @api.model
    def _drop_computed(self, vals):
        dropped = self._get_computed_only()
        return {fname: vals[fname] for fname in vals if fname not in dropped}

    def _read_links(self, fname):
        """Return ``{(id, id at the other end)}``, whoever may see them."""
        field = self._fields[fname]
        table, mine, other = self._table, "id", fname
        if field.type == "many2many":
            table, mine, other = field.relation, field.column1, field.column2
        self.flush_recordset()  # with what depends on it: constraints look at both
        query = SQL(
            "SELECT %(mine)s, %(other)s FROM %(table)s "
            "WHERE %(mine)s = ANY(%(ids)s) AND %(other)s IS NOT NULL",
            mine=SQL.identifier(mine),
            other=SQL.identifier(other),
            table=SQL.identifier(table),
            ids=list(self.ids),
        )
        return set(self.env.execute_query(query))

    def _check_links(self, fname, made, undone):
        """Refuse links, as ``_read_links`` gives them, that are not the user's."""
        if made | undone:
            comodel = self.env[self._fields[fname].comodel_name]
            comodel.browse({other for _id, other in made | undone})._check_linkable()
