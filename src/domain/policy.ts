import type { Finding, PolicyCase } from './policy-case.ts'
import { type PolicyRule, policyRules, type Rule } from './policy-rules.ts'
import { earlierOf } from './policy-window.ts'

export type { PolicyCase, Rule }

/** Version of the rules; stored with every approval. */
export const POLICY_VERSION = 5

/** The policy's answer for a post. A deny says why in plain words and is never retried. */
export type Verdict =
  /** `until`: when this ends of itself; left out when nothing is in sight that would end it. `tag`: only with this one. */
  { allow: true; until?: Date; tag?: 'HUMAN_AGENT' } | { allow: false; rule: Rule; reason: string; since?: Date }

export type Allowance = Extract<Verdict, { allow: true }>

/** May this post go out at `at`? The same question is asked for a draft, at approval and again right before the call. */
export function judge(post: PolicyCase, at: Date): Verdict {
  let allowance: Allowance = { allow: true }
  for (const rule of policyRules) {
    const finding: Finding | undefined = isAbout(rule, post) ? rule.says(post, at) : undefined
    if (!finding) continue
    if ('deny' in finding) {
      const { deny: reason, ...since } = finding
      return { allow: false, rule: rule.name, reason, ...since }
    }
    allowance = { ...allowance, ...finding, until: earlierOf(finding.until, allowance.until) }
  }
  return allowance
}

/** A deny that other words would mend, rather than another moment. */
export function isAboutWords(name: Rule): boolean {
  return policyRules.some((rule) => rule.name === name && rule.about === 'words')
}

function isAbout({ on }: PolicyRule, { kind, platform }: PolicyCase): boolean {
  return on.kinds.includes(kind) && (on.platforms === 'all' || on.platforms.includes(platform))
}
