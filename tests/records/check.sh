#!/usr/bin/env bash
# Starts a fresh broker of one partition, runs the scenarios against it and compares with the golden streams.
#
#   tests/records/check.sh [path of the tidemill binary] [scenario ...]
#
# Scenarios that unsupported.txt names are driven as well; they have to differ. The environment may give flags
# of `tidemill start` (TIDEMILL_START_FLAGS), the first of two ports (TIDEMILL_CHECK_PORT) and the folder for
# the streams (TIDEMILL_CHECK_OUT).
# Needs python3 with the package pyzeebe; uses the one that tests/clients/run.sh installs, or any other.
# Without CI=true a missing tool skips the check. The streams stay in .cache/records for a look (show.py).
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=${1:-$root/target/release/tidemill}
[ $# -gt 0 ] && shift
python=$root/.cache/clients/python/venv/bin/python
[ -x "$python" ] || python=python3
if ! "$python" -c 'import pyzeebe' 2>/dev/null; then
  echo "skipped: record streams (python3 with pyzeebe is missing)"
  [ "${CI:-}" = true ] && { echo "records: 0 passed, 1 failed, 0 skipped"; exit 1; }
  echo "records: 0 passed, 0 failed, 1 skipped"
  exit 0
fi
[ -x "$binary" ] || { echo "no binary at $binary" >&2; exit 1; }
grpc=127.0.0.1:${TIDEMILL_CHECK_PORT:-28700}
http=127.0.0.1:$((${TIDEMILL_CHECK_PORT:-28700} + 1))
out=${TIDEMILL_CHECK_OUT:-$root/.cache/records}
rm -rf "$out" && mkdir -p "$out"
"$binary" start --data-dir "$out/data" --grpc-addr "$grpc" --http-addr "$http" --partitions 1 \
  ${TIDEMILL_START_FLAGS:-} >"$out/broker.log" 2>&1 &
broker=$!
trap 'kill $broker 2>/dev/null; wait $broker 2>/dev/null' EXIT
for _ in $(seq 100); do
  (exec 3<>"/dev/tcp/${grpc%:*}/${grpc#*:}") 2>/dev/null && break
  kill -0 $broker 2>/dev/null || { cat "$out/broker.log"; echo "the broker ended" >&2; exit 1; }
  sleep 0.1
done
# A scenario that cannot be driven to its end leaves no stream, which the comparison sees.
"$python" "$here/drive.py" --gateway "$grpc" \
  --records "http://$http/records?partition=1&from={from}&wait_ms=200" --out "$out/streams" "$@"
"$python" "$here/compare.py" --unsupported "$here/unsupported.txt" "$out/streams" "$@"
