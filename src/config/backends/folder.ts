import { existsSync } from 'node:fs'
import path from 'node:path'
import type { SecretsBackend } from './backend.ts'

/** Secrets as files, as Docker and Kubernetes mount them. */
export function createFolder(folder: string): SecretsBackend {
  return {
    name: 'file',
    async find(variable) {
      const files = [variable, variable.toLowerCase()].map((name) => path.join(folder, name))
      const file = files.find((one) => existsSync(one))
      return file === undefined ? undefined : { file }
    },
  }
}
