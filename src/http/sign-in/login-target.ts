/** For a log: without the code with which a provider of OpenID Connect has sent a browser back. */
export function withoutLogin(target: string): string {
  return target.replace(/(\/sign-in\/openid\/callback\?).*/s, '$1(redacted)');
}
