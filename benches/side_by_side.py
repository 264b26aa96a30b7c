"""Runs darsena, the reference and linopy in turn on the same files and prints what they took as Markdown tables.

    python3 side_by_side.py DARSENA BUILD DATA SEED SIZE

`run.sh` calls it. Every program is a process of its own; its processor seconds (user and system, start of the
interpreter included), wall seconds and peak memory are what the kernel says of it when it ends. Contenders take
turns, so that a load on the machine falls on all of them. Medians are printed, with the spread of the rounds.
"""
import json, os, platform, re, shlex, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
DARSENA, BUILD, DATA, SEED, SIZE = sys.argv[1:6]
REFERENCE, LINOPY = (f"{HERE}/{name}_plan.py" for name in ("reference", "linopy"))
JOB = "plan FOLDER --objective weighted --reasons none --no-prices --method ipx --threads 1 --format json --out FILE --quiet"


class Run:
    """One process: what it took and what it said."""

    def __init__(self, command):
        with tempfile.TemporaryFile() as said:
            clock = time.monotonic()
            process = subprocess.Popen(command, stdout=said, stderr=subprocess.PIPE)
            complaint = process.stderr.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            self.wall = time.monotonic() - clock
            if status != 0:
                sys.exit(f"{shlex.join(command)} failed:\n{complaint}")
            said.seek(0)
            lines = [line for line in said.read().decode().splitlines() if line.startswith("{")]
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss / 1024
        self.line = json.loads(lines[-1]) if lines else {}

    def phase(self):
        return self.line["build_cpu_s"]


def darsena(folder, *changes):
    """The whole job of darsena; each change replaces a piece of the command."""
    job = JOB
    for old, new in changes:
        job = job.replace(old, new)

    def once():
        with tempfile.TemporaryDirectory() as scratch:
            out = f"{scratch}/plan.json"
            run = Run([DARSENA, *({"FOLDER": folder, "FILE": out}.get(word, word) for word in job.split())])
            with open(out) as answer:
                head = answer.read(4096)
            run.line = {"objective": float(re.search(r'"objective": ([-+0-9.eE]+)', head)[1]), "written": os.path.getsize(out)}
        return run

    return once


def script(path, folder, mode):
    return lambda: Run([sys.executable, path, folder, mode])


def rounds(count, contenders):
    """Runs every contender once a round, in turn."""
    runs = {name: [] for name in contenders}
    for n in range(count):
        for name, once in contenders.items():
            print(f"  round {n + 1} of {count}: {name}", file=sys.stderr, flush=True)
            runs[name].append(once())
    return runs


def seconds(values):
    """Median, with the least and the most where there are several."""
    show = lambda v: f"{v:.3f}" if v < 1 else f"{v:.2f}" if v < 10 else f"{v:.1f}"
    values = list(values)
    spread = f" ({show(min(values))} to {show(max(values))})" if len(values) > 1 else ""
    return show(statistics.median(values)) + spread


def ratio(name, runs, measure):
    """Median of this one over the median of the best that is not darsena."""
    if not name.startswith("darsena"):
        return ""
    of = lambda n: statistics.median(measure(r) for r in runs[n])
    return f"{of(name) / min(of(n) for n in runs if not n.startswith('darsena')):.3f}"


