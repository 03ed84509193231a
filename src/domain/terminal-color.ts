/** Whether the environment wants colours on a terminal. https://no-color.org: any value but an empty one. */
export function wantsColor({
  NO_COLOR: none,
  TERM: terminal,
}: Readonly<Record<string, string | undefined>>): boolean {
  return (none === undefined || none === '') && terminal !== 'dumb';
}
