import { Secret } from '../secret.js';

/**
 * A URL with a name and password, which are sent as a header. In this form they are redacted as well as any password of
 * a URL.
 */
export function withLogin(url: string, name: string, password: Secret): Secret {
  const parsed = new URL(url);
  parsed.username = encodeURIComponent(name);
  parsed.password = encodeURIComponent(password.reveal());
  return new Secret(parsed.href);
}
