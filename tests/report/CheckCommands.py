#!/usr/bin/env python3
"""CheckCommands.py MAKE_PROFILE POPGRAPH MAKE_EXECUTABLE: what the report commands print, write and return."""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile

MAKE_PROFILE, POPGRAPH, MAKE_EXECUTABLE = sys.argv[1:4]


def run(*arguments, status=0, environment=None):
    """Runs popgraph; data comes on standard output and messages on standard error, never both on success."""
    result = subprocess.run([POPGRAPH, *arguments], capture_output=True, text=True, env={**os.environ, **(environment or {})})
    assert result.returncode == status, f"{arguments}: status {result.returncode}, expected {status}\n{result.stderr}"
    if status in (2, 3):
        assert result.stdout == "" and result.stderr.strip(), f"{arguments}: an error belongs on standard error"
        return result.stderr
    assert result.stderr == "", f"{arguments}: {result.stderr}"
    return result.stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        profile, longer = folder + "/profile.pgprof", folder + "/longer.pgprof"
        subprocess.run([MAKE_PROFILE, profile, "64"], check=True)
        subprocess.run([MAKE_PROFILE, longer, "64", "3", "11"], check=True)

        assert run("--version").startswith("popgraph ")
        text = run("summary", profile, "--steps")
        assert "Memory Usage:" in text and " OnTileExecute: " in text
        assert run("summary", folder + "/profile.pop") == run("summary", profile)
        summary = json.loads(run("summary", profile, "--json"))
        assert summary["schema"] == "popgraph.summary/1" and summary["target"]["num_tiles"] == 64
        assert json.loads(run("export", profile, "--to", "json")) == summary

        tiles = json.loads(run("memory", profile, "--json", "--top", "3"))["tiles"]
        assert len(tiles) == 3 and tiles[0]["tile"] == summary["memory"]["max_tile"]
        assert "63" in run("memory", profile, "--tile", "63").splitlines()[1]
        run("memory", profile, "--tile", "64", status=2)
        steps = json.loads(run("liveness", profile, "--json"))["steps"]
        assert [step["max_tile_bytes"] for step in steps] == [128, 64] and steps[0]["step"] == 1
        assert "7,000" in run("liveness", profile, "--top", "1").splitlines()[1]
        assert "max_tile" in run("export", profile, "--to", "csv", "--table", "v_liveness")
        vertices = json.loads(run("vertices", profile, "--json"))
        assert vertices["types"][0]["instances"] == 64
        assert vertices["types"][0]["estimated_cycles"] * 9 == vertices["types"][0]["derived_cycles"] * 10 > 0
        text = run("vertices", profile)
        assert "derived cycles" in text and f'{vertices["types"][0]["derived_cycles"]:,}' in text

        timeline = json.loads(run("timeline", profile, "--json"))
        assert sum(step["critical_cycles"] for step in timeline["steps"]) == timeline["total_cycles"]
        assert "StreamCopy: in" in run("timeline", profile, "--longest", "1").splitlines()[1]
        run("timeline", profile, "--run", "3", status=2)

        rows = list(csv.DictReader(io.StringIO(run("export", profile, "--to", "csv", "--table", "v_step"))))
        assert len(rows) == 82 and {row["kind"] for row in rows} == {"compute", "exchange", "sync", "hostExchange", "control"}
        events = json.loads(run("export", profile, "--to", "chrome"))["traceEvents"]
        assert sum(event["ph"] == "X" for event in events) == 82
        assert run("query", profile, "SELECT count(*) AS n FROM v_tile_memory") == "n\n64\n"
        assert "no such table" in run("query", profile, "SELECT * FROM no_such_table", status=2)
        run("query", profile, "DROP TABLE step", status=2)

        text = run("info", "--options")
        assert "POPLAR_ENGINE_OPTIONS" in text and "\n  debug.instrument " in text and "machines" not in text
        options = json.loads(run("info", "--options", "--json"))["options"]
        assert set(options) == {"engine", "target", "stream", "summary"}
        assert {"name": "tilesPerIPU", "default": "", "values": "number"}.items() <= options["target"][0].items()
        for rows in options.values():
            names = [row["name"] for row in rows]
            assert len(names) == len(set(names)) and all(row["effect"] and row["values"] for row in rows)

        info = json.loads(run("info", profile, "--json"))
        assert info["file"]["format_version"] == "1.1" and info["file"]["runs"] == 3
        executable = folder + "/program.pgx"
        subprocess.run([MAKE_EXECUTABLE, executable], check=True)
        info = json.loads(run("info", executable, "--json"))["file"]
        assert info["kind"] == "executable" and info["tiles_per_ipu"] == 4 and info["target"] == "IPU_MODEL"
        assert info["streams"] == [{"name": "input", "direction": "to device", "type": "float", "elements": 8}]
        assert info["host_handles"][0]["name"] == "result"
        assert "input" in run("info", executable) and "placement" in run("info", executable)
        with open(executable, "r+b") as file:
            file.truncate(1000)
        assert "cut short" in run("info", executable, status=3)
        machines = json.loads(run("info", "--json"))["machines"]
        assert {"gc2", "gc200", "bow", "c600"} <= {machine["name"] for machine in machines}
        assert json.loads(run("info", "--machine", "bow", "--json"))["machine"]["clockHz"] == 1.85e9
        assert "gc2" in run("info", "--machine", "gc3", status=2)

        assert run("diff", profile, profile) == "no differences\n"
        changes = {row["path"]: row for row in json.loads(run("diff", profile, longer, "--json", status=1))["differences"]}
        assert changes["execution.total_cycles"]["before"] == summary["execution"]["total_cycles"]
        assert "memory.max_tile_bytes" not in changes
        assert "execution.total_cycles" in run("diff", profile, longer, status=1)
        run("diff", profile, longer, "--tolerance", "50")

        budget = folder + "/budget.json"
        assert "cannot be read" in run("check", profile, "--budget", budget, status=3)
        run("check", profile, "--budget", budget, "--update")
        assert run("check", profile, "--budget", budget) == "within budget\n"
        assert "execution.total_cycles: " in run("check", longer, "--budget", budget, status=1)
        with open(budget, "w", encoding="utf-8") as file:
            file.write('{"memory.max_tile_bytes": "small"}')
        assert "memory.max_tile_bytes" in run("check", profile, "--budget", budget, status=2)

        run(status=2)
        run("summary", status=2)
        run("summary", profile, "--no-such-flag", status=2)
        assert "no such file" in run("summary", folder + "/none", status=3)
        assert "not a popgraph profile" in run("html", __file__, "-o", folder + "/x.html", status=3)
        assert not os.path.exists(folder + "/x.html")
        assert "-f overwrites" in run("summary", profile, "-o", budget, status=3)
        run("summary", profile, "-o", budget, "-f")
        with open(budget, encoding="utf-8") as file:
            assert "Memory Usage:" in file.read()
    print("all report commands behave")


if __name__ == "__main__":
    main()
