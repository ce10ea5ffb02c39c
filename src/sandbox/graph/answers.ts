/** An error as the Graph API words it: https://developers.facebook.com/docs/graph-api/guides/error-handling */
export interface GraphError {
  status: number
  code: number
  subcode?: number
  type: 'OAuthException' | 'IGApiException' | 'GraphMethodException'
  message: string
  isTransient?: true
}

/** The refusals the sandbox gives, with the codes of https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes */
export const refusals = {
  tokenUnknown: oauth(400, 190, 'Invalid OAuth access token - Cannot parse access token'),
  tokenDead: oauth(401, 190, 'Error validating access token: The session has been invalidated'),
  tokenExpired: { ...oauth(401, 190, 'Error validating access token: Session has expired'), subcode: 463 },
  appUnknown: oauth(400, 190, 'Invalid OAuth access token signature.'),
  applicationUnknown: oauth(
    400,
    101,
    'Error validating application. Cannot get application info due to a system error.',
  ),
  appBlocked: oauth(400, 200, 'API access blocked.'),
  messagesOff: oauth(403, 200, 'The account owner has disabled access to instagram direct messages.', 2_534_041),
  restricted: oauth(400, 368, 'The action attempted has been deemed abusive or is otherwise disallowed'),
  unlinked: api(400, 100, 'The Page is not linked to an Instagram account.', 2_534_013),
  inputMissing: oauth(400, 100, 'The parameter input_token is required'),
  permissionMissing: oauth(403, 200, 'The token lacks a permission that this call requires'),
  fieldsInvalid: oauth(400, 100, 'Param subscribed_fields must be one of the fields that can be subscribed to'),
  // The rule is documented, the answer to breaking it is not.
  tokenTooYoung: api(400, 100, 'The access token must be at least 24 hours old to be refreshed'),
  grantType: api(400, 100, 'Invalid parameter: grant_type must be ig_refresh_token'),
  windowClosed: api(403, 10, 'This message is sent outside of allowed window.', 2_534_022),
  pageWindowClosed: oauth(400, 10, 'This message is sent outside of allowed window.', 2_018_278),
  notAllowed: oauth(403, 10, 'Application does not have permission for this action'),
  humanAgent: api(403, 10, 'Application does not have permission for the Human Agent feature'),
  tagGone: api(400, 100, 'Invalid parameter: this message tag is no longer available'),
  recipientMissing: api(400, 100, 'The parameter recipient is required'),
  recipientUnknown: api(400, 100, 'The requested user cannot be found.', 2_534_014),
  visitorUnknown: oauth(400, 100, 'No matching user found', 2_018_001),
  textTooLong: oauth(400, 100, 'Length of param message[text] must be less than or equal to 2000'),
  typeMissing: oauth(400, 100, 'The parameter messaging_type is required'),
  proofInvalid: oauth(400, 100, 'Invalid appsecret_proof provided in the API argument'),
  commentUnusable: api(400, 100, 'The comment is invalid for a private reply', 2_534_025),
  messageInvalid: api(400, 100, 'The message is invalid.', 2_534_015),
  messageAndAction: api(400, 100, 'A message and a sender action cannot be sent in one request', 2_018_014),
  bodyInvalid: api(400, 100, 'Invalid parameter'),
  messagingThrottled: api(400, 613, 'Calls to this api have exceeded the rate limit.', 2_534_040),
  accountThrottled: oauth(400, 80_002, 'There have been too many calls from this account.'),
  pageThrottled: oauth(400, 80_006, 'There have been too many calls to this Messenger account.'),
  sentPerhaps: { ...oauth(400, 1, 'An unknown error occurred'), subcode: 1_357_046 },
  unavailable: { ...oauth(500, 2, 'Service temporarily unavailable'), isTransient: true },
  messageGone: api(400, 9_000_001, 'The message was deleted by the user or the business'),
  noConsent: api(403, 230, 'User consent is required to access user profile'),
  noProfile: api(400, 9010, 'No matching user'),
} as const satisfies Record<string, GraphError>

export function missingObject(method: string, ref: string): GraphError {
  const message = `Unsupported ${method.toLowerCase()} request. Object with ID '${ref}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`
  return { status: 400, code: 100, subcode: 33, type: 'GraphMethodException', message }
}

export function missingField(field: string): GraphError {
  return api(400, 100, `Tried accessing nonexisting field (${field})`)
}

export const unknownPath: GraphError = oauth(400, 2500, 'Unknown path components')

export function errorBody(
  { message, type, code, subcode, isTransient }: GraphError,
  trace: string,
): { error: Record<string, unknown> } {
  const parts = { ...(subcode && { error_subcode: subcode }), ...(isTransient && { is_transient: true }) }
  return { error: { message, type, code, ...parts, fbtrace_id: trace } }
}

/** `10/2534022`, the way both sides' logs write it. */
export function codeOf({ code, subcode }: GraphError): string {
  return subcode ? `${code}/${subcode}` : `${code}`
}

function oauth(status: number, code: number, message: string, subcode?: number): GraphError {
  return { status, code, type: 'OAuthException', message, ...(subcode && { subcode }) }
}

function api(status: number, code: number, message: string, subcode?: number): GraphError {
  return { status, code, type: 'IGApiException', message, ...(subcode && { subcode }) }
}
