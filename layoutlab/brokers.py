"""How does a Kafka broker start here? From Maven's jars, on loopback, without Docker.

    python -m layoutlab.brokers

starts one on port 9092 and keeps its data in ``.kafka/data``. Java 17 and Maven are needed; the
jars (46, 44 MB) are fetched once into ``.kafka/lib``.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from filelock import FileLock

from layoutlab import canonical, project
from layoutlab.errors import InputError

PORT = 9092
NEEDED = ("java", "mvn")
READY_S = 90.0
HEAP = ("-Xms128m", "-Xmx512m")


def lacking() -> list[str]:
    """Return which of the programmes that a broker needs are not there."""
    return [name for name in NEEDED if shutil.which(name) is None]


def jars(root: Path) -> Path:
    """Return the folder of the broker's jars, fetched by Maven the first time.

    Raises
    ------
    InputError
        When Java or Maven is missing, or Maven cannot fetch them.
    """
    folder = root / ".kafka/lib"
    if missing := lacking():
        raise InputError(f"expected java and mvn to start a Kafka broker, found no {missing[0]}")
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.parent / "jars.lock"):
        if not (folder / "fetched").exists():
            goal = ["dependency:copy-dependencies", "-DincludeScope=runtime"]
            command = ["mvn", "-q", "-B", "-f", str(root / "kafka/pom.xml"), *goal]
            done = subprocess.run(
                [*command, f"-DoutputDirectory={folder}"], capture_output=True, text=True
            )
            if done.returncode:
                raise InputError(f"Maven cannot fetch Kafka: {done.stdout.strip()[-500:]}")
            (folder / "fetched").touch()
    return folder


class Broker:
    """One broker process, started when the block begins and ended when it ends.

    Parameters
    ----------
    data : str or Path
        Folder of its data; kept, so that the next broker on it has the same topics.
    port : int
        For clients, on 127.0.0.1; the controller takes the next one.
    """

    def __init__(self, data: str | Path, port: int = PORT) -> None:
        self.data, self.port = Path(data).absolute(), port
        self.address = f"127.0.0.1:{port}"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Format the folder if it is new, and start."""
        self._java = _java(project.root())
        properties = self.data / "server.properties"
        if not properties.exists():
            canonical.write_text(properties, self._properties())
            tool = [*self._java, "kafka.tools.StorageTool"]
            name = subprocess.run([*tool, "random-uuid"], capture_output=True, text=True)
            format_it = [*tool, "format", "--standalone", "-t", name.stdout.strip()]
            done = subprocess.run([*format_it, "-c", str(properties)], capture_output=True)
            if done.returncode:
                properties.unlink()
                raise InputError(f"Kafka cannot use {self.data}: {done.stderr.decode()[-500:]}")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the broker in good order."""
        if self.process:
            self.process.terminate()
            self.process.wait()

    def start(self) -> None:
        """Start the process and wait until it answers.

        Raises
        ------
        InputError
            When it ends instead, or does not answer within `READY_S`.
        """
        log = (self.data / "broker.log").open("ab")
        command = [*self._java, "kafka.Kafka", str(self.data / "server.properties")]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        log.close()
        until = time.monotonic() + READY_S
        while not answers(self.address):
            if self.process.poll() is not None or time.monotonic() > until:
                self.process.kill()
                tail = (self.data / "broker.log").read_text()[-500:]
                raise InputError(f"the Kafka broker on {self.address} did not start: {tail}")

    def kill(self) -> None:
        """End the process at once, as a power failure would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def _properties(self) -> str:
        given = (project.root() / "kafka/server.properties").read_text()
        clients, controller = f"127.0.0.1:{self.port}", f"127.0.0.1:{self.port + 1}"
        return given + "\n".join(
            (
                "",
                f"listeners=PLAINTEXT://{clients},CONTROLLER://{controller}",
                f"advertised.listeners=PLAINTEXT://{clients}",
                f"controller.quorum.bootstrap.servers={controller}",
                f"log.dirs={self.data / 'log'}",
                "",
            )
        )


def answers(address: str, within_s: float = 1.0) -> bool:
    """Tell whether a broker answers at HOST:PORT."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    client = AdminClient({"bootstrap.servers": address, "log_level": 0})
    try:
        return bool(client.list_topics(timeout=within_s).brokers)
    except KafkaException:
        return False


def _java(root: Path) -> list[str]:
    options = f"-Dlog4j2.configurationFile={root / 'kafka/log4j2.properties'}"
    return ["java", *HEAP, options, "-cp", f"{jars(root)}/*"]


def main() -> int:
    """Run a broker until it is interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m layoutlab.brokers", description="a Kafka broker"
    )
    parser.add_argument("--port", type=int, default=PORT, help="on 127.0.0.1 (%(default)s)")
    parser.add_argument("--data", default=".kafka/data", help="folder of its data (%(default)s)")
    options = parser.parse_args()
    project.enter()
    try:
        with Broker(options.data, options.port) as broker:
            sys.stderr.write(f"layoutlab: Kafka answers on {broker.address}; Ctrl-C ends it\n")
            assert broker.process is not None
            return broker.process.wait()
    except InputError as error:
        sys.stderr.write(f"layoutlab: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
