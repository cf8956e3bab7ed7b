/** Every value once, where it came first. */
export function each<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
