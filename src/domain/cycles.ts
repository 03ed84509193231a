interface Step<Name> {
  readonly name: Name;
  readonly rest: Iterator<Name>;
}

/**
 * Cycles of a graph: not all, but at least one wherever names lead back to themselves.
 *
 * @param names where to begin
 * @param next the names to which a name leads
 * @returns the names of each cycle in order, from one of them back to it
 */
export function cyclesIn<Name>(
  names: Iterable<Name>,
  next: (name: Name) => Iterable<Name>,
): readonly (readonly Name[])[] {
  const found: Name[][] = [];
  const isOpen = new Map<Name, boolean>();
  for (const first of names) {
    if (isOpen.has(first)) continue;
    const path: Step<Name>[] = [];
    const enter = (name: Name): void => {
      isOpen.set(name, true);
      path.push({ name, rest: next(name)[Symbol.iterator]() });
    };
    enter(first);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const step = last.rest.next();
      if (step.done === true) {
        isOpen.set(last.name, false);
        path.pop();
      } else if (!isOpen.has(step.value)) enter(step.value);
      else if (isOpen.get(step.value) === true) {
        const from = path.findIndex(({ name }) => name === step.value);
        found.push([...path.slice(from).map(({ name }) => name), step.value]);
      }
    }
  }
  return found;
}
