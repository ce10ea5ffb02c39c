import { runCli } from '#src/cli/run.ts'

interface Said {
  code: number
  out: string
  err: string
}

/** One line for the command line, as a shell would read it: what stands in double quotes is one word. */
export async function command(
  env: Record<string, string | undefined>,
  line: string,
  { stdin = '', drained }: { stdin?: string; drained?: () => Promise<void> } = {},
): Promise<Said> {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
  const said = { out: '', err: '' }
  const code = await runCli(words, {
    env,
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
    readSecret: async () => stdin,
    ...(drained && { drained }),
  })
  return { code, ...said }
}
