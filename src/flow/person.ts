import { AppError } from '#src/domain/errors.ts'
import { passwordFault } from '#src/domain/password.ts'

export const PASSWORD_MAX = 128
const EMAIL = /^[^\s@]+@[^\s@]+$/
const LINE_MAX = 255

const fault = (field: string, message: string) => new AppError('invalid_input', message, { field })

/** An e-mail address as it is kept; throws `invalid_input`. */
export function checkedEmail(text: string): string {
  const email = text.trim()
  if (!EMAIL.test(email) || email.length > LINE_MAX) throw fault('email', 'This is not an e-mail address')
  return email
}

export function checkedName(text: string): string {
  const name = text.trim()
  if (name === '' || name.length > LINE_MAX) throw fault('name', 'Please give a name')
  return name
}

/** Throws `invalid_input` for a password that is too short, too long, or one that others would try first. */
export function checkPasswordChoice(password: string, person: { name: string; email: string }): void {
  const length = [...password].length
  if (length > PASSWORD_MAX)
    throw fault('password', `The password may have at most ${PASSWORD_MAX} characters; it has ${length}`)
  const message = passwordFault(password, person)
  if (message) throw fault('password', message)
}

/** An over-long password is wrong, never cut: the empty one matches nobody and takes as long. */
export function acceptable(password: string): string {
  return [...password].length <= PASSWORD_MAX ? password : ''
}
