import { expect, it } from 'vitest'
import { firstSql } from './mysql.mjs'
import { redisConfig } from './redis.mjs'

it('gives the product its own databases and nothing else, and closes every other door', () => {
  const sql = firstSql({ password: 'abc', databases: ['countersign'], everything: false })
  expect(sql).toContain("GRANT ALL ON countersign.* TO 'countersign'@'localhost';")
  expect(sql).not.toContain('ON *.*')
  expect(sql).toContain("ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED BY 'abc';")
  expect(sql.split('\n').every((line) => line === '' || line.endsWith(';'))).toBe(true)
})

it('has Redis keep every write before it answers, forget nothing, and ask for the password', () => {
  const text = redisConfig({ folder: '/a "b"', port: 1, password: 'abc', log: '/l' })
  for (const line of [
    'appendonly yes',
    'appendfsync always',
    'maxmemory-policy noeviction',
    'requirepass abc',
    'bind 127.0.0.1',
  ]) {
    expect(text).toContain(`${line}\n`)
  }
  expect(text).toContain('dir "/a \\"b\\""\n')
})
