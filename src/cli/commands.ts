import type { Command } from './command.ts'

const json = { json: { type: 'boolean' } } as const

const platform = { type: 'string', default: 'instagram' } as const

/** Every command, in the order of `--help`. What a command needs is loaded when it is called. */
export const commands: readonly Command[] = [
  {
    name: 'accounts connect',
    about: 'Prints a link that connects an account by signing in at instagram or messenger, and waits for it.',
    options: { platform },
    example: 'countersign accounts connect --platform messenger',
    load: async () => (await import('./accounts-connect.ts')).connectAccount,
  },
  {
    name: 'accounts add',
    about: 'Connects an account, or gives a connected one a new token. The token is read from standard input.',
    options: {
      platform,
      'account-ref': { type: 'string' },
      name: { type: 'string' },
      'expires-at': { type: 'string' },
      ...json,
    },
    example: 'countersign accounts add < token.txt',
    load: async () => (await import('./accounts-add.ts')).addAccount,
  },
  {
    name: 'accounts list',
    about: 'Lists the accounts with the health of their tokens.',
    options: json,
    load: async () => (await import('./accounts.ts')).listAccounts,
  },
  {
    name: 'accounts check',
    about: 'Asks the platform whether the stored tokens still work.',
    args: ['[account]'],
    options: json,
    load: async () => (await import('./accounts-check.ts')).checkAccounts,
  },
  {
    name: 'doctor',
    about: 'Names what is missing in this installation, at Meta and in each account, and how to mend it.',
    args: ['[account]'],
    options: json,
    load: async () => (await import('./doctor.ts')).runDoctor,
  },
  {
    name: 'accounts stop',
    about: 'Holds everything an account would send, until it is resumed.',
    args: ['account'],
    options: { reason: { type: 'string' } },
    example: 'countersign accounts stop acc_01kb… --reason "under review"',
    load: async () => (await import('./switches.ts')).stopAccount,
  },
  {
    name: 'accounts resume',
    about: 'Lets a stopped account send again.',
    args: ['account'],
    load: async () => (await import('./switches.ts')).resumeAccount,
  },
  {
    name: 'contacts erase',
    about: 'Deletes everything that is kept of a person, for good.',
    args: ['contact'],
    options: { yes: { type: 'boolean' } },
    example: 'countersign contacts erase con_01kb… --yes',
    load: async () => (await import('./contacts.ts')).eraseContact,
  },
  {
    name: 'knowledge add',
    about: 'Adds a passage that the drafts of an account may cite. Its text is read from standard input.',
    args: ['account'],
    options: { title: { type: 'string' } },
    example: 'countersign knowledge add acc_01kb… --title Shipping < shipping.txt',
    load: async () => (await import('./knowledge.ts')).addKnowledge,
  },
  {
    name: 'sending stop',
    about: 'Holds everything that any account would send.',
    load: async () => (await import('./switches.ts')).stopSending,
  },
  {
    name: 'sending resume',
    about: 'Lets all accounts send again.',
    load: async () => (await import('./switches.ts')).resumeSending,
  },
  {
    name: 'audit verify',
    about: 'Checks the audit log entry by entry and names the first that was edited, removed or moved.',
    options: json,
    load: async () => (await import('./audit.ts')).verify,
  },
  {
    name: 'setup-link',
    about: 'Prints the one-time link with which the first operator signs in.',
    load: async () => (await import('./setup-link.ts')).printSetupLink,
  },
  {
    name: 'keys generate',
    about:
      'Prints new keys: fernet for APP_SECRET_KEY, approval for the two APPROVAL_ keys, session for SESSION_SECRET.',
    args: ['[kind]'],
    example: 'countersign keys generate approval >> .env',
    load: async () => (await import('./keys.ts')).generateKeys,
  },
  {
    name: 'keys api create',
    about: 'Makes a key with which a program calls /api/v1, and prints it once.',
    options: {
      name: { type: 'string' },
      scopes: { type: 'string' },
      accounts: { type: 'string' },
      'expires-at': { type: 'string' },
    },
    example: 'countersign keys api create --name reports --scopes read,export',
    load: async () => (await import('./api-keys.ts')).createKey,
  },
  {
    name: 'keys api list',
    about: 'Lists the keys of programs with their age and how often they were used.',
    options: json,
    load: async () => (await import('./api-keys.ts')).listKeys,
  },
  {
    name: 'keys api rotate',
    about: 'Prints a new key that takes the place of one; for a while both work.',
    args: ['key'],
    options: { 'overlap-hours': { type: 'string' } },
    example: 'countersign keys api rotate key_01kb… --overlap-hours 24',
    load: async () => (await import('./api-keys.ts')).rotateKey,
  },
  {
    name: 'keys api revoke',
    about: 'Revokes the key of a program; it is refused from the next call on.',
    args: ['key'],
    load: async () => (await import('./api-keys.ts')).revokeKey,
  },
  {
    name: 'config check',
    about: 'Reads the configuration of every process and tells all its faults.',
    args: ['[process]'],
    load: async () => (await import('./config.ts')).checkConfig,
  },
  {
    name: 'config show',
    about: 'Shows what a process would run with; secrets are not shown.',
    args: ['[process]'],
    options: json,
    load: async () => (await import('./config.ts')).showConfig,
  },
  {
    name: 'migrate status',
    about: 'Lists the migrations of the database and where each stands.',
    options: json,
    load: async () => (await import('./migrate.ts')).showStatus,
  },
  {
    name: 'migrate',
    about: 'Brings the database up to date.',
    load: async () => (await import('./migrate.ts')).runMigrations,
  },
  {
    name: 'health',
    about: 'Asks the web process on this machine whether it is ready.',
    options: json,
    load: async () => (await import('./health.ts')).askHealth,
  },
]
