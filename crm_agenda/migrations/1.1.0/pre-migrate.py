"""Makes way for what is code from now on, and stores what was looked up."""

import logging

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    drop_rules(cr)
    forget_groups_of_actions(cr)
    forget_group_names(cr)
    store_privacy(cr)
    bound_durations(cr)
    drop_indexes(cr)


def drop_rules(cr):
    """Have the data files make the record rules anew, as in a new database.

    Updates did not touch them. If they only did so from now on, what the files leave
    to its default would stay as it is: a rule switched off, a group that was added.
    """
    cr.execute(
        """
        DELETE FROM ir_rule
         WHERE id IN (
               SELECT res_id FROM ir_model_data
                WHERE module = 'crm_agenda' AND model = 'ir.rule'
               )
        """
    )
    cr.execute(
        "DELETE FROM ir_model_data WHERE module = 'crm_agenda' AND model = 'ir.rule'"
    )


def forget_groups_of_actions(cr):
    """Leave actions only the groups that the data files name: an update adds them."""
    cr.execute(
        """
        DELETE FROM ir_act_window_group_rel
         WHERE act_id IN (
               SELECT res_id FROM ir_model_data
                WHERE module = 'crm_agenda' AND model = 'ir.actions.act_window'
               )
        """
    )
    cr.execute(
        """
        DELETE FROM ir_act_server_group_rel
         WHERE act_id IN (
               SELECT res_id FROM ir_model_data
                WHERE module = 'crm_agenda' AND model = 'ir.actions.server'
               )
        """
    )


def forget_group_names(cr):
    """Have the new names of the groups translated: an update keeps translations."""
    cr.execute(
        """
        UPDATE res_groups
           SET name = jsonb_build_object('en_US', name->'en_US'),
               comment = jsonb_build_object('en_US', comment->'en_US')
         WHERE id IN (
               SELECT res_id FROM ir_model_data
                WHERE module = 'crm_agenda' AND model = 'res.groups'
               )
        """
    )


def store_privacy(cr):
    """Give events of the agenda the privacy for which Odoo takes an empty one.

    It is the organizer's default, or that of new users: 19.0 keeps it in a parameter,
    18.0 with a user who is their template.
    """
    cr.execute(
        """
        UPDATE calendar_event event
           SET privacy = CASE WHEN user_id IS NULL THEN 'public' ELSE COALESCE(
                   (SELECT calendar_default_privacy FROM res_users_settings settings
                     WHERE settings.user_id = event.user_id),
                   (SELECT value FROM ir_config_parameter
                     WHERE key = 'calendar.default_privacy'),
                   (SELECT calendar_default_privacy FROM res_users_settings settings
                      JOIN ir_model_data data ON data.res_id = settings.user_id
                     WHERE data.module = 'base' AND data.name = 'default_user'),
                   'public'
               ) END
         WHERE agenda_calendar_id IS NOT NULL AND privacy IS NULL
        """
    )
    _logger.info("%d events got the privacy that their organizer uses", cr.rowcount)


def bound_durations(cr):
    """Propose no duration longer than a year, which is not accepted any more."""
    cr.execute(
        "UPDATE crm_agenda_calendar SET default_duration = 8760"
        " WHERE default_duration > 8760"
    )
    cr.execute(
        "UPDATE crm_agenda_event_type SET default_duration = 8760"
        " WHERE default_duration > 8760"
    )


def drop_indexes(cr):
    """Have those made anew that leave out what is empty: 18.0 looks at their name."""
    cr.execute("DROP INDEX IF EXISTS calendar_event__recurrence_id_index")
    cr.execute("DROP INDEX IF EXISTS calendar_event__user_id_index")
