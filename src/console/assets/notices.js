// The notice at the foot of the page: it counts down by the clock, and goes when it has been read.

const SHOWN_MS = 6000

export function startNotices() {
  fadeLater()
  cleanAddress()
}

/** Lets what needs no answer go by itself; it stays while the pointer or the focus is on it. */
export function fadeLater() {
  for (const notice of document.querySelectorAll('[data-fades]')) {
    const leave = () => {
      if (notice.matches(':hover, :focus-within')) setTimeout(leave, SHOWN_MS)
      else notice.remove()
    }
    setTimeout(leave, SHOWN_MS)
  }
}

// Loading the page again should not tell the news again.
function cleanAddress() {
  const url = new URL(location.href)
  if (!url.searchParams.has('done') && !url.searchParams.has('approved')) return
  url.searchParams.delete('done')
  url.searchParams.delete('approved')
  history.replaceState(history.state, '', url)
}

/** Says something in the live region. */
export function say(words) {
  const region = document.querySelector('#notices')
  if (!region) return
  const notice = document.createElement('div')
  notice.className = 'notice'
  notice.dataset.fades = 'true'
  const line = document.createElement('p')
  line.textContent = words
  notice.append(line)
  region.replaceChildren(notice)
  fadeLater()
}
