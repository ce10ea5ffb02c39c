const CLAY = '#c4703f'

const shapes: Record<string, string> = {
  'teapot.svg': `<ellipse cx="160" cy="196" rx="96" ry="12" fill="#00000018"/><path d="M84 132c-30-8-40 12-34 30 6 20 26 24 40 18l-4-14c-10 4-20 0-22-10-2-8 4-14 18-12z" fill="#8f4a26"/><path d="M82 128c0 46 28 68 78 68s78-22 78-68c-24-10-132-10-156 0z" fill="${CLAY}"/><path d="M236 140c16 0 26-16 42-22l6 12c-14 8-20 34-50 40z" fill="#a95c32"/><ellipse cx="160" cy="124" rx="78" ry="13" fill="#d98a58"/><path d="M120 118c4-22 76-22 80 0-18 8-62 8-80 0z" fill="${CLAY}"/><circle cx="160" cy="96" r="9" fill="#8f4a26"/>`,
  'story.svg': `<ellipse cx="160" cy="190" rx="110" ry="12" fill="#00000018"/><path d="M52 120c4 48 44 72 108 72s104-24 108-72z" fill="#3d6f8e"/><ellipse cx="160" cy="120" rx="108" ry="22" fill="#6ba0bd"/><ellipse cx="160" cy="122" rx="92" ry="15" fill="#2f5870"/>`,
}

/** A drawing instead of a photograph: it is plain that nobody took it. */
export function drawPicture(name: string): string | undefined {
  const shape = shapes[name]
  if (!shape) return undefined
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240" width="320" height="240"><rect width="320" height="240" fill="#efe6da"/>${shape}</svg>`
}
