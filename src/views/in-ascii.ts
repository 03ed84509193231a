const BEYOND_ASCII = /[\u007f-\uffff]/g;

/** The same JSON in ASCII, so that its length in characters is its length in bytes. */
export function inAscii(json: string): string {
  return json.replace(
    BEYOND_ASCII,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
