/** Where the value of a setting came from: nothing said it, the defaults of `breaker:`, the provider's own keys, or from outside the file. */
export type SettingOrigin = 'default' | 'breaker' | 'provider' | 'environment';

/** One setting in force, in the words of the config. Secrets read `(hidden)`. */
export interface EffectiveSetting {
  /** `breaker.failures`, `timeouts.connect`. */
  key: string;
  value: string;
  from: SettingOrigin;
  /** `line 12`, or the names of the variables; null: nothing said it. */
  where: string | null;
}
