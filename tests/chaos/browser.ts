/* The visitor of scripts/lib: cookies, redirects and forms, as a browser without scripts has them. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Form {
  action: string
  fields: Record<string, string>
}

export interface Page {
  status: number
  path: string
  html: string
}

export interface Visitor {
  visit(path: string): Promise<Page>
  submit(form: Form, changes?: Record<string, string>): Promise<Page>
}

export interface Browser {
  createVisitor(origin: string): Visitor
  findForm(html: string, action: RegExp): Form | undefined
}

export async function openBrowser(root: string): Promise<Browser> {
  return (await import(pathToFileURL(path.join(root, 'scripts/lib/visitor.mjs')).href)) as Browser
}
