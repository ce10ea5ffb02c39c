const paths = {
  queue: 'M3 5h14M3 10h14M3 15h8',
  conversations: 'M4 4h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H9l-4 3v-3H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Z',
  outbox: 'M17 3 9 11M17 3l-5 14-3-6-6-3 14-5Z',
  accounts: 'M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10ZM3.8 17a6.3 6.3 0 0 1 12.4 0',
  alerts: 'M10 3a5 5 0 0 0-5 5v3l-1.5 3h13L15 11V8a5 5 0 0 0-5-5ZM8.2 16.5a2 2 0 0 0 3.6 0',
  status: 'M3 10h3l2-5 4 10 2-5h3',
  help: 'M7.6 7.6a2.5 2.5 0 1 1 3.4 2.6c-.7.3-1 .8-1 1.6M10 14.6v.1',
  photo: 'M3.5 4.5h13v11h-13zM6.8 8.6a1 1 0 1 0 0-2 1 1 0 0 0 0 2ZM4 14l4-4 3 3 2-2 3.5 3.5',
  video: 'M3 5.5h9.5v9H3zM12.5 9l4.5-2.5v7L12.5 11',
  audio: 'M10 3.5v9M10 3.5l5 2M10 14a2.5 2 0 1 1-2.5-2A2.3 2 0 0 1 10 14Z',
  file: 'M6 3h5.5L15 6.5V17H6zM11.5 3v3.5H15',
  story: 'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14ZM10 6.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6Z',
  link: 'M8.5 11.5 15 5M10.5 5H15v4.5M13.5 11v4.5H4.5V6.5H9',
  back: 'M12 4l-6 6 6 6',
  check: 'm4 10.5 4 4 8-9',
  warning: 'M10 3.5 17.5 16.5h-15L10 3.5ZM10 8.5v3.5M10 14.2v.1',
  clock: 'M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14ZM10 6v4l2.8 1.8',
  phone: 'M6.5 2.5h7v15h-7zM9.3 15.2h1.4',
} as const

export type IconName = keyof typeof paths

/** Decoration only: the words beside it say what it means. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}

/** Two strokes of a pen: drafted, and countersigned. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M3 13.5 7.5 18 15 7" />
      <path class="mark-second" d="M11 15.5 13.5 18 21 7" />
    </svg>
  )
}
