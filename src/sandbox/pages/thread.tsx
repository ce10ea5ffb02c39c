import { platformRules } from '#src/domain/platform.ts'
import type { Core } from '../core.ts'
import { type Contact, isWindowOpen, type KeptMessage, platformOf, threadOf } from '../world.ts'
import { Avatar } from './avatar.tsx'
import { sayAgo } from './times.ts'

interface ThreadProps {
  core: Core
  contact: Contact
  trouble: string | undefined
  typed: string | undefined
}

/** One person's phone: their own lines on the right, the shop's on the left. */
export function Thread({ core, contact, trouble, typed }: ThreadProps) {
  const thread = threadOf(core.world, contact.contactRef)
  return (
    <section class="phone" aria-label={`Thread of ${contact.name}`}>
      <header>
        <a class="back" href="/" aria-label="Back to everybody">
          ‹
        </a>
        <Avatar name={contact.name} />
        <h1>
          <span dir="auto">{contact.name}</span>
          <small>
            writing to {core.world.accounts.get(contact.accountRef)?.username} on{' '}
            {platformRules[platformOf(core.world, contact.accountRef)].name}
          </small>
        </h1>
      </header>
      <section class="scroll" data-scroll tabindex={0} aria-label="Messages">
        <ol id="messages" data-live aria-live="polite">
          {thread.length === 0 && <li class="quiet">Say hello to the shop.</li>}
          {thread.map((message) => (
            <Bubble message={message} now={core.clock()} />
          ))}
          {thread.length > 0 && !isWindowOpen(contact, core.clock()) && (
            <li class="quiet">More than a day has passed: the shop cannot answer until {contact.name} writes again.</li>
          )}
        </ol>
      </section>
      <form class="composer" method="post" action={`/contacts/${contact.contactRef}/messages`}>
        <label class="unseen" for="text">
          Write as {contact.name}
        </label>
        <textarea
          id="text"
          name="text"
          rows={1}
          required
          maxlength={1000}
          dir="auto"
          placeholder={`Write as ${contact.name}`}
        >
          {typed ?? ''}
        </textarea>
        <button type="submit">Send</button>
        {trouble && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
      </form>
    </section>
  )
}

function Bubble({ message, now }: { message: KeptMessage; now: number }) {
  const { mid, from, text, attachments, story, deleted, edited, reaction, seen } = message
  const side = from === 'contact' ? 'mine' : 'theirs'
  if (deleted) return <li class={`${side} gone`}>You unsent a message</li>
  return (
    <li class={side} data-mid={mid}>
      {story && (
        <figure class="story">
          <figcaption>You replied to the shop’s story</figcaption>
          <img src={story.url} alt="The story: a blue bowl" width={96} height={72} />
        </figure>
      )}
      {attachments.map((attachment) => (
        <File {...attachment} />
      ))}
      {text !== '' && (
        <p class={reaction ? 'bubble loved' : 'bubble'} dir="auto">
          {text}
          {reaction && <span class="reaction">{reaction}</span>}
        </p>
      )}
      <div class="under">
        <time datetime={new Date(message.at).toISOString()}>{sayAgo(message.at, now)}</time>
        {edited && <span>edited</span>}
        {seen && <span>read</span>}
        {from === 'contact' ? <Unsend mid={mid} /> : <Heart mid={mid} isGiven={Boolean(reaction)} />}
      </div>
    </li>
  )
}

// Only what is our own is shown: the page's policy allows nothing from elsewhere.
function File({ type, url }: { type: string; url: string }) {
  if (!url.startsWith('/')) return <p class="bubble">A file: {url}</p>
  // biome-ignore lint/a11y/useMediaCaption: it is a hum.
  if (type === 'audio') return <audio controls preload="none" src={url} aria-label="A voice message" />
  if (type === 'image') return <img class="picture" src={url} alt="What the customer sent" width={240} height={180} />
  return (
    <p class="bubble">
      <a href={url}>{url.split('/').at(-1)}</a>
    </p>
  )
}

function Unsend({ mid }: { mid: string }) {
  return (
    <form method="post" action={`/messages/${mid}/unsending`}>
      <button type="submit">Unsend</button>
    </form>
  )
}

function Heart({ mid, isGiven }: { mid: string; isGiven: boolean }) {
  return (
    <form method="post" action={`/messages/${mid}/reaction`}>
      <input type="hidden" name="emoji" value={isGiven ? '' : '❤️'} />
      <button type="submit">{isGiven ? 'Take the heart back' : 'Give a heart'}</button>
    </form>
  )
}
