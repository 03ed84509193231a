/** @returns what the text must be, if it is not */
export function httpUrl(text: string): string | undefined {
  return isUrl(text, ['http:', 'https:']) ? undefined : 'must be an http or https URL';
}

export function isUrl(text: string, protocols: readonly string[]): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    url !== undefined && protocols.includes(url.protocol) && url.hostname !== '' && hasDecodableLogin(url)
  );
}

/** Whether the name and password can be sent: `%` in one that is not encoded, as in `50%off`, means nothing. */
function hasDecodableLogin({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** The part of a URL that is not secret: its origin. */
export function originOf(text: string): string {
  const { protocol, host } = new URL(text);
  return `${protocol}//${host}/…`;
}

/** The header for the name and password in a URL. */
export function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
