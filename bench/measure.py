"""What every group of measurements shares: running a command under a clock, comparing subjects in turn, keeping what came of it."""
import dataclasses
import json
import os
import subprocess
import sys
import threading
import time


@dataclasses.dataclass
class Measured:
    seconds: float
    peak: int  # bytes of the process started, at its largest; a server's own memory is not in it


@dataclasses.dataclass
class Subject:
    """One way to do the job. `prepare` is not timed; `sums` reads back what is there, by another way than it was written."""
    name: str
    run: object  # () -> Measured
    prepare: object = lambda: None
    sums: object = lambda: None  # () -> list, compared with what the generator says
    size: object = lambda: None  # () -> bytes on disk


class Bench:
    def __init__(self, root, runs, sizes, records):
        self.root, self.runs, self.sizes, self.records = root, runs, sizes, records
        self.work = os.path.join(root, "build", "bench")
        self.tree = os.path.join(self.work, "tree")  # what `./run bench` has built
        self.program = os.path.join(self.tree, "movie-etl")
        self.results = os.path.join(self.work, "results.jsonl")
        self.session = int(time.time())

    def helper(self, name):
        return os.path.join(self.tree, "bench", name)

    def path(self, *names):
        return os.path.join(self.work, *names)

    def record(self, **what):
        with open(self.results, "a", encoding="utf-8") as f:
            f.write(json.dumps({"session": self.session, **what}) + "\n")

    def version(self, name, text):
        self.record(group="versions", subject=name, version=text)

    def compare(self, group, case, rows, subjects, expected, inputs):
        """Each subject once, then each again: so that a slow minute of the machine falls on all of them. `inputs`: files and
        folders that they read."""
        for number in range(self.runs):
            for s in subjects:
                s.prepare()
                settle()
                warm(inputs)
                claim()
                m = s.run()
                got = s.sums()
                if got is not None and got != expected:
                    raise SystemExit(f"bench: {case}: {s.name} holds {got}, not {expected}")
                self.record(group=group, case=case, rows=rows, subject=s.name, run=number, seconds=m.seconds,
                            peak=m.peak, bytes=s.size())
                say(f"{case}, {rows:,} rows: {s.name}: {m.seconds:.2f} s")


def settle():
    """What the run before left to be written does not count against the next."""
    subprocess.run(["sync"], check=True)


def warm(inputs):
    """Everyone finds what is read in memory: otherwise whoever comes first would read it from the disk for those who follow."""
    files = [os.path.join(i, name) for i in inputs if os.path.isdir(i) for name in os.listdir(i)]
    for path in files + [i for i in inputs if not os.path.isdir(i)]:
        with open(path, "rb") as f:
            while f.read(1 << 20):
                pass


MEMORY = 3 << 30  # more than any of them takes, with what it writes


def claim():
    """A virtual machine gives memory that nobody uses back to its host, and getting it again page by page would count against
    whoever happens to come next: up to twice the time, where a gigabyte is written."""
    touched = b"x" * MEMORY
    del touched


def say(text):
    print(text, file=sys.stderr, flush=True)


def clean_environment():
    """Settings of whoever runs this that would reach the program."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("SQL_", "TMDB_", "DATA_DIR", "MOVIELENS_PATH"))}


class Peak(threading.Thread):
    """The largest memory of a process, looked at while it runs: what wait4 says begins with the memory of whoever forked it."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.bytes = pid, 0
        self.start()

    def run(self):
        while True:
            try:
                with open(f"/proc/{self.pid}/status", encoding="utf-8") as f:
                    found = [line.split()[1] for line in f if line.startswith("VmHWM:")]
            except OSError:
                return
            if not found:  # it has ended
                return
            self.bytes = int(found[0]) * 1024
            time.sleep(0.01)


def timed(command, cwd, env=None, stdin=None):
    """Runs a command to its end; one that fails ends the benchmark with what it said."""
    log = os.path.join(cwd, "out.txt")
    with open(log, "wb") as out:
        begun = time.monotonic()
        p = subprocess.Popen(command, cwd=cwd, env=env or clean_environment(), stdout=out, stderr=out,
                             stdin=subprocess.PIPE if stdin else subprocess.DEVNULL)
        peak = Peak(p.pid)
        if stdin:
            p.stdin.write(stdin.encode())
            p.stdin.close()
        p.wait()
        seconds = time.monotonic() - begun
        peak.join()
    if p.returncode != 0:
        with open(log, encoding="utf-8", errors="replace") as f:
            raise SystemExit(f"bench: {command[0]} ended with {p.returncode}: {f.read()[-2000:]}")
    return Measured(seconds, peak.bytes)
