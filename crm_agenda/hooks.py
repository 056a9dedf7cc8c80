def post_init_hook(env):
    """Give a calendar to the people who are there."""
    env["res.users"].search([])._give_own_calendars()
