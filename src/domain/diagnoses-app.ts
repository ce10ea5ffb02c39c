import { blocks, type Diagnosis, degrades, soon } from './diagnosis.ts'

const WEBHOOKS =
  'App Dashboard → Webhooks (for Instagram also: Instagram → API setup with Instagram login → Configure webhooks)'
const SILENT = 'Messages and comments do not arrive.'
const BLIND = 'Its tokens and subscriptions cannot be looked into.'

/** What can be wrong with the app at Meta. https://developers.facebook.com/docs/graph-api/reference/app/subscriptions */
export const appDiagnoses = {
  instagram_app_id_unset: degrades(
    'The Instagram app id is not set.',
    'Set INSTAGRAM_APP_ID: App Dashboard → Instagram → API setup with Instagram login, at the top of the page.',
    'Nobody can connect an Instagram account from the console.',
  ),
  meta_app_id_unset: degrades(
    'The Meta app id is not set.',
    'Set META_APP_ID: App Dashboard → App settings → Basic → App ID.',
    `No Page can be connected from the console. ${BLIND}`,
  ),
  meta_app_secret_unset: blocks(
    'The Meta app secret is not set.',
    'Set META_APP_SECRET: App Dashboard → App settings → Basic → App secret.',
    'Webhooks of Pages are refused, and calls for Pages carry no proof.',
  ),
  app_id_of_other_product: blocks(
    'META_APP_ID and INSTAGRAM_APP_ID are the same number; they are two numbers of one app.',
    'META_APP_ID stands in App Dashboard → App settings → Basic, INSTAGRAM_APP_ID in Instagram → API setup with Instagram login.',
    BLIND,
  ),
  app_unknown: blocks(
    'Meta knows no app with this id.',
    'Set META_APP_ID to the number in App Dashboard → App settings → Basic → App ID (not the Instagram app id).',
    BLIND,
  ),
  app_secret_wrong: blocks(
    'Meta refuses the app secret.',
    'Set META_APP_SECRET to App Dashboard → App settings → Basic → App secret; after a reset the old one is dead at once.',
    `Webhooks of Pages are refused, and calls for Pages fail. ${BLIND}`,
  ),
  app_secret_of_other_product: blocks(
    'META_APP_SECRET holds the Instagram app secret.',
    'Set META_APP_SECRET to App Dashboard → App settings → Basic → App secret; the Instagram app secret belongs into INSTAGRAM_APP_SECRET.',
    `Webhooks of Pages are refused, and calls for Pages fail. ${BLIND}`,
  ),
  instagram_secret_of_other_product: blocks(
    'INSTAGRAM_APP_SECRET holds the Meta app secret.',
    'Set INSTAGRAM_APP_SECRET to App Dashboard → Instagram → API setup with Instagram login → Instagram app secret.',
    'Webhooks of Instagram are refused with 401, and accounts cannot be connected.',
  ),
  app_blocked: blocks(
    'Meta has blocked the app.',
    'Look at App Dashboard → Alerts, and appeal or do there what Meta asks for.',
    'No call is answered, and no webhook arrives.',
  ),
  app_silent: degrades(
    'Meta did not answer for the app.',
    'See that META_GRAPH_URL can be reached from here (proxy, firewall), and look at https://metastatus.com.',
    BLIND,
  ),
  object_unsubscribed: blocks(
    'The app has no webhook subscription for this object.',
    `${WEBHOOKS}: choose the object, enter callback and verify token, and subscribe.`,
    SILENT,
  ),
  callback_elsewhere: blocks(
    'Webhooks of this object go to another address.',
    `${WEBHOOKS}: set the callback URL to PUBLIC_URL followed by /webhooks/instagram or /webhooks/messenger.`,
    SILENT,
  ),
  callback_inactive: blocks(
    'Meta has switched the webhook subscription of this object off.',
    `${WEBHOOKS}: subscribe the object again; Meta switches off a callback that failed for long.`,
    SILENT,
  ),
  object_fields_missing: degrades(
    'Not every webhook field that is needed is selected for this object.',
    `${WEBHOOKS}: subscribe the fields.`,
    'What these fields tell never arrives, whatever an account is subscribed to.',
  ),
  values_off: degrades(
    'Webhooks arrive without their values.',
    'App Dashboard → Webhooks → the object → Edit subscription → Include Values: on.',
    'Comments are told of, but not what they say, so they cannot be answered.',
  ),
  nothing_arrived: soon(
    'No webhook is on record, although an account is connected.',
    'Send the account a message from a person without a role on the app. If nothing comes: App Dashboard → Publish; an app that is not live gets no webhooks.',
    'Until one has come nobody knows that they do.',
  ),
} as const satisfies Record<string, Diagnosis>
