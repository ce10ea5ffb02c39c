import { z } from 'zod'
import type { SnoozeHours } from '#src/domain/desk.ts'
import { AppError } from '#src/domain/errors.ts'
import { roles } from '#src/domain/identity.ts'
import { type KeyAction, keyNames } from '#src/domain/keys.ts'
import { replyWays } from '#src/domain/review.ts'
import { ruleRisks } from '#src/domain/rule.ts'
import type { Visit } from './env.ts'
import { startSteps } from './start.ts'

/** Reads a form post. Throws `invalid_input` naming the first field that is not as the page would send it. */
export async function readForm<Shape extends z.ZodType>(
  c: Visit,
  shape: Shape,
  /** A field that comes several times is a list; otherwise its last value counts. */
  { all = false } = {},
): Promise<z.infer<Shape>> {
  const type = c.req.header('content-type') ?? ''
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) {
    throw new AppError('invalid_input', 'This address takes forms only', { field: 'content-type' })
  }
  const parsed = shape.safeParse(await c.req.parseBody({ all }))
  if (parsed.success) return parsed.data
  const field = String(parsed.error.issues[0]?.path[0] ?? 'form')
  throw new AppError('invalid_input', `The form came without a proper “${field}”`, { field })
}

/** A path of ours to go back to; anything that could lead elsewhere becomes the fallback. */
export function localPath(path: string | undefined, fallback: string): string {
  return path && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes('\\') ? path : fallback
}

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const text = z.string().max(100_000)
const line = z.string().max(2000)
const back = line.optional()
const way = z.enum(replyWays).optional()

export const DecisionForm = z.object({
  verdict: z.enum(['approve', 'reject']),
  text: text.default(''),
  reason: line.default(''),
  textHash: hash,
  headMessageId: line,
  way,
  back,
})

export const ReplyForm = z.object({ text, headMessageId: line, way, back })
export const ModerationForm = z.object({ kind: z.enum(['hide', 'unhide', 'delete']), headMessageId: line, back })
export const RedraftForm = z.object({ instruction: line.default(''), back })
/** Words to be looked at; a template goes behind them. */
export const PreviewForm = z.object({ text: text.default(''), template: line.optional(), way, back })
export const NoteForm = z.object({ text, back })
export const SnoozeForm = z.object({
  hours: z
    .enum(['1', '3', '8', '24', '72'])
    .optional()
    .transform((hours) => hours && (Number(hours) as SnoozeHours)),
  headMessageId: line,
  back,
})
export const AssignmentForm = z.object({ assignee: line.default(''), back })
/** What was ticked, each with what was seen. */
export const BulkForm = z.object({
  pick: z.union([line.transform((one) => [one]), z.array(line)]).default([]),
})
export const ViewForm = z.object({ name: line, back })
export const DismissalForm = z.object({ headMessageId: line, back })
export const BackForm = z.object({ back })
export const SettlementForm = z.object({ arrived: z.enum(['yes', 'no']), back })
export const SignInForm = z.object({ email: line, password: line, to: line.optional() })
export const SetupForm = z.object({ token: line, name: line, email: line, password: line })
export const CodeForm = z.object({ code: line, to: back })
/** What a script put in: the answer of the browser, as JSON. */
const answer = z.string().max(20_000)
export const PasskeyForm = z.object({ passkey: answer, to: back })
export const NewPasskeyForm = z.object({ name: line, credential: answer })
export const FactorForm = z.object({ seed: line, code: line, to: back })
export const InvitationLinkForm = z.object({ token: line, name: line.default(''), password: line })
export const ConfirmationForm = z.object({ to: back })
export const PasswordForm = z.object({ current: line, password: line })
export const InvitationForm = z.object({ email: line, role: z.enum(roles) })
export const RoleForm = z.object({ role: z.enum(roles) })
export const StartForm = z.object({
  skip: z.enum(startSteps).optional(),
  again: z.enum(startSteps).optional(),
  end: line.optional(),
  back,
})
export const PreferencesForm = z.object({ keys: z.enum(['on', 'off']), back })
export const PresenceForm = z.object({
  tab: z.string().regex(/^[a-z0-9]{6,16}$/),
  conversation: line.optional(),
  editing: z.literal('yes').optional(),
})
/** A field for each key; a box that is not ticked does not come. */
export const KeysForm = z.object({
  ...(Object.fromEntries(keyNames.map((name) => [name, z.string().max(20).optional()])) as Record<
    KeyAction,
    z.ZodOptional<z.ZodString>
  >),
  on: z.literal('yes').optional(),
  back,
})
const choice = line.default('')
export const AuditForm = z.object({ action: choice, person: choice, account: choice, since: choice, until: choice })
export const InsightForm = z.object({ days: choice, account: choice })
/** Ticked by hand: what it asks for cannot be undone. */
export const ErasureForm = z.object({ sure: z.literal('yes') })
export const LoginForm = z.object({ account: line.optional() })
export const TokenForm = z.object({ accessToken: z.string().trim().max(4000), account: line.optional() })
/** A box that is ticked comes once, several come as a list, none does not come at all. */
export const SecondForm = z.object({
  kinds: z
    .union([line, z.array(line).max(20)])
    .default([])
    .transform((kinds) => [kinds].flat()),
})
export const StopForm = z.object({ reason: line.default('') })

const number = z
  .string()
  .regex(/^\d{1,9}([.,]\d{1,6})?$/)
  .transform((digits) => Number(digits.replace(',', '.')))

const ticked = z
  .literal('yes')
  .optional()
  .transform((value) => value === 'yes')

export const SettingsForm = z.object({
  voice: text,
  seenVoice: text,
  quietSeconds: number,
  undoSeconds: number,
  budgetDollars: number,
  disclosure: line.default(''),
  disclosureHours: number,
  humanAgent: ticked,
  longAds: ticked,
  maskForModel: ticked,
})

export const NewKeyForm = z.object({
  name: line,
  days: z.union([z.literal('').transform(() => undefined), number]).optional(),
})
export const RotationForm = z.object({ overlapHours: number })

export const TemplateForm = z.object({
  templateId: line.optional(),
  version: z.coerce.number().int().optional(),
  title: line,
  body: text,
  forAll: ticked,
})

export const RuleForm = z.object({
  ruleId: line.optional(),
  version: z.coerce.number().int().optional(),
  title: line,
  phrases: text,
  isOn: ticked,
  /** Who drafts: `template:` goes in front of a template's id. */
  answer: line.default(''),
  assignee: line.default(''),
  label: line.default(''),
  isUrgent: ticked,
  risk: z
    .enum(['', ...ruleRisks])
    .default('')
    .transform((risk) => risk || null),
})
export const RulePlaceForm = z.object({ move: z.enum(['up', 'down']) })
export const RuleTrialForm = z.object({ text })

export const KnowledgeForm = z.object({
  entryId: line.optional(),
  version: z.coerce.number().int().optional(),
  title: line,
  body: text,
})
