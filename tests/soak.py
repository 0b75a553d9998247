"""Whether the workflow survives interruptions: runs of a tiny study, killed at random moments.

    python tests/soak.py --kills 100 --seed 0

A signal goes to a job, to the workflow's own process or to all processes of a run. Then the run is
taken up as the README's "Restarts" says. Every few kills it may come to its end: its tables,
spreadsheets and networks must be, bit by bit, those of a run that nobody disturbed, and
nothing else may be left beside them. Then a random share of all files is removed, or all of them.
Needs Linux.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from copied_study import Study

TABLES = (
    "results/mlp-lesion.xlsx",
    "results/mlp-clustering.csv",
    "results/mlp-clustering-stability.csv",
    "results/mlp-clustering-stability-statistic.csv",
)
NETWORKS = tuple(
    f"results/models/{model}/{instance}/pruned.h5"
    for model in ("LINE", "RANDOM+DROPOUT")
    for instance in range(2)
)
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
AIMS = ("job", "workflow", "group")
GRACE = 3.0
"""Seconds that a process may live on after the run that it belongs to."""
LONGEST = 300.0
"""Seconds that a run may take to end by itself after a signal."""
MARK = "SOAK_RUN"
"""The environment variable by which processes of a run are known, whatever group they are in."""


@dataclass(frozen=True)
class Kill:
    """One interruption, as it is planned.

    Attributes
    ----------
    after : float
        Seconds after the start of the run, or after the last kill that it survived.
    in_write : bool
        Whether it then waits until a file is being written.
    name : signal.Signals
    aim : str
        One of `AIMS`.
    chance : float
        In [0, 1): which of several jobs.
    """

    after: float
    in_write: bool
    name: signal.Signals
    aim: str
    chance: float


@dataclass(frozen=True)
class Moment:
    """What a kill meets.

    Attributes
    ----------
    process : int
        Whom it hits; of a group the first.
    words : str
        The same, to be read.
    seconds : float
        Since the start, or the last kill that the run survived.
    jobs : mapping
        Jobs at work by rule.
    in_write : bool
        Whether a file was being written.
    """

    process: int
    words: str
    seconds: float
    jobs: Mapping[str, int]
    in_write: bool


def planned(seed: int, number: int, within: float) -> Kill:
    """The kill of a number, the same for the same seed."""
    generator = random.Random(f"{seed}: kill {number}")
    return Kill(
        after=generator.uniform(0, within),
        in_write=generator.random() < 1 / 3,
        name=generator.choice(SIGNALS),
        aim=generator.choice(AIMS),
        chance=generator.random(),
    )


def removed(files: Sequence[str], seed: int, number: int) -> list[str]:
    """What goes before the kill of a number: all in one of four cases, else a random share."""
    generator = random.Random(f"{seed}: remove {number}")
    share = 1.0 if generator.random() < 1 / 4 else generator.random()
    return sorted(generator.sample(files, round(share * len(files))))


def differences(
    found: Mapping[str, str], reference: Mapping[str, str], targets: Collection[str]
) -> Iterator[str]:
    """What is wrong with the files of a run that came to its end, by their checksums."""
    for path, checksum in found.items():
        if path not in reference:
            yield f"{path}: left over"
        elif checksum != reference[path]:
            yield f"{path}: other bits than undisturbed"
    for path in targets:
        if path not in found:
            yield f"{path}: not made"


def rule_of(command: str) -> str | None:
    """The rule whose job a command line is; None for any other process."""
    script = re.search(r"\.snakemake/scripts/\w+\.(\w+)\.py", command)
    return script and script[1]


def living(mark: str) -> dict[int, str]:
    """Processes that were started with a mark, and their command lines; not those that ended."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"{MARK}={mark}".encode() in (process / "environ").read_bytes().split(b"\0"):
                command = (process / "cmdline").read_bytes().decode(errors="replace")
                found[int(process.name)] = command.replace("\0", " ")
    return found


