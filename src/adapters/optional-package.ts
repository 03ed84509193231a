/**
 * For a package that only some channels, or only one kind of store, need. It is no dependency, so that a daemon without
 * them does not install it: `import('mqtt').catch(needs('mqtt'))`. A bundler that does not find it leaves that as it is.
 *
 * @returns throws an Error that names the package to install, where it is missing
 */
export function needs(name: string): (error: unknown) => never {
  return (error) => {
    if (!isMissing(error, name)) throw error;
    throw new Error(`needs a package that is not installed: npm install ${name}`, { cause: error });
  };
}

function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return false;
  // And not one that the package itself needs.
  return error.message.includes(`'${name}'`);
}
