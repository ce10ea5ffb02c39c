import { expect, it } from 'vitest'
import { blindSpots, type DiagnosisCode, diagnosisOf, found, isWell, worstFirst } from './diagnoses.ts'
import { accountDiagnoses } from './diagnoses-account.ts'
import { alertDiagnoses } from './diagnoses-alerts.ts'
import { appDiagnoses } from './diagnoses-app.ts'
import { houseDiagnoses } from './diagnoses-house.ts'

const tables = [houseDiagnoses, alertDiagnoses, appDiagnoses, accountDiagnoses]
const codes = tables.flatMap((table) => Object.keys(table)) as DiagnosisCode[]

it('every code is one fault, and stands in one table', () => {
  expect(new Set(codes).size).toBe(codes.length)
  expect(codes.length).toBeGreaterThan(60)
})

it.each(codes)('%s says in whole sentences what is wrong, how it is mended and what it costs', (code) => {
  const { wrong, fix, cost } = diagnosisOf(code)
  for (const words of [wrong, cost]) expect(words).toMatch(/^\p{Lu}.*\.$/u)
  expect(fix).toMatch(/^\p{Lu}.{9,}/u)
  expect(new Set([wrong, fix, cost]).size).toBe(3)
})

it('no two codes say the same', () => {
  expect(new Set(codes.map((code) => diagnosisOf(code).wrong)).size).toBe(codes.length)
})

it('the worst comes first, and only what is to come leaves a house well', () => {
  const all = [found('token_ends'), found('redis_evicts'), found('token_expired')]
  expect(worstFirst(all).map(({ code }) => code)).toEqual(['token_expired', 'redis_evicts', 'token_ends'])
  expect(isWell([found('token_ends')])).toBe(true)
  expect(isWell([found('redis_evicts')])).toBe(false)
  expect(isWell([found('token_expired')])).toBe(false)
})

it('what cannot be seen says who can see it', () => {
  for (const words of Object.values(blindSpots)) expect(words).toMatch(/^.+[:,;] .+\.$/)
})
