# The independent reference of the benchmarks: shares no code with the product, and must not.
"""An independent reference of the weighted production plan: reads a darsena folder, solves it with HiGHS, prints one JSON line.

    python3 reference_plan.py FOLDER [ipx|simplex|build] [--fail SITE FROM UNTIL]

Needs numpy, scipy and highspy. Covers what `generate.py` writes: weighted objective, recipes with one resource, lanes with one item, no law. Lead and
transit days become periods by rounding up; nothing starts that cannot end inside the horizon; demands are due at the start of their period's interval
and may be served in that period. `--fail` takes a site out of use between two dates known from the first day: its resources have no capacity, nothing departs.
`build` reads, builds and hands the program to HiGHS without solving. The objective is the sum of making, shipping, holding, overtime, tardiness (per unit and
period open at the period's end) and unmet (per unit open at the end of the last period) costs. Processor seconds leave out what Python and its imports take.
"""
import csv, datetime, json, math, resource, sys, time
import numpy as np, scipy.sparse as sp, highspy

DAYS = {"day": 1, "week": 7}


def main():
    folder = sys.argv[1]
    solver = sys.argv[2] if len(sys.argv) > 2 and not sys.argv[2].startswith("--") else "ipx"
    clock = time.process_time()
    head = json.load(open(f"{folder}/datapackage.json"))["darsena"]
    T, length = head["periods"], DAYS[head["period"]]
    start = datetime.date.fromisoformat(head["start"])
    period = lambda d: max(0, math.ceil((datetime.date.fromisoformat(d) - start).days / length))
    floor_period = lambda d: (datetime.date.fromisoformat(d) - start).days // length
    read = lambda n: list(csv.DictReader(open(f"{folder}/{n}.csv")))
    items, resources, recipes, inputs, lanes, stock, demands, capacity = map(
        read, ("items", "resources", "recipes", "recipe_inputs", "lanes", "stockpiles", "demands", "capacity"))
    hold = {i["item"]: float(i["holding_cost"]) for i in items}
    q_index = {q["resource"]: n for n, q in enumerate(resources)}
    q_site = [q["site"] for q in resources]
    cap, over = np.zeros((len(resources), T)), np.zeros((len(resources), T))
    for c in capacity:
        a, z = period(c["from"]), min(T, period(c["until"])) if c["until"] else T
        cap[q_index[c["resource"]], a:z], over[q_index[c["resource"]], a:z] = float(c["capacity"]), float(c["overtime"] or 0)
    lane_cap = np.array([[float(l["capacity"])] * T for l in lanes])
    if "--fail" in sys.argv:
        site, a, z = sys.argv[sys.argv.index("--fail") + 1 :][:3]
        a, z = period(a), min(T, period(z))
        for n, s in enumerate(q_site):
            if s == site:
                cap[n, a:z] = over[n, a:z] = 0
        for n, l in enumerate(lanes):
            if l["from_site"] == site:
                lane_cap[n, a:z] = 0

    nodes = {}
    node = lambda s, i: nodes.setdefault((s, i), len(nodes))
    site_of = {r["recipe"]: r["site"] for r in recipes}
    for r in recipes: node(r["site"], r["item"])
    for b in inputs: node(site_of[b["recipe"]], b["item"])
    for l in lanes: node(l["from_site"], l["item"]); node(l["to_site"], l["item"])
    for s in stock: node(s["site"], s["item"])
    for d in demands: node(d["site"], d["item"])
    streams = {}
    for d in demands:
        key = (d["site"], d["item"], d["party"], d["priority"], float(d["tardiness_cost"]), float(d["unmet_cost"]))
        streams.setdefault(key, np.zeros(T))[floor_period(d["due"])] += float(d["quantity"])
    keys = list(streams)
    N, Q, J = len(nodes), len(resources), len(keys)
    balance, capacity_row, demand_row = 0, N * T, (N + Q) * T
    rows, cols, vals, cost, ub = [], [], [], [], []

    def column(c, u, entries):
        n = len(cost)
        cost.append(c); ub.append(u)
        for r, v in entries: rows.append(r); cols.append(n); vals.append(v)

    parts = {}
    for b in inputs: parts.setdefault(b["recipe"], []).append((b["item"], float(b["quantity"])))
    for r in recipes:
        lead, out, q, u = math.ceil(int(r["lead_time_days"]) / length), node(r["site"], r["item"]), q_index[r["resource"]], float(r["usage"])
        takes = [(node(r["site"], i), n) for i, n in parts.get(r["recipe"], [])]
        for t in range(T - lead):
            column(float(r["cost"]), math.inf, [(balance + out * T + t + lead, 1.0), (capacity_row + q * T + t, u)] + [(balance + n * T + t, -k) for n, k in takes])
    for n, l in enumerate(lanes):
        lead, a, b, opens = math.ceil(int(l["transit_days"]) / length), node(l["from_site"], l["item"]), node(l["to_site"], l["item"]), period(l["from"]) if l["from"] else 0
        for t in range(opens, T - lead):
            column(float(l["cost"]), lane_cap[n, t], [(balance + a * T + t, -1.0), (balance + b * T + t + lead, 1.0)])
    for (s, i), n in nodes.items():
        for t in range(T):
            column(hold[i], math.inf, [(balance + n * T + t, -1.0)] + ([(balance + n * T + t + 1, 1.0)] if t + 1 < T else []))
    for n, q in enumerate(resources):
        for t in range(T): column(float(q["overtime_cost"]), over[n, t], [(capacity_row + n * T + t, -1.0)])
    first_unmet = len(cost) + J * T
    for j, (s, i, *_ ) in enumerate(keys):
        for t in range(T): column(0.0, math.inf, [(balance + node(s, i) * T + t, -1.0), (demand_row + j * T + t, 1.0)])
    for j, (*_, tardy, unmet) in enumerate(keys):
        for t in range(T):
            column(tardy + (unmet if t == T - 1 else 0.0), math.inf, [(demand_row + j * T + t, 1.0)] + ([(demand_row + j * T + t + 1, -1.0)] if t + 1 < T else []))
    inf = highspy.kHighsInf
    low, high = np.zeros((N + Q + J) * T), np.zeros((N + Q + J) * T)
    for s in stock:
        n = balance + node(s["site"], s["item"]) * T
        low[n] -= float(s["quantity"]); high[n] -= float(s["quantity"])
    low[capacity_row:demand_row], high[capacity_row:demand_row] = -inf, cap.ravel()
    low[demand_row:] = high[demand_row:] = np.concatenate([streams[k] for k in keys])
    A = sp.csc_matrix((vals, (rows, cols)), shape=(len(low), len(cost)))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.col_cost_, lp.col_lower_ = len(cost), len(low), np.array(cost), np.zeros(len(cost))
    lp.col_upper_, lp.row_lower_, lp.row_upper_ = np.where(np.isinf(ub), inf, ub), low, high
    lp.a_matrix_.format_, lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = highspy.MatrixFormat.kColwise, A.indptr, A.indices, A.data
    h = highspy.Highs()
    h.setOptionValue("output_flag", False); h.setOptionValue("threads", 1)
    h.passModel(lp)
    built = time.process_time()
    peak = lambda: round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    line = dict(folder=folder, solver=solver, rows=len(low), cols=len(cost), nonzeros=A.nnz, import_cpu_s=round(clock, 3), build_cpu_s=round(built - clock, 3))
    if solver == "build":
        print(json.dumps(line | dict(peak_mb=peak())))
        return
    h.setOptionValue("solver", solver)
    h.run()
    solved = time.process_time()
    x = np.asarray(h.getSolution().col_value)
    print(json.dumps(line | dict(solve_cpu_s=round(solved - built, 3), status=h.modelStatusToString(h.getModelStatus()),
                                 objective=h.getInfo().objective_function_value,
                                 unmet_at_end=round(float(x[first_unmet:].reshape(J, T)[:, -1].sum()), 4), peak_mb=peak())))


main()
