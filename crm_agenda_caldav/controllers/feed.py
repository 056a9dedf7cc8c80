from odoo.http import Controller, request, route


class AgendaFeedController(Controller):
    @route(
        "/crm_agenda/feed/<string:key>.ics",
        type="http",
        auth="public",
        methods=["GET", "HEAD"],
        save_session=False,
    )
    def read_feed(self, key):
        """Give the calendar, or nothing new if the asker has it already."""
        source = request.httprequest.remote_addr
        feed = request.env["crm.agenda.feed"]._find(key, source)
        if feed is None:
            wait = {"Retry-After": "60"}
            return request.make_response("", status=429, headers=wait)
        if not feed:
            return request.make_response("", status=404)
        response = request.make_response(
            feed._get_ical(),
            [
                ("Content-Type", "text/calendar; charset=utf-8"),
                ("Cache-Control", "private, no-cache"),
                ("X-Robots-Tag", "noindex"),
            ],
        )
        # Of all that is read, so it notices what was deleted or is no more shared.
        response.add_etag()
        return response.make_conditional(request.httprequest)
