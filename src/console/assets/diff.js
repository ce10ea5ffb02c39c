// What became of a text, word by word. Pages and scripts share this file, so that both show the same.

// A word, one sign of a script without spaces, white space, or anything else alone.
const TOKEN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}])[\p{L}\p{M}\p{N}'’])+|\s+|\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)*|./gsu
// Beyond this the middle counts as replaced: comparing costs the product of both lengths.
const CELLS_MAX = 1_000_000

/**
 * @param {string} before
 * @param {string} after
 */
export function diffWords(before, after) {
  const a = before.match(TOKEN) ?? []
  const b = after.match(TOKEN) ?? []
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const middle = compare(a.slice(start, a.length - end), b.slice(start, b.length - end))
  const steps = [
    ...a.slice(0, start).map((text) => ({ kind: 'same', text })),
    ...middle,
    ...a.slice(a.length - end).map((text) => ({ kind: 'same', text })),
  ]
  return joined(withoutIslands(steps))
}

const gone = (text) => ({ kind: 'gone', text })
const fresh = (text) => ({ kind: 'new', text })

function compare(a, b) {
  if (a.length * b.length > CELLS_MAX) return [...a.map(gone), ...b.map(fresh)]
  const common = commonBehind(a, b)
  const width = b.length + 1
  const steps = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      steps.push({ kind: 'same', text: a[i++] })
      j++
    } else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) steps.push(gone(a[i++]))
    else steps.push(fresh(b[j++]))
  }
  return [...steps, ...a.slice(i).map(gone), ...b.slice(j).map(fresh)]
}

// For each pair of places: how many tokens the rests behind them have in common, in their order.
function commonBehind(a, b) {
  const width = b.length + 1
  const common = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const here = i * width + j
      common[here] = a[i] === b[j] ? common[here + width + 1] + 1 : Math.max(common[here + width], common[here + 1])
    }
  }
  return common
}

// White space between two changed words is no rest for the eye: it changes along.
function withoutIslands(steps) {
  return steps.flatMap((step, at) => {
    const isIsland =
      step.kind === 'same' &&
      /^[^\S\n]+$/.test(step.text) &&
      (steps[at - 1]?.kind ?? 'same') !== 'same' &&
      (steps[at + 1]?.kind ?? 'same') !== 'same'
    return isIsland
      ? [
          { kind: 'gone', text: step.text },
          { kind: 'new', text: step.text },
        ]
      : [step]
  })
}

// Between two rests what went stands before what came.
function joined(steps) {
  const pieces = []
  const held = { gone: '', new: '' }
  const flush = () => {
    for (const kind of ['gone', 'new']) {
      if (held[kind] !== '') pieces.push({ kind, text: held[kind] })
      held[kind] = ''
    }
  }
  for (const { kind, text } of steps) {
    if (kind !== 'same') held[kind] += text
    else {
      flush()
      const last = pieces.at(-1)
      if (last?.kind === 'same') last.text += text
      else pieces.push({ kind, text })
    }
  }
  flush()
  return pieces
}
