import path from 'node:path'
import { privateMysql } from './mysql.mjs'
import { findOrInstall } from './packages.mjs'
import { privateRedis } from './redis.mjs'
import { step } from './say.mjs'

/**
 * Starts the private servers for what is not given. `databases` are made if they are not there;
 * `everything` and `onPort` are for tests, which make databases of their own and put things in between.
 */
export async function startStores(family, { folder, secrets, wanted, databases, everything, onPort }) {
  if (wanted.length === 0) return {}
  const programs = await findOrInstall(wanted)
  const specs = {}
  if (wanted.includes('redis')) {
    specs.redis = await privateRedis({
      program: programs.redis,
      folder: path.join(folder, 'redis'),
      password: secrets.PRIVATE_REDIS_PASSWORD,
    })
  }
  if (wanted.includes('mysql')) {
    const password = secrets.PRIVATE_MYSQL_PASSWORD
    specs.mysql = await privateMysql({
      program: programs.mysql,
      folder: path.join(folder, 'mysql'),
      password,
      databases,
      everything,
      onPort,
    })
  }
  await step(`starting private ${wanted.join(' and ')}`, () =>
    Promise.all(Object.values(specs).map((spec) => family.start(spec))),
  )
  return specs
}

/** Which stores are ours to start: those that no address was given for. */
export function missingStores(env) {
  const isGiven = (name) => name in env || `${name}_FILE` in env
  return [...(isGiven('REDIS_URL') ? [] : ['redis']), ...(isGiven('DATABASE_URL') ? [] : ['mysql'])]
}
