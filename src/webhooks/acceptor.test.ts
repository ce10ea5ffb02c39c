import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { createAcceptor } from './acceptor.ts'
import type { Delivery, KeptDelivery } from './delivery.ts'

function aDelivery(text: string, bytes = 0): Delivery {
  const body = Buffer.alloc(Math.max(bytes, text.length))
  body.write(text)
  const digest = createHash('sha256').update(text).digest('hex')
  return { source: 'instagram', digest, secretLabel: 'test', body, acceptedAt: new Date(0) }
}

const beginningOf = (body: Buffer) => body.toString().split('\0')[0] ?? ''
const textOf = ({ body }: Delivery) => beginningOf(Buffer.from(body.subarray(0, 16)))

/** Stores in memory; `hold` makes the next statements wait until it is let go. */
function setUp(
  options: {
    store?: (rows: Delivery[]) => Promise<number[]>
    ring?: () => Promise<void>
    keep?: () => Promise<void>
  } = {},
) {
  const groups: string[][] = []
  const rung: number[][] = []
  const kept: string[][] = []
  const lines: [string, object][] = []
  let gate: Promise<void> = Promise.resolve()
  let rows = 0
  const accept = createAcceptor({
    storeDeliveries: async (deliveries) => {
      groups.push(deliveries.map(textOf))
      await gate
      return options.store ? options.store(deliveries) : deliveries.map(() => ++rows)
    },
    ring: async (ids) => {
      rung.push(ids)
      await options.ring?.()
    },
    keepBodies: async (bodies: KeptDelivery[]) => {
      await options.keep?.()
      kept.push(bodies.map(({ bodyBase64 }) => beginningOf(Buffer.from(bodyBase64.slice(0, 20), 'base64'))))
    },
    log: {
      info: (fields, message) => lines.push([message, fields]),
      warn: (fields, message) => lines.push([message, fields]),
    },
    now: () => new Date(),
  })
  const hold = () => {
    let letGo: () => void = () => undefined
    gate = new Promise((resolve) => {
      letGo = resolve
    })
    return () => letGo()
  }
  return { accept, groups, rung, kept, lines, hold }
}

const refuse = (message: string) => () => Promise.reject(new Error(message))
const silent = () => new Promise<never>(() => undefined)

describe('group commit', () => {
  it('commits together what comes in one turn, and then everything that comes meanwhile', async () => {
    const { accept, groups, rung, hold } = setUp()
    const letGo = hold()
    const first = ['a', 'b'].map((text) => accept(aDelivery(text)))
    await turn()
    expect(groups).toEqual([['a', 'b']])
    const meanwhile = ['c', 'd'].map((text) => accept(aDelivery(text)))
    await turn()
    expect(groups).toHaveLength(1)
    letGo()
    await Promise.all([...first, ...meanwhile])
    expect(groups).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    await vi.waitFor(() => expect(rung.flat()).toEqual([1, 2, 3, 4]))
  })

  it('takes the same bytes once, and answers everybody who brought them', async () => {
    const { accept, groups, hold } = setUp()
    const letGo = hold()
    const all = ['a', 'b', 'b', 'b'].map((text) => accept(aDelivery(text)))
    letGo()
    await Promise.all(all)
    expect(groups).toEqual([['a', 'b']])
  })

  it('is bounded by rows and by bytes', async () => {
    const { accept, groups, hold } = setUp()
    const letGo = hold()
    const small = Array.from({ length: 450 }, (_, n) => accept(aDelivery(`s${n}`)))
    const large = Array.from({ length: 3 }, (_, n) => accept(aDelivery(`l${n}`, 3 * 1024 * 1024)))
    letGo()
    await Promise.all([...small, ...large])
    expect(groups.map((group) => group.length)).toEqual([200, 200, 51, 1, 1])
  })

  it('asks to come back when more is waiting than memory should hold', async () => {
    const { accept, hold } = setUp()
    const letGo = hold()
    const all = Array.from({ length: 12 }, (_, n) =>
      accept(aDelivery(`x${n}`, 8 * 1024 * 1024)).catch((error) => error.code),
    )
    letGo()
    expect((await Promise.all(all)).filter((code) => code === 'platform_unavailable')).toHaveLength(4)
  })

  it('that fails tries its members singly: one row costs its neighbours nothing', async () => {
    const { accept, groups, kept, hold } = setUp({
      store: async (rows) => {
        if (rows.some((row) => textOf(row) === 'bad')) throw new Error('Data too long')
        return rows.map(() => 1)
      },
    })
    const letGo = hold()
    const all = ['first', 'good', 'bad', 'fine'].map((text) => accept(aDelivery(text)))
    letGo()
    await Promise.all(all)
    expect(groups).toEqual([['first', 'good', 'bad', 'fine'], ['first'], ['good'], ['bad'], ['fine']])
    expect(kept).toEqual([['bad']])
  })
})

