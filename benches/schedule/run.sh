#!/bin/sh
# Measures scheduling side by side with CP-SAT and PyJobShop, on the same files, in one run, at equal processor seconds.
#
#     sh benches/schedule/run.sh FOLDER [CPU_SECONDS [FILES_PER_SET [SET...]]]
#
# FOLDER holds best-known.csv (set,instance,lower_bound,upper_bound,critical_path) and a folder of .sm or .mm files a
# set. The instances are for research use and come from https://www.om-db.wi.tum.de/psplib (Kolisch and Sprecher
# 1996) and https://www.projectmanagement.ugent.be/research/data (Van Peteghem and Vanhoucke 2014); they are not part
# of this repository. The table goes to standard output, one line of JSON a run to the file ANSWERS. PYTHON names the
# interpreter. What is installed stays in the user's cache.
set -eu

if [ $# -lt 1 ] || [ ! -f "$1/best-known.csv" ]; then
    echo "usage: sh benches/schedule/run.sh FOLDER [CPU_SECONDS [FILES_PER_SET [SET...]]]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
seconds=${2:-50}
per_set=${3:-0}
if [ $# -gt 3 ]; then shift 3; else shift $#; fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/darsena/bench
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/darsena/target}"

mkdir -p "$cache"
python=$cache/schedule-venv/bin/python
if ! cmp -s "$here/requirements.txt" "$cache/schedule-installed.txt"; then
    "${PYTHON:-python3}" -m venv --clear "$cache/schedule-venv"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$cache/schedule-installed.txt"
fi
(cd "$here/../.." && cargo build --quiet --release --locked --workspace --example solve)

exec "$python" "$here/side_by_side.py" "$CARGO_TARGET_DIR/release/examples/solve" "$folder" "$seconds" "$per_set" "$@"
