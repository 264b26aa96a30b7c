"""The weighted production plan written in linopy, the peer that darsena is compared with.

    python3 linopy_plan.py FOLDER [build|solve]

`build` reads the tables, makes the program and hands it to HiGHS; `solve` also solves it with the
interior point method `ipx`. One JSON line: rows, columns, nonzeros, objective, processor seconds and
peak memory. It is written as a user of linopy would who knows it well: tables in pandas, variables
over labelled axes, everything over periods at once, sums by group, a sparse model, and the program
handed over in memory. The program is that of `reference_plan.py`, with masks where that one leaves
columns out, so both have the same columns and the same optimum.
"""
import json, resource, sys, time

import linopy, numpy as np, pandas as pd, xarray as xr

DAYS = {"day": 1, "week": 7}


def main():
    folder, mode = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "solve"
    imported = time.process_time()
    m = build(folder)
    if mode == "build":
        m.to_highspy()
        built, solved, objective = time.process_time(), None, None
    else:
        built = time.process_time()
        m.solve("highs", io_api="direct", solver="ipx", threads=1, output_flag=False)
        solved, objective = time.process_time(), float(m.objective.value)
    print(json.dumps(dict(
        folder=folder, mode=mode, rows=int(m.ncons), cols=int(m.nvars), nonzeros=int(m.matrices.A.nnz), objective=objective,
        import_cpu_s=round(imported, 3), build_cpu_s=round(built - imported, 3),
        solve_cpu_s=None if solved is None else round(solved - built, 3),
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1))))


def build(folder):
    head = json.load(open(f"{folder}/datapackage.json"))["darsena"]
    T, length, start = head["periods"], DAYS[head["period"]], pd.Timestamp(head["start"])
    read = lambda name: pd.read_csv(f"{folder}/{name}.csv")
    items, resources, recipes, inputs, lanes, stock, demands, capacity = map(
        read, ("items", "resources", "recipes", "recipe_inputs", "lanes", "stockpiles", "demands", "capacity"))
    days = lambda column: (pd.to_datetime(column, format="%Y-%m-%d") - start).dt.days
    period = lambda column: np.ceil(days(column) / length).clip(lower=0)

    # Axes: `node` is a site and an item, `stream` the demands that differ in their due dates alone.
    periods = pd.RangeIndex(T, name="period")
    lead = np.ceil(recipes.lead_time_days / length).astype(int).to_numpy()
    transit = np.ceil(lanes.transit_days / length).astype(int).to_numpy()
    opens = period(lanes["from"]).fillna(0).to_numpy(int)
    name = lambda site, item: site + " " + item
    made = name(recipes.site, recipes.item)
    used = name(inputs.recipe.map(recipes.set_index("recipe").site), inputs.item)
    sent, received = name(lanes.from_site, lanes.item), name(lanes.to_site, lanes.item)
    stocked = name(stock.site, stock.item)
    demands["node"], demands["period"] = name(demands.site, demands.item), days(demands.due) // length
    nodes = pd.Index(pd.unique(pd.concat([made, used, sent, received, stocked, demands.node])), name="node")
    key = ["node", "party", "priority", "tardiness_cost", "unmet_cost"]
    demands["stream"] = demands.groupby(key, sort=False).ngroup()
    streams = demands.drop_duplicates("stream").set_index("stream")

    # Data over the axes.
    due = np.zeros((len(streams), T))
    np.add.at(due, (demands.stream, demands.period), demands.quantity)
    limit, overtime = np.zeros((2, len(resources), T))
    q = pd.Index(resources.resource).get_indexer(capacity.resource)
    until = period(capacity.until).fillna(T).clip(upper=T).astype(int)
    for n, a, z, c, o in zip(q, period(capacity["from"]).astype(int), until, capacity.capacity, capacity.overtime.fillna(0)):
        limit[n, a:z], overtime[n, a:z] = c, o
    supply = stock.quantity.groupby(stocked).sum().reindex(nodes, fill_value=0.0)
    holding = items.set_index("item").holding_cost.reindex(nodes.str.split(" ").str[1])

    m = linopy.Model(sparse=True)
    recipe = pd.Index(recipes.recipe, name="recipe")
    lane = pd.Index(lanes.lane, name="lane")
    resource = pd.Index(resources.resource, name="resource")
    stream = pd.RangeIndex(len(streams), name="stream")
    over = lambda axis, values: xr.DataArray(values, coords=[axis] if np.ndim(values) == 1 else [axis, periods])
    t = np.arange(T)
    make = m.add_variables(0, coords=[recipe, periods], name="make", mask=over(recipe, t < T - lead[:, None]))
    ship = m.add_variables(
        0, over(lane, lanes.capacity.to_numpy()), coords=[lane, periods], name="ship",
        mask=over(lane, (t >= opens[:, None]) & (t < T - transit[:, None])))
    hold = m.add_variables(0, coords=[nodes, periods], name="hold")
    extra = m.add_variables(0, over(resource, overtime), name="overtime")
    deliver = m.add_variables(0, coords=[stream, periods], name="deliver")
    unmet = m.add_variables(0, coords=[stream, periods], name="unmet")

    by_node = lambda expression, axis, labels: expression.groupby(pd.Series(labels.to_numpy(), index=axis, name="node")).sum()

    def arriving(variable, axis, delay, labels):
        """What was started `delay` periods ago, by node."""
        late = []
        for d in np.unique(delay):
            chosen = np.flatnonzero(delay == d)
            late.append(by_node((1 * variable.isel({axis.name: chosen})).shift(period=int(d)), axis[chosen], labels.iloc[chosen]))
        return late

    entry = pd.RangeIndex(len(inputs), name="entry")
    taken = make.sel(recipe=xr.DataArray(inputs.recipe.to_numpy(), coords=[entry])) * over(entry, -inputs.quantity.to_numpy(float))
    flows = [
        -1 * hold, (1 * hold).shift(period=1).fillna(0),
        *arriving(make, recipe, lead, made), *arriving(ship, lane, transit, received),
        by_node(taken, entry, used), by_node(-1 * ship, lane, sent), by_node(-1 * deliver, stream, streams.node),
    ]
    opening = np.zeros((len(nodes), T))
    opening[:, 0] = -supply
    m.add_constraints(linopy.merge(flows, join="left") == over(nodes, opening), name="balance")

    usage = (make * over(recipe, recipes.usage.to_numpy())).groupby(
        pd.Series(recipes.resource.to_numpy(), index=recipe, name="resource")).sum()
    m.add_constraints(linopy.merge([-1 * extra, usage], join="left") <= over(resource, limit), name="capacity")
    m.add_constraints(1 * unmet - (1 * unmet).shift(period=1).fillna(0) + deliver == over(stream, due), name="demand")

    open_cost = np.repeat(streams.tardiness_cost.to_numpy()[:, None], T, axis=1)
    open_cost[:, -1] += streams.unmet_cost
    m.add_objective(
        (make * over(recipe, recipes.cost.to_numpy())).sum() + (ship * over(lane, lanes.cost.to_numpy())).sum()
        + (hold * over(nodes, holding.to_numpy())).sum() + (extra * over(resource, resources.overtime_cost.to_numpy())).sum()
        + (unmet * over(stream, open_cost)).sum())
    return m


linopy.options["semantics"] = "v1"
main()
