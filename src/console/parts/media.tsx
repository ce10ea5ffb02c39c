import { isFile, type MediaReason, mediaTypes } from '#src/domain/media.ts'
import { parseUrl } from '#src/domain/url.ts'
import type { AttachmentView, KeptMedia, MessageView } from '../views.ts'
import { Icon, type IconName } from './icons.tsx'

type Named = readonly [label: string, icon: IconName]

/** A map, since the platform's word may be any, `constructor` too. */
const kinds: ReadonlyMap<string, Named> = new Map([
  ['image', ['Photo', 'photo']],
  ['sticker', ['Sticker', 'photo']],
  ['video', ['Video', 'video']],
  ['audio', ['Voice message', 'audio']],
  ['file', ['File', 'file']],
  ['media', ['Shared media', 'photo']],
  ['share', ['Shared post', 'photo']],
  ['post', ['Shared post', 'photo']],
  ['mentioning_post', ['The post', 'photo']],
  ['ig_post', ['Shared post', 'photo']],
  ['ig_reel', ['Shared reel', 'video']],
  ['reel', ['Shared reel', 'video']],
  ['story', ['Story', 'story']],
  ['ig_story', ['Shared story', 'story']],
  ['story_mention', ['Mentioned you in a story', 'story']],
  ['ephemeral', ['View-once photo or video', 'photo']],
  ['template', ['Template', 'file']],
  ['fallback', ['Shared content', 'link']],
])

const faults: Record<MediaReason, string> = {
  gone: 'the platform had it no more when it was fetched',
  too_large: 'too large to be kept',
  wrong_type: 'not of a kind that is kept',
  wrong_address: 'its link leads where nothing is fetched from',
  unreachable: 'could not be fetched',
  expired: 'was kept for its time and is deleted',
}

/** What came with a message: our own copy of a file. A browser is never led to the platform's servers; other links are opened by hand. */
export function Media({ attachment }: { attachment: AttachmentView }) {
  const { media, type, url } = attachment
  const named = kinds.get(type) ?? ([`Attachment (${type.slice(0, 40)})`, 'file'] as const)
  if (media?.status === 'kept') return <Kept attachment={attachment} media={media} named={named} />
  if (!isFile(attachment)) return <Elsewhere attachment={attachment} named={named} url={url} />
  return (
    <span class="media media-absent">
      <Words attachment={attachment} named={named} />
      <span class="muted">{media?.status === 'waiting' ? 'being fetched …' : faultOf(media?.reason)}</span>
    </span>
  )
}

function faultOf(reason: MediaReason | null | undefined): string {
  return reason ? faults[reason] : 'not kept'
}

function Words({ attachment, named: [label, icon] }: { attachment: AttachmentView; named: Named }) {
  const title = attachment.title?.slice(0, 120)
  return (
    <>
      <Icon name={icon} />
      <span>{label}</span>
      {title && (
        <bdi class="media-title" dir="auto">
          {title}
        </bdi>
      )}
    </>
  )
}

interface KeptProps {
  attachment: AttachmentView
  media: KeptMedia
  named: Named
}

function Kept(props: KeptProps) {
  const { attachment, media, named } = props
  if (mediaTypes[media.contentType].kind === 'file') return <Download {...props} />
  const isPlain = !attachment.title && ['image', 'sticker', 'video', 'audio'].includes(attachment.type)
  return (
    <span class="shot">
      <Player media={media} label={named[0]} />
      {!isPlain && (
        <span class="media media-caption">
          <Words attachment={attachment} named={named} />
        </span>
      )}
    </span>
  )
}

/** Its place is as large before it is loaded as afterwards. */
function Player({ media, label }: { media: KeptMedia; label: string }) {
  const src = `/media/${media.id}`
  switch (mediaTypes[media.contentType].kind) {
    case 'audio':
      // biome-ignore lint/a11y/useMediaCaption: nobody has captions for what a contact says.
      return <audio controls preload="metadata" src={src} aria-label={label} />
    case 'video':
      // biome-ignore lint/a11y/useMediaCaption: nobody has captions for what a contact films.
      return <video controls preload="metadata" src={src} width={280} height={210} aria-label={label} />
    default:
      return (
        <a href={src} target="_blank" rel="noopener noreferrer" title="Opens in full size">
          <img src={src} alt={label} {...fitted(media)} loading="lazy" decoding="async" />
        </a>
      )
  }
}

const BOX = { width: 260, height: 260 }

/** As large as it is, or as fits. */
function fitted({ width, height }: KeptMedia): { width: number; height: number } {
  if (width === null || height === null) return BOX
  const scale = Math.min(1, BOX.width / width, BOX.height / height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function Download({ attachment, media, named }: KeptProps) {
  return (
    <a class="media" href={`/media/${media.id}`} download>
      <Words attachment={attachment} named={named} />
      <span class="muted">
        {mediaTypes[media.contentType].extension.toUpperCase()}, {sizeWords(media.bytes)}
      </span>
    </a>
  )
}

function sizeWords(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** Where the platform keeps files, by the links it sends. */
const CDN = /(^|\.)(fbcdn\.net|cdninstagram\.com|fbsbx\.com)$/

/** What is no file: somebody's page, opened by hand. */
function Elsewhere({ url, ...words }: { attachment: AttachmentView; named: Named; url: string | undefined }) {
  const page = url?.startsWith('https://') ? parseUrl(url) : undefined
  const isPage = page !== undefined && !CDN.test(page.hostname)
  if (!isPage) {
    return (
      <span class="media">
        <Words {...words} />
      </span>
    )
  }
  return (
    <a class="media" href={url} target="_blank" rel="noopener noreferrer" title="Opens a page outside">
      <Words {...words} />
      <Icon name="link" />
    </a>
  )
}

const forms: Record<MessageView['form'], string> = {
  text: '',
  media: 'Attachment',
  story_reply: 'Replied to your story',
  story_mention: 'Mentioned you in a story',
  quick_reply: 'Tapped a quick reply',
  postback: 'Tapped a button',
  unsupported: 'A message that is not shown to other apps',
  comment: 'Public comment',
  live_comment: 'Public comment under a live video',
  post_mention: 'Mentioned you in a post',
  comment_mention: 'Mentioned you in a comment under somebody’s post',
  hidden_mention: 'Mentioned you where the platform does not show us the words',
}

/** What kind of message it is, when its text alone does not say. */
export function formWords(form: MessageView['form']): string {
  return forms[form] || 'Message'
}
