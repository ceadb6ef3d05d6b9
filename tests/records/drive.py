#!/usr/bin/env python3
"""Runs record scenarios against any Zeebe-compatible gateway and keeps the record streams they cause.

    drive.py --gateway HOST:PORT --records SOURCE --out FOLDER [scenario ...]

SOURCE says where the broker's record stream is read from:
    file:PATH      a file that grows; every line that holds a JSON object with a "valueType" counts. The log
                   of a real broker with the debug log exporter (argument prettyPrint=false) is such a file.
    http(s)://...  a URL whose answer is JSON lines; asked again and again unless it streams without end
    cmd:COMMAND    a command whose standard output is JSON lines, for example `tidemill records --follow`

Without names all scenarios of the folder run, one after the other, on the one broker. FOLDER gets NAME.jsonl:
normalised records and answers (see normalise.py). The exit code is 1 when a scenario could not be driven.
Needs the Python package pyzeebe, of which only the generated protocol stubs are used.
"""

import argparse
import json
import pathlib
import sys

from normalise import normalise
from scenario import Scenario
from sources import open_source

HERE = pathlib.Path(__file__).resolve().parent
SCENARIOS = HERE / "scenarios"


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gateway", required=True, help="HOST:PORT of the gateway")
    parser.add_argument("--records", required=True, help="where to read the record stream, see above")
    parser.add_argument("--out", required=True, help="folder for the normalised streams")
    parser.add_argument("--raw", help="folder for the records as they came")
    parser.add_argument("--absolute", action="store_true", help="keep keys and positions (fresh broker only)")
    parser.add_argument("--quiet-ms", type=int, default=250, help="silence that ends a step, default 250 ms")
    parser.add_argument("names", nargs="*", metavar="scenario")
    return parser.parse_args()


def all_scenarios():
    """By name; those marked "last" after the others.

    A real broker's order of writing the variables of one document depends on the largest document that it has
    seen (more than five variables); such documents come last, so that each scenario can be compared alone.
    """

    def order(path):
        return json.loads(path.read_text(encoding="utf-8")).get("last", False), path.stem

    return [path.stem for path in sorted(SCENARIOS.glob("*.json"), key=order)]


def write_lines(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")


def main():
    arguments = parse_arguments()
    names = arguments.names or all_scenarios()
    source = open_source(arguments.records)
    failed = []
    for name in names:
        scenario = Scenario(SCENARIOS / f"{name}.json", arguments.gateway, source, arguments.quiet_ms / 1000)
        try:
            records, answers = scenario.run()
        except Exception as error:  # one scenario that fails must not hide the others
            print(f"{name}: FAILED: {type(error).__name__}: {error}", flush=True)
            failed.append(name)
            continue
        finally:
            scenario.clean_up()
        if arguments.raw:
            write_lines(pathlib.Path(arguments.raw) / f"{name}.jsonl", records)
        write_lines(
            pathlib.Path(arguments.out) / f"{name}.jsonl", normalise(records, answers, arguments.absolute)
        )
        print(f"{name}: {len(records)} records, {len(answers)} answers", flush=True)
    source.close()
    if failed:
        print(f"{len(failed)} of {len(names)} scenarios failed: {' '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
