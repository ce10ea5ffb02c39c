/** When a verb says so, its job runs again at exactly that instant. */
export interface Next {
  waitUntil?: Date
}
