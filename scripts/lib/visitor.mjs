const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"' }
const HOPS_MAX = 5

/** A browser without eyes: keeps cookies, follows redirects, reads forms off a page and submits them as a person's browser would. */
export function createVisitor(origin) {
  const cookies = new Map()

  async function go(path, init = {}, hops = 0) {
    const url = new URL(path, origin)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, {
      ...init,
      headers: { accept: 'text/html', ...init.headers, ...(cookie && { cookie }) },
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    })
    for (const line of answer.headers.getSetCookie()) keep(line)
    const location = answer.headers.get('location')
    if (!location) return { status: answer.status, path: url.pathname, html: await answer.text() }
    await answer.body?.cancel()
    if (hops === HOPS_MAX) throw new Error(`${url.pathname} redirects without end`)
    return go(location, {}, hops + 1)
  }

  function keep(line) {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
    if (/;\s*max-age=0/i.test(line)) cookies.delete(name)
    else if (name) cookies.set(name, value)
  }

  return {
    visit: (path) => go(path),
    submit: (form, changes = {}) =>
      go(form.action, {
        method: 'POST',
        body: new URLSearchParams({ ...form.fields, ...changes }),
        headers: { origin, 'sec-fetch-site': 'same-origin' },
      }),
  }
}

/** The first form whose action fits, with the values it would send. */
export function findForm(html, action) {
  for (const [, attributes, inside] of html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)) {
    const to = attribute(attributes, 'action')
    if (to !== undefined && action.test(to)) return { action: to, fields: { ...inputs(inside), ...textareas(inside) } }
  }
  return undefined
}

function inputs(html) {
  const found = [...html.matchAll(/<input\b([^>]*)>/g)].map(([, attributes]) => [
    attribute(attributes, 'name'),
    attribute(attributes, 'value') ?? '',
  ])
  return Object.fromEntries(found.filter(([name]) => name !== undefined))
}

function textareas(html) {
  const found = [...html.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g)].map(([, attributes, text]) => [
    attribute(attributes, 'name'),
    // A browser swallows the line break right behind the tag.
    plain(text.replace(/^\n/, '')),
  ])
  return Object.fromEntries(found.filter(([name]) => name !== undefined))
}

function attribute(attributes, name) {
  const [, value] = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes) ?? []
  return value === undefined ? undefined : plain(value)
}

function plain(text) {
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&(amp|lt|gt|quot);/g, (_, name) => ENTITIES[name])
}

/** What the page says in words, shortened: for the one who has to find out what went wrong. */
export function wordsOf(html) {
  const alert = /<(\w+)\b[^>]*role="alert"[^>]*>([\s\S]*?)<\/\1>/.exec(html)?.[2]
  const main = alert ?? /<main\b[^>]*>([\s\S]*?)<\/main>/.exec(html)?.[1] ?? html
  return plain(main.replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}
