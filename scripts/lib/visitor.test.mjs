import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { createVisitor, findForm, wordsOf } from './visitor.mjs'

async function aSite(answer) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => server.close())
  return `http://127.0.0.1:${server.address().port}`
}

it('reads a form with all it would send', () => {
  const html = `<form method="post" action="/search"><input name="q"/></form>
    <form method="post" action="/drafts/drf_1/decision"><input type="hidden" name="textHash" value="ab"/>
    <textarea id="t" name="text" dir="auto">\n&lt;Yes&gt; &amp; &quot;soon&quot; it&#39;s\nfine</textarea><button name="verdict" value="approve">Go</button></form>`
  expect(findForm(html, /^\/drafts\/[^/]+\/decision$/)).toEqual({
    action: '/drafts/drf_1/decision',
    fields: { textHash: 'ab', text: `<Yes> & "soon" it's\nfine` },
  })
  expect(findForm(html, /nowhere/)).toBeUndefined()
})

it('submits as a browser of that site does, and comes back with the cookie it was given', async () => {
  const seen = []
  const origin = await aSite(async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part
    seen.push({ url: request.url, body, cookie: request.headers.cookie, origin: request.headers.origin })
    if (request.method === 'GET') return response.end('<main>Queue</main>')
    response.writeHead(303, { location: '/queue', 'set-cookie': 'countersign=abc; Path=/; HttpOnly' }).end()
  })
  const visitor = createVisitor(origin)
  const page = await visitor.submit({ action: '/setup', fields: { token: 't', name: '' } }, { name: 'Anna & Co' })
  expect(page).toEqual({ status: 200, path: '/queue', html: '<main>Queue</main>' })
  expect(seen).toEqual([
    { url: '/setup', body: 'token=t&name=Anna+%26+Co', cookie: undefined, origin },
    { url: '/queue', body: '', cookie: 'countersign=abc', origin: undefined },
  ])
})

it('says in words what a page complains about', () => {
  expect(wordsOf('<main><h1>Queue</h1><p role="alert"><b>Too</b> late</p></main>')).toBe('Too late')
  expect(wordsOf('<main><h1>Not &amp; found</h1></main>')).toBe('Not & found')
})
