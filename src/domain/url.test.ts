import { expect, it } from 'vitest'
import { parseUrl } from './url.ts'

it('finds an address, relative to another where one is given, or nothing', () => {
  expect(parseUrl('https://a.example/b')?.href).toBe('https://a.example/b')
  expect(parseUrl('/c', 'https://a.example/b')?.href).toBe('https://a.example/c')
  expect(parseUrl('a b')).toBeUndefined()
})

it('finds one with letters beyond ASCII however often it is asked', () => {
  let found = 0
  for (let i = 0; i < 50_000; i++) if (parseUrl('https://münchen.example/größe')) found++
  expect(found).toBe(50_000)
})