class Run:
    """A run of a study in a session of its own."""

    def __init__(self, study: Study, targets: Sequence[str], mark: str):
        self.mark = mark
        self.heard_at = time.monotonic()
        self.is_hit = False
        with open(study.folder / "said.txt", "a") as said:
            self.process = subprocess.Popen(
                study.command(*targets),
                cwd=study.folder,
                env={**os.environ, MARK: mark},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def is_over(self) -> bool:
        return self.process.poll() is not None

    def jobs(self) -> dict[int, str]:
        """Its jobs' processes and their rules."""
        rules = {number: rule_of(command) for number, command in living(self.mark).items()}
        return {number: rule for number, rule in sorted(rules.items()) if rule}

    def moment(self, kill: Kill, results: Path) -> Moment | None:
        """Wait for the moment of a kill; None where the run came to its end before."""
        due = self.heard_at + kill.after
        left_before = unnamed(results)
        while not self.is_over():
            now = time.monotonic()
            is_early = now < due or (
                kill.in_write and now < due + GRACE and unnamed(results) <= left_before
            )
            jobs = {} if is_early else self.jobs()
            if is_early or (kill.aim == "job" and not jobs):
                time.sleep(0.001)
                continue
            hit = list(jobs)[int(kill.chance * len(jobs))] if kill.aim == "job" else None
            return Moment(
                process=hit or self.process.pid,
                words=f"job ({jobs[hit]})" if hit else kill.aim,
                seconds=now - self.heard_at,
                jobs=Counter(jobs.values()),
                in_write=not unnamed(results) <= left_before,
            )
        return None

    def hit(self, kill: Kill, process: int) -> bool:
        """Send the signal, if there is still somebody to hear it."""
        self.heard_at = time.monotonic()
        try:
            (os.killpg if kill.aim == "group" else os.kill)(process, kill.name)
        except ProcessLookupError:
            return False
        self.is_hit = True
        return True

    def end(self, is_killed: bool) -> list[str]:
        """Wait until it is over, the reason why that took too long; nothing of it lives on."""
        faults = []
        try:
            self.process.wait(GRACE if is_killed else LONGEST)
        except subprocess.TimeoutExpired:
            faults.append("the workflow did not end")
            self.process.kill()
            self.process.wait()
        deadline = time.monotonic() + GRACE
        while (orphans := living(self.mark)) and time.monotonic() < deadline:
            time.sleep(0.02)
        for number, command in orphans.items():
            faults.append(f"lived on: {rule_of(command) or command}")
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        if self.process.returncode != 0 and not self.is_hit:
            faults.append(f"exit status {self.process.returncode}, though no signal was sent")
        return faults


def unnamed(results: Path) -> set[str]:
    """Files that have not got their names yet, as `files.atomic` makes them."""
    return {
        os.path.join(folder, name)
        for folder, _, names in os.walk(results)
        for name in names
        if re.fullmatch(r"\..+\.[0-9a-f]{8}(\.\w+)?", name)
    }


def is_locked(study: Study) -> bool:
    return any((study.folder / ".snakemake/locks").glob("*.lock"))


def marks(study: Study) -> list[str]:
    """What Snakemake still takes for unfinished or in use."""
    folder = study.folder / ".snakemake"
    files = [path for part in ("incomplete", "locks") for path in (folder / part).rglob("*")]
    return [f"{path.relative_to(study.folder)}: left over" for path in files if path.is_file()]


class Soak:
    """Kills of one study's runs, and what was wrong after them.

    Parameters
    ----------
    study : Study
        All of its results are as `reference` says, or missing.
    reference : mapping
        Checksums of an undisturbed run, by path.
    targets : sequence of str
        Files to ask for.
    seed : int
    within : float
        Seconds in which a kill falls.
    """

    def __init__(
        self,
        study: Study,
        reference: Mapping[str, str],
        targets: Sequence[str],
        *,
        seed: int,
        within: float,
    ):
        self.study, self.reference, self.targets = study, reference, targets
        self.seed, self.within = seed, within
        self.counts: Counter[tuple[str, str]] = Counter()
        self.writes = self.starts = self.unlocked = self.recoveries = self.removed = 0
        self.faults: list[str] = []
        self.was_hard = False
        """Whether the workflow itself was hit by SIGKILL since its lock was last looked at."""
        self.run: Run | None = None

    def go(self, kills: int, every: int) -> None:
        """Kill so many times, and let a run come to its end after `every` kills."""
        try:
            for number in range(1, kills + 1):
                if number % every == 1 or every == 1:
                    self.remove(number)
                self.kill(number)
                if number % every == 0 or number == kills:
                    self.let_end(number)
                    self.recover(number)
        finally:
            if self.run is not None and not self.run.is_over():
                os.killpg(self.run.process.pid, signal.SIGKILL)
                self.run.process.wait()

    def remove(self, number: int) -> None:
        files = [path for path in self.reference if (self.study.folder / path).exists()]
        going = removed(files, self.seed, number)
        for path in going:
            (self.study.folder / path).unlink()
        if len(going) == len(files):
            for part in ("data", "results", "logs", "benchmarks", ".snakemake"):
                shutil.rmtree(self.study.folder / part, ignore_errors=True)
        self.removed += len(going)
        print(f"      removed {len(going)} of {len(files)} files")

    def kill(self, number: int) -> None:
        """One kill, of the run that lives or of a new one."""
        kill = planned(self.seed, number, self.within)
        results = self.study.folder / "results"
        run = self.run or self.start(number)
        while (moment := run.moment(kill, results)) is None or not run.hit(kill, moment.process):
            if run.is_over():
                if faults := self.let_end(number):
                    raise RuntimeError(f"no run to kill: {'; '.join(faults)}")
                self.remove(number)
                run = self.start(number)
        self.counts[kill.aim, kill.name.name] += 1
        self.writes += moment.in_write
        faults, outcome = [], "the run goes on"
        if kill.aim != "job":
            is_hard = kill.name == signal.SIGKILL
            self.was_hard |= is_hard
            faults, self.run = run.end(is_killed=is_hard), None
            took = time.monotonic() - run.heard_at
            outcome = f"all gone after {took:.1f} s, exit status {run.process.returncode}"
        at_work = ", ".join(f"{n} × {rule}" for rule, n in moment.jobs.items()) or "no job"
        print(
            f"{number:4}  {moment.seconds:5.1f} s  {kill.name.name:7} to {moment.words}, at work: "
            f"{at_work}{', in a write' if moment.in_write else ''}; {outcome}",
            flush=True,
        )
        self.blame(number, faults)

    def start(self, number: int) -> Run:
        self.unlock(number)
        self.starts += 1
        self.run = Run(self.study, self.targets, f"{os.getpid()}-{self.starts}")
        return self.run

    def let_end(self, number: int) -> list[str]:
        """Wait until the run that lives, if any, has ended by itself; what was wrong with it."""
        run, self.run = self.run, None
        faults = run.end(is_killed=False) if run else []
        self.blame(number, faults)
        return faults

    def unlock(self, number: int) -> None:
        """`snakemake --unlock`, which the README asks for after a hard kill alone."""
        if is_locked(self.study):
            if not self.was_hard:
                self.blame(number, ["a lock was left by a run that no hard kill ended"])
            self.unlocked += 1
            done = self.study.run(*self.targets, options=["--unlock"])
            if done.returncode != 0:
                self.blame(number, [f"--unlock failed: {done.stdout}"])
        self.was_hard = False

    def recover(self, number: int) -> None:
        """Let the same command come to its end, and look at all that it made."""
        self.unlock(number)
        self.recoveries += 1
        start = time.monotonic()
        done = self.study.run(*self.targets)
        if done.returncode == 0:
            found = differences(self.study.checksums(), self.reference, self.targets)
            faults = [*found, *marks(self.study)]
        else:
            faults = [f"exit status {done.returncode}\n{done.stdout}"]
        self.blame(number, faults)
        took = time.monotonic() - start
        print(f"      taken up to its end in {took:.0f} s: {'FAULT' if faults else 'same bits'}")

    def blame(self, number: int, faults: Sequence[str]) -> None:
        for fault in faults:
            print(f"      FAULT {fault}", flush=True)
        self.faults += [f"kill {number}: {fault}" for fault in faults]

    def summary(self) -> Iterator[str]:
        names = [each.name for each in SIGNALS]
        yield f"{'kills of':10}" + "".join(f"{name:>9}" for name in names) + f"{'all':>9}"
        for aim in AIMS:
            row = [self.counts[aim, name] for name in names]
            yield f"{aim:10}" + "".join(f"{count:9}" for count in (*row, sum(row)))
        column = [sum(self.counts[aim, name] for aim in AIMS) for name in names]
        yield f"{'all':10}" + "".join(f"{count:9}" for count in (*column, sum(column)))
        yield (
            f"{self.writes} of them in a write; {self.starts} runs started to be killed, "
            f"{self.unlocked} locks undone, {self.recoveries} runs taken up to their end and "
            f"compared, {self.removed} files removed before"
        )
        yield f"{len(self.faults)} faults"
        yield from self.faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the moments, signals and aims")
    parser.add_argument("--every", type=int, default=10, help="kills before a run may end")
    parser.add_argument("--within", type=float, default=8.0, help="seconds until a kill, at most")
    settings = parser.parse_args()
    start = time.monotonic()
    # A background process of a shell may ignore SIGINT, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        study = Study(Path(folder))
        targets = (*TABLES, *NETWORKS)
        study.make(*targets)
        print(f"undisturbed in {time.monotonic() - start:.0f} s", flush=True)
        soak = Soak(study, study.checksums(), targets, seed=settings.seed, within=settings.within)
        soak.go(settings.kills, settings.every)
    print("\n".join(soak.summary()))
    print(f"{(time.monotonic() - start) / 60:.0f} minutes")
    return 1 if soak.faults else 0


if __name__ == "__main__":
    sys.exit(main())
