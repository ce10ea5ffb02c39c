import { expect, it } from 'vitest'
import { troubleOf } from './credential-trouble.ts'

it.each([
  ['190/460', /password/, /Connect the account again/],
  ['190/458', /removed the app/, /Connect the account again/],
  ['190/459', /sign in and confirm/, /facebook\.com.*may then work again/],
  ['190/492', /lost their role/, /another person/],
  ['190/99999', /no longer accepted/, /Connect/],
  ['10', /permission/, /allow everything/],
  ['200/1234', /permission/, /allow everything/],
  ['http/500', /http\/500/, /by itself/],
  ['ECONNREFUSED', /ECONNREFUSED/, /by itself/],
])('says of %s what went wrong and what to do', (code, what, todo) => {
  expect(troubleOf(code)).toEqual({ what: expect.stringMatching(what), todo: expect.stringMatching(todo) })
})
