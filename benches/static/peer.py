"""What a user would write instead: HiGHS from Python, one program kept, bounds changed failure by failure, warm.

    python3 peer.py FOLDER [warm|cold]

FOLDER is what the example `measures` wrote. `warm` starts each solve from the basis of the one with nothing failed and
measures all failures, one thread; `cold` solves every tenth from nothing, to confirm values. One line of JSON.
"""
import json
import sys
import time

import highspy
import numpy as np


def load(path, settings):
    p = json.load(open(path))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(p["cost"]), len(p["row_lower"])
    inf = lambda values: np.array([highspy.kHighsInf if v >= 1e30 else -highspy.kHighsInf if v <= -1e30 else v for v in values])
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.array(p["cost"]), inf(p["lower"]), inf(p["upper"])
    lp.row_lower_, lp.row_upper_ = inf(p["row_lower"]), inf(p["row_upper"])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = np.array(p["starts"], dtype=np.int32), np.array(p["index"], dtype=np.int32)
    lp.a_matrix_.value_ = np.array(p["value"])
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    for name, value in settings.items():
        h.setOptionValue(name, value)
    h.passModel(lp)
    return h, lp


def measure(folder, name, shut, warm):
    # Presolve drops a basis and the parallel simplex ignores one.
    h, lp = load(f"{folder}/{name}.json", dict(solver="simplex", simplex_strategy=1, presolve="off", parallel="off", threads=1))
    h.run()
    basis = h.getBasis()
    upper = np.array(lp.col_upper_)
    found, clock = [], time.process_time()
    for columns in shut:
        at = np.array(columns, dtype=np.int32)
        zero = np.zeros(len(at))
        h.changeColsBounds(len(at), at, zero, zero)
        if warm:
            h.setBasis(basis)
        else:
            h.clearSolver()
        h.run()
        assert h.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found.append(h.getInfoValue("objective_function_value")[1])
        h.changeColsBounds(len(at), at, zero, upper[at])
    return found, time.process_time() - clock


def main():
    folder, warm = sys.argv[1], sys.argv[2:] != ["cold"]
    known = json.load(open(f"{folder}/failures.json"))
    every = slice(None) if warm else slice(None, None, 10)
    told = {"way": "warm" if warm else "cold", "failures": len(known["shut"][every])}
    for name, ours, sign in [("loss", known["loss"], 1), ("survival", known["survives"], -1)]:
        found, seconds = measure(folder, name, known["shut"][every], warm)
        off = max(abs(sign * a - b) / max(1, abs(b)) for a, b in zip(found, ours[every]))
        told[name + "_cpu_s"], told[name + "_largest_difference"] = round(seconds, 2), off
    print(json.dumps(told))


main()
