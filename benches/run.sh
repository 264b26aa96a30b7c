#!/bin/sh
# Measures darsena side by side with the independent reference and with linopy, on the same files, in one run.
#
#     sh benches/run.sh DARSENA [small|medium]
#
# DARSENA is the binary; `small` leaves out the whole job on `medium`, which takes minutes a solve. The table goes to
# standard output and to benches/results.md, or to the file OUT. ROUNDS_MEDIUM=n repeats the whole job on `medium`,
# SEED=n draws other scenarios, PYTHON names the interpreter. What is installed and generated stays in the user's cache.
set -eu

if [ $# -lt 1 ] || [ ! -x "$1" ]; then
    echo "usage: sh benches/run.sh DARSENA [small|medium]" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
darsena=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
size=${2:-medium}
seed=${SEED:-1}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/darsena/bench
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/darsena/target}"

mkdir -p "$cache/data"
python=$cache/venv/bin/python
if ! cmp -s "$here/requirements.txt" "$cache/installed.txt"; then
    "${PYTHON:-python3}" -m venv --clear "$cache/venv"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$cache/installed.txt"
fi
for name in tiny small medium large; do
    folder=$cache/data/$name-$seed
    if [ ! -f "$folder/datapackage.json" ]; then
        rm -rf "$folder" "$folder.part"
        "$python" "$here/generate.py" "$name" "$seed" "$folder.part" >&2
        mv "$folder.part" "$folder"
    fi
done
(cd "$here/.." && cargo build --quiet --release --locked --workspace --example build)

exec "$python" "$here/side_by_side.py" "$darsena" "$CARGO_TARGET_DIR/release/examples/build" "$cache/data" "$seed" "$size"
