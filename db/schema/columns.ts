import { customType, datetime, int } from 'drizzle-orm/mysql-core'

/** Our own ids and other short ASCII words: compared byte by byte. */
const asciiText = customType<{ data: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length ?? 32}) character set ascii collate ascii_bin`,
})

/** An id as the platform gives it: may hold any character, and differs by case. */
export const platformRef = customType<{ data: string }>({
  dataType: () => 'varchar(255) character set utf8mb4 collate utf8mb4_bin',
})

/** Words that people write and read. */
export const humanText = customType<{ data: string }>({
  dataType: () => 'mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci',
})

export const humanLine = customType<{ data: string }>({
  dataType: () => 'varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci',
})

/** JSON kept as text: MariaDB and MySQL disagree about the JSON type, never about text. */
export const jsonText = <T>() =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'mediumtext character set utf8mb4 collate utf8mb4_bin',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (text) => JSON.parse(text) as T,
  })

/** Bytes as they arrived, at most 16 MiB. */
export const rawBytes = customType<{ data: Buffer }>({ dataType: () => 'mediumblob' })

export const id = <T extends string>() => asciiText({ length: 32 }).$type<T>()
export const word = <T extends string>() => asciiText({ length: 32 }).$type<T>()
export const hash = () => asciiText({ length: 64 })
/** The id of a key, in base64url: at most 1023 bytes. https://www.w3.org/TR/webauthn-3/#credential-id */
export const credentialRef = () => asciiText({ length: 1364 })
export const sealed = () => asciiText({ length: 4096 })

/** UTC with milliseconds; the caller passes the time in. */
export const at = () => datetime({ mode: 'date', fsp: 3 })
export const createdAt = () => at().notNull()

/** Counts every change of the row, so that a compare-and-set always changes something. */
export const version = () => int().notNull().default(1)
