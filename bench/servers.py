"""Group `server`: MariaDB and MySQL, against the LOAD DATA one would write by hand into the same finished tables.

MariaDB is started here, on a free port, in a folder of its own; its settings are the defaults but for a buffer pool of 1 GiB.
MySQL is measured where MYSQL_TEST_SERVER=host:port:user:password names one (an account that may create databases)."""
import os
import shutil
import socket
import subprocess
import time

import release
from measure import Subject, clean_environment, say, timed

BY_HAND = """
CREATE TABLE movies (movielens_id INT NOT NULL PRIMARY KEY, title VARCHAR(300) NOT NULL, genres VARCHAR(300) NOT NULL)
  DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE ratings (user_id INT NOT NULL, movielens_id INT NOT NULL, rating FLOAT NOT NULL, rated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, movielens_id), KEY ix_ratings (movielens_id, rating),
  FOREIGN KEY (movielens_id) REFERENCES movies (movielens_id));
"""
LOAD = """LOAD DATA LOCAL INFILE '{folder}/{table}.csv' INTO TABLE {table} CHARACTER SET utf8mb4
  FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' LINES TERMINATED BY '\\r\\n' IGNORE 1 LINES;
"""
DATABASE = "movie_etl_bench"


class Server:
    def __init__(self, host, port, user, password):
        self.host, self.port, self.user, self.password, self.process = host, port, user, password, None

    def client(self, *more):
        return ["mariadb", "--no-defaults", "--skip-ssl", "--protocol=tcp", f"--host={self.host}", f"--port={self.port}",
                f"--user={self.user}", "--local-infile=1", "--batch", "--skip-column-names", *more]

    def environment(self):
        return {**clean_environment(), "MYSQL_PWD": self.password}

    def ask(self, sql, database=""):
        r = subprocess.run(self.client(*([database] if database else [])), input=sql, text=True, capture_output=True,
                           env=self.environment(), check=False)
        if r.returncode != 0:
            raise SystemExit(f"bench: {sql}: {r.stderr}")
        return r.stdout.strip()

    def settings(self):
        """As the program is told of it."""
        return {**clean_environment(), "SQL_HOST": f"{self.host}:{self.port}", "SQL_USER": self.user,
                "SQL_PASS": self.password, "SQL_DB": DATABASE}

    def empty(self):
        self.ask(f"DROP DATABASE IF EXISTS {DATABASE}")

    def allow_local(self, on):
        self.ask(f"SET GLOBAL local_infile = {int(on)}")

    def sums(self):
        text = self.ask(release.sums_sql("user_id", "movielens_id", "rating", "rated_at", "ratings",
                                         "CAST({} * 2 AS SIGNED)"), DATABASE)
        keys = self.ask("SELECT count(DISTINCT index_name) FROM information_schema.statistics WHERE table_name = 'ratings'"
                        f" AND table_schema = '{DATABASE}'; SELECT count(*) FROM information_schema.referential_constraints"
                        f" WHERE table_name = 'ratings' AND constraint_schema = '{DATABASE}'")
        if keys.split() != ["2", "1"]:
            raise SystemExit(f"bench: ratings has keys and foreign keys {keys.split()}, not 2 and 1")
        return [int(n) for n in text.split()]

    def size(self):
        self.ask("ANALYZE TABLE ratings", DATABASE)
        return int(self.ask("SELECT data_length + index_length FROM information_schema.tables WHERE table_name = 'ratings'"
                            f" AND table_schema = '{DATABASE}'"))

    def stop(self):
        self.empty()
        if self.process:
            self.process.terminate()
            self.process.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_mariadb(bench):
    if not shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin"):
        say("no mariadbd here: MariaDB is not measured")
        return None
    data = bench.path("mariadb")
    own_tmp = data + ".tmp"  # a server that starts removes the temporary tables of others from there
    for folder in (data, own_tmp):
        shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(own_tmp)
    user = ["--user=root"] if os.getuid() == 0 else []
    subprocess.run(["mariadb-install-db", "--no-defaults", *user, f"--datadir={data}", f"--tmpdir={own_tmp}", "--skip-test-db",
                    "--auth-root-authentication-method=normal"], check=True, stdout=subprocess.DEVNULL)
    s = Server("127.0.0.1", free_port(), "root", "")
    s.process = subprocess.Popen(
        [shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin"), "--no-defaults", *user, f"--datadir={data}", f"--tmpdir={own_tmp}",
         f"--socket={data}.sock", f"--port={s.port}", "--bind-address=127.0.0.1", f"--pid-file={data}.pid",
         f"--log-error={data}.err", "--innodb-buffer-pool-size=1G"])
    for _ in range(600):
        if subprocess.run(s.client("-e", "SELECT 1"), env=s.environment(), capture_output=True, check=False).returncode == 0:
            return s
        time.sleep(0.1)
    s.process.terminate()
    raise SystemExit("bench: mariadbd does not answer")


def find_mysql():
    named = os.environ.get("MYSQL_TEST_SERVER")
    if not named:
        say("MYSQL_TEST_SERVER=host:port:user:password is not set: MySQL is not measured")
        return None
    host, port, user, password = named.split(":", 3)
    return Server(host, int(port), user, password)


def by_hand(bench, server, folder):
    def prepare():
        server.empty()
        server.allow_local(True)
        server.ask(f"CREATE DATABASE {DATABASE}")
        server.ask(BY_HAND, DATABASE)

    def run():
        script = "".join(LOAD.format(folder=folder, table=t) for t in ("movies", "ratings"))
        return timed(server.client(DATABASE), bench.work, server.environment(), script)

    return Subject("LOAD DATA LOCAL by hand", run, prepare, server.sums, server.size)


def ours(bench, server, folder, local):
    def prepare():
        server.empty()
        server.allow_local(local)
        shutil.rmtree(bench.path("data"), ignore_errors=True)

    def run():
        return timed([bench.program, "init", "--load-movielens", "--movielens", folder], bench.work, server.settings())

    name = "movie-etl" if local else "movie-etl, local_infile off"
    return Subject(name, run, prepare, server.sums, server.size)


def measure(bench):
    for kind, server in (("MariaDB", start_mariadb(bench)), ("MySQL", find_mysql())):
        if server is None:
            continue
        bench.version(kind, server.ask("SELECT version()").split("-")[0])
        before = server.ask("SELECT @@global.local_infile")
        try:
            for rows in [n for n in bench.sizes if n <= 8000000]:
                folder = release.make(bench, rows, 0)
                subjects = [by_hand(bench, server, folder), ours(bench, server, folder, True),
                            ours(bench, server, folder, False)]
                bench.compare("server", kind, rows, subjects, release.expected(folder), [folder])
        finally:
            server.allow_local(int(before))
            server.stop()