describe('when a store is away', () => {
  it('a silent MySQL is given up after its deadline, and not asked again for a while', async () => {
    vi.useFakeTimers()
    const { accept, groups, kept } = setUp({ store: silent })
    const first = accept(aDelivery('a'))
    await vi.advanceTimersByTimeAsync(1500)
    await first
    await accept(aDelivery('b'))
    expect({ groups, kept }).toEqual({ groups: [['a']], kept: [['a'], ['b']] })
    await vi.advanceTimersByTimeAsync(2000)
    void accept(aDelivery('c'))
    await vi.advanceTimersByTimeAsync(0)
    expect(groups).toEqual([['a'], ['a', 'b'], ['c']])
    vi.useRealTimers()
  })

  it('what Redis kept is stored as soon as MySQL is back, should Redis have lost it by then', async () => {
    vi.useFakeTimers()
    let away = true
    const { accept, groups, kept } = setUp({
      store: async (rows) => {
        if (away) throw new Error('gone')
        return rows.map((_row, index) => index + 1)
      },
    })
    const all = Promise.all(['a', 'b'].map((text) => accept(aDelivery(text))))
    await vi.advanceTimersByTimeAsync(0)
    await all
    expect(kept).toEqual([['a', 'b']])
    groups.length = 0
    await vi.advanceTimersByTimeAsync(2000)
    expect(groups).toEqual([['a', 'b'], ['a'], ['b']])
    away = false
    groups.length = 0
    await vi.advanceTimersByTimeAsync(2000)
    expect(groups).toEqual([['a', 'b']])
    await vi.advanceTimersByTimeAsync(20_000)
    expect(groups).toHaveLength(1)
    vi.useRealTimers()
  })

  it('a silent bell delays nobody, and the ids that gather are rung together', async () => {
    let letGo: () => void = () => undefined
    const { accept, rung } = setUp({
      ring: () =>
        new Promise<void>((resolve) => {
          letGo = resolve
        }),
    })
    for (const text of ['a', 'b', 'c']) await accept(aDelivery(text))
    expect(rung).toEqual([[1]])
    letGo()
    await vi.waitFor(() => expect(rung).toEqual([[1], [2, 3]]))
  })

  it('nothing is accepted that neither store took', async () => {
    const { accept } = setUp({ store: refuse('mysql'), keep: refuse('redis') })
    await expect(accept(aDelivery('a'))).rejects.toMatchObject({ code: 'platform_unavailable' })
  })

  it('one line says so, and one that it is back', async () => {
    let away = true
    const { accept, lines } = setUp({
      store: async () => {
        if (away) throw new Error('gone')
        return [1]
      },
    })
    await accept(aDelivery('a'))
    await accept(aDelivery('b'))
    away = false
    await accept(aDelivery('c'))
    expect(lines.map(([message]) => message)).toEqual(['store is away', 'store is back'])
  })
})
