// What the server says about passkeys is JSON, what the browser takes is bytes. Newer browsers know both; for the others it is done here.

export function toBytes(text) {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

export function toText(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** What `navigator.credentials.create` takes. */
export function creationOf(asked) {
  const parse = globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON
  if (parse) return parse.call(PublicKeyCredential, asked)
  const { challenge, user, excludeCredentials } = asked
  return {
    ...asked,
    challenge: toBytes(challenge),
    user: { ...user, id: toBytes(user.id) },
    excludeCredentials: excludeCredentials.map(known),
  }
}

/** What `navigator.credentials.get` takes. */
export function requestOf(asked) {
  const parse = globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON
  if (parse) return parse.call(PublicKeyCredential, asked)
  return { ...asked, challenge: toBytes(asked.challenge), allowCredentials: asked.allowCredentials.map(known) }
}

/** What the browser answered, with no more in it than the server reads. */
export function answerOf({ rawId, response }) {
  const id = toText(rawId)
  const { attestationObject, authenticatorData, signature } = response
  const clientDataJSON = toText(response.clientDataJSON)
  const said = attestationObject
    ? { attestationObject: toText(attestationObject), transports: response.getTransports?.() ?? [] }
    : { authenticatorData: toText(authenticatorData), signature: toText(signature) }
  return { id, rawId: id, type: 'public-key', response: { clientDataJSON, ...said } }
}

function known({ id, ...rest }) {
  return { ...rest, id: toBytes(id) }
}
