/** Which member should own each partition. */
export type Assignment = ReadonlyMap<string, string>;

/**
 * Divides partitions among members, so that their numbers differ by one at most, and as few as possible move. Members
 * that have the most keep one more than the others where the numbers do not come out even.
 *
 * @param current which member each partition was assigned to so far; members and partitions that are gone do not matter
 * @returns the same for the same members and partitions, in whatever order they come; empty without members
 */
export function assign(
  partitions: readonly string[],
  members: readonly string[],
  current: Assignment,
): Assignment {
  const queues = new Map<string, string[]>([...members].sort().map((member) => [member, []]));
  const sorted = [...partitions].sort(inOrder);
  for (const partition of sorted) queues.get(current.get(partition) ?? '')?.push(partition);
  if (queues.size === 0) return new Map();
  const least = Math.floor(sorted.length / queues.size);
  const withOneMore = sorted.length % queues.size;
  // Sorting is stable: of those with as many, the first by name.
  const byCount = [...queues].sort(([, a], [, b]) => b.length - a.length);
  const quotas = new Map(byCount.map(([member], place) => [member, least + (place < withOneMore ? 1 : 0)]));
  const owners = new Map<string, string>();
  for (const [member, kept] of queues)
    for (const partition of kept.slice(0, quotas.get(member))) owners.set(partition, member);
  const free = sorted.filter((partition) => !owners.has(partition));
  for (const [member, kept] of queues) {
    const missing = Math.max(0, (quotas.get(member) ?? 0) - kept.length);
    for (const partition of free.splice(0, missing)) owners.set(partition, member);
  }
  return new Map(sorted.map((partition) => [partition, owners.get(partition) ?? '']));
}

export function isSameAssignment(one: Assignment, other: Assignment): boolean {
  return one.size === other.size && [...one].every(([partition, member]) => other.get(partition) === member);
}

/** `users-2` before `users-10`. */
function inOrder(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : Number(one > other));
}
