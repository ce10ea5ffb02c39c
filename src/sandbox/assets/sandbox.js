const EVERY_MS = 1500
const NEAR_END_PX = 80

const scroll = document.querySelector('[data-scroll]')
const text = document.querySelector('#text')

const isNearEnd = () => scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END_PX
const toEnd = () => scroll?.scrollTo({ top: scroll.scrollHeight })

// Only the lists are exchanged; what is being typed stays where it is.
async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (!answer.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const follow = isNearEnd()
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.getElementById(part.id)
    if (next && next.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
      part.replaceChildren(...next.childNodes)
    }
  }
  if (follow) toEnd()
}

async function keepFresh() {
  // A sandbox that is being restarted is back in a moment.
  if (!document.hidden) await refresh().catch(() => undefined)
  setTimeout(() => void keepFresh(), EVERY_MS)
}

text?.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  text.form.requestSubmit()
})
text?.addEventListener('input', () => {
  text.style.height = 'auto'
  text.style.height = `${text.scrollHeight}px`
})

toEnd()
if (text && matchMedia('(min-width: 52rem)').matches) text.focus()
void keepFresh()
