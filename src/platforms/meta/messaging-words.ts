import { z } from 'zod'
import { Count, Moment, Ref } from './words.ts'

const Party = z.looseObject({ id: Ref })

/** One item of `messaging[]` or `standby[]`, before we know which. */
export const Event = z.looseObject({ sender: Party, recipient: Party, timestamp: Moment.optional() })

const Words = z.string().nullish()

const Referral = z
  .looseObject({
    ref: Words,
    ad_id: Ref.nullish(),
    source: Words,
    product: z.looseObject({ id: Ref }).nullish(),
  })
  .nullish()
  .catch(undefined)

const ReplyTo = z
  .looseObject({ mid: Ref.nullish(), story: z.looseObject({ id: Ref.nullish(), url: Words }).nullish() })
  .nullish()

/** https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram, .../reference/page */
export const Message = z.looseObject({
  mid: Ref,
  text: Words,
  attachments: z.array(z.unknown()).nullish(),
  is_deleted: z.boolean().nullish(),
  is_echo: z.boolean().nullish(),
  is_self: z.boolean().nullish(),
  is_unsupported: z.boolean().nullish(),
  quick_reply: z.looseObject({ payload: Words }).nullish(),
  reply_to: ReplyTo,
  referral: Referral,
})
export type Message = z.infer<typeof Message>

/** `payload` may be missing, as with view-once pictures. */
export const AttachmentWords = z.looseObject({
  type: z.string().min(1).max(64),
  payload: z.looseObject({ url: Words, title: Words }).nullish().catch(undefined),
})

export const Postback = z.looseObject({
  // Missing before v11.0.
  mid: Ref.nullish(),
  title: Words,
  payload: Words,
  is_self: z.boolean().nullish(),
  referral: Referral,
})

export const Reaction = z.looseObject({
  mid: Ref,
  action: z.enum(['react', 'unreact']),
  reaction: Words,
  emoji: Words,
})

// Text in the sample, a number in the reference.
export const Edit = z.looseObject({ mid: Ref, text: z.string(), num_edit: Count })

export const OpenReferral = z.looseObject({ ref: Words, source: Words, ad_id: Ref.nullish() })

/** What the contact came through, in one word, and whether that was an advertisement. */
export function referralIn(referral: z.infer<typeof Referral>): { referral?: string | undefined; fromAd?: true } {
  if (!referral) return {}
  const { ref, ad_id: ad, product, source } = referral
  const name = ref ?? ad ?? product?.id ?? source ?? undefined
  return { referral: name, ...((source === 'ADS' || ad) && { fromAd: true }) }
}
