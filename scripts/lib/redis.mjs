import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { privateFolder } from './place.mjs'
import { firstAnswer, keptPort } from './ports.mjs'

/** A private Redis that loses nothing it has acknowledged; its folder is all it needs. */
export async function privateRedis({ program, folder, password }) {
  privateFolder(folder)
  const port = await keptPort(folder, 'redis')
  const config = path.join(folder, 'redis.conf')
  const log = path.join(folder, 'redis.log')
  writeFileSync(config, redisConfig({ folder, port, password, log }), { mode: 0o600 })
  return {
    name: 'redis',
    command: program,
    // Debian's redis-tools carries the server under the name of its checker; the name it is called by decides.
    argv0: 'redis-server',
    args: [config],
    marker: config,
    log,
    rank: 3,
    stopMs: 15_000,
    url: `redis://:${password}@127.0.0.1:${port}`,
    isReady: async () => {
      const answer = await firstAnswer({ port, host: '127.0.0.1' }, `AUTH ${password}\r\nPING\r\n`)
      return answer?.toString('latin1').startsWith('+OK') && !/LOADING/.test(answer.toString('latin1'))
    },
  }
}

/** `set-proc-title no` keeps the folder in the command line, by which a later start knows the process as ours. */
export function redisConfig({ folder, port, password, log }) {
  const settings = {
    bind: '127.0.0.1',
    port,
    requirepass: password,
    dir: quoted(folder),
    logfile: quoted(log),
    daemonize: 'no',
    'set-proc-title': 'no',
    appendonly: 'yes',
    appendfsync: 'always',
    'aof-use-rdb-preamble': 'yes',
    save: '""',
    'maxmemory-policy': 'noeviction',
    databases: 4,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('')
}

function quoted(text) {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
