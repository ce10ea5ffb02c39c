import {
  readMailbox,
  readNotifySecret,
  readNotifyUrl,
  readQuietHours,
  readSmtpUrl,
  readZone,
} from './notify-readers.ts'
import type { Variable } from './variable.ts'

/** Where people are told of conversations that wait too long, besides the console. */
export const notifyVariables = {
  SMTP_URL: {
    about: 'Mail server for reminders, smtps:// or smtp:// (which then has to offer STARTTLS); no mail when unset.',
    roles: ['web'],
    secret: true,
    read: readSmtpUrl,
  },
  MAIL_FROM: {
    about: 'Address that reminders come from; goes with SMTP_URL.',
    roles: ['web'],
    read: readMailbox,
  },
  NOTIFY_WEBHOOK_URL: {
    about: 'Where reminders are posted, for Slack or any program of yours; none when unset.',
    roles: ['web'],
    secret: true,
    read: readNotifyUrl,
  },
  NOTIFY_WEBHOOK_SECRET: {
    about: 'Key that signs them by Standard Webhooks: whsec_ and 24 to 64 random bytes in base64.',
    roles: ['web'],
    secret: true,
    read: readNotifySecret,
  },
  QUIET_HOURS: {
    about: 'Hours in which only what cannot wait is told, such as 22:00-07:00.',
    roles: ['web'],
    read: readQuietHours,
  },
  QUIET_ZONE: {
    about: 'Time zone of these hours, such as Europe/Vienna.',
    roles: ['web'],
    default: 'UTC',
    read: readZone,
  },
} as const satisfies Record<string, Variable>
