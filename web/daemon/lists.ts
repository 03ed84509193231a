/** The first so many of a list, and whether there are more. What is not shown is not read. */
export async function firstOf<Item>(
  items: AsyncIterable<Item>,
  most: number,
): Promise<{ readonly items: readonly Item[]; readonly hasMore: boolean }> {
  const found: Item[] = [];
  for await (const item of items) {
    if (found.length === most) return { items: found, hasMore: true };
    found.push(item);
  }
  return { items: found, hasMore: false };
}
