import type { PropsWithChildren } from 'hono/jsx'
import type { Frame } from '../frame.ts'
import { Icon, Mark } from '../parts/icons.tsx'
import { Document } from '../parts/layout.tsx'
import { NewPassword } from '../parts/new-password.tsx'

type Asset = Frame['asset']

/** A page around which nothing of the console stands. */
export function Outside({
  title,
  asset,
  note,
  children,
}: PropsWithChildren<{ title: string; asset: Asset; note?: string }>) {
  return (
    <Document title={title} asset={asset}>
      <body class="outside">
        <main class="outside-card">
          <p class="brand">
            <Mark />
            <span>Countersign</span>
          </p>
          {children}
          {note && <p class="strip strip-sandbox">{note}</p>}
        </main>
      </body>
    </Document>
  )
}

export function Fault({ text }: { text: string | undefined }) {
  if (!text) return null
  return (
    <p class="refused" role="alert">
      <Icon name="warning" />
      <span>{text}</span>
    </p>
  )
}

interface SignInProps {
  asset: Asset
  email?: string
  to?: string | undefined
  fault?: string | undefined
  sandbox?: boolean
}

export function SignInPage({ asset, email = '', to, fault, sandbox }: SignInProps) {
  return (
    <Outside title="Sign in" asset={asset} {...(sandbox && { note: 'Sandbox: nothing here reaches Meta.' })}>
      <h1>Sign in</h1>
      <Fault text={fault} />
      <form method="post" action="/sign-in" class="settings">
        {to && <input type="hidden" name="to" value={to} />}
        <label for="email">E-mail</label>
        <input
          id="email"
          name="email"
          type="email"
          value={email}
          autocomplete="username"
          required
          autofocus={email === ''}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          autofocus={email !== ''}
        />
        <button type="submit" class="button button-primary">
          Sign in
        </button>
      </form>
    </Outside>
  )
}

interface SetupProps {
  asset: Asset
  token: string
  name?: string
  email?: string
  fault?: string
}

export function SetupPage({ asset, token, name = '', email = '', fault }: SetupProps) {
  return (
    <Outside title="First operator" asset={asset}>
      <h1>Welcome</h1>
      <p class="muted">You are the first operator. This link works once.</p>
      <Fault text={fault} />
      <form method="post" action="/setup" class="settings">
        <input type="hidden" name="token" value={token} />
        <label for="name">Your name</label>
        <input id="name" name="name" type="text" value={name} autocomplete="name" maxlength={255} required autofocus />
        <p class="hint">Colleagues see it beside what you approve.</p>
        <label for="email">E-mail</label>
        <input id="email" name="email" type="email" value={email} autocomplete="username" maxlength={255} required />
        <NewPassword label="Password" />
        <button type="submit" class="button button-primary">
          Begin
        </button>
      </form>
    </Outside>
  )
}

interface ErrorProps {
  asset: Asset
  title: string
  message: string
  /** What the operator had typed, which must not be lost. */
  kept?: string | undefined
  back: { href: string; label: string }
}

/** What went wrong in plain words, and a way back. */
export function ErrorPage({ asset, title, message, kept, back }: ErrorProps) {
  return (
    <Outside title={title} asset={asset}>
      <h1>{title}</h1>
      <p>{message}</p>
      {kept && (
        <>
          <label for="kept">Your text, to copy</label>
          <textarea id="kept" rows={6} readonly dir="auto">
            {`\n${kept}`}
          </textarea>
        </>
      )}
      <p>
        <a class="button button-primary" href={back.href}>
          {back.label}
        </a>
      </p>
    </Outside>
  )
}
