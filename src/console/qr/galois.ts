/* Arithmetic in the field of 256 elements that QR codes use (polynomial 0x11d), and Reed-Solomon over it. ISO/IEC 18004, 7.5 */

function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d)
    product ^= ((b >>> bit) & 1) * a
  }
  return product
}

/** The generator polynomial without its leading one. */
function generator(degree: number): number[] {
  const result: number[] = [...Array(degree - 1).fill(0), 1]
  let root = 1
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) {
      result[j] = multiply(result[j] ?? 0, root) ^ (result[j + 1] ?? 0)
    }
    root = multiply(root, 2)
  }
  return result
}

/** The error correction bytes that follow this block. */
export function correctionOf(block: readonly number[], length: number): number[] {
  const divisor = generator(length)
  const remainder: number[] = Array(length).fill(0)
  for (const byte of block) {
    const factor = byte ^ (remainder.shift() ?? 0)
    remainder.push(0)
    divisor.forEach((coefficient, i) => {
      remainder[i] = (remainder[i] ?? 0) ^ multiply(coefficient, factor)
    })
  }
  return remainder
}
