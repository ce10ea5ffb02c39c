import * as z from 'zod'

/** What a reviewer should look at twice. */
export const flagWords = [
  'complaint',
  'refund',
  'legal',
  'health',
  'personal_data',
  'price_or_promise',
  'not_in_knowledge',
  'instructions_in_message',
  'abuse',
  'minor',
  'press',
  'threat',
] as const

/** What Claude answers with. The API enforces types and enums only; ranges and lengths are checked again by `validateAnswer`. */
export const Answer = z.object({
  rationale: z.string().describe('One or two sentences for the reviewing operator: why this answer, what it rests on.'),
  action: z
    .enum(['reply', 'no_reply', 'needs_person'])
    .describe('reply: a reply is proposed. no_reply: nothing to answer. needs_person: a person must answer.'),
  language: z.string().describe('BCP 47 tag of the language of the reply, such as "de".'),
  reply: z.string().describe('The exact text to send. Empty unless the action is reply.'),
  confidence: z.number().describe('From 0 to 1: how sure you are that an operator would send the reply unchanged.'),
  citations: z.array(z.string()).describe('Ids of the knowledge entries that the reply rests on.'),
  flags: z.array(z.enum(flagWords)).describe('What the reviewing operator should look at twice.'),
})
export type Answer = z.infer<typeof Answer>
