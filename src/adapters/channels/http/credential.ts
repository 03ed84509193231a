/** @returns what the text must be, if it is no credential that fits into a header */
export function headerCredential(text: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(text) ? undefined : 'must be without spaces, and in ASCII';
}
