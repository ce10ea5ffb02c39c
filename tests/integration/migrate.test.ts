import { describe, expect, it } from 'vitest'
import { connect } from '#db/client.ts'
import { isSchemaCurrent, migrate, migrationStatus } from '#db/migrate.ts'
import { aMigrationsFolder, anEmptyDatabase } from '#tests/support/migrations.ts'

const FIRST = { '0000_first.sql': ['CREATE TABLE a (id INT PRIMARY KEY)', 'CREATE TABLE b (id INT PRIMARY KEY)'] }
const at = new Date('2026-01-02T03:04:05.678Z')
const now = () => at

describe('migrate', () => {
  it('brings an empty database to the newest schema, and a second time changes nothing', async () => {
    const { url } = await anEmptyDatabase()
    const { db, close } = connect(url)
    expect(await isSchemaCurrent(db)).toBe(false)
    expect(await migrate(url)).not.toEqual([])
    expect(await migrate(url)).toEqual([])
    expect(await isSchemaCurrent(db)).toBe(true)
    await close()
  })

  it('applies each migration once when many processes start together', async () => {
    const { url, ask } = await anEmptyDatabase()
    const { folder } = aMigrationsFolder({
      ...FIRST,
      '0001_row.sql': ['CREATE TABLE c (n INT)', 'INSERT INTO c VALUES (1)'],
    })
    const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(url, { folder })))
    expect(applied.flat().sort()).toEqual(['0000_first.sql', '0001_row.sql'])
    expect(await ask('SELECT n FROM c')).toHaveLength(1)
  })

  it('goes by the numbers, not by the alphabet', async () => {
    const { url } = await anEmptyDatabase()
    const { folder } = aMigrationsFolder({
      '10_late.sql': ['ALTER TABLE a ADD x INT'],
      '9_early.sql': ['CREATE TABLE a (id INT)'],
    })
    expect(await migrate(url, { folder })).toEqual(['9_early.sql', '10_late.sql'])
  })

  it('writes down when a migration was finished', async () => {
    const { url } = await anEmptyDatabase()
    const { folder, write } = aMigrationsFolder(FIRST)
    await migrate(url, { folder, now })
    write('0001_next.sql', ['CREATE TABLE c (id INT)'])
    expect(await migrationStatus(url, { folder })).toEqual([
      { name: '0000_first.sql', state: 'applied', finishedAt: at },
      { name: '0001_next.sql', state: 'pending', finishedAt: null },
    ])
  })

  it('stops at a migration that was edited after it was applied, and names it', async () => {
    const { url } = await anEmptyDatabase()
    const { folder, write } = aMigrationsFolder(FIRST)
    await migrate(url, { folder })
    write('0000_first.sql', ['CREATE TABLE a (id BIGINT PRIMARY KEY)', 'CREATE TABLE b (id INT PRIMARY KEY)'])
    await expect(migrate(url, { folder })).rejects.toThrow('0000_first.sql was changed')
    expect(await migrationStatus(url, { folder })).toMatchObject([{ state: 'edited' }])
  })

  it('takes Windows line ends for no edit', async () => {
    const { url } = await anEmptyDatabase()
    const { folder, write } = aMigrationsFolder({ '0000_a.sql': ['CREATE TABLE a (\n id INT\n)'] })
    await migrate(url, { folder })
    write('0000_a.sql', ['CREATE TABLE a (\r\n id INT\r\n)'])
    expect(await migrate(url, { folder })).toEqual([])
  })

  it('stops at one whose second statement failed, names it and the step, and stays stopped', async () => {
    const { url, ask } = await anEmptyDatabase()
    const { folder } = aMigrationsFolder({
      '0000_half.sql': ['CREATE TABLE a (id INT)', 'CREATE TABEL b (id INT)', 'CREATE TABLE c (id INT)'],
    })
    await expect(migrate(url, { folder })).rejects.toThrow(/0000_half\.sql is half applied: step 2 of 3 .*error 1064/)
    await expect(migrate(url, { folder })).rejects.toThrow('0000_half.sql is half applied: step 2 of 3')
    expect(await migrationStatus(url, { folder })).toMatchObject([{ state: 'half-applied' }])
    expect(await ask("SHOW TABLES LIKE 'c'")).toHaveLength(0)
  })

  it('goes on from the failed step once a person has mended its cause', async () => {
    const { url, ask } = await anEmptyDatabase()
    const { folder } = aMigrationsFolder({
      '0000_half.sql': ['CREATE TABLE a (id INT)', 'ALTER TABLE missing ADD x INT'],
    })
    const error = await migrate(url, { folder }).catch((thrown: Error) => thrown)
    await ask('CREATE TABLE missing (id INT)')
    await ask(/UPDATE .*$/.exec(String(error))?.[0] ?? '')
    expect(await migrate(url, { folder })).toEqual(['0000_half.sql'])
  })

  it.each([0, 1])(
    'goes on by itself after a crash, whether the interrupted step was done or not (%i done)',
    async (done) => {
      const { url, ask } = await anEmptyDatabase()
      const { folder } = aMigrationsFolder(FIRST)
      await migrate(url, { folder })
      await ask('DROP TABLE b')
      if (done === 0) await ask('DROP TABLE a')
      await ask('UPDATE schema_migrations SET steps_done = 0, finished_at = NULL')
      expect(await migrate(url, { folder })).toEqual(['0000_first.sql'])
      expect(await ask('SHOW TABLES')).toHaveLength(3)
    },
  )

  it('refuses one that comes before what is already applied', async () => {
    const { url, ask } = await anEmptyDatabase()
    const { folder, write } = aMigrationsFolder({ '0001_later.sql': ['CREATE TABLE a (id INT)'] })
    await migrate(url, { folder })
    write('0000_forgotten.sql', ['CREATE TABLE b (id INT)'])
    await expect(migrate(url, { folder })).rejects.toThrow(
      /0000_forgotten\.sql is not applied, but the later 0001_later\.sql is/,
    )
    expect(await ask("SHOW TABLES LIKE 'b'")).toHaveLength(0)
  })

  it('refuses two migrations of one number and one without a number', async () => {
    const { url } = await anEmptyDatabase()
    const twice = aMigrationsFolder({ '1_a.sql': ['SELECT 1'], '01_b.sql': ['SELECT 1'] })
    await expect(migrate(url, twice)).rejects.toThrow('have one number')
    await expect(migrate(url, aMigrationsFolder({ 'a.sql': ['SELECT 1'] }))).rejects.toThrow(
      'a.sql does not start with its number',
    )
  })

  it('leaves a database alone that a newer program has migrated further', async () => {
    const { url } = await anEmptyDatabase()
    const newer = aMigrationsFolder({ ...FIRST, '0001_newer.sql': ['CREATE TABLE c (id INT)'] })
    await migrate(url, newer)
    expect(await migrate(url, aMigrationsFolder(FIRST))).toEqual([])
  })

  it('gives up when another process holds the lock too long', async () => {
    const { url } = await anEmptyDatabase()
    const { folder } = aMigrationsFolder({ '0000_slow.sql': ['DO SLEEP(3)'] })
    const slow = migrate(url, { folder })
    await expect.poll(() => migrationStatus(url, { folder })).toMatchObject([{ state: 'half-applied' }])
    await expect(migrate(url, { folder, lockSeconds: 0 })).rejects.toThrow('Another process')
    await slow
  })
})
