/** @returns a function that replaces a method of all objects of a class, and returns what undoes that */
export function replaced<Method extends string, Made extends Record<Method, (...args: never[]) => unknown>>(
  of: { readonly prototype: Made },
  name: Method,
  by: (original: Made[Method]) => (this: Made, ...args: never[]) => unknown,
): () => () => void {
  return () => {
    const original = of.prototype[name];
    Object.defineProperty(of.prototype, name, { value: by(original), configurable: true, writable: true });
    return () => {
      Object.defineProperty(of.prototype, name, { value: original, configurable: true, writable: true });
    };
  };
}
