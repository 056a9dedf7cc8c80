"""Nobody gets in: whatever people call, nobody is told what they may not know, and
nobody's rights change but by who manages."""

import os
import sys
import unittest
from collections import defaultdict
from contextlib import suppress
from inspect import isfunction
from itertools import product
from random import Random

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from odoo.tests import tagged
from odoo.tools import mute_logger

from .canary_calls import KINDS, READ, Caller, sweep
from .canary_guards import GUARDS, taken_out
from .canary_siege import Siege
from .canary_steps import Rpc
from .canary_world import NOW, World
from .common import RollBack, RolledBackMachine, TestAgendaCommon

HOLES = os.environ.get("AGENDA_HOLES", "")  # "all", or which, such as "5,9"
EXAMPLES = int(os.environ.get("AGENDA_EXAMPLES", 0))
SEED = int(os.environ.get("AGENDA_SEED") or Random().randrange(2**32))
ONLY = os.environ.get("AGENDA_KINDS", "").split()  # of KINDS, or all of them
STEPS = 8
DRAWN = 40  # examples of each kind, to know what is tried
# Of which a client gets no further than an error, or gets what it has.
UNTRIED = {"crm.lead.log_meeting", "ir.http.session_info"}
SEEDS = st.integers(0, 2**24 - 1)
SWEPT = 4  # of the reads at an example's end
NOISY = (
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.res_users",
    "odoo.addons.base.partner.merge",
    "odoo.addons.mail.models.mail_mail",
    "odoo.models.unlink",
    "odoo.sql_db",
    "odoo.http",
)


@tagged("post_install", "-at_install")
class TestCanary(TestAgendaCommon):
    def setUp(self):
        super().setUp()
        self.freeze(NOW)
        for model in [model for model in READ if model not in self.env]:
            del READ[model]  # of an addon that is not installed
        self.world = World(self, READ)
        for model, fields in READ.items():
            fields[:] = [f for f in fields if f in self.env[model]._fields]

    @unittest.skipIf(HOLES, "makes holes instead")
    def test_nobody_gets_in(self):
        report = Report(self.world)
        with mute_logger(*NOISY):
            kinds = {kind: KINDS[kind] for kind in ONLY or KINDS}
            CanaryMachine.run(
                EXAMPLES or 200, STEPS, case=self, report=report, kinds=kinds
            )
            text = report.write()
        if EXAMPLES:
            say(text)
        if report.found:
            self.fail(text)

    @unittest.skipUnless(HOLES, "of the canary itself: AGENDA_HOLES=all make attack")
    def test_each_hole_is_found(self):
        missed = []
        for what, guards in GUARDS.items():
            number, *kinds = what.partition(":")[0].split()
            if number not in HOLES.split(",") and HOLES != "all":
                continue
            report = Report(self.world, enough=1)
            kinds = {kind: KINDS[kind] for kind in kinds}
            with suppress(RollBack), self.env.cr.savepoint(), mute_logger(*NOISY):
                with taken_out(self.env, guards):
                    CanaryMachine.run(
                        EXAMPLES or 200, STEPS, case=self, report=report, kinds=kinds
                    )
                raise RollBack
            self.forget()
            sorts = ", ".join(report.found) or "NOT FOUND"
            say(f"{what}: {report.examples} examples, {sorts}")
            missed += [] if report.found else [what]
        self.assertFalse(missed)


@tagged("post_install", "-at_install")
class TestCanaryTriesAll(TestAgendaCommon):
    def test_every_public_method_of_ours_is_tried(self):
        """Of those that a client may call: a new one is added to what people try."""
        self.freeze(NOW)
        for model in [model for model in READ if model not in self.env]:
            del READ[model]
        world = World(self, READ)
        tried = set()
        for kind, seed in product(KINDS, range(DRAWN)):
            caller = Caller(world, Random(seed), {kind: 1})
            for step in (caller.draw(caller.random) for _step in range(STEPS)):
                if isinstance(step, Rpc):
                    bases = type(self.env[step.model]).__mro__
                    tried.update((base, step.method) for base in bases)
        missed = {
            f"{model}.{method}"
            for model in self.env.registry
            for base, method in self.get_public_methods(model)
            if (base, method) not in tried
        }
        self.assertFalse(missed - UNTRIED)

    def get_public_methods(self, model):
        for base in type(self.env[model]).__mro__:
            if base.__module__.startswith("odoo.addons.crm_agenda"):
                for name, value in vars(base).items():
                    is_private = getattr(value, "_api_private", name.startswith("_"))
                    if isfunction(value) and not is_private and name != "init":
                        yield base, name


