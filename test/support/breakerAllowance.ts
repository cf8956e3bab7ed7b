/**
 * How many calls a provider may have in flight, said a second time by other hands: nothing is kept but what happened, and each
 * answer is worked out from all of it.
 */
export class ModelAllowance {
  private throttles: { out: number; at: number }[] = [];
  /** When good answers came since the last of them. */
  private goodAt: number[] = [];
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  good(now: number): void {
    if (this.throttles.length > 0) this.goodAt.push(now);
  }

  throttled(now: number, out: number): void {
    if (out < 2 || out > this.at(now)) return;
    this.throttles.push({ out, at: now });
    this.goodAt = [];
  }

  forget(): void {
    this.throttles = [];
    this.goodAt = [];
  }

  at(now: number): number {
    const last = this.throttles.at(-1);
    if (!last) return this.most;
    const holdMs = this.holdMs(this.throttles.map(({ at }) => at));
    let allowed = Math.max(1, Math.floor(last.out * 0.7));
    let borne = last.out - 1;
    let raises = 0;
    const raiseUntil = (moment: number): void => {
      while (allowed < this.most && last.at + (raises + 1) * holdMs <= moment) {
        allowed = Math.max(allowed, borne);
        borne = Math.min(this.most, borne + 2 ** raises);
        raises += 1;
      }
    };
    for (const moment of this.goodAt) {
      raiseUntil(moment);
      if (allowed < borne) allowed = Math.min(borne, allowed + 1 / allowed);
    }
    raiseUntil(now);
    return Math.floor(allowed);
  }

  /** 60 s, twice as long for each 429 that came before the second raise after the one before it, ten minutes at most. */
  private holdMs(at: number[]): number {
    let hold = 60_000;
    for (let index = 1; index < at.length; index += 1) {
      const quiet = (at[index] ?? 0) - (at[index - 1] ?? 0);
      hold = quiet >= 2 * hold ? 60_000 : Math.min(600_000, hold * 2);
    }
    return hold;
  }
}
