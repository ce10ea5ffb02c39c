import { doorVariables } from './door-variables.ts'
import { houseVariables } from './house-variables.ts'
import { notifyVariables } from './notify-variables.ts'
import { outsideVariables } from './outside-variables.ts'
import { secretsVariables } from './secrets-variables.ts'
import type { Variable } from './variable.ts'

/** Every variable the house knows. Parsing, each process's share of them and the check of `.env.example` come from here. */
export const table = {
  ...houseVariables,
  ...doorVariables,
  ...outsideVariables,
  ...notifyVariables,
  ...secretsVariables,
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof table

/** What reading a variable gives. */
export type ValueOf<N extends VariableName> = ReturnType<(typeof table)[N]['read']>
