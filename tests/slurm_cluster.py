"""A real SLURM of one node on this machine, for as long as a command runs.

    python tests/slurm_cluster.py --gpus 2 -- snakemake --workflow-profile profiles/slurm …

Needs root, and Debian's packages slurm-wlm and munge; with --accounting also slurmdbd and
mariadb-server. Keys, logs and state lie in a folder of their own. Only the configuration is linked
from /etc/slurm: an srun inside a job is called without SLURM_CONF and looks there.
"""

import argparse
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ETC = Path("/etc/slurm")
PORT = 17817
PROGRAMS = ("munged", "slurmctld", "slurmd")
ACCOUNTING_PROGRAMS = ("slurmdbd", "mariadbd", "mariadb-install-db")
# Each device is a file, a different one each; these are on every machine.
PRETENDED_GPUS = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

SLURM_CONF = """\
ClusterName=nn-modularity
SlurmctldHost={node}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={node_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
# No control groups, which a container may lack. A job's memory is looked at every second.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/{accounting}
AccountingStorageHost=127.0.0.1
AccountingStoragePort={accounting_port}
AccountingStoragePass={folder}/munge.socket
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
ReturnToService=2
KillWait=5
# The node has what stands here, whatever the machine has.
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={node} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={megabytes} {gres} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE DefMemPerCPU=500 State=UP
"""

SLURMDBD_CONF = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost={node}
DbdAddr=127.0.0.1
DbdPort={accounting_port}
SlurmUser=root
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database_port}
StorageUser=slurm
StoragePass={password}
StorageLoc=slurm
"""


def missing(accounting: bool = False) -> str:
    """Why no cluster can be started here; empty where one can."""
    programs = PROGRAMS + (ACCOUNTING_PROGRAMS if accounting else ())
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        return f"{', '.join(absent)}: not found; apt-get install slurm-wlm munge" + (
            " slurmdbd mariadb-server" if accounting else ""
        )
    if os.getuid() != 0:
        return "slurmd starts jobs as other users, which only root may"
    configuration = ETC / "slurm.conf"
    # A link is one of ours, left by a process that was killed.
    is_foreign = configuration.exists() and not configuration.is_symlink()
    return f"{configuration}: this machine has a SLURM of its own" if is_foreign else ""


@contextmanager
def running(
    folder: Path,
    *,
    cpus: int | None = None,
    megabytes: int = 16000,
    gpus: int = 0,
    accounting: bool = False,
) -> Iterator[None]:
    """Start a cluster, and stop it and all of its jobs at the end.

    Parameters
    ----------
    folder : path
        An empty folder for its keys, logs and state.
    cpus, megabytes : int
        Of its one node; all of the machine's cores unless given.
    gpus : int
        Pretended devices: they can be asked for and set ``CUDA_VISIBLE_DEVICES``.
    accounting : bool
        Whether there is a database of finished jobs, so that ``sacct`` has answers.
    """
    reason = missing(accounting)
    if reason:
        raise RuntimeError(reason)
    folder = folder.resolve()
    node = socket.gethostname().split(".")[0]
    settings = {
        "folder": folder,
        "node": node,
        "cpus": cpus or os.cpu_count(),
        "megabytes": megabytes,
        "gres": f"Gres=gpu:{gpus}" if gpus else "",
        "port": PORT,
        "node_port": PORT + 1,
        "accounting_port": PORT + 2,
        "database_port": PORT + 3,
        "accounting": "slurmdbd" if accounting else "none",
        "password": secrets.token_hex(),
    }
    (folder / "slurm.conf").write_text(SLURM_CONF.format(**settings))
    (folder / "gres.conf").write_text(
        "".join(f"NodeName={node} Name=gpu File={file}\n" for file in PRETENDED_GPUS[:gpus])
    )
    with ExitStack() as stack:
        _start_munge(stack, folder)
        stack.enter_context(_linked(folder / "slurm.conf"))
        stack.enter_context(_linked(folder / "gres.conf"))
        if accounting:
            _start_database(stack, folder, settings)
            _start_accounting(stack, folder, settings)
        stack.enter_context(_daemon(folder, "slurmctld", "-D", "-c"))
        stack.enter_context(_daemon(folder, "slurmd", "-D", "-c"))
        _wait_for(lambda: _said("sinfo", "--noheader", "--format=%T") in ("idle", "mixed"), folder)
        # Jobs outlive slurmd: they are ended through SLURM while it lives.
        stack.callback(_cancel_all)
        yield


@contextmanager
def _linked(file: Path) -> Iterator[None]:
    """A configuration file of the cluster, where SLURM's programs look for it."""
    ETC.mkdir(exist_ok=True)
    link = ETC / file.name
    link.unlink(missing_ok=True)
    link.symlink_to(file)
    try:
        yield
    finally:
        link.unlink()


