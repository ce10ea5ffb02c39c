import type { DeclaredTable } from './guard.ts'

/** Probes tell nobody anything that a balancer need not know; where to report a hole is for everybody. */
export const healthAccess = {
  'GET /livez': { asks: 'anyone', by: ['none'] },
  'GET /readyz': { asks: 'anyone', by: ['none'] },
  'GET /health': { asks: 'anyone', by: ['none'] },
  'GET /.well-known/security.txt': { asks: 'anyone', by: ['none'] },
} as const satisfies DeclaredTable
