/** The index of the first one of which this is true, where it is true of all that follow, too. */
export function firstAfter<Item>(items: readonly Item[], isAfter: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && isAfter(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Those in this range, both ends included, of some that are in the order of their times. */
export function between<Item extends { readonly at: number }>(
  items: readonly Item[],
  from: number,
  to: number,
): readonly Item[] {
  return items.slice(
    firstAfter(items, ({ at }) => at >= from),
    firstAfter(items, ({ at }) => at > to),
  );
}
