import type { Attachment } from '#src/domain/inbox.ts'
import type { MessageView } from '../views.ts'
import { Icon, type IconName } from './icons.tsx'

const kinds: Record<string, [string, IconName]> = {
  image: ['Photo', 'photo'],
  video: ['Video', 'video'],
  audio: ['Voice message', 'audio'],
  file: ['File', 'file'],
  media: ['Shared media', 'photo'],
  share: ['Shared post', 'photo'],
  ig_post: ['Shared post', 'photo'],
  ig_reel: ['Shared reel', 'video'],
  reel: ['Shared reel', 'video'],
  story: ['Story', 'story'],
  ig_story: ['Shared story', 'story'],
  story_mention: ['Mentioned you in a story', 'story'],
  ephemeral: ['View-once photo or video', 'photo'],
  template: ['Template', 'file'],
  fallback: ['Shared content', 'link'],
}

/** What came with a message: never loaded by us, opened by hand. Links of the platform expire within days. */
export function Media({ attachment }: { attachment: Attachment }) {
  const [label, icon] = kinds[attachment.type] ?? [`Attachment (${attachment.type.slice(0, 40)})`, 'file']
  const title = attachment.title?.slice(0, 120)
  const words = (
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
  if (!attachment.url?.startsWith('https://')) return <span class="media">{words}</span>
  return (
    <a
      class="media"
      href={attachment.url}
      target="_blank"
      rel="noopener noreferrer"
      title="Opens on the platform; such links expire within days"
    >
      {words}
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
}

/** What kind of message it is, when its text alone does not say. */
export function formWords(form: MessageView['form']): string {
  return forms[form] || 'Message'
}