def table(title, head, rows):
    lines = [f"### {title}", "", "| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def building(size, count):
    folder = f"{DATA}/{size}-{SEED}"
    print(f"build of {size}", file=sys.stderr)
    runs = rounds(count, {
        "reference (numpy, highspy)": script(REFERENCE, folder, "build"),
        "linopy": script(LINOPY, folder, "build"),
        "darsena": lambda: Run([BUILD, folder]),
    })
    rows = [[name, *(str(r[0].line[k]) for k in ("rows", "cols", "nonzeros")), seconds(x.phase() for x in r),
             ratio(name, runs, Run.phase), seconds(x.cpu for x in r), ratio(name, runs, lambda x: x.cpu),
             f"{statistics.median(x.peak for x in r):.0f}", ratio(name, runs, lambda x: x.peak)] for name, r in runs.items()]
    return table(f"Reading and building `{size}`: tables to a program inside HiGHS, {count} rounds",
                 ["", "rows", "columns", "nonzeros", "read and build, processor s", "ratio", "whole process, processor s", "ratio", "peak MB", "ratio"], rows)


def whole(size, count, variants):
    folder = f"{DATA}/{size}-{SEED}"
    print(f"whole job on {size}", file=sys.stderr)
    contenders = {
        "reference (highspy, `ipx`)": script(REFERENCE, folder, "ipx"),
        "linopy (HiGHS, `ipx`)": script(LINOPY, folder, "solve"),
        "darsena, `--method ipx`": darsena(folder),
    }
    if variants:
        contenders |= {
            "darsena, `--method ipx`, with prices": darsena(folder, ("--no-prices", "")),
            "darsena, its own choice of method": darsena(folder, ("ipx", "choose")),
        }
    runs = rounds(count, contenders)
    best = next(iter(runs.values()))[0].line["objective"]
    rows = []
    for name, r in runs.items():
        objective = r[0].line["objective"]
        rows.append([name, f"{objective:.4f}", f"{abs(objective - best) / max(1, abs(best)):.1e}", seconds(x.cpu for x in r), ratio(name, runs, lambda x: x.cpu),
                     seconds(x.wall for x in r), f"{statistics.median(x.peak for x in r):.0f}", ratio(name, runs, lambda x: x.peak)])
    return table(f"Whole job on `{size}`: tables to an answer, {count} round{'s' * (count > 1)}",
                 ["", "objective", "relative difference", "processor s", "ratio", "wall s", "peak MB", "ratio"], rows)


def scenario(count):
    print("plan of scenarios/us-japan-2024", file=sys.stderr)
    os.chdir(os.path.dirname(HERE))
    runs = rounds(count, {"darsena plan scenarios/us-japan-2024": lambda: Run([DARSENA, "plan", "scenarios/us-japan-2024", "--quiet"])})
    rows = [[f"`{name}`", seconds(x.wall for x in r), seconds(x.cpu for x in r), f"{statistics.median(x.peak for x in r):.0f}"] for name, r in runs.items()]
    return table(f"The plan of the real scenario, {count} rounds", ["", "wall s", "processor s", "peak MB"], rows)


def machine():
    read = lambda path, key: next((l.split(":", 1)[1].strip() for l in open(path) if l.startswith(key)), "unknown")
    try:
        model, memory = read("/proc/cpuinfo", "model name"), f"{int(read('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.0f} GiB"
    except (OSError, ValueError):
        model, memory = platform.processor() or platform.machine(), "unknown memory"
    said = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout.strip()
    packages = "import importlib.metadata as m; print(', '.join(n + ' ' + m.version(n) for n in ('highspy', 'linopy', 'numpy', 'scipy', 'pandas', 'xarray')))"
    return "\n".join([
        f"- Machine: {os.cpu_count()} cores, {memory}, {model}, {platform.system()}; load when it began: {os.getloadavg()[0]:.1f}.",
        f"- {said(DARSENA, '--version')}; Python {platform.python_version()}, {said(sys.executable, '-c', packages)}.",
        f"- Command: `sh benches/run.sh DARSENA {SIZE}`, seed {SEED}; darsena was asked `darsena {JOB}`.",
        "- Medians, in brackets the least and the most. A ratio is darsena over the best of the others: below 1 darsena takes less.",
    ]) + "\n"


def main():
    parts = [machine(), building("medium", 5)]
    parts += [building("large", 3)]
    parts += [whole("tiny", 5, True), whole("small", 3, True), scenario(5)]
    if SIZE == "medium":
        parts.append(whole("medium", int(os.environ.get("ROUNDS_MEDIUM", "1")), False))
    text = "\n".join(parts)
    print(text)
    with open(os.environ.get("OUT") or f"{HERE}/results.md", "w") as f:
        f.write(text)


main()
