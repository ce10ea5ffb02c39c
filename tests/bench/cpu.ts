import { readFileSync } from 'node:fs'
import type { Process } from './processes.ts'

/** Linux counts in hundredths of a second, on every machine that Node runs on. */
const MS_PER_TICK = 10
const USER = 11
const SYSTEM = 12

/** Starts a watch on the processor time of a process; the watch answers the ms since. A busy machine changes little in that. */
export function cpuWatch({ pid }: Process): () => number {
  const before = cpuMs(pid)
  return () => cpuMs(pid) - before
}

/** What a process has used so far. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the fields are counted from behind the name, which may hold blanks. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER]) + Number(fields[SYSTEM])) * MS_PER_TICK
}
