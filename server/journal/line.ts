/** First in, first out, in constant time a step (amortised): an array whose front is cut off now and then. */
export class Line<Item> {
  private items: Item[] = [];
  private gone = 0;

  get length(): number {
    return this.items.length - this.gone;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  /** The first `count`, or as many as there are, which are then no longer in the line. */
  take(count: number): Item[] {
    const taken = this.items.slice(this.gone, this.gone + count);
    this.gone += taken.length;
    if (this.gone * 2 >= this.items.length) {
      this.items = this.items.slice(this.gone);
      this.gone = 0;
    }
    return taken;
  }
}
