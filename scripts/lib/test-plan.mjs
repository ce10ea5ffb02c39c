/** What the chosen tests need beside node_modules; addresses that are given already are used as they are. */
export function needsOf(args, env) {
  const projects = projectsIn(args)
  const has = (name) => projects.length === 0 || projects.includes(name)
  const isWide = has('integration') || has('e2e')
  return {
    dist: isWide,
    stores: [
      ...(isWide && !env.TEST_REDIS_URL ? ['redis'] : []),
      ...(isWide && !env.TEST_DATABASE_URL ? ['mysql'] : []),
    ],
    chromium: has('e2e') && !env.TEST_CHROMIUM,
  }
}

function projectsIn(args) {
  return args.flatMap((arg, i) => {
    if (arg.startsWith('--project=')) return [arg.slice('--project='.length)]
    return arg === '--project' && args[i + 1] ? [args[i + 1]] : []
  })
}

/** One line that any reader of the output can count by. A file that could not even be loaded counts as one failure. */
export function closingLine({
  numPassedTests,
  numFailedTests,
  numPendingTests = 0,
  numTodoTests = 0,
  testResults = [],
}) {
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const skipped = numPendingTests + numTodoTests
  return `${numPassedTests} passed, ${numFailedTests + broken.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
