import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findProgram, programFolders } from './packages.mjs'
import { privateFolder } from './place.mjs'
import { firstAnswer, keptPort } from './ports.mjs'
import { EXIT, Halt, step } from './say.mjs'

// sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing zero included.
const SOCKET_PATH_MAX = 103
const USER = 'countersign'

/**
 * A private MariaDB or MySQL in its own folder. It listens on a socket only the owner of the folder can reach;
 * with `onPort` on a loopback port instead, for tests that put something between.
 */
export async function privateMysql({ program, folder, password, databases, everything = false, onPort = false }) {
  privateFolder(folder)
  const isMariadb = /mariadb/i.test(versionOf(program))
  const data = path.join(folder, 'data')
  if (!existsSync(data)) await step('making a private database', () => initialise({ program, folder, data, isMariadb }))
  const at = onPort ? { host: '127.0.0.1', port: await keptPort(folder, 'mysql') } : { path: socketPath(folder) }
  const first = path.join(folder, 'first.sql')
  const log = path.join(folder, 'mysql.log')
  writeFileSync(first, firstSql({ password, databases, everything }), { mode: 0o600 })
  return {
    name: 'mysql',
    command: program,
    args: serverArgs({ folder, data, at, first, log }),
    marker: `--datadir=${data}`,
    log,
    rank: 3,
    stopMs: 30_000,
    url: (database) => mysqlUrl(at, password, database),
    // The first packet of a server that takes work starts with protocol version 10, after a 4-byte header.
    isReady: async () => (await firstAnswer(at))?.[4] === 10,
  }
}

function versionOf(program) {
  return spawnSync(program, ['--no-defaults', '--version'], { encoding: 'utf8' }).stdout ?? ''
}

/** Made under another name and moved when whole, so that an interrupted start leaves no half of a database. */
function initialise({ program, folder, data, isMariadb }) {
  const fresh = path.join(folder, 'data.new')
  rmSync(fresh, { recursive: true, force: true })
  const [command, args] = isMariadb
    ? mariadbInstall(program, fresh)
    : [program, ['--no-defaults', '--initialize-insecure', ...common(fresh)]]
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) {
    throw new Halt(
      `The private database could not be made:\n${`${stdout}${stderr}`.trim().split('\n').slice(-12).join('\n')}`,
      EXIT.unavailable,
    )
  }
  renameSync(fresh, data)
}

function mariadbInstall(program, fresh) {
  const folders = [path.dirname(program), path.join(path.dirname(program), '../bin'), ...programFolders()]
  const script = findProgram(['mariadb-install-db', 'mysql_install_db'], folders)
  if (!script) throw new Halt(`mariadb-install-db was not found beside ${program}`, EXIT.unavailable)
  const more = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
  return [script, ['--no-defaults', ...common(fresh), ...more]]
}

function common(data) {
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  // A server that starts removes what it takes for its own leftovers from the temporary folder, so none is shared.
  const temporary = privateFolder(path.join(path.dirname(data), 'tmp'))
  return [
    `--datadir=${data}`,
    `--tmpdir=${temporary}`,
    ...user,
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_bin',
  ]
}

function serverArgs({ folder, data, at, first, log }) {
  const where = at.path
    ? [`--socket=${at.path}`, '--skip-networking']
    : [`--socket=${socketPath(folder)}`, `--port=${at.port}`, '--bind-address=127.0.0.1']
  return [
    '--no-defaults',
    ...common(data),
    ...where,
    `--pid-file=${path.join(folder, 'mysql.pid')}`,
    `--log-error=${log}`,
    `--init-file=${first}`,
    `--secure-file-priv=${folder}`,
    '--innodb-flush-log-at-trx-commit=1',
    '--innodb-buffer-pool-size=256M',
    '--max-allowed-packet=64M',
    '--max-connections=300',
    '--default-time-zone=+00:00',
    '--performance-schema=OFF',
    '--skip-name-resolve',
    '--skip-log-bin',
    '--local-infile=OFF',
    // MySQL's second protocol would listen on a port of its own; MariaDB does not know it.
    '--loose-mysqlx=OFF',
  ]
}

function socketPath(folder) {
  const beside = path.join(folder, 'mysql.sock')
  if (Buffer.byteLength(beside) <= SOCKET_PATH_MAX) return beside
  const short = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  return path.join(privateFolder(path.join(os.tmpdir(), `countersign-${process.getuid()}-${short}`)), 'mysql.sock')
}

function mysqlUrl(at, password, database) {
  return at.path
    ? `mysql://${USER}:${password}@localhost/${database}?socketPath=${encodeURIComponent(at.path)}`
    : `mysql://${USER}:${password}@127.0.0.1:${at.port}/${database}`
}

/**
 * Run by the server itself at every start, one statement a line. Nobody but our own user can sign in afterwards.
 * The password is made of letters and digits only.
 */
export function firstSql({ password, databases, everything }) {
  const hosts = ['localhost', '127.0.0.1']
  const users = hosts.map((host) => `'${USER}'@'${host}'`)
  return [
    ...databases.map((name) => `CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;`),
    ...users.map((user) => `CREATE USER IF NOT EXISTS ${user} IDENTIFIED BY '${password}';`),
    ...users.map((user) => `ALTER USER ${user} IDENTIFIED BY '${password}';`),
    ...users.flatMap((user) =>
      everything ? [`GRANT ALL ON *.* TO ${user};`] : databases.map((name) => `GRANT ALL ON ${name}.* TO ${user};`),
    ),
    ...['localhost', '127.0.0.1', '::1'].map(
      (host) => `ALTER USER IF EXISTS 'root'@'${host}' IDENTIFIED BY '${password}';`,
    ),
    '',
  ].join('\n')
}
