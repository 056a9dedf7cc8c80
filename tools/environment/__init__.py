"""What `make` runs: Odoo, PostgreSQL and the test tools, all below `.env/`."""
