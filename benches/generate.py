# The independent generator and reference of the benchmarks: shares no code with the product, and must not.
"""Write a seeded multi-echelon planning scenario as a darsena folder (format 1).

    python3 generate.py SIZE SEED FOLDER          SIZE: tiny, small, medium, large, huge

Needs numpy. Five echelons (bought, part, subassembly, assembly, end item), alternates, lead times, limited resources with
overtime, lanes with limits (some open later), opening stock, three demand priorities. No law: every lane that exists is open.
Approximate rows of the linear program: tiny 1.6 k, small 20 k, medium 177 k, large 910 k, huge 3.8 M.
Keep the files, not the generator, as the reference: another numpy may draw other numbers.
"""
import csv, datetime, json, math, os, sys
import numpy as np

SIZES = {
    "tiny": dict(items=30, tiers=(3, 3, 2, 2, 2), markets=2, periods=12, lines=2),
    "small": dict(items=150, tiers=(6, 5, 4, 3, 3), markets=4, periods=26, lines=3),
    "medium": dict(items=600, tiers=(18, 14, 10, 8, 6), markets=6, periods=52, lines=4),
    "large": dict(items=3000, tiers=(50, 40, 28, 20, 14), markets=8, periods=52, lines=6),
    "huge": dict(items=6000, tiers=(90, 70, 50, 36, 26), markets=10, periods=104, lines=8),
}
SHARE = (0.36, 0.26, 0.18, 0.12, 0.08)
STATES = ["us", "jp", "au", "gb", "kr", "de", "it", "fr", "ca", "nl"]
START = datetime.date(2024, 7, 1)


def number(v):
    v = round(float(v) + 0.0, 2)
    return str(int(v)) if v == int(v) else f"{v:.2f}"


def day(period):
    return (START + datetime.timedelta(days=7 * period)).isoformat()


