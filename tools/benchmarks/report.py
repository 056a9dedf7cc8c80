"""What the benchmarks have in common: how a call is measured, and a table."""

import gc
import time


def measure(env, call):
    """Run a call as a request does; give its seconds, its queries and its result."""
    cr = env.cr
    gc.collect()
    gc.disable()  # its pauses would fall on the one or the other by chance
    queries, started = cr.sql_log_count, time.perf_counter()
    result = call()
    env.flush_all()
    seconds = time.perf_counter() - started
    gc.enable()
    return seconds, cr.sql_log_count - queries, result


def print_head(*titles):
    print_row(*titles)
    print_row("---", *("--:" for _title in titles[1:]))


def print_row(*cells):
    print("|", " | ".join(map(str, cells)), "|", flush=True)
