import { matching, oneOf, readText, readTokenUrl, secretOf } from './readers.ts'
import type { Variable } from './variable.ts'

/** Used before the processes have their shares, so it belongs to none of them: a process is given its secrets, not the way to all. */
const nobody = [] as const

/** Where the secrets are that the environment does not hold. */
export const secretsVariables = {
  SECRETS_BACKEND: {
    about: 'Where secrets are looked for that are not set here: env (nowhere else), file, vault or aws.',
    roles: nobody,
    default: 'env',
    read: oneOf('env', 'file', 'vault', 'aws'),
  },
  SECRETS_DIR: {
    about: 'For file: the folder with one file for each secret, called like its variable.',
    roles: nobody,
    default: '/run/secrets',
    read: readText,
  },
  VAULT_ADDR: {
    about: 'For vault: where Vault or OpenBao is reached.',
    roles: nobody,
    read: readTokenUrl,
  },
  VAULT_TOKEN: {
    about: 'For vault: a token; or else the two ids of an AppRole.',
    roles: nobody,
    secret: true,
    read: secretOf(4),
  },
  VAULT_ROLE_ID: {
    about: 'For vault: the role id of an AppRole.',
    roles: nobody,
    read: matching(/^[\w.-]+$/, 'must be the role id of an AppRole'),
  },
  VAULT_SECRET_ID: {
    about: 'For vault: the secret id of that AppRole.',
    roles: nobody,
    secret: true,
    read: secretOf(4),
  },
  VAULT_NAMESPACE: {
    about: 'For vault: the namespace, where there are several.',
    roles: nobody,
    read: matching(/^[\w./-]+$/, 'must be the path of a namespace'),
  },
  VAULT_MOUNT: {
    about: 'For vault: where the key-value store (version 2) is mounted.',
    roles: nobody,
    default: 'secret',
    read: matching(/^[\w.-]+(\/[\w.-]+)*$/, 'must be a path without slashes at its ends'),
  },
  VAULT_PATH: {
    about: 'For vault: the folder in which each secret lies under the name of its variable, as the field value.',
    roles: nobody,
    default: 'countersign',
    read: matching(/^[\w.-]+(\/[\w.-]+)*$/, 'must be a path without slashes at its ends'),
  },
  AWS_REGION: {
    about: 'For aws: the region of Secrets Manager.',
    roles: nobody,
    read: matching(/^[a-z0-9-]+$/, 'must look like eu-central-1'),
  },
  AWS_PROFILE: {
    about: 'For aws: the profile of the shared configuration whose credentials are used.',
    roles: nobody,
    read: readText,
  },
  AWS_SECRETS_ENDPOINT: {
    about: 'For aws: another address of Secrets Manager, such as a VPC endpoint.',
    roles: nobody,
    read: readTokenUrl,
  },
  AWS_SECRETS_PREFIX: {
    about: 'For aws: what stands before the name of the variable in the name of each secret.',
    roles: nobody,
    default: 'countersign/',
    read: matching(/^[\w/+=.@-]*$/, 'may hold letters, digits and /_+=.@-'),
  },
} as const satisfies Record<string, Variable>
