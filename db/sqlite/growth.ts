/** Waits between tries: doubling from the first to the most, and from the first again once it worked. In ms. */
export class Growth {
  private readonly first: number;
  private readonly most: number;
  private current: number;

  constructor({ first, most }: { first: number; most: number }) {
    this.first = first;
    this.most = most;
    this.current = first;
  }

  next(): number {
    const ms = this.current;
    this.current = Math.min(this.most, ms * 2);
    return ms;
  }

  reset(): void {
    this.current = this.first;
  }
}