def say(*lines):
    """Tell who runs an attack, at once."""
    sys.stdout.write("\n  ".join(map(str, lines)) + "\n")
    sys.stdout.flush()


class Report:
    """What all examples gave away; of each sort, the shortest example."""

    def __init__(self, world, enough=None):
        self.world = world
        self.enough = enough
        self.calls = 0
        self.examples = 0
        self.counts = defaultdict(set)
        self.found = {}

    def add(self, steps, finding):
        self.counts[finding.sort].add(self.examples)
        known = self.found.get(finding.sort)
        if EXAMPLES and not known:
            say(f"\nexample {self.examples}, {finding.sort}", *steps, finding.text)
        if known is None or len(steps) < len(known[0]):
            self.found[finding.sort] = (list(steps), finding)

    def write(self):
        """Return a text with what was found, and how, in few steps."""
        lines = [f"\nseed {SEED}"] if EXAMPLES else []
        for sort, (steps, finding) in sorted(self.found.items()):
            trace, finding = self._shorten(steps, finding)
            count = len(self.counts[sort])
            lines += ["", f"{sort} ({count} of {self.examples} examples)", *trace]
            lines.append(f"  !! {finding.text}")
        counts = [
            sum(len(self.counts[s]) for s in self.found if s.startswith(kind))
            for kind in ("leak", "escalation")
        ]
        lines.append("calls {}, leaks {}, escalations {}".format(self.calls, *counts))
        return "\n".join(lines)

    def _shorten(self, steps, finding):
        """Leave out the steps without which it is found too."""
        found = self._try(steps, finding.sort)
        if not found:
            return [f"  {step}" for step in steps], finding
        for index in reversed(range(len(steps) - 1)):
            fewer = steps[:index] + steps[index + 1 :]
            shorter = self._try(fewer, finding.sort)
            if shorter:
                steps, found = fewer, shorter
        return found

    def _try(self, steps, sort):
        """Return what happens, and the finding, if these steps still give it."""
        result = None
        with suppress(RollBack), self.world.env.cr.savepoint():
            siege = Siege(self.world)
            for step in steps:
                for finding in siege.run(step):
                    if finding.sort == sort:
                        result = [f"  {line}" for line in siege.trace], finding
            raise RollBack
        siege.forget()
        return result


class CanaryMachine(RolledBackMachine):
    report = None
    kinds = KINDS

    @classmethod
    def run(cls, examples, steps, **attributes):
        machine = type(cls.__name__, (cls,), attributes)
        run_state_machine_as_test(
            hypothesis.seed(SEED)(machine) if EXAMPLES else machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                derandomize=not EXAMPLES,
                database=None,
                phases=[Phase.generate],
            ),
        )

    @property
    def is_done(self):
        return bool(self.report.enough and self.report.found)

    @initialize(seed=SEEDS)
    def begin(self, seed):
        if self.is_done:
            return
        self.report.examples += 1
        self.steps = []
        self.caller = Caller(self.report.world, self.get_random(seed), self.kinds)
        self.report.world.cleared.clear()
        self.siege = Siege(self.report.world)

    @rule(seed=SEEDS)
    def step(self, seed):
        if self.is_done:
            return
        self.run_step(self.caller.draw(self.get_random(seed)))

    def get_random(self, seed):
        """Return the chance of one step: what hypothesis repeats is no repetition."""
        return Random(f"{self.report.examples} {len(self.steps)} {seed}")

    def run_step(self, step):
        self.steps.append(step)
        for finding in self.siege.run(step):
            self.report.add(self.steps, finding)
        self.report.calls += 1

    def sweep(self):
        """Read what there is, as somebody who lost an event if there is anybody."""
        by = self.caller.one(*(self.siege.lost or [self.caller.attacker]))
        reads = list(sweep(self.report.world, by))
        for step in self.caller.random.sample(reads, SWEPT):
            self.run_step(step)
            self.steps.pop()

    def teardown(self):
        try:
            if hasattr(self, "siege") and not self.is_done:
                self.sweep()
        finally:
            super().teardown()
            if hasattr(self, "siege"):
                self.siege.forget()
