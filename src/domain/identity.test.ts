import { expect, it } from 'vitest'
import { may } from './identity.ts'

it('lets approvers and admins decide, and nobody else', () => {
  expect((['viewer', 'approver', 'admin', 'auditor'] as const).filter((role) => may(role, 'decide'))).toEqual([
    'approver',
    'admin',
  ])
})

it('lets only admins configure', () => {
  expect((['viewer', 'approver', 'admin', 'auditor'] as const).filter((role) => may(role, 'configure'))).toEqual([
    'admin',
  ])
})
