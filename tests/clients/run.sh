#!/usr/bin/env bash
# Runs the suites of real, unmodified clients (pyzeebe, zeebe-node, Zeebe's Java client) against one gateway.
#
#   TIDEMILL_GATEWAY=127.0.0.1:26500 tests/clients/run.sh [python] [node] [java]
#
# The gateway must be running. Clients come from their registries into .cache/clients of this repository
# (Maven: its usual local repository). Prints "SUITE: N passed, N failed, N skipped" per suite. Exit code
# 1 when a test failed, a client could not be installed, or, with CI=true, a tool is missing; without CI a
# missing tool only skips its suite.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$(cd "$here/../.." && pwd)/.cache/clients
export TIDEMILL_GATEWAY=${TIDEMILL_GATEWAY:-127.0.0.1:26500}
export TIDEMILL_TEST_PROCESSES=$here/../processes
failed=0
mkdir -p "$cache"

# missing SUITE TOOL...: true when a tool is absent, and says so
missing() {
  local suite=$1 tool; shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null && continue
    echo "skipped: $suite ($tool is missing)"
    [ "${CI:-}" = true ] && failed=1
    return 0
  done
  return 1
}

# count FILE REGEX: the sum of the first numbers on the lines that match
count() { grep -oE "$2" "$1" | grep -oE '[0-9]+' | awk '{n += $1} END {print n + 0}'; }

# report SUITE EXIT_CODE LOG PASSED FAILED SKIPPED
report() {
  local code=$2 failures=$5
  if [ "$code" != 0 ] || [ "$failures" != 0 ] || [ "$4" = 0 ]; then
    failed=1
    [ "$failures" = 0 ] && failures=1
    cat "$3"
  fi
  echo "$1: $4 passed, $failures failed, $6 skipped"
}

install_failed() {
  cat "$2"
  echo "$1: 0 passed, 1 failed, 0 skipped (the client could not be installed)"
  failed=1
}

run_python() {
  missing python python3 && return
  local log=$cache/python.log venv=$cache/python/venv
  mkdir -p "$cache/python"
  if ! cmp -s "$here/python/requirements.txt" "$cache/python/installed.txt"; then
    { python3 -m venv "$venv" && "$venv/bin/pip" -q install -r "$here/python/requirements.txt" \
      && cp "$here/python/requirements.txt" "$cache/python/installed.txt"; } >"$log" 2>&1 \
      || { install_failed python "$log"; return; }
  fi
  (cd "$here/python" \
    && PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" -m pytest -q -p no:cacheprovider) >"$log" 2>&1
  local code=$?
  report python $code "$log" "$(count "$log" '[0-9]+ passed')" "$(count "$log" '[0-9]+ (failed|error)')" \
    "$(count "$log" '[0-9]+ skipped')"
}

run_node() {
  missing node node npm && return
  local log=$cache/node.log
  mkdir -p "$cache/node"
  if ! cmp -s "$here/node/package.json" "$cache/node/installed.json"; then
    { cp "$here/node/package.json" "$cache/node/" && (cd "$cache/node" && npm install --no-audit --no-fund) \
      && cp "$here/node/package.json" "$cache/node/installed.json"; } >"$log" 2>&1 \
      || { install_failed node "$log"; return; }
  fi
  NODE_PATH=$cache/node/node_modules timeout 300 \
    node --test-force-exit --test-reporter=tap \
    "$here/node/suite.test.js" >"$log" 2>&1
  local code=$?
  report node $code "$log" "$(count "$log" '^# pass [0-9]+')" "$(count "$log" '^# fail [0-9]+')" \
    "$(count "$log" '^# skipped [0-9]+')"
}

run_java() {
  missing java java mvn && return
  local log=$cache/java.log
  (cd "$here/java" && mvn -B -ntp -Dstyle.color=never -Doutput.folder="$cache/java" test) >"$log" 2>&1
  local code=$? totals run broken skipped
  # the last line with totals is Maven's own sum over all classes
  totals=$(grep -E 'Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+' "$log" | tail -1)
  run=$(grep -oE 'Tests run: [0-9]+' <<<"$totals" | grep -oE '[0-9]+')
  broken=$(grep -oE '(Failures|Errors): [0-9]+' <<<"$totals" | grep -oE '[0-9]+' \
    | awk '{n += $1} END {print n + 0}')
  skipped=$(grep -oE 'Skipped: [0-9]+' <<<"$totals" | grep -oE '[0-9]+')
  report java $code "$log" $((${run:-0} - ${broken:-0} - ${skipped:-0})) "${broken:-0}" "${skipped:-0}"
}

[ $# -gt 0 ] || set -- python node java
for suite in "$@"; do
  case $suite in
    python | node | java) "run_$suite" ;;
    *) echo "unknown suite '$suite': expected python, node or java" >&2; exit 2 ;;
  esac
done
exit $failed
