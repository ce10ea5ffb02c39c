// Run by git before a commit: refuses secrets, then has Biome look at what is staged.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { root } from './lib/place.mjs'
import { EXIT, main } from './lib/say.mjs'
import { secretsIn } from './lib/staged.mjs'
import { tools } from './lib/tools.mjs'

await main(() => {
  const staged = git('diff', '--cached', '--name-only', '-z', '--diff-filter=ACMR').split('\0').filter(Boolean)
  const findings = staged.flatMap((file) => secretsIn(file, git('show', `:${file}`)))
  if (findings.length > 0) {
    process.stderr.write(
      `Not committed: this looks secret (no value is shown)\n${findings.map((one) => `  ${one}\n`).join('')}`,
    )
    return EXIT.failure
  }
  if (staged.length === 0 || !existsSync(tools.biome)) return 0
  const args = [tools.biome, 'check', '--staged', '--no-errors-on-unmatched']
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? EXIT.failure
})

function git(...args) {
  return spawnSync('git', ['-C', root, ...args], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 }).stdout
}