@contextmanager
def _daemon(folder: Path, program: str, *arguments: object) -> Iterator[subprocess.Popen]:
    """A daemon that ends with this process, however it ends; what it says goes to a file."""
    command = ["setpriv", "--pdeathsig", "TERM", program, *map(str, arguments)]
    with (folder / f"{program}.out").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _start_munge(stack: ExitStack, folder: Path) -> None:
    """Who says that a request comes from which user."""
    # munged wants its files in a folder that nobody else may write to.
    folder.chmod(0o755)
    key, munge_socket = folder / "munge.key", folder / "munge.socket"
    key.write_bytes(secrets.token_bytes(1024))
    key.chmod(0o400)
    arguments = {
        "--key-file": key,
        "--socket": munge_socket,
        "--pid-file": folder / "munge.pid",
        "--log-file": folder / "munge.log",
        "--seed-file": folder / "munge.seed",
    }
    pairs = [f"{option}={file}" for option, file in arguments.items()]
    # --force: a folder above may be one that everyone can write to, as /tmp is.
    stack.enter_context(_daemon(folder, "munged", "--foreground", "--force", *pairs))
    _wait_for(munge_socket.exists, folder)


def _start_database(stack: ExitStack, folder: Path, settings: dict) -> None:
    """MariaDB, with a user and a database for the accounting."""
    data, door = folder / "database", folder / "database.socket"
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--user=root"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    (folder / "database.sql").write_text(
        "CREATE DATABASE IF NOT EXISTS slurm;\n"
        f"CREATE USER IF NOT EXISTS slurm@'127.0.0.1' IDENTIFIED BY '{settings['password']}';\n"
        f"CREATE USER IF NOT EXISTS slurm@localhost IDENTIFIED BY '{settings['password']}';\n"
        "GRANT ALL ON slurm.* TO slurm@'127.0.0.1', slurm@localhost;\n"
    )
    options = [
        "--no-defaults",
        "--user=root",
        f"--datadir={data}",
        f"--socket={door}",
        "--bind-address=127.0.0.1",
        f"--port={settings['database_port']}",
        f"--init-file={folder / 'database.sql'}",
    ]
    stack.enter_context(_daemon(folder, "mariadbd", *options))
    _wait_for(door.exists, folder)


def _start_accounting(stack: ExitStack, folder: Path, settings: dict) -> None:
    """SLURM's own daemon before the database."""
    file = folder / "slurmdbd.conf"
    file.touch(mode=0o600)
    file.write_text(SLURMDBD_CONF.format(**settings))
    stack.enter_context(_linked(file))
    stack.enter_context(_daemon(folder, "slurmdbd", "-D"))
    add = ["sacctmgr", "--immediate", "add"]
    cluster, account = "nn-modularity", "study"
    _wait_for(lambda: _succeeds(*add, "cluster", cluster) or _is_known(cluster), folder)
    for what in (
        ["account", account, f"cluster={cluster}"],
        ["user", getpass.getuser(), f"account={account}"],
    ):
        subprocess.run([*add, *what], stdout=subprocess.DEVNULL, check=True)


def _is_known(cluster: str) -> bool:
    return cluster in _said("sacctmgr", "--noheader", "--parsable2", "show", "cluster")


def _cancel_all() -> None:
    subprocess.run(["scancel", "--user", getpass.getuser()], check=False)
    _wait_for(lambda: not _said("squeue", "--noheader"), None)


def _said(*command: str) -> str:
    """What a command prints; nothing where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


def _wait_for(condition: Callable[[], object], folder: Path | None, seconds: float = 60) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            where = f"; see its files in {folder}" if folder else ""
            raise TimeoutError(f"the cluster is not there after {seconds:.0f} s{where}")
        time.sleep(0.1)


def main() -> None:
    """Run a command on a cluster of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cpus", type=int)
    parser.add_argument("--megabytes", type=int, default=16000)
    parser.add_argument("--gpus", type=int, default=0)
    parser.add_argument("--accounting", action="store_true")
    parser.add_argument("command", nargs="+")
    options = vars(parser.parse_args())
    command = options.pop("command")
    reason = missing(options["accounting"])
    if reason:
        parser.exit(1, f"{reason}\n")
    with (
        tempfile.TemporaryDirectory(prefix="slurm-") as folder,
        running(Path(folder), **options),
    ):
        done = subprocess.run(command, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
