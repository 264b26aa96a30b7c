"""What a user would pick instead: CP-SAT and PyJobShop on files of PSPLIB and MMLIB, limited by processor seconds.

    python3 peers.py cpsat|pyjobshop CPU_SECONDS WORKERS FILE...     one JSON line a file

Minimises the makespan. Processor seconds, not wall seconds, so that a loaded machine does not change the comparison.
"""
import json
import re
import sys
import threading
import time


def parse(path):
    lines = open(path, errors="replace").read().splitlines()
    count = lambda word: int(re.search(r"(\d+)", next(l for l in lines if word in l).split(":", 1)[1]).group(1))
    n, renewable, consumable = count("jobs "), count("- renewable"), count("- nonrenewable")
    at = next(k for k, l in enumerate(lines) if l.startswith("PRECEDENCE")) + 2
    after = []
    for l in lines[at : at + n]:
        t = list(map(int, l.split()))
        after.append([x - 1 for x in t[3 : 3 + t[2]]])
    at = next(k for k, l in enumerate(lines) if l.startswith("REQUESTS")) + 1
    modes, task = [[] for _ in range(n)], None
    for l in lines[at:]:
        if "RESOURCE" in l:
            break
        t = l.split()
        if not t or not t[0].isdigit():
            continue
        t = list(map(int, t))
        if len(t) == 3 + renewable + consumable:
            task, t = t[0] - 1, t[1:]
        modes[task].append((t[1], t[2:]))
    at = next(k for k, l in enumerate(lines) if "AVAILABILIT" in l) + 2
    return n, renewable, after, modes, list(map(int, lines[at].split()))


def cpsat(path, limit, workers):
    from ortools.sat.python import cp_model

    n, renewable, after, modes, capacity = parse(path)
    m, horizon = cp_model.CpModel(), sum(max(d for d, _ in task) for task in modes)
    start = [m.new_int_var(0, horizon, f"s{k}") for k in range(n)]
    end = [m.new_int_var(0, horizon, f"e{k}") for k in range(n)]
    use = [[] for _ in capacity]
    for k, task in enumerate(modes):
        chosen = []
        for days, usage in task:
            on = m.new_bool_var("")
            chosen.append(on)
            interval = m.new_optional_interval_var(start[k], days, end[k], on, "")
            for q, amount in enumerate(usage):
                if amount:
                    use[q].append((interval, on, amount))
        m.add_exactly_one(chosen)
        for other in after[k]:
            m.add(start[other] >= end[k])
    for q, rows in enumerate(use):
        if q < renewable:
            m.add_cumulative([i for i, _, _ in rows], [a for _, _, a in rows], capacity[q])
        else:
            m.add(sum(a * on for _, on, a in rows) <= capacity[q])
    m.minimize(end[n - 1])
    solver, done, clock = cp_model.CpSolver(), threading.Event(), time.process_time()
    solver.parameters.num_workers, solver.parameters.random_seed = workers, 1

    def watch():
        while not done.wait(0.1):
            if time.process_time() - clock >= limit:
                solver.stop_search()
                return

    threading.Thread(target=watch, daemon=True).start()
    status = solver.solve(m)
    done.set()
    best = int(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
    return solver.status_name(status), best, int(solver.best_objective_bound), time.process_time() - clock


def pyjobshop(path, limit, workers):
    from pyjobshop import Model

    n, renewable, after, modes, capacity = parse(path)
    model = Model()
    resources = [
        model.add_renewable(capacity=c) if q < renewable else model.add_consumable(capacity=c)
        for q, c in enumerate(capacity)
    ]
    tasks = [model.add_task() for _ in range(n)]
    for k, task in enumerate(modes):
        for days, usage in task:
            model.add_mode(tasks[k], resources=resources, duration=days, demands=usage)
        for other in after[k]:
            model.add_end_before_start(tasks[k], tasks[other])
    # It knows wall seconds only; a watch stops it by processor seconds like the other.
    from ortools.sat.python.cp_model import CpSolver

    plain, clock = CpSolver.solve, time.process_time()

    def watched(solver, *arguments):
        done = threading.Event()

        def watch():
            while not done.wait(0.1):
                if time.process_time() - clock >= limit:
                    solver.stop_search()
                    return

        threading.Thread(target=watch, daemon=True).start()
        try:
            return plain(solver, *arguments)
        finally:
            done.set()

    CpSolver.solve = watched
    result = model.solve(solver="ortools", display=False, time_limit=100 * limit, num_workers=workers)
    CpSolver.solve = plain
    spent = time.process_time() - clock
    best = int(result.objective) if result.best is not None and result.objective != float("inf") else None
    return result.status.value.upper(), best, int(result.lower_bound), spent


def main():
    solve = {"cpsat": cpsat, "pyjobshop": pyjobshop}[sys.argv[1]]
    for file in sys.argv[4:]:
        status, makespan, bound, spent = solve(file, float(sys.argv[2]), int(sys.argv[3]))
        print(
            json.dumps(
                dict(
                    file=file.split("/")[-1],
                    status=status.lower(),
                    makespan=makespan,
                    bound=bound,
                    cpu_s=round(spent, 2),
                )
            ),
            flush=True,
        )


main()
