"""Runs all solvers on the same files with equal processor seconds and writes a table.

    python3 side_by_side.py SOLVE FOLDER CPU_SECONDS PER_SET [SET...]

SOLVE is our example `solve`, FOLDER has one folder a set and best-known.csv. PER_SET limits the files of a set (0: all).
"""
import csv
import json
import os
import subprocess
import sys

solve, folder, seconds, per_set = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
here = os.path.dirname(os.path.abspath(__file__))
peers = [sys.executable, os.path.join(here, "peers.py")]
solvers = {
    "darsena": [solve, "--cpu", seconds, "--threads", "2"],
    "CP-SAT, 2 workers": [*peers, "cpsat", seconds, "2"],
    "CP-SAT, 8 workers": [*peers, "cpsat", seconds, "8"],
    "PyJobShop, 2 workers": [*peers, "pyjobshop", seconds, "2"],
}
only = os.environ.get("SOLVERS")
if only:
    solvers = {name: solvers[name] for name in only.split(";")}
best_known, sets = {}, {}
for row in csv.DictReader(open(os.path.join(folder, "best-known.csv"))):
    best_known[row["instance"]] = int(row["upper_bound"])
    sets.setdefault(row["set"], []).append(row["instance"])
if len(sys.argv) > 5:
    sets = {name: sets[name] for name in sys.argv[5:]}
rows, answers = [], open(os.environ.get("ANSWERS", os.devnull), "w")
for name, files in sets.items():
    files = files[:per_set] if per_set else files
    results = {solver: [] for solver in solvers}
    # File by file, so that a change of the machine's load meets all alike.
    for file in files:
        for solver, command in solvers.items():
            out = subprocess.run([*command, os.path.join(folder, name, file)], capture_output=True, text=True)
            if out.returncode or not out.stdout.strip():
                sys.exit(f"{solver} on {file}: {out.stderr[-400:]}")
            answer = json.loads(out.stdout.strip().splitlines()[-1])
            answers.write(json.dumps(dict(answer, solver=solver, set=name)) + "\n")
            answers.flush()
            results[solver].append((best_known[file], answer))
            print(name, file, solver, answer["makespan"], answer["bound"], answer["status"], answer["cpu_s"], file=sys.stderr, flush=True)
    for solver, found in results.items():
        have = [(best, a) for best, a in found if a["makespan"] is not None]
        gaps = [100 * (a["makespan"] / best - 1) for best, a in have]
        bounds = [100 * (1 - a["bound"] / a["makespan"]) for _, a in have]
        rows.append(
            [
                name,
                solver,
                f"{sum(gaps) / max(1, len(gaps)):.2f} %" + (f" ({len(found) - len(have)} without a schedule)" if len(have) < len(found) else ""),
                f"{max(gaps, default=0):.1f} %",
                f"{sum(g <= 1e-9 for g in gaps)} of {len(found)}",
                f"{sum(a['status'] == 'optimal' for _, a in found)} of {len(found)}",
                f"{sum(bounds) / max(1, len(bounds)):.2f} %",
                f"{sum(a['cpu_s'] for _, a in found) / len(found):.1f}",
                str(sum(a.get("violations", 0) > 0 for _, a in found)) if solver == "darsena" else "",
            ]
        )
print(f"At most {seconds} processor seconds a file.\n")
head = ["set", "solver", "mean gap to best known", "largest", "at best known", "proved", "mean gap to own bound", "mean processor s", "fail the checker"]
print("| " + " | ".join(head) + " |")
print("|" + "---|" * len(head))
for row in rows:
    print("| " + " | ".join(row) + " |")
