/** Where the value of a setting came from: nothing said it, the defaults of `breaker:`, the provider's own keys, elsewhere in the file, or from outside of it. */
export type SettingOrigin = 'default' | 'breaker' | 'provider' | 'file' | 'environment' | 'flag';

/** One setting in force, in the words of the config. Secrets read `(hidden)`. */
export interface EffectiveSetting {
  /** `breaker.failures`, `timeouts.connect`. */
  key: string;
  value: string;
  from: SettingOrigin;
  /** `line 12`, the names of the variables, or the flag; null: nothing said it. */
  where: string | null;
}
