/** The field for a password that is being chosen. */
export function NewPassword({ label }: { label: string }) {
  return (
    <>
      <label for="password">{label}</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="new-password"
        minlength={12}
        maxlength={128}
        required
        aria-describedby="password-hint"
      />
      <p class="hint" id="password-hint">
        At least 12 characters; four words are easier to keep than one.
      </p>
    </>
  )
}
