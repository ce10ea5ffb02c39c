import { blocks, type Diagnosis, degrades, soon } from './diagnosis.ts'

const META = 'Meta’s changelog, https://developers.facebook.com/docs/graph-api/changelog'
const NO_WORK = 'Nothing can be received, drafted or sent.'

/** What can be wrong with the house itself: its stores, its address, its processes and its clock. */
export const houseDiagnoses = {
  database_unset: blocks('No database is named.', 'Set DATABASE_URL.', NO_WORK),
  database_away: blocks(
    'The database does not answer.',
    'See that the server of DATABASE_URL runs, and that it can be reached from here with that user and password.',
    'Messages are taken in through Redis only; nothing is drafted, reviewed or sent.',
  ),
  schema_behind: blocks(
    'The database lacks the tables of this version.',
    'Run: countersign migrate',
    'The web process says that it is not ready, and everything that needs a new table fails.',
  ),
  database_old: degrades(
    'The database server is older than this program is made for.',
    'Move to MySQL 8.4, or MariaDB 10.11, or anything newer.',
    'Statements may fail that were never tried there.',
  ),
  database_charset: blocks(
    'The database’s character set is not utf8mb4.',
    'Run: ALTER DATABASE … CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, before countersign migrate.',
    'Emoji and many scripts cannot be stored, and a message that has one is not taken in.',
  ),
  database_zone: degrades(
    'The database’s sessions do not keep UTC, although every connection asks for it.',
    'Let the proxy in front of the database pass SET time_zone on, or start the server with --default-time-zone=+00:00.',
    'Reply windows and undo times are reckoned wrongly by as much.',
  ),
  database_packet: blocks(
    'The database takes only small packets.',
    'Set max_allowed_packet of the database server to 64M, and start it again.',
    'A large group of webhooks cannot be stored.',
  ),
  redis_unset: blocks('No Redis is named.', 'Set REDIS_URL.', 'Nothing is drafted or sent.'),
  redis_away: blocks(
    'Redis does not answer.',
    'See that the server of REDIS_URL runs, and that it can be reached from here with that password.',
    'Messages are still taken in; drafting and sending wait.',
  ),
  redis_old: degrades(
    'Redis is older than this program is made for.',
    'Move to Redis 7 or newer.',
    'Scripts that keep the platforms’ limits may fail.',
  ),
  redis_evicts: degrades(
    'Redis throws keys away when its memory is full.',
    'Set maxmemory-policy noeviction in redis.conf, or with the provider of REDIS_URL.',
    'Jobs and the windows of the platforms’ limits can vanish one by one, unseen.',
  ),
  redis_forgets: degrades(
    'Redis keeps nothing on disk.',
    'Set appendonly yes in redis.conf, or with the provider of REDIS_URL.',
    'What was accepted while the database was away is lost when Redis restarts.',
  ),
  drafting_absent: blocks(
    'No drafting process is at work.',
    'Start one: npm start, or node dist/workers/main.js drafting; its log says why it ended.',
    'Webhooks are kept but not received, and nothing is drafted.',
  ),
  sending_absent: blocks(
    'No sending process is at work.',
    'Start one: npm start, or node dist/workers/main.js sending; its log says why it ended.',
    'Approved replies wait, and tokens are not renewed.',
  ),
  sending_stopped: degrades(
    'Sending is stopped for all accounts.',
    'Resume it: Accounts in the console, or countersign sending resume.',
    'Approved replies wait.',
  ),
  keys_unset: blocks(
    'There is no key to open the accounts’ tokens with.',
    'Set APP_SECRET_KEY to the keys the tokens were sealed with.',
    'Nothing can be sent for any account.',
  ),
  secret_due: soon(
    'A secret is to be replaced, or should have been.',
    'Replace it; countersign keys calendar says which and when, and the README how.',
    'Whoever came by it unnoticed goes on having it.',
  ),
  clock_off: degrades(
    'Two clocks are apart.',
    'Let every machine keep its clock by NTP (timedatectl set-ntp true).',
    'Reply windows, undo times and limits are wrong by as much.',
  ),
  clock_far_off: blocks(
    'Two clocks are far apart.',
    'Let every machine keep its clock by NTP (timedatectl set-ntp true).',
    'Replies go out after their window has closed, or are held back though it is open.',
  ),
  public_url_plain: blocks(
    'PUBLIC_URL does not start with https://.',
    'Put a proxy with a certificate in front, and set PUBLIC_URL to its https:// address.',
    'Meta sends no webhooks there, and a session’s cookie could be read on the way.',
  ),
  public_url_unreachable: blocks(
    'PUBLIC_URL does not answer.',
    'See that the name of PUBLIC_URL leads to the proxy, and the proxy to HOST and PORT of the web process.',
    'No webhook arrives, and nobody can sign in.',
  ),
  public_url_tls: blocks(
    'PUBLIC_URL shows no certificate that can be trusted.',
    'Give the proxy of PUBLIC_URL a certificate of a public authority for that name, with its whole chain; Meta takes no self-signed one.',
    'Meta sends no webhooks there.',
  ),
  public_url_foreign: blocks(
    'Something else answers under PUBLIC_URL.',
    'Let the proxy of PUBLIC_URL pass every path on to HOST and PORT of the web process.',
    'Webhooks go to somebody else.',
  ),
  verify_token_foreign: blocks(
    'What answers under PUBLIC_URL does not know our verify token.',
    'Give every web process behind PUBLIC_URL the same WEBHOOK_VERIFY_TOKEN, and start it again.',
    'The callback cannot be set in the App Dashboard.',
  ),
  version_ended: blocks(
    'The version of the Graph API has ended.',
    `Set GRAPH_API_VERSION to a newer one of ${META}.`,
    'Meta answers as an older version than was asked for would be answered: fields may be missing or calls refused.',
  ),
  version_ends: soon(
    'The version of the Graph API ends before long.',
    `Set GRAPH_API_VERSION to a newer one of ${META}.`,
    'From that day on calls may be refused.',
  ),
  version_unknown: soon(
    'This program does not know the version of the Graph API it is set to.',
    `Set GRAPH_API_VERSION to one of ${META}, or update this program.`,
    'Nobody is told when that version ends.',
  ),
  claude_key_refused: blocks(
    'Claude refused the key of the drafting process.',
    'Set ANTHROPIC_API_KEY to a key of console.anthropic.com, and start the drafting process again.',
    'Nothing is drafted; people can still answer by hand.',
  ),
  claude_spend_limit: blocks(
    'The Anthropic account has reached its spend limit.',
    'Raise it at console.anthropic.com → Billing → Limits.',
    'Nothing is drafted; people can still answer by hand.',
  ),
} as const satisfies Record<string, Diagnosis>
