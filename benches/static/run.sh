#!/bin/sh
# Measures the static measures of 1,500 failures side by side with a warm loop of HiGHS from Python, on the same programs,
# in one run, and confirms every tenth value from nothing.
#
#     sh benches/static/run.sh [SEED]
#
# One line of JSON each to standard output. PYTHON names the interpreter. What is installed and drawn stays in the user's
# cache.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/darsena/bench
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/darsena/target}"
requirements=$here/../requirements.txt

mkdir -p "$cache/data"
python=$cache/venv/bin/python
if ! cmp -s "$requirements" "$cache/installed.txt"; then
    "${PYTHON:-python3}" -m venv --clear "$cache/venv"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$cache/installed.txt"
fi
(cd "$here/../.." && cargo build --quiet --release --locked --workspace --example measures)
folder=$cache/data/static-${1:-1}
"$CARGO_TARGET_DIR/release/examples/measures" "$folder" 2 "${1:-1}"
"$python" "$here/peer.py" "$folder" warm
"$python" "$here/peer.py" "$folder" cold
