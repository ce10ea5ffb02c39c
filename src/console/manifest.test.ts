import { expect, it } from 'vitest'
import { aConsole } from '#tests/support/console.ts'

interface Manifest {
  start_url: string
  icons: { src: string; type: string; sizes: string }[]
}

it('can be installed: each page names a manifest of our own, whose pictures are all here', async () => {
  const { app } = aConsole()
  const login = await app.request('/sign-in')
  expect(await login.text()).toContain('<link rel="manifest" href="/manifest.webmanifest"/>')
  expect(login.headers.get('content-security-policy')).toContain("manifest-src 'self'")
  const answer = await app.request('/manifest.webmanifest')
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/manifest+json'])
  const { start_url, icons } = (await answer.json()) as Manifest
  expect(start_url).toBe('/queue')
  expect(icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['any', '192x192', '512x512']))
  for (const { src, type } of icons) {
    const icon = await app.request(src)
    expect([src.startsWith('/assets/'), icon.status, icon.headers.get('content-type')]).toEqual([true, 200, type])
  }
})
