# Everything made lives in .env/; `make clean` removes it.
PYTHON := $(shell command -v python3)
TARGETS := demo stop test test-odoo attack fault bench bench-changes bench-phones \
	bench-reminders screenshots accessibility dav lint clean

export PYTHONPATH := tools

.PHONY: help $(TARGETS)

help:
	@echo "make demo         serve Odoo with the demo company"
	@echo "make stop         stop it and keep its data"
	@echo "make test         run the tests; ARGS='-k share' runs a part"
	@echo "make test-odoo    run Odoo's own tests without the addons and with them"
	@echo "make attack       try ten thousand ways to read what is not shared"
	@echo "make fault        kill dispatchers of reminders, count what is lost or doubled"
	@echo "make bench        measure the agenda beside stock Odoo; ARGS='10000' one size"
	@echo "make bench-changes    measure saving and moving events beside Odoo's own"
	@echo "make bench-phones     measure what phones and files ask of 10,000 events"
	@echo "make bench-reminders  measure reminder mails beside Odoo's own"
	@echo "make screenshots  take the description's screenshots from the running demo"
	@echo "make accessibility    have axe-core look at the running demo's main screens"
	@echo "make dav          have calendar apps talk with the agenda, and with Radicale"
	@echo "make lint         run the linters"
	@echo "make clean        stop and remove all that was made"
	@echo
	@echo "Odoo is Debian's 19.0, or ODOO_SRC=/path/to/odoo (18.0 or 19.0)."
	@echo "Others: PORT, HTTP_INTERFACE, DEBIAN_MIRROR."

$(TARGETS):
ifeq ($(PYTHON),)
	@echo "[env] installing python3 with apt-get"
	@apt-get update -qq && apt-get install -qq -y --no-install-recommends python3
endif
	@python3 -B -m environment $@
