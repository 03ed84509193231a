/** Ends every `switch` over a union: the compiler refuses it as soon as a case is missing. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
