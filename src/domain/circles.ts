interface Step<Name> {
  readonly name: Name;
  readonly rest: Iterator<Name>;
}

/**
 * Circles in a graph, at least one of each knot.
 *
 * @param names where to begin
 * @param next the names to which a name leads
 * @returns of each circle its names in order, from one of them back to it
 */
export function circlesIn<Name>(
  names: Iterable<Name>,
  next: (name: Name) => Iterable<Name>,
): readonly (readonly Name[])[] {
  const found: Name[][] = [];
  const isOpen = new Map<Name, boolean>();
  for (const first of names) {
    if (isOpen.has(first)) continue;
    const way: Step<Name>[] = [];
    const enter = (name: Name): void => {
      isOpen.set(name, true);
      way.push({ name, rest: next(name)[Symbol.iterator]() });
    };
    enter(first);
    for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
      const step = last.rest.next();
      if (step.done === true) {
        isOpen.set(last.name, false);
        way.pop();
      } else if (!isOpen.has(step.value)) enter(step.value);
      else if (isOpen.get(step.value) === true) {
        const from = way.findIndex(({ name }) => name === step.value);
        found.push([...way.slice(from).map(({ name }) => name), step.value]);
      }
    }
  }
  return found;
}
