import { expect, it } from 'vitest'
import { alertKinds } from '#db/schema/alerts.ts'
import { diagnosisOf } from '#src/domain/diagnoses.ts'
import { diagnosisOfAlert } from './doctor-alerts.ts'

it('every kind of alert is a fault that the doctor can name', () => {
  expect(Object.keys(diagnosisOfAlert).sort()).toEqual([...alertKinds].sort())
  for (const kind of alertKinds) expect(diagnosisOf(diagnosisOfAlert[kind])?.wrong, kind).toBeDefined()
})
