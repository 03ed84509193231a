/** @returns what the text must be, when it is not */
export function httpUrl(text: string): string | undefined {
  return isUrl(text, ['http:', 'https:']) ? undefined : 'must be an http or https URL';
}

export function isUrl(text: string, protocols: readonly string[]): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && protocols.includes(url.protocol) && url.hostname !== '';
}

/** What of a URL is no secret: where it leads, and not what it says there. */
export function originOf(text: string): string {
  const { protocol, host } = new URL(text);
  return `${protocol}//${host}/…`;
}

/** The header that the name and the password of a URL are sent as. */
export function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
