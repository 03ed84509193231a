/** A label of a node, or one that it must have. */
export interface Label {
  readonly key: string;
  readonly value: string;
}

/** As a list, so that none has to be made for each node that is looked at. */
export function labelsOf(labels: Readonly<Record<string, string>>): readonly Label[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value }));
}

/** Whether a node has all of these labels. */
export function hasLabels(labels: Readonly<Record<string, string>>, wanted: readonly Label[]): boolean {
  return wanted.every(({ key, value }) => Object.hasOwn(labels, key) && labels[key] === value);
}
