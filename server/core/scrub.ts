/** Shorter configured secrets are not taken out: they would be found inside words. */
const minSecretCharacters = 4;

const hidden = '[hidden]';

/** Every repetition before a part that may fail is bounded, so that no text makes these slow. */
const keyShapes: readonly (readonly [RegExp, string])[] = [
  [/\bbearer\s+[^\s"',;]+/gi, `Bearer ${hidden}`],
  // `sk-…`, `gsk_…`, `hf_…` and their cousins, masked or not: a prefix and something with a digit or a star in it.
  [/\b(?:sk|pk|rk|gsk|csk|xai|hf|nvapi|tgp|pplx|fw|r8|key)[-_](?=[\w.-]{0,200}[\d*])[\w*.-]{4,}/g, hidden],
  [/\bAIza[\w-]{10,}/g, hidden],
  [/(api[-_ ]?key(?: provided)?["']?\s{0,4}[:=]\s{0,4}["']?)[^\s"',;}]+/gi, `$1${hidden}`],
  // What the provider masked itself still names the key.
  [/[\w-]{0,40}\*{3,}[\w*-]*/g, hidden],
  // Whose account it is concerns the caller no more than the key does.
  [/\b(?:org|proj|acct)[-_](?=[A-Za-z]{0,100}\d)[A-Za-z0-9]{8,}/g, hidden],
  [/\b(?:[A-Fa-f0-9]{32,}|[A-Za-z0-9]{40,})\b/g, hidden],
];

/** The text without what is, or looks like, a key. `secrets` are taken out wherever they stand. Linear in the text. */
export function scrub(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= minSecretCharacters) clean = clean.replaceAll(secret, hidden);
  }
  for (const [shape, instead] of keyShapes) clean = clean.replace(shape, instead);
  return clean;
}