def main():
    size, seed, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    P = SIZES[size]
    T = P["periods"]
    os.makedirs(out, exist_ok=True)
    g = np.random.default_rng(seed)
    whole = lambda a, b: int(g.integers(a, b + 1))
    real = lambda a, b: float(g.uniform(a, b))
    pick = lambda seq, k: [seq[n] for n in sorted(g.choice(len(seq), size=min(k, len(seq)), replace=False).tolist())]

    states = STATES[: P["markets"]]
    sites, tier = [], [[] for _ in range(5)]
    for level, count in enumerate(P["tiers"]):
        for _ in range(count):
            tier[level].append(len(sites))
            sites.append(("plant", states[whole(0, len(states) - 1)]))
    bases = []
    for state in states:
        bases.append(len(sites))
        sites.append(("base", state))

    items, level_items = [], [[] for _ in range(5)]
    for level in range(5):
        for _ in range(max(2, round(P["items"] * SHARE[level]))):
            value = (4, 20, 90, 400, 1800)[level] * real(0.6, 1.6)
            level_items[level].append(len(items))
            items.append((level, value))

    resources, site_resources = [], {}
    for s, (kind, _) in enumerate(sites):
        if kind == "base":
            continue
        site_resources[s] = []
        for _ in range(P["lines"]):
            site_resources[s].append(len(resources))
            resources.append((s, real(2, 6)))

    inputs = {}
    for level in range(1, 5):
        for i in level_items[level]:
            parts = pick(level_items[level - 1], whole(2, 4))
            if level >= 2 and real(0, 1) < 0.4:
                parts += pick(level_items[whole(0, level - 2)], 1)
            inputs[i] = [(c, whole(1, 3)) for c in dict.fromkeys(parts)]

    recipes, recipe_inputs, makers = [], [], {}
    for level in range(5):
        for i in level_items[level]:
            makers[i] = pick(tier[level], whole(1, 2) if level < 4 else whole(1, 3))
            for s in makers[i]:
                q = site_resources[s][whole(0, P["lines"] - 1)]
                lead = whole(1, 3) if level < 4 else whole(2, 4)
                usage, cost = real(0.5, 2.0), items[i][1] * real(0.15, 0.3)
                r = len(recipes)
                recipes.append((s, i, lead, cost, q, usage))
                recipe_inputs += [(r, c, n) for c, n in inputs.get(i, [])]
                if level >= 1 and real(0, 1) < 0.3:
                    parts = inputs[i]
                    swap = whole(0, len(parts) - 1)
                    pool = [c for c in level_items[items[parts[swap][0]][0]] if c not in [p for p, _ in parts]]
                    if pool:
                        other = pool[whole(0, len(pool) - 1)]
                        r = len(recipes)
                        recipes.append((s, i, lead, cost * 1.2, q, usage * 1.1))
                        recipe_inputs += [(r, other if n == swap else c, k) for n, (c, k) in enumerate(parts)]

    streams, due = [], []
    total = [0.0] * len(items)

    def demand(stream, i, expected):
        for t in range(T):
            quantity = int(g.poisson(expected(t)))
            if quantity > 0:
                due.append((stream, t, quantity))
                total[i] += quantity

    for i in level_items[4]:
        for m in pick(bases, whole(2, min(4, len(bases)))):
            base = real(2, 12)
            for priority in pick([1, 2, 3], whole(1, 2)):
                b = base * (0.5, 0.8, 1.2)[priority - 1]
                surge = whole(0, T - 1) if real(0, 1) < 0.25 else T
                streams.append((m, i, priority))
                demand(len(streams) - 1, i, lambda t: b * (1 + 0.4 * t / T) * (3 if surge <= t < surge + 4 else 1))
    for level in (2, 3):
        for i in level_items[level]:
            if real(0, 1) < 0.15:
                streams.append((bases[whole(0, len(bases) - 1)], i, 2))
                mean = real(0.5, 3)
                demand(len(streams) - 1, i, lambda t: mean)

    for level in (4, 3, 2, 1):
        for i in level_items[level]:
            for c, n in inputs[i]:
                total[c] += total[i] * n
    load, seen = {}, set()
    for s, i, lead, cost, q, usage in recipes:
        if (s, i) not in seen:
            seen.add((s, i))
            load[q] = load.get(q, 0.0) + total[i] / len(makers[i]) * usage
    capacity = []
    for q in range(len(resources)):
        b = load.get(q, 0.0) / T * real(1.0, 1.5)
        dip = whole(0, T - 1) if real(0, 1) < 0.2 else T
        over = math.ceil(0.15 * b)
        cuts = sorted({0, min(dip, T), min(dip + 3, T), T})
        for a, z in zip(cuts, cuts[1:]):
            capacity.append((q, a, z, math.ceil(b * (0.6 if dip <= a < dip + 3 else 1.0)), over))

    lanes, needs, owner = [], set(), {r: rec[0] for r, rec in enumerate(recipes)}
    for r, c, _ in recipe_inputs:
        needs.add((owner[r], c))
    for s, c in sorted(needs):
        for p in makers[c]:
            if p != s:
                lanes.append((p, s, c, whole(1, 3), items[c][1] * real(0.01, 0.04), 0))
    wanted = sorted({(m, i) for m, i, _ in streams})
    for m, i in wanted:
        for p in makers[i]:
            later = whole(2, T // 3) if sites[p][1] != sites[m][1] and real(0, 1) < 0.25 else 0
            lanes.append((p, m, i, whole(1, 4), items[i][1] * real(0.01, 0.03), later))
    holders = {}
    for m, i in wanted:
        holders.setdefault(i, []).append(m)
    for i in sorted(holders):
        if items[i][0] == 4:
            for a in holders[i]:
                for b in holders[i]:
                    if a != b and real(0, 1) < 0.5:
                        lanes.append((a, b, i, 1, items[i][1] * 0.02, whole(0, T // 2)))

    stock = []
    for s, i in sorted({(s, i) for i in makers for s in makers[i]} | needs | set(wanted)):
        level = items[i][0]
        quantity = math.floor(total[i] / T * real(0, (4, 3, 2, 1.5, 4)[level]) / (1 if level < 4 else 3))
        if quantity > 0:
            stock.append((s, i, quantity))

    S, I, Q = (lambda s: f"s{s:04}"), (lambda i: f"i{i:05}"), (lambda q: f"q{q:05}")

    def table(name, head, rows):
        with open(f"{out}/{name}.csv", "w", newline="") as f:
            w = csv.writer(f, lineterminator="\n")
            w.writerow(head.split())
            w.writerows([[x if isinstance(x, str) else number(x) for x in row] for row in rows])

    table("parties", "party name kind state", [(n, n.upper(), "state", n) for n in states])
    table("sites", "site name state kind", [(S(s), S(s), n, k) for s, (k, n) in enumerate(sites)])
    table("items", "item name value holding_cost", [(I(i), I(i), v, max(0.01, v * 0.004)) for i, (_, v) in enumerate(items)])
    table("resources", "resource site overtime_cost", [(Q(q), S(s), c) for q, (s, c) in enumerate(resources)])
    table("capacity", "resource from until capacity overtime", [(Q(q), day(a), day(z), c, o) for q, a, z, c, o in capacity])
    table("recipes", "recipe site item lead_time_days cost resource usage",
          [(f"r{r:05}", S(s), I(i), 7 * lead, c, Q(q), u) for r, (s, i, lead, c, q, u) in enumerate(recipes)])
    table("recipe_inputs", "recipe item quantity", [(f"r{r:05}", I(c), n) for r, c, n in recipe_inputs])
    table("lanes", "lane from_site to_site item transit_days cost capacity from",
          [(f"l{n:05}", S(a), S(b), I(i), 7 * lead, c, max(5, math.ceil(total[i] / T * real(0.8, 2.0))), day(o) if o else "")
           for n, (a, b, i, lead, c, o) in enumerate(lanes)])
    table("stockpiles", "site item quantity", [(S(s), I(i), n) for s, i, n in stock])
    value = lambda i: items[i][1]
    table("demands", "demand party site item due quantity priority tardiness_cost unmet_cost",
          [(f"d{d:04}-{t:03}", sites[streams[d][0]][1], S(streams[d][0]), I(streams[d][1]), day(t), n, streams[d][2],
            value(streams[d][1]) * (0.20, 0.08, 0.03)[streams[d][2] - 1], value(streams[d][1]) * (6, 4, 2.5)[streams[d][2] - 1])
           for d, t, n in due])
    names = sorted(f[:-4] for f in os.listdir(out) if f.endswith(".csv"))
    with open(f"{out}/datapackage.json", "w") as f:
        json.dump({"profile": "tabular-data-package", "name": f"reference-{size}-{seed}",
                   "darsena": {"format": 1, "start": START.isoformat(), "period": "week", "periods": T, "currency": "USD",
                               "law_as_of": START.isoformat(), "objective": "weighted"},
                   "resources": [{"name": n, "path": f"{n}.csv", "profile": "tabular-data-resource"} for n in names]}, f, indent=1)
    print(size, "items", len(items), "sites", len(sites), "recipes", len(recipes), "lanes", len(lanes), "demands", len(due))


main()
