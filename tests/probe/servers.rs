//! Real servers, started on free ports in temporary folders, and ended with the test.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server process.
pub struct Server {
    child: Child,
    pub port: u16,
    _folder: Option<TempDir>,
}

impl Server {
    /// Waits until it accepts connections.
    fn start(command: &mut Command, port: u16, folder: Option<TempDir>) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Self { child, port, _folder: folder };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = server.child.try_wait().unwrap() {
                panic!("{command:?} ended with {status}");
            }
            assert!(started.elapsed() < Duration::from_secs(120), "{command:?} does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // PostgreSQL ends at once, with its processes, when it is told to quit; Redis has none.
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::QUIT);
        let started = Instant::now();
        while self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            if started.elapsed() > Duration::from_secs(10) {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The path of a program, also in the folders of Debian's PostgreSQL.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        versions.flatten().map(|entry| entry.path().join("bin").join(name)).find(|path| path.is_file())
    })
}

/// A PostgreSQL cluster that was made once, from which servers are started with a copy each.
pub struct Cluster {
    folder: TempDir,
    owner: Option<(u32, u32)>,
}

/// Who may come in how. The order decides.
const PG_HBA: &str = "\
local   all all                    trust
host    all trusted   127.0.0.1/32 trust
host    all full      127.0.0.1/32 trust
host    all ghost     127.0.0.1/32 trust
host    all scram     127.0.0.1/32 scram-sha-256
host    all md5       127.0.0.1/32 md5
host    all clear     127.0.0.1/32 password
host    all rejected  127.0.0.1/32 reject
hostssl all encrypted 127.0.0.1/32 trust
";

/// Roles and databases; the password of those that have one is `hunter2-right`.
const SQL: [&str; 7] = [
    "CREATE ROLE trusted LOGIN",
    "CREATE ROLE full LOGIN CONNECTION LIMIT 0",
    "CREATE ROLE scram LOGIN PASSWORD 'hunter2-right'",
    "CREATE ROLE clear LOGIN PASSWORD 'hunter2-right'",
    "SET password_encryption = 'md5'; CREATE ROLE md5 LOGIN PASSWORD 'hunter2-right'",
    "CREATE ROLE encrypted LOGIN",
    "REVOKE CONNECT ON DATABASE template1 FROM PUBLIC",
];

impl Cluster {
    /// `None` where PostgreSQL is not on this machine.
    pub fn make() -> Option<Self> {
        let (initdb, postgres) = (program("initdb")?, program("postgres")?);
        let folder = TempDir::new().unwrap();
        let owner = owner();
        give(folder.path(), owner);
        let data = folder.path().join("data");
        let mut init = Command::new(initdb);
        init.args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"]);
        let made = as_owner(init.arg(&data), owner).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut single = Command::new(postgres);
        single.args(["--single", "-D"]).arg(&data).arg("postgres");
        let mut single = as_owner(&mut single, owner)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let statements: String = SQL.iter().map(|sql| format!("{}\n", sql.replace("; ", "\n"))).collect();
        single.stdin.take().unwrap().write_all(statements.as_bytes()).unwrap();
        assert!(single.wait().unwrap().success());
        fs::write(data.join("pg_hba.conf"), PG_HBA).unwrap();
        Some(Self { folder, owner })
    }

    /// A server with a copy of the cluster and these settings. `prepare` may change the copy.
    pub fn start(&self, settings: &[&str], prepare: impl FnOnce(&Path)) -> Server {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        let copied = Command::new("cp").arg("-a").arg(self.folder.path().join("data")).arg(&data).status().unwrap();
        assert!(copied.success());
        prepare(&data);
        give(folder.path(), self.owner);
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
        let port = free_port();
        let mut command = Command::new(program("postgres").unwrap());
        command.arg("-D").arg(&data).arg("-k").arg(folder.path()).args(["-p", &port.to_string()]);
        let usual = ["listen_addresses=127.0.0.1", "fsync=off", "shared_buffers=16MB", "max_wal_senders=0"];
        for setting in usual.iter().chain(settings) {
            command.arg("-c").arg(setting);
        }
        Server::start(as_owner(&mut command, self.owner), port, Some(folder))
    }

    /// A server that encrypts, with this certificate and key.
    pub fn start_with_tls(&self, crt: &Path, key: &Path, settings: &[&str]) -> Server {
        let settings = [&["ssl=on"], settings].concat();
        self.start(&settings, |data| {
            for (from, to) in [(crt, "server.crt"), (key, "server.key")] {
                let to = data.join(to);
                fs::copy(from, &to).unwrap();
                fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
                if let Some((uid, gid)) = self.owner {
                    chown(&to, Some(uid), Some(gid)).unwrap();
                }
            }
        })
    }
}

/// PostgreSQL does not run as root: its own user does, or nobody.
fn owner() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let id = |flag: &str, user: &str| {
        let output = Command::new("id").args([flag, user]).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse::<u32>().ok()
    };
    ["postgres", "nobody"].into_iter().find_map(|user| Some((id("-u", user)?, id("-g", user)?)))
}

fn as_owner(command: &mut Command, owner: Option<(u32, u32)>) -> &mut Command {
    if let Some((uid, gid)) = owner {
        command.uid(uid).gid(gid);
    }
    command.current_dir("/")
}

fn give(path: &Path, owner: Option<(u32, u32)>) {
    if let Some((uid, gid)) = owner {
        chown(path, Some(uid), Some(gid)).unwrap();
    }
}

/// Starts a Redis with these arguments; `{port}` stands for its port.
pub fn redis(arguments: &[&str]) -> Server {
    let folder = TempDir::new().unwrap();
    start_redis(folder, arguments)
}

fn start_redis(folder: TempDir, arguments: &[&str]) -> Server {
    let port = free_port();
    let mut command = Command::new(program("redis-server").unwrap());
    command.current_dir(folder.path()).args(["--save", "", "--bind", "127.0.0.1", "--loglevel", "warning"]);
    if !arguments.contains(&"--tls-port") {
        command.args(["--port", &port.to_string()]);
    }
    command.args(arguments.iter().map(|argument| argument.replace("{port}", &port.to_string())));
    Server::start(&mut command, port, Some(folder))
}

/// A Redis that encrypts.
pub fn redis_with_tls(crt: &Path, key: &Path, ca: &Path, more: &[&str]) -> Server {
    let [crt, key, ca] = [crt, key, ca].map(|path| path.to_str().unwrap());
    let files = ["--tls-cert-file", crt, "--tls-key-file", key, "--tls-ca-cert-file", ca];
    redis(&[&["--port", "0", "--tls-port", "{port}"], &files[..], more].concat())
}

/// A Redis that loads its data for minutes: it has many keys, and waits at each.
pub fn loading_redis() -> Server {
    let folder = TempDir::new().unwrap();
    let first = redis(&["--enable-debug-command", "yes", "--dir", folder.path().to_str().unwrap()]);
    for command in ["DEBUG POPULATE 20000", "SAVE"] {
        assert_eq!(ask_redis(first.port, command), "+OK");
    }
    drop(first);
    start_redis(folder, &["--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"])
}

/// The first line of a Redis' answer.
pub fn ask_redis(port: u16, command: &str) -> String {
    use std::io::BufRead;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
    let mut line = String::new();
    std::io::BufReader::new(stream).read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}
